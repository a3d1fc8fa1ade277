"""What the contract rests on: registers and their calendar, disclosure, the legal checklist, and the fields to sign in."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from pipelines.contracts.agreed import Amendments
from pipelines.reports.annex.document import Block, Heading, Paragraph, Signature, Table
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.outcomes import comes, lag
from pipelines.reports.annex.parties import roles_of

QUESTIONS = ("authority", "procurement", "state_aid", "vat", "data_basis", "data_protection")


def registers(draft: Draft) -> tuple[str, ...]:
    """Every register that the contract is decided by: of cohorts, outcomes and totals."""
    contract, catalogue = draft.contract, draft.catalogue
    named = [name for outcome in contract.outcomes for name in catalogue.outcome_registers(contract, outcome, draft.vocabulary)]
    named += [name for cohort in contract.cohorts for name in catalogue.cohort_registers(cohort)]
    return tuple(dict.fromkeys([*named, *(item.register_name for item in contract.totals)]))


def data(draft: Draft) -> list[Block]:
    words = draft.words
    header = tuple(words.text(key) for key in ("register", "supplier", "comes", "known_after"))
    rows = tuple((draft.register(name), draft.supplier(name), comes(draft, name), lag(draft, name)) for name in registers(draft))
    return [
        Heading(1, words.text("data")),
        Paragraph(words.text("data_intro")),
        Table("", header, rows),
        Heading(1, words.text("disclosure")),
        *(Paragraph(said) for said in _disclosure(draft)),
    ]


def _disclosure(draft: Draft) -> Iterator[str]:
    """What anyone may read, and when."""
    words, policy = draft.words, draft.contract.disclosure
    yield words.text("disclosure_words", n=words.number(policy.smallest_count))
    yield words.text("disclosure_frozen")
    form = "one" if policy.dominance.persons == 1 else "several"
    yield words.text(f"disclosure_dominance.{form}", n=words.number(policy.dominance.persons), share=words.percent(Fraction(policy.dominance.share)))
    if policy.rounded_to is not None:
        yield words.text("disclosure_rounded", n=words.number(policy.rounded_to))


def checklist(draft: Draft) -> list[Block]:
    """Every question with its reference, or that it is not answered; amendments one by one, and what they come to."""
    words = draft.words
    header = (words.text("legal_question"), words.text("legal_answer"))
    return [Heading(1, words.text("legal")), Paragraph(words.text("legal_intro")), Table("", header, tuple(_answers(draft))), *_amendments(draft)]


def _answers(draft: Draft) -> Iterator[tuple[str, str]]:
    words, legal = draft.words, draft.contract.legal
    for question in QUESTIONS:
        yield words.text(f"legal.{question}"), getattr(legal, question) or words.text("not_answered")
    for name in registers(draft):
        yield words.text("legal.data", register=words.quoted(draft.register(name))), _basis(draft, name)
    yield words.text("legal.amendments"), _total(draft)


def _basis(draft: Draft, register: str) -> str:
    """What a register may be used for, and the legal basis that its contract names."""
    handling = draft.catalogue.registers[register].handling
    use = draft.words.text(f"permitted_use.{handling.permitted_use}")
    return draft.words.text("legal_data_answer", use=use, basis=draft.words.own(handling.legal_basis))


def _total(draft: Draft) -> str:
    """What all amendments come to, whichever way each went, of what the contract was worth when it was signed."""
    words, terms = draft.words, draft.contract.amendments
    if terms is None:
        return words.text("no_amendments")
    given = {"total": words.money(_sum(terms)), "share": words.percent(Fraction(_sum(terms)) / Fraction(terms.value_at_signing))}
    return words.text("amendments_share", value=words.money(terms.value_at_signing), clause=terms.clause, **given)


def _sum(terms: Amendments) -> Decimal:
    return sum((abs(item.value) for item in terms.made), Decimal(0))


def _amendments(draft: Draft) -> Iterator[Block]:
    words, terms = draft.words, draft.contract.amendments
    if terms is not None:
        header = tuple(words.text(key) for key in ("fact_version", "agreed_on", "clause", "because", "value_change"))
        rows = tuple((str(item.version), words.date(item.agreed_on), item.clause, item.because, words.money(item.value)) for item in terms.made)
        yield Table(words.text("amendments"), header, rows, right=(4,), total=(words.text("in_all"), "", "", "", words.money(_sum(terms))))


def signatures(draft: Draft) -> list[Block]:
    """A field a party, below what is signed: the contract's file, by its checksum."""
    words, contract = draft.words, draft.contract
    lines = tuple(words.text(key) for key in ("sign_place", "sign_name", "sign_here"))
    fields = [Signature(words.text("party_with_roles", party=party.name, roles=roles_of(draft, party)), lines) for party in contract.parties]
    intro = words.text("signatures_intro", contract=contract.contract, version=contract.version, sha=draft.sha256)
    return [Heading(1, words.text("signatures")), Paragraph(intro), *fields]
