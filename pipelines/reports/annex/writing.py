"""What `udbytte annex` does: one contract of the folder in force, as two files."""

from __future__ import annotations

from pathlib import Path

from pipelines.contracts.source import nearest
from pipelines.errors import ContractError
from pipelines.files import write_atomically
from pipelines.payments.vocabulary import catalogue, vocabulary
from pipelines.reports.annex import amended
from pipelines.reports.annex.build import annex
from pipelines.reports.annex.printing import html_page, pdf
from pipelines.reports.annex.wording import texts
from pipelines.reports.phrases import Code
from pipelines.settings import Home


def write(name: str, language: Code | None, folder: Path) -> tuple[Path, Path]:
    """Write the HTML page and the PDF of a contract's annex, in its own language unless another is named, and give their paths. Raises
    ContractError for a contract that is not there, does not load, or says what no annex prints."""
    found = catalogue()
    if name in found.broken_contracts:
        raise ContractError("\n".join(finding.sentence() for finding in found.broken_contracts[name]))
    if name not in found.contracts:
        raise ContractError(f"there is no outcome contract '{name}'{nearest(name, list(found.contracts))}")
    contract = found.contracts[name]
    chosen = language or contract.language
    document = annex(contract, found, vocabulary(), chosen, amended.found(Home.here(), contract))
    stem = texts()["file"][chosen].format(contract=name, language=chosen)
    page, printed = folder / f"{stem}.html", folder / f"{stem}.pdf"
    write_atomically(page, html_page(document))
    write_atomically(printed, pdf(document))
    return page, printed
