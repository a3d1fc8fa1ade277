"""The six worked cases of payment said as contracts and quoted: each comes to its answer, and the wrong answers it warns of come from nothing but
the wrong reading."""

from __future__ import annotations

from decimal import Decimal

import pytest
from contracts.contracts_given import amount, arithmetic, quote_of, results, states

from pipelines.payments.quoting.cash import Cash, cash
from pipelines.payments.quoting.quote import Quote, totals

DEADWEIGHT = "      - {deadweight@1: {shares: {edge: 0.33, in_care: 0.0}}}\n"
ROUNDED = "      - {rounded@1: {mode: half_up, at: person_line}}\n"
CAPPED = "      - {cap_per_person@1: {amount: 400000.00, over: contract_life}}\n"
DAYS = {"child_a": 91, "child_b": 49, "child_c": 52, "child_d": 31, "child_e": 71, "child_f": 14}


def children(**days: int) -> str:
    """The results of the first case with other days for some of the children."""
    text = results("case_days")
    for child, other in days.items():
        assert f"{child},1,{DAYS[child]}," in text
        text = text.replace(f"{child},1,{DAYS[child]},", f"{child},1,{other},")
    return text


def lines(found: Quote) -> dict[str, Decimal]:
    return {line.key.split("/")[2]: line.amount for item in found.quoted if item.decision is not None for line in item.decision.lines}


def test_1_days_out_of_care_child_by_child() -> None:
    found = quote_of("case_days", results("case_days"))
    expected = {"child_a": "70000.00", "child_b": "40625.48", "child_c": "64347.40", "child_d": "10000.00", "child_e": "58865.50", "child_f": "11607.28"}
    assert lines(found) == {child: Decimal(paid) for child, paid in expected.items()}
    assert found.amount == Decimal("255445.66")


def test_1_a_cap_before_deadweight_would_come_to_another_amount() -> None:
    other = (f"{DEADWEIGHT}{ROUNDED}{CAPPED}", f"{CAPPED}{DEADWEIGHT}{ROUNDED}")
    wrong = quote_of("case_days", results("case_days"), other)
    assert wrong.amount == Decimal("229045.66") != quote_of("case_days", results("case_days")).amount


def test_1_the_day_a_placement_ends_is_no_day_in_care() -> None:
    """Counted as one, B has 48 days and C 51."""
    assert quote_of("case_days", children(child_b=48, child_c=51)).amount == Decimal("253379.12")
    assert quote_of("case_days", results("case_days")).amount != Decimal("253379.12")


def test_1_deadweight_is_not_taken_from_days_rounded_to_whole_ones() -> None:
    """67 % of 91, 49, 31, 71 and 14 days is 60.97, 32.83, 20.77, 47.57 and 9.38."""
    wrong = quote_of("case_days", children(child_a=61, child_b=33, child_d=21, child_e=48, child_f=9), (DEADWEIGHT, ""))
    assert wrong.amount == Decimal("255717.90")
    assert quote_of("case_days", results("case_days")).amount != wrong.amount


@pytest.mark.parametrize(("mode", "paid"), [("half_up", "838.51"), ("half_even", "838.50")])
def test_1_half_a_cent_is_rounded_as_agreed(mode: str, paid: str) -> None:
    """1 day x 1,251.50 x 0.67 = 838.505."""
    text = "outcome,cohort,period,persons,units\ndays_home,edge,2025Q2,1,1\n"
    assert quote_of("case_days", text, ("2022-05-01: 1237.45", "2022-05-01: 1251.50"), ("mode: half_up", f"mode: {mode}")).amount == Decimal(paid)


def test_2_the_pool_pays_where_no_cohort_does() -> None:
    """130/1,550 = 8.387 % and 112.4/1,128.4 = 9.961 % are below 10 %; 242.4/2,678.4 = 9.050 % is not below 7.5 %."""
    found = quote_of("case_pooled", results("case_pooled"))
    assert states(found) == {"cohort_1/cohort_1": ("not_met", 0), "cohort_2/cohort_2": ("not_met", 0), "pooled/pooled": ("due", Decimal("3514800.00"))}
    assert "9.96 % < 10.00 % (compared unrounded) -> nothing due" in arithmetic(found, "cohort_2")
    assert "9.05 % >= 7.50 % (compared unrounded) -> 242.40 events x 14,500.00" in arithmetic(found, "pooled")


