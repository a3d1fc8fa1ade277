"""What came is not told as more than is known: of a count that is only validated, and of an outcome that nothing asks for finally."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from investing.case_given import contract, result, schedules, value

from indicators.result import Estimate, Interval, Quantity
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.waterfall import Waterfall
from pipelines.investing.case import case, expected_transfers
from pipelines.investing.realised import found_in, undecided

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


WATERFALL = {
    "clause": "§5",
    "day_count": "act_365f",
    "classes": [{"id": "eneste", "investor": "fond", "principal": Decimal("10000.00"), "drawn_on": dt.date(2024, 2, 1), "return_cap": Decimal("0.0")}],
    "reverts_to": "kommune",
    "distributed_on": [dt.date(2025, 12, 31), dt.date(2026, 12, 31)],
    "order": [{"principal": "eneste"}, "reverts"],
}


def bond() -> OutcomeContract:
    """The contract with one investor, who is paid back 10,000.00 of what comes in; the rest reverts to the municipality. 25,500.00 is expected."""
    return contract().model_copy(update={"waterfall": Waterfall.model_validate(WATERFALL)})


def test_expected_payments_go_through_the_waterfall_as_realised_ones_do() -> None:
    """Paid in 2025: 25,500.00, of which 15,500.00 reverts on 31 December: the municipality has paid the 10,000.00 that the investor has back."""
    of = bond()
    moved = expected_transfers(of)
    assert (moved["municipality", 2025], moved["others", 2024], moved["others", 2025]) == (Decimal("-10000.00"), Decimal("-10000.00"), Decimal("10000.00"))
    assert expected_transfers(contract()) == {("municipality", 2025): Decimal("-25500.00"), ("others", 2025): Decimal("25500.00")}
    side = case(of, schedules(of)).expected["value"]
    assert side.total(payer="municipality", what=("payment",), is_nominal=True) == Decimal("-10000.00")


def test_what_a_waterfall_has_not_distributed_is_not_told_as_a_whole() -> None:
    """All is decided, and the money still waits: what each purse has of it is open in every year in which it may be distributed."""
    of = bond()
    found = found_in(of, {("uger", "p2024"): result()}, DUE)
    left = undecided(of, DUE, is_distributed=False)
    assert left == [("betaling", "p2024")]
    told = case(of, schedules(of), found, {}, left)
    assert not told.is_whole
    assert [year for year in (2024, 2025, 2026) if told.is_open("others", year)] == [2025, 2026]
    assert case(of, schedules(of), found, {}, undecided(of, DUE)).is_whole
    assert undecided(contract(), DUE, is_distributed=False) == []
