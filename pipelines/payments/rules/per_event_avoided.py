"""A price for each event that did not happen, when fewer happened than the comparison leads one to expect."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated

from annotated_types import Gt, Lt

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.payments.measured import NOBODY, told
from pipelines.payments.rule import Assessment, UncomputableError, money, number, on_first_day, payment_rule, percent, to_cents


@payment_rule("per_event_avoided", version=1, needs_comparison=True)
def per_event_avoided(result: Result, claim_period: ClaimPeriod, by_cohort: Mapping[str, Result], *, at_least: Annotated[Decimal, Gt(0), Lt(1)], price: DatedMoney) -> Assessment:
    """Expected are as many events as the treated people would have had at the rate of the comparison group: their number times its mean, in
    each cohort by itself and then summed, unrounded. The reduction is expected less observed, divided by expected. When the unrounded
    reduction is at least `at_least`, exactly that being enough, the price of the claim period's first day is paid for every event avoided, parts of
    an event with it, and the amount is rounded once; else nothing. Raises ValueError when the cohorts do not add up to the result, nobody
    is counted in a comparison group, or no event is expected.
    """
    _whole(result, by_cohort)
    expected, observed, lines, people = Fraction(0), Fraction(0), list[str](), list[int]()
    for name, cohort in by_cohort.items():
        treated, compared = cohort.roles.get("treatment", NOBODY), cohort.roles.get("comparison", NOBODY)
        here = treated.n_counted * compared.mean
        expected, observed = expected + here, observed + Fraction(treated.value)
        lines.append(_sums(name, treated.n_counted, compared.mean, here, Fraction(treated.value)))
        people += [*told(treated), *told(compared)]
    if expected <= 0:
        raise UncomputableError("no event is expected, so there is no reduction")
    avoided, each = expected - observed, on_first_day(price, claim_period)
    reduction = avoided / expected
    is_met = reduction >= Fraction(at_least)
    exact = avoided * Fraction(each) if is_met else Fraction(0)
    amount = to_cents(exact)
    lines.append(f"reduction ({_shown(expected)} - {_shown(observed)}) / {_shown(expected)} = {percent(reduction)}")
    last = f"{_shown(avoided)} events x {money(each)} (price on {claim_period.start}) = {money(amount)}" if is_met else "nothing due"
    lines.append(f"{percent(reduction)} {'>=' if is_met else '<'} {percent(at_least)} (compared unrounded) -> {last}")
    reason = f"reduction {percent(reduction)} {'reaches' if is_met else 'is below'} {percent(at_least)}"
    return Assessment("due" if amount else "not_met", amount, reason, tuple(lines), fewest=min(people, default=None), counted=avoided if is_met else Fraction(0), exact=exact)


def _whole(result: Result, by_cohort: Mapping[str, Result]) -> None:
    """Raise ValueError unless the cohorts are the people of the result, each once."""
    for role in ("treatment", "comparison"):
        whole, parts = result.roles.get(role, NOBODY), [cohort.roles.get(role, NOBODY) for cohort in by_cohort.values()]
        if (whole.n_counted, whole.value) != (sum(part.n_counted for part in parts), sum((part.value for part in parts), Decimal(0))):
            raise UncomputableError(f"the cohorts' {role} groups do not add up to the result's")


def _sums(name: str, people: int, mean: Fraction, expected: Fraction, observed: Fraction) -> str:
    reduction = f"reduction {percent((expected - observed) / expected)}" if expected else "no reduction"
    return f"{name}: expected {people} x {number(mean, 4)} = {_shown(expected)}, observed {_shown(observed)}: {reduction}"


def _shown(events: Fraction) -> str:
    """A number of events, with as many decimals as it has, two at most."""
    return number(events, 0 if events.denominator == 1 else 2)