def test_2_a_reduction_rounded_before_it_is_compared_would_pay_a_cohort() -> None:
    """9.961 % shown as 10.0 %: 112.4 x 14,500.00."""
    wrong = quote_of("case_pooled", results("case_pooled"), ("at_least: 0.10,", "at_least: 0.0995,"))
    assert amount(wrong, "cohort_2") == Decimal("1629800.00")
    assert amount(quote_of("case_pooled", results("case_pooled")), "cohort_2") == 0


def test_2_the_mean_of_two_rates_is_not_the_rate_of_the_pool() -> None:
    """129/1,900 = 6.789 % is below 7.5 %; the mean of 6.250 % and 9.667 % is 7.958 % and would pay 129 x 14,500.00."""
    found = quote_of("case_pooled", results("case_pooled_missed"))
    assert {state for state, _ in states(found).values()} == {"not_met"}
    assert "(1,900 - 1,771) / 1,900 = 6.79 %" in arithmetic(found, "pooled")
    wrong = quote_of("case_pooled", results("case_pooled_missed"), ("at_least: 0.075", "at_least: 0.0675"))
    assert (found.amount, wrong.amount) == (0, Decimal("1870500.00"))


def test_2_the_cap_cuts_what_the_pool_comes_to() -> None:
    """With 1,362.4 events of the first cohort in the pool 187.6 + 112.4 = 300 are avoided, which is 4,350,000.00."""
    text = results("case_pooled").replace("events_pooled,cohort_1,pooled,1000,1420", "events_pooled,cohort_1,pooled,1000,1362.4")
    assert amount(quote_of("case_pooled", text), "pooled") == Decimal("4000000.00")


MILESTONES = {
    "P": ({"entry": "2023Q3", "months_3": "2023Q4", "months_6": "2024Q1", "months_12": "2025Q3", "months_18": "2026Q1"}, "87000.00"),
    "Q": ({"entry": "2024Q1", "months_3": "2024Q2", "months_6": "2024Q3"}, "36000.00"),
    "R": ({"entry": "2024Q1", "months_3": "2024Q2"}, "21000.00"),
    "R'": ({"entry": "2024Q1"}, "6000.00"),
}


def reached(*people: str) -> str:
    """Persons by milestone and quarter."""
    counts: dict[tuple[str, str], int] = {}
    for person in people:
        for place in MILESTONES[person][0].items():
            counts[place] = counts.get(place, 0) + 1
    return "outcome,period,persons\n" + "".join(f"{outcome},{period},{persons}\n" for (outcome, period), persons in counts.items())


@pytest.mark.parametrize("person", MILESTONES)
def test_3_milestones_fall_in_the_quarter_they_are_reached_in(person: str) -> None:
    assert quote_of("case_milestones", reached(person)).amount == Decimal(MILESTONES[person][1])


def test_3_each_quarter_of_one_person_and_of_all_four_together() -> None:
    alone = totals(quote_of("case_milestones", reached("P")).quoted, by="claim_period")
    expected = {"2023Q3": "6000.00", "2023Q4": "15000.00", "2024Q1": "15000.00", "2025Q3": "26000.00", "2026Q1": "25000.00"}
    assert {period: paid for period, paid in alone.items() if paid} == {period: Decimal(paid) for period, paid in expected.items()}
    assert quote_of("case_milestones", reached(*MILESTONES)).amount == Decimal("150000.00")


def test_3_milestones_reached_again_after_the_clock_restarts_are_not_paid_again() -> None:
    """P reaches 3 and 6 months again after the restart on 2024-07-15. Written down a second time they are 30,000 more, and the first of them is held:
    two people have stayed and one has entered."""
    again = f"{reached('P')}months_3,2024Q4,1\nmonths_6,2025Q1,1\n"
    found = quote_of("case_milestones", again)
    assert states(found)["months_3/2024Q4"] == ("held", 0)
    assert "1 of 2 people of housed reach months_3 and not entry, which it implies" in arithmetic(found, "months_3/2024Q4")
    wrong = quote_of("case_milestones", again, *(("    implies: " + name + "\n", "") for name in ("entry", "months_3", "months_6", "months_12")))
    assert wrong.amount == Decimal("117000.00") != quote_of("case_milestones", reached("P")).amount


def test_3_a_milestone_that_nobody_entered_for_is_held() -> None:
    found = quote_of("case_milestones", "outcome,period,persons\nentry,2024Q1,1\nmonths_3,2024Q2,2\n")
    assert states(found)["months_3/2024Q2"] == ("held", 0)
    assert "1 of 2 people of housed reach months_3 and not entry, which it implies" in arithmetic(found, "months_3/2024Q2")


