"""Public contracts that pay by a comparison or by a table: Peterborough, Rikers Island, Newpin; and the cap of Cambodia."""

from __future__ import annotations

from decimal import Decimal

import pytest
from contracts.contracts_given import amount, arithmetic, quote_of, replaced, results, states

from pipelines.payments.quoting.cash import cash

PETERBOROUGH = "outcome,cohort,period,enrolled,units,comparison\n"


def peterborough(observed_1: int, observed_2: int) -> str:
    """Two cohorts of 1,000 men with these events, each against 155 per 100."""
    claims = (("events_1", "cohort_1", "cohort_1", observed_1), ("events_2", "cohort_2", "cohort_2", observed_2))
    pooled = (("events_pooled", "cohort_1", "pooled", observed_1), ("events_pooled", "cohort_2", "pooled", observed_2))
    return PETERBOROUGH + "".join(f"{outcome},{cohort},{period},1000,{observed},1.55\n" for outcome, cohort, period, observed in (*claims, *pooled))


def test_peterborough_pays_no_cohort_and_then_the_pool_and_says_why() -> None:
    found = quote_of("peterborough", results("peterborough"))
    assert states(found) == {"cohort_1/cohort_1": ("not_met", 0), "cohort_2/cohort_2": ("not_met", 0), "pooled/pooled": ("due", Decimal("279000.00"))}
    assert arithmetic(found, "cohort_1").split("\n")[1:] == [
        "cohort_1: expected 1000 x 1.5500 = 1,550, observed 1,420: reduction 8.39 %   (Public record, outcome payment of a cohort)",
        "reduction (1,550 - 1,420) / 1,550 = 8.39 %   (Public record, outcome payment of a cohort)",
        "8.39 % < 10.00 % (compared unrounded) -> nothing due   (Public record, outcome payment of a cohort)",
    ]


def test_peterborough_pays_the_pool_nothing_when_a_cohort_has_paid() -> None:
    """1,395 of 1,550 events are exactly 10 % less: 155 x 1,000.00."""
    found = quote_of("peterborough", peterborough(1395, 1470))
    assert states(found) == {"cohort_1/cohort_1": ("due", Decimal("155000.00")), "cohort_2/cohort_2": ("not_met", 0), "pooled/pooled": ("not_met", 0)}
    assert "cohort_1 cohort_1 was paid by itself, so there is no second chance" in arithmetic(found, "pooled")


@pytest.mark.parametrize(("observed", "amounts"), [(1396, ("not_met", 0)), (1395, ("due", Decimal("155000.00"))), (1394, ("due", Decimal("156000.00")))])
def test_peterborough_just_above_at_and_below_its_threshold(observed: int, amounts: tuple[str, object]) -> None:
    assert states(quote_of("peterborough", peterborough(observed, 1550)))["cohort_1/cohort_1"] == amounts


def test_peterborough_waits_with_the_pool_while_a_cohort_has_no_result() -> None:
    text = "\n".join(line for line in peterborough(1420, 1401).splitlines() if not line.startswith("events_2"))
    assert states(quote_of("peterborough", text))["pooled/pooled"] == ("held", 0)


def rikers(value: str, people: int = 9240) -> str:
    return replaced(results("rikers_island", f"value={value}"), "enrolled", str(people))


STEPS = {"0.0999": "0.00", "0.10": "9600000.00", "0.1099": "9600000.00", "0.11": "9715200.00", "0.1199": "9715200.00", "0.12": "9744000.00", "0.1299": "9744000.00"} | {
    "0.13": "9782400.00",
    "0.1599": "9782400.00",
    "0.16": "9916800.00",
    "0.1999": "9916800.00",
    "0.20": "10089600.00",
    "0.35": "10089600.00",
    "-0.02": "0.00",
}
"""9.6 million times one and 0, 1.2, 1.5, 1.9, 3.3 and 5.1 %, at each step and just below it."""


@pytest.mark.parametrize(("value", "paid"), STEPS.items())
def test_rikers_pays_by_its_steps(value: str, paid: str) -> None:
    assert quote_of("rikers_island", rikers(value)).amount == Decimal(paid)


@pytest.mark.parametrize(("people", "paid"), [(9239, "0.00"), (9240, "10089600.00"), (9241, "10089600.00")])
def test_rikers_needs_9240_people(people: int, paid: str) -> None:
    assert quote_of("rikers_island", rikers("0.20", people)).amount == Decimal(paid)


def test_rikers_found_no_effect_and_pays_nothing() -> None:
    found = quote_of("rikers_island", results("rikers_island"))
    assert states(found) == {"loan/evaluation": ("not_met", 0)}
    assert "0.0000 < 0.10, the first step (compared unrounded) -> 0.00 %" in arithmetic(found, "loan")


