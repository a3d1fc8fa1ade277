"""What came is not told as more than is known: of a count that is only validated, and of an outcome that nothing asks for finally."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from investing.case_given import contract, result, schedules, value

from indicators.result import Estimate, Interval, Quantity
from pipelines.contracts.outcome import OutcomeContract
from pipelines.investing.case import case
from pipelines.investing.realised import found_in

DUE = {("betaling", "p2024"): "due"}


def validated(interval: str | None = "t") -> OutcomeContract:
    """The contract by `validated_count@1`, of which a share would have come anyway."""
    worth = value()
    worth["effects"][0].update(figure="mean", deadweight=Decimal("0.40"), interval=interval)
    return contract(worth, compare={"method": "validated_count@1", "intervals": ["t"], "level": Decimal("0.95"), "decimals": 6})


def test_a_validated_count_has_its_interval_less_what_came_anyway_and_is_without_comparison() -> None:
    """A mean of 30 weeks between 25 and 35, of which 40 % would have come anyway: 18 between 15 and 21."""
    of = validated()
    mean = Quantity(Decimal(30), None, None, (Interval("t", Decimal("0.95"), Decimal(25), Decimal(35)),))
    given = replace(result(mean="30"), estimate=Estimate("validated_count@1", {"mean": mean}))
    (found,) = found_in(of, {("uger", "p2024"): given}, DUE)
    assert (found.each, found.low, found.high) == (Fraction(18), Fraction(15), Fraction(21))
    assert case(of, schedules(of), [found]).without_comparison == ("uger",)
    (plain,) = found_in(validated(interval=None), {("uger", "p2024"): given}, DUE)
    assert (plain.each, plain.low, plain.high) == (Fraction(18), None, None)


def test_a_validated_count_that_is_not_estimated_is_not_known() -> None:
    (found,) = found_in(validated(), {("uger", "p2024"): result(mean="30")}, DUE)
    assert found.not_known == "not_estimated"


def test_an_outcome_that_nothing_asks_for_finally_is_not_decided() -> None:
    """It is paid for on account alone: no final claim of it is ever decided, so nothing of it is known."""
    of = contract(on_account="andre")
    (found,) = found_in(of, {("uger", "p2024"): result()}, DUE)
    assert found.not_known == "not_decided"