def waterfall() -> Cash:
    return cash(quote_of("case_waterfall", results("case_waterfall")))


def test_4_a_quote_of_the_bond_goes_through_its_waterfall_to_the_cent() -> None:
    """Inflows of 100,000, 3,500,000, 4,200,000, 1,660,000 and 1,000,000 as payments for 5, 175, 210, 83 and 50 people."""
    rows = waterfall().rows
    assert [(row.inflow, row.guarantee) for row in rows] == [(100000, 80000), (3500000, 0), (4200000, 0), (1660000, 0), (1000000, 0)]
    assert [row.floor_interest["senior"].paid for row in rows[:3]] == [Decimal("180000.00"), Decimal("180493.15"), Decimal("80414.79")]
    assert [row.principal["senior"] for row in rows] == [0, Decimal("3319506.85"), Decimal("2680493.15"), 0, 0]
    assert [row.principal["junior"] for row in rows] == [0, 0, Decimal("1439092.06"), Decimal("560907.94"), 0]
    assert rows[3].guarantor == Decimal("80000.00")
    assert {name: (found.share, found.received, found.paid) for name, found in rows[3].returns.items()} == {
        "senior": (Decimal("407636.82"), Decimal("11455.24"), Decimal("419092.06")),
        "junior": (Decimal("611455.24"), 0, Decimal("600000.00")),
    }
    assert (rows[4].returns["senior"].paid, rows[4].bonus, rows[4].bonus_cut, rows[4].reverts) == (
        Decimal("40000.00"),
        Decimal("400000.00"),
        Decimal("80000.00"),
        Decimal("560000.00"),
    )


def test_4_what_every_party_has_got_is_what_came_in() -> None:
    net = {row.party: row.cumulative for row in waterfall().flow.quarters}
    assert (net["senior_investor"], net["junior_investor"], net["guarantor"]) == (Decimal("900000.00"), Decimal("600000.00"), Decimal("0.00"))
    assert net["municipality"] == Decimal(-10460000) + Decimal(560000)
    assert sum(waterfall().rows[-1].return_to_date.values()) == Decimal(900000 + 600000)


def test_5_each_day_has_the_price_of_its_year() -> None:
    found = quote_of("case_indexed", results("case_indexed"))
    assert totals(found.quoted, by="claim_period") == {"until_2025": Decimal("869140.20"), "from_2025": Decimal("456269.16"), "january_2026": 0}
    assert found.amount == Decimal("1325409.36")


def test_5_all_days_at_the_price_of_either_year_come_to_another_amount() -> None:
    still = ("rates: {2025-01-01: 0.0330,", "rates: {2025-01-01: 0.0,")
    later = ("base: {2024-01-01: 1187.35}", "base: {2024-01-01: 1226.53}")
    opening, closing = quote_of("case_indexed", results("case_indexed"), still), quote_of("case_indexed", results("case_indexed"), still, later)
    assert (opening.amount, closing.amount) == (Decimal("1310834.40"), Decimal("1354089.12"))


@pytest.mark.parametrize(("chain", "paid"), [("unrounded", "1260.88"), ("rounded", "1260.87")])
def test_5_the_price_of_2026_is_chained_as_agreed(chain: str, paid: str) -> None:
    text = "outcome,period,persons,units\ndays_home,january_2026,1,1\n"
    assert quote_of("case_indexed", text, ("chain: unrounded", f"chain: {chain}")).amount == Decimal(paid)


YEAR = (
    "gate: {profile: standard@1}",
    "caps: {per_year: {clause: Schedule 3 §4, amount: 250000.00, year: calendar, by: claim_period, excess: lapses}}\ngate: {profile: standard@1}",
)


def test_6_a_restated_delivery_is_worth_the_difference_of_two_quotes() -> None:
    """B 35 days -11,607.28, C 59 days +8,662.15, A 88 days nought, since the cap still cuts."""
    first, second = (lines(quote_of("case_days", results(name))) for name in ("case_days", "case_days_restated"))
    moved = {child: second[child] - first[child] for child in first if second[child] != first[child]}
    assert moved == {"child_b": Decimal("-11607.28"), "child_c": Decimal("8662.15")}
    assert sum(second.values()) == Decimal("252500.53")
    assert sum(moved.values()) == Decimal("-2945.13")


def test_6_the_same_under_a_cap_of_the_year_that_binds_before_and_after_is_nought() -> None:
    assert [quote_of("case_days", results(name), YEAR).amount for name in ("case_days", "case_days_restated")] == [Decimal("250000.00"), Decimal("250000.00")]
