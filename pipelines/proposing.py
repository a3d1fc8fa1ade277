"""What would be decided tonight, put before the gate: each claim's amount and persons' lines as tables that expectations look at, and the
decisions that come of it once they did.

A claim is proposed by everything that may be known of it; it stands only if it was checked exactly as it stands. A hold of one claim can
move the amount of a later one, so claims are proposed again until nothing moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

from pipelines.canonical import digest
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import ClaimPeriod, OutcomeContract, Payment
from pipelines.errors import without_values
from pipelines.fingerprint import period_of
from pipelines.payments.decide import Decision, held
from pipelines.payments.rule import rules
from pipelines.quality.suites import Suite, cap_of, outcome_subject, prices_of, thresholds, trigger_subject, trigger_suite
from pipelines.warehouse.rows import add_rows
from pipelines.warehouse.writer import Warehouse

TABLES = ("proposals", "proposed_lines", "prices", "totals", "posted_claims", "posted_lines")
MOST_ROUNDS = 5
PostedLines = Callable[[str], dict[str, Fraction] | None]
"""By posting key, the persons' amounts that were posted before; None while nothing is."""
DECIDED = ("due", "not_met")


def proposal_digest(decision: Decision) -> str:
    """What a claim was checked as: another amount, other lines or another fingerprint is another proposal."""
    names = ("posting_key", "state", "amount", "lines_sha256", "fingerprint", "on_account")
    return digest({name: getattr(decision, name) for name in names})


def settled(decide: Callable[[dict[str, str]], list[Decision]], check: Callable[[list[Decision]], None]) -> list[Decision]:
    """Decisions that were checked as they stand. `decide` decides by the proposals already checked (digest by posting key; none at first),
    `check` checks what is proposed. What still moves after MOST_ROUNDS is held."""
    checked: dict[str, str] = {}
    made = decide(checked)
    for _ in range(MOST_ROUNDS):
        moved = _unchecked(made, checked)
        if not moved:
            return made
        check(moved)
        checked = {**checked, **{item.posting_key: proposal_digest(item) for item in moved}}
        made = decide(checked)
    moving = {item.posting_key for item in _unchecked(made, checked)}
    words = "its amount moved each time it was checked"
    return [held(item, "proposal_stands_still", words, "Report it to the data engineer.", "data_engineer") if item.posting_key in moving else item for item in made]


def _unchecked(made: Iterable[Decision], checked: dict[str, str]) -> list[Decision]:
    """What is decided and was not checked as it stands. A claim that its check held keeps that check."""
    return [item for item in made if item.state in DECIDED and checked.get(item.posting_key) != proposal_digest(item)]


def propose(warehouse: Warehouse, catalogue: Catalogue, proposed: list[Decision], posted: PostedLines) -> tuple[list[Suite], list[str]]:
    """Fill the tables of proposals for these decisions, beside what was `posted` of them before. Returns what must hold for each, and what was wrong with those that could not be
    proposed, in words; these have no check and so are held, and stop no other."""
    for table in TABLES:
        warehouse.connection.execute(f"delete from quality.{table}")
    suites: list[Suite] = []
    problems: list[str] = []
    for decision in proposed:
        try:
            suites.append(_proposed(warehouse, catalogue, decision, posted(decision.posting_key)))
        except Exception as error:
            problems.append(f"{decision.posting_key} could not be proposed: {without_values(error)}")
    return suites, problems


def _proposed(warehouse: Warehouse, catalogue: Catalogue, decision: Decision, posted: dict[str, Fraction] | None) -> Suite:
    """Everything is counted before anything is written: what fails leaves nothing half proposed."""
    contract = catalogue.contracts[decision.contract]
    payment = next(item for item in contract.payments if item.id == decision.trigger)
    period = next(item for item in payment.claim_periods if item.id == decision.claim_period)
    subject = trigger_subject(contract.contract, payment.id, period.id, decision.kind)
    totals = [(subject, item.register_name, warehouse.count_of(item.register_name, item.counts), item.says, item.source) for item in contract.totals]
    lines = [(subject, line.key, _decimal(line.amount), _decimal(line.paid_before)) for line in decision.lines if line.amount]
    add_rows(warehouse.connection, "quality.proposals", [(subject, contract.contract, *_terms(contract, payment, period, decision))])
    add_rows(warehouse.connection, "quality.proposed_lines", lines)
    add_rows(warehouse.connection, "quality.posted_claims", [] if posted is None else [(subject,)])
    add_rows(warehouse.connection, "quality.posted_lines", [(subject, key, _decimal(amount)) for key, amount in sorted((posted or {}).items())])
    add_rows(warehouse.connection, "quality.prices", [(subject, price) for price in prices_of(payment)])
    add_rows(warehouse.connection, "quality.totals", totals)
    warehouse.set_thresholds(subject, thresholds(catalogue.gate_of(contract), "trigger"))
    warehouse.note_built(subject, proposal_digest(decision), decision.as_of)
    rule = rules()[payment.rule.pin]
    return trigger_suite(contract, catalogue.gate_of(contract), payment, period, decision.kind, **rule.traits)


def _terms(contract: OutcomeContract, payment: Payment, period: ClaimPeriod, decision: Decision) -> tuple[Any, ...]:
    """The columns of quality.proposals after subject and contract."""
    named = contract.outcome(payment.outcome_of(decision.kind))
    share = payment.on_account.share if payment.on_account and decision.kind == "on_account" else Decimal(1)
    faster = contract.outcome(payment.on_account.pays_for) if payment.on_account else None
    implied = contract.outcome(named.implies) if named.implies else None
    subjects = [outcome_subject(contract.contract, item.id, period_of(item, period)) if item else "" for item in (named, faster, implied)]
    return (subjects[0], decision.state, decision.amount, share, decision.on_account, decision.adjusted, decision.capped, cap_of(payment), *subjects[1:])


def _decimal(amount: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 36
        return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(Decimal("1e-12"))
