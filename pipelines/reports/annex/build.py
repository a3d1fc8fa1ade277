"""The one function that makes an annex: a contract and its catalogue in, a document tree out. Pure."""

from __future__ import annotations

from pipelines.contracts.catalogue import Catalogue, Vocabulary
from pipelines.contracts.outcome import OutcomeContract
from pipelines.ledger.amending import Amended
from pipelines.reports.annex import codes
from pipelines.reports.annex.amended import box
from pipelines.reports.annex.beside import beside
from pipelines.reports.annex.completeness import check_complete
from pipelines.reports.annex.document import Document, Paragraph, numbered
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.evaluation import evaluation
from pipelines.reports.annex.gate import gate, late
from pipelines.reports.annex.legal import checklist, data, signatures
from pipelines.reports.annex.outcomes import outcomes
from pipelines.reports.annex.parties import cohorts, facts, parties
from pipelines.reports.annex.payments import payments
from pipelines.reports.annex.waterfall import waterfall
from pipelines.reports.annex.wording import Wording
from pipelines.reports.annex.worth import worth
from pipelines.reports.phrases import Code


def annex(contract: OutcomeContract, catalogue: Catalogue, vocabulary: Vocabulary, language: Code, amended: tuple[Amended, ...] = ()) -> Document:
    """The annex of a contract that loaded; `amended` is what its versions changed after results were seen. Raises ContractError for a contract that
    says something the annex does not print, or that it has no words for in that language."""
    check_complete(contract)
    words = Wording(language, contract.currency)
    draft = Draft(contract, catalogue, vocabulary, words, catalogue.digest_of(f"outcomes/{contract.contract}.yaml"), amended)
    sections = (parties, cohorts, outcomes, payments, evaluation, waterfall, beside, worth, gate, late, data, checklist)
    blocks = [
        *box(draft),
        Paragraph(words.text("intro")),
        *(block for section in sections for block in section(draft)),
        *codes.sections(draft.code_tables, words),
        *signatures(draft),
    ]
    footer = words.text("footer", contract=contract.contract, version=contract.version, sha=draft.sha256[:16])
    return Document(language, words.text("title"), contract.title, facts(draft), numbered(blocks), footer, (words.text("page"), words.text("of")))
