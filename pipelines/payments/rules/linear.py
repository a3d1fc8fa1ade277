"""A payment that follows a straight line between a floor and a cap."""

from __future__ import annotations

from typing import Any

from indicators.result import Result
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.contracts.parts import Steps
from pipelines.contracts.strict import Name
from pipelines.payments.measured import measured, paid, table_fits, worth_of
from pipelines.payments.rule import Assessment, payment_rule


def _fits(*, pays: Steps, of: DatedMoney | None, **_: Any) -> None:
    if len(pays.root) < 2:  # noqa: PLR2004
        raise ValueError("a line has two figures at least; give one that it begins at and one that it ends at")
    table_fits(steps=pays, of=of)


@payment_rule("linear", version=1, needs_comparison=False, fits=_fits)
def linear(result: Result, claim_period: ClaimPeriod, *, figure: Name, pays: Steps, of: DatedMoney | None = None) -> Assessment:
    """The figure is the `mean` of the treated people who are counted (their share, where each comes to nought or one), or a quantity that the
    outcome's comparison estimates. It is looked up unrounded. Below the first figure of `pays` nothing is paid; between two figures what lies on the
    straight line between them; from the last on what the last says. A figure says an amount of money, or a share of the amount `of`, both as they
    hold on the claim period's first day. The amount is rounded once. Raises ValueError when nobody is counted.
    """
    reached, words = measured(result, figure)
    found = worth_of(reached, pays, claim_period, "linear")
    return paid(found.value, of, claim_period, f"{figure.replace('_', ' ')} {found.reason}", [words, found.words])
