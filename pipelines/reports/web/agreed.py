"""What was agreed, in words: the parts of the annex that say who counts, what is measured and what is paid, and the annexes themselves as pages."""

from __future__ import annotations

from typing import Any

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import OutcomeContract
from pipelines.errors import ContractError
from pipelines.ledger.amending import Amended
from pipelines.payments.vocabulary import vocabulary
from pipelines.reports.annex.build import annex
from pipelines.reports.annex.document import Document
from pipelines.reports.annex.printing import html_page
from pipelines.reports.phrases import LANGUAGES

Data = dict[str, Any]
FIRST, LAST = 3, 5
"""The sections of an annex that a contract's page has: who counts, what is measured, what is paid."""


def agreed(contract: OutcomeContract, catalogue: Catalogue, amended: tuple[Amended, ...] = ()) -> Data:
    """`blocks` by language, part by part, and `annexes` by language as HTML. A language that the annex cannot be written in is left out, and the page
    does without."""
    made: Data = {"blocks": {}, "annexes": {}}
    for code in LANGUAGES:
        try:
            document = annex(contract, catalogue, vocabulary(), code, amended)
        except ContractError:
            continue
        made["blocks"][code] = parts(document)
        made["annexes"][code] = html_page(document)
    return made


def parts(document: Document) -> list[Data]:
    """The annex's sections from FIRST to LAST, each with the blocks under its heading."""
    made: list[Data] = []
    for block in document.as_data()["blocks"]:
        if block["kind"] == "heading" and block["level"] == 1:
            made.append({"title": block["text"], "number": block["number"], "blocks": []})
        elif made:
            made[-1]["blocks"].append(block)
    return [part for part in made if FIRST <= int(part["number"]) <= LAST]
