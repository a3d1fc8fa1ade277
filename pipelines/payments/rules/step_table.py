"""A table of steps: what a measured figure reaches is what is paid."""

from __future__ import annotations

from fractions import Fraction

from indicators.result import Result
from pipelines.contracts.agreed import Share
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.contracts.parts import LeastShare, Steps
from pipelines.contracts.strict import Name
from pipelines.payments.measured import Between, measured, paid, table_fits, worth_of
from pipelines.payments.rule import Assessment, UncomputableError, payment_rule, percent


@payment_rule("step_table", version=1, needs_comparison=False, fits=table_fits)
def step_table(
    result: Result,
    claim_period: ClaimPeriod,
    *,
    figure: Name,
    steps: Steps,
    of: DatedMoney | None = None,
    plus: Share | None = None,
    floor: LeastShare | None = None,
    between: Between = "step",
) -> Assessment:
    """The figure is the `mean` of the treated people who are counted (their share, where each comes to nought or one), or a quantity that the
    outcome's comparison estimates. It is looked up unrounded. Below the first step nothing is paid; from a step on what the step says, exactly reaching
    it being enough. Between two steps the lower one holds (`step`), or the straight line between them (`linear`); above the last the last one holds.
    A step says an amount of money, or a share of the amount `of`, both as they hold on the claim period's first day. Of shares, `floor` is the least
    that is paid in claim periods that begin before its day, whatever is reached; and `plus` is a share that is paid on top from the first step on, as
    1.00 is where a principal comes back with its return. The amount is rounded once. Raises ValueError when nobody is
    counted, or the floor ends inside the claim period.
    """
    if floor is not None and claim_period.start < floor.until < claim_period.end:
        raise UncomputableError("the floor ends inside the claim period; end one claim period on that day and begin the next")
    reached, words = measured(result, figure)
    found = worth_of(reached, steps, claim_period, between)
    value, lines, reason = found.value, [words, found.words], f"{figure.replace('_', ' ')} {found.reason}"
    if floor is not None and claim_period.start < floor.until and value < Fraction(floor.share):
        value = Fraction(floor.share)
        lines.append(f"{percent(found.value)} is less than the floor of {percent(value)} that holds until {floor.until} -> {percent(value)}")
        reason += f"; at least {percent(value)} until {floor.until}"
    if plus and found.is_reached:
        lines.append(f"{percent(value)} + {percent(plus)} = {percent(value + Fraction(plus))}")
        value += Fraction(plus)
    return paid(value, of, claim_period, reason, lines)
