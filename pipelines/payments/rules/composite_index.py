"""An index made of several outcomes, computed for each cohort and averaged over cohorts."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from annotated_types import MinLen

from indicators.result import Result, RoleCount
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.contracts.parts import IndexPart, Steps
from pipelines.payments.measured import NOBODY, SHOWN, Between, paid, table_fits, told, worth_of
from pipelines.payments.rule import Assessment, Seen, UncomputableError, number, payment_rule

Cohorts = dict[str, dict[str, RoleCount]]
"""The treated people of each part, by cohort and outcome."""


def _fits(*, parts: list[IndexPart], steps: Steps, of: DatedMoney | None, **_: Any) -> None:
    total = sum((part.weight for part in parts), Decimal(0))
    if total != 1:
        raise ValueError(f"the weights of the index come to {total} and not to 1; they are shares of one whole")
    for name, times in Counter(part.outcome for part in parts).items():
        if times > 1:
            raise ValueError(f"the outcome '{name}' is a part of the index twice; give it one weight")
    table_fits(steps=steps, of=of)


@payment_rule("composite_index", version=1, needs_comparison=False, fits=_fits)
def composite_index(
    result: Result,  # noqa: ARG001
    claim_period: ClaimPeriod,
    seen: Seen,
    *,
    parts: Annotated[list[IndexPart], MinLen(2)],
    average: Literal["cohorts", "persons"],
    steps: Steps,
    of: DatedMoney | None = None,
    between: Between = "step",
) -> Assessment:
    """Each part of the index is the mean of an outcome over the treated people of a cohort who are counted, nought at the part's `from` and below it, one
    at its `to` and above it, and in proportion between. The index of a cohort is the sum of its parts by weight. The whole index is the mean of the cohorts'
    indices: each `cohorts` alike, or by `persons`, which are the cohort's treated people counted in the outcome that is paid for. It is looked up unrounded
    in a table of steps: below the first step nothing is paid; from a step on what the step says, exactly reaching it being enough; between two the lower
    one holds (`step`), or the straight line (`linear`). A step says an amount of money, or a share of the amount `of`, as they hold on the claim
    period's first day. The amount is rounded once. Raises ValueError when parts are of other cohorts, or nobody is counted in one.
    """
    cohorts = _treated(seen, parts)
    lines, indices = list[str](), dict[str, Fraction]()
    for name, roles in cohorts.items():
        scaled = {part.outcome: _scaled(part, roles[part.outcome].mean) for part in parts}
        indices[name] = sum((Fraction(part.weight) * scaled[part.outcome] for part in parts), Fraction(0))
        lines += [_part_words(name, part, roles[part.outcome], scaled[part.outcome]) for part in parts]
        sums = " + ".join(f"{part.weight:f} x {number(scaled[part.outcome], SHOWN)}" for part in parts)
        lines.append(f"{name}: {sums} = {number(indices[name], SHOWN)}")
    index, words, weights = _averaged(indices, seen, average)
    found = worth_of(index, steps, claim_period, between)
    said = paid(found.value, of, claim_period, f"index {found.reason}", [*lines, words, found.words])
    people = [*(count for roles in cohorts.values() for role in roles.values() for count in told(role)), *weights]
    return Assessment(said.state, said.amount, said.reason, said.arithmetic, fewest=min(people, default=None))


def _treated(seen: Seen, parts: list[IndexPart]) -> Cohorts:
    """Every part's treated people by cohort, in the order of the first part's."""
    found = {part.outcome: seen.outcome(part.outcome).by_cohort() for part in parts}
    first = found[parts[0].outcome]
    if not first or any(set(other) != set(first) for other in found.values()):
        raise UncomputableError("the parts of the index are not of the same cohorts")
    return {cohort: {outcome: results[cohort].roles.get("treatment", NOBODY) for outcome, results in found.items()} for cohort in first}


def _scaled(part: IndexPart, mean: Fraction) -> Fraction:
    low, high = Fraction(part.low), Fraction(part.high)
    return min(max((mean - low) / (high - low), Fraction(0)), Fraction(1))


def _part_words(cohort: str, part: IndexPart, role: RoleCount, scaled: Fraction) -> str:
    name = part.outcome.replace("_", " ")
    return f"{cohort}, {name}: {role.value:f} of {role.n_counted} persons, mean {number(role.mean, SHOWN)}, from {part.low:f} to {part.high:f} is {number(scaled, SHOWN)}"


def _averaged(indices: dict[str, Fraction], seen: Seen, average: Literal["cohorts", "persons"]) -> tuple[Fraction, str, list[int]]:
    """The mean of the cohorts' indices with its words, and the numbers of people that it is weighed by."""
    if average == "cohorts":
        sums = " + ".join(number(index, SHOWN) for index in indices.values())
        index = sum(indices.values(), Fraction(0)) / len(indices)
        return index, f"cohorts alike: ({sums}) / {len(indices)} = {number(index, SHOWN)}", []
    own = seen.by_cohort()
    people = {name: own[name].roles.get("treatment", NOBODY).n_counted for name in indices}
    whole = sum(people.values())
    if whole == 0:
        raise UncomputableError("nobody is counted, so cohorts cannot be weighed by their people")
    index = sum((index * people[name] for name, index in indices.items()), Fraction(0)) / whole
    sums = " + ".join(f"{people[name]} x {number(index, SHOWN)}" for name, index in indices.items())
    return index, f"by persons: ({sums}) / {whole} = {number(index, SHOWN)}", [count for count in people.values() if count]
