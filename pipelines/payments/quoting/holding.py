"""What an expectation would hold of the results themselves, said in its own words: more people than those of the outcome they must be among."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipelines.contracts.outcome import ClaimPeriod, OutcomeContract, Payment
from pipelines.contracts.profile import Profile
from pipelines.payments.quoting.given import Row
from pipelines.quality.gate import HoldReason

IMPLIES = "success_implies_success"


def holds(contract: OutcomeContract, payment: Payment, period: ClaimPeriod, kind: str, rows: Sequence[Row], gate: Profile) -> list[HoldReason]:
    """Why a claim would be held: in a cohort more people have reached the outcome by this claim period than the one that it implies."""
    own = payment.outcome_of(kind)
    implied = contract.outcome(own).implies
    rule = next((item for item in gate.rules if item.rule == IMPLIES), None)
    if implied is None or rule is None:
        return []
    begun = {item.id for name in (own, implied) for item in contract.claims_of(name) if item.start <= period.start}
    reached, among = (_people(rows, name, begun) for name in (own, implied))
    worst = [(cohort, people, among[cohort]) for cohort, people in reached.items() if cohort in among and people > among[cohort]]
    subject = f"trigger:{contract.contract}/{payment.id}"
    return [HoldReason(subject, IMPLIES, "failed", _excess_words(*found, own, implied), rule.remedy, rule.cured_by) for found in worst]


def _excess_words(cohort: str, people: int, among: int, own: str, implied: str) -> str:
    return f"{people - among} of {people} people of {cohort} reach {own} and not {implied}, which it implies"


def _people(rows: Iterable[Row], outcome: str, periods: set[str]) -> dict[str, int]:
    """How many people have the outcome by cohort, over claim periods."""
    made: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.outcome == outcome and row.period in periods:
            made[row.cohort, row.component] = made.get((row.cohort, row.component), 0) + row.with_result
    return {cohort: max(people for (name, _), people in made.items() if name == cohort) for cohort, _ in made}
