"""What must hold of every investment case, whatever was agreed."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from investing.case_given import day, made, value

from pipelines.contracts.value import PAYERS
from pipelines.investing.case import ENDS

SETTINGS = settings(max_examples=40, deadline=None, derandomize=True, database=None)


def decimals(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=places, allow_nan=False, allow_infinity=False)


@st.composite
def agreed(draw: st.DrawFn) -> dict[str, Any]:
    """A value section with other figures, shares, refunds and an index of its own."""
    worth = value()
    cuts = sorted(draw(st.lists(st.integers(0, 100), min_size=4, max_size=4)))
    parts = [upper - lower for lower, upper in zip([0, *cuts], [*cuts, 100], strict=True)]
    shares = {payer: Decimal(part).scaleb(-2) for payer, part in zip(PAYERS, parts, strict=True)}
    item = worth["consequences"][0]
    item.update(kind=draw(st.sampled_from(["saving", "income", "cost"])), shares=shares)
    item["price"]["marginal"] = {day(2024): draw(decimals("0", "9999", 2))}
    item["lasts"] = {year: draw(decimals("0", "1", 3)) for year in range(draw(st.integers(1, 4)))}
    item["refund"]["from_week"] = draw(st.integers(1, 60))
    if not shares["municipality"]:
        del item["refund"]
    low, each, high = sorted(draw(st.lists(decimals("-20", "20", 3), min_size=3, max_size=3)))
    worth["effects"][0]["expected"].update(each=each, low=low, high=high, people={"p2024": draw(st.integers(0, 500))})
    worth["index"]["levels"] = {year: draw(decimals("50", "150", 2)) for year in (2024, 2025, 2026)}
    worth["discount"]["rates"] = {day(2021): draw(decimals("0", "0.2", 4))}
    return worth


@SETTINGS
@given(agreed())
def test_what_one_gains_by_a_refund_or_a_payment_another_loses(worth: dict[str, Any]) -> None:
    for end in ENDS:
        side = made(worth).expected[end]
        for year in (2024, 2025, 2026):
            for what in ("refund", "payment"):
                assert side.total(what=(what,), year=year, is_nominal=True) == 0
                assert side.total(what=(what,), year=year) == 0


@SETTINGS
@given(agreed())
def test_the_shares_of_payers_are_the_whole_to_the_cent(worth: dict[str, Any]) -> None:
    """All payers together gain what the units saved are worth, rounded once a consequence and year."""
    side, item = made(worth).expected["value"], worth["consequences"][0]
    expected = worth["effects"][0]["expected"]
    (price,) = item["price"]["marginal"].values()
    sign = -1 if item["kind"] == "cost" else 1
    for after, share in item["lasts"].items():
        if 2024 + after > 2026:
            continue
        levels = worth["index"]["levels"]
        whole = sign * expected["people"]["p2024"] * Fraction(expected["each"]) * Fraction(share) * Fraction(price) * Fraction(levels[2024 + after]) / Fraction(levels[2024])
        assert abs(Fraction(side.total(what=("consequence",), year=2024 + after, is_nominal=True)) - whole) <= Fraction(1, 200)


@SETTINGS
@given(agreed())
def test_at_no_discount_the_present_value_is_the_sum(worth: dict[str, Any]) -> None:
    worth["discount"]["rates"] = {day(2021): Decimal(0)}
    side = made(worth).expected["value"]
    assert side.present() == {payer: side.total(payer=payer) for payer in PAYERS}
    assert side.net() == side.total()


@SETTINGS
@given(agreed())
def test_the_parties_come_to_the_whole_at_every_rate(worth: dict[str, Any]) -> None:
    found = made(worth)
    for more in (Fraction(-1, 100), Fraction(0), Fraction(1, 100)):
        for end in ENDS:
            side = found.expected[end]
            assert sum(side.present(more).values(), Decimal(0)) == side.net(more)


@SETTINGS
@given(agreed(), st.integers(0, 50))
def test_more_people_move_nothing_else(worth: dict[str, Any], more: int) -> None:
    """Costs and payments are what they were agreed to be, whatever the effect."""
    before = made(worth).expected["value"]
    worth["effects"][0]["expected"]["people"]["p2024"] += more
    after = made(worth).expected["value"]
    for what in ("cost", "payment"):
        assert [line for line in before.lines if line.what == what] == [line for line in after.lines if line.what == what]