def test_the_most_of_rikers_is_no_step_of_its_table_once_or_over_four_years() -> None:
    """The published most is the principal and 22 %. 5.1 % once is 10,089,600; 5.1 % a year for four years, compounded, is 11,713,376.34."""
    principal, most = Decimal(9600000), Decimal(11712000)
    assert most / principal == Decimal("1.22")
    once = quote_of("rikers_island", rikers("0.20")).amount
    assert most - once == Decimal("1622400.00")
    assert round(principal * Decimal("1.051") ** 4, 2) - most == Decimal("1376.34")


def newpin(*restored: tuple[int, int]) -> str:
    """Children restored of all children, a year each."""
    rows = "".join(f"restored,year_{year},{children},{persons}\n" for year, (persons, children) in enumerate(restored, 1))
    return f"outcome,period,enrolled,persons\n{rows}"


AFTER = (0, 100), (0, 100), (0, 100)
"""Three years within the floor, so that the fourth is seen without it."""


@pytest.mark.parametrize(
    ("children", "within", "after"),
    [
        ((0, 1000), 50000, 0),
        ((549, 1000), 50000, 0),
        ((550, 1000), 50000, 30000),
        ((599, 1000), 50000, 30000),
        ((600, 1000), 75000, 75000),
        ((649, 1000), 75000, 75000),
        ((650, 1000), 120000, 120000),
        ((699, 1000), 120000, 120000),
        ((700, 1000), 150000, 150000),
        ((1000, 1000), 150000, 150000),
    ],
)
def test_newpin_pays_by_its_steps_and_five_per_cent_at_least_for_three_years(children: tuple[int, int], within: int, after: int) -> None:
    first = quote_of("newpin", newpin(children))
    assert amount(first, "interest/year_1") == within
    assert amount(quote_of("newpin", newpin(*AFTER, children)), "interest/year_4") == after


def test_no_rate_of_restoration_pays_what_newpin_published_for_its_second_and_third_year() -> None:
    paid = {amount(quote_of("newpin", newpin((restored, 200))), "interest/year_1") for restored in range(201)}
    assert paid == {Decimal(50000), Decimal(75000), Decimal(120000), Decimal(150000)}
    assert paid.isdisjoint({Decimal(89000), Decimal(121500)})


LINE = ("        floor: {share: 0.05, until: 2016-07-01}", "        floor: {share: 0.05, until: 2016-07-01}\n        between: linear")


def test_a_straight_line_between_the_steps_of_newpin_would_give_the_published_rates() -> None:
    """7.5 % + 4.5 % x (277/450 - 0.60) / 0.05 = 8.9 %, and 12 % + 3 % x (0.6525 - 0.65) / 0.05 = 12.15 %."""
    found = quote_of("newpin", newpin((60, 100), (277, 450), (261, 400)), LINE)
    assert [amount(found, f"interest/year_{year}") for year in (1, 2, 3)] == [Decimal("75000.00"), Decimal("89000.00"), Decimal("121500.00")]


def test_half_of_the_principal_of_newpin_comes_back_when_nobody_is_restored() -> None:
    """Three years at the floor of 5 %, then nothing, and half of the principal from the state at the end."""
    made = cash(quote_of("newpin", newpin(*AFTER, (0, 100))))
    assert [row.returns["bond"].paid for row in made.rows] == [Decimal(50000), Decimal(50000), Decimal(50000), 0, 0]
    assert made.rows[-1].protected == {"bond": Decimal("500000.00")}


def test_the_cap_of_cambodia_binds_at_1600_villages_and_says_so_in_words() -> None:
    found = quote_of("cambodia_sanitation", results("cambodia_sanitation"))
    assert [item.amount for item in found.quoted] == [Decimal("3125000.00"), Decimal("6874999.00"), Decimal("0.00")]
    assert "the cap of 9,999,999.00 in all less 3,125,000.00 given before leaves 6,874,999.00: 6,875,000.00 - 1.00 = 6,874,999.00" in arithmetic(found, "total")
    assert "180 villages (number 1,601 to 1,780) x 6,250.00" in arithmetic(found, "villages_free/beyond")
    assert "the cap of 9,999,999.00 in all less 9,999,999.00 given before leaves 0.00: 1,125,000.00 - 1,125,000.00 = 0.00" in arithmetic(found, "villages_free/beyond")


def test_a_1600th_of_the_commitment_to_cambodia_is_rounded_as_published() -> None:
    """9,999,999 / 1,600 = 6,249.999375, 500 times which is 3,124,999.69: 31 hundredths less than published."""
    exact = Decimal(9999999) / 1600
    assert (exact, round(exact, 2)) == (Decimal("6249.999375"), Decimal("6250.00"))
    assert Decimal("3125000.00") - round(exact * 500, 2) == Decimal("0.31")
    assert quote_of("cambodia_sanitation", results("cambodia_sanitation")).amount != 1780 * Decimal("6250.00")
