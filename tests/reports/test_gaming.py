"""The figures that show gaming: numbers worked by hand, small ones hidden, and a reason wherever there is none."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from support import ROOT

from indicators.indicator import EVIDENCE
from indicators.referrals import HISTORY, LOGGED
from indicators.spells import day_number
from pipelines.contracts.agreed import Referrals
from pipelines.contracts.outcome import Cohort, OutcomeContract
from pipelines.contracts.profile import Profile
from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.counting import InUse, alone
from pipelines.ledger.journal import Entry
from pipelines.payments.vocabulary import catalogue
from pipelines.quality.checks import Check
from pipelines.reports.gaming import counted
from pipelines.reports.gaming.figures import FIGURES, Figure, gaming_figures, share_of_people, share_of_things, unmeasured
from pipelines.reports.gaming.night import of_changes, of_known, of_least, of_list, of_paid
from pipelines.reports.gaming.terms import UNRECORDED, of_terms
from pipelines.settings import sql_text
from pipelines.warehouse.vintages import Change

AS_OF = dt.date(2026, 6, 30)
CATALOGUE = catalogue()
UNGEBRO, TRYGT_HJEM = (CATALOGUE.contracts[name] for name in ("ungebro", "trygt_hjem"))


def day(text: str) -> int:
    return day_number(dt.date.fromisoformat(text))


SAID = {"id": "unge", "clause": "§1", "from": "referrals", "enrolled": {"from": dt.date(2024, 2, 1), "to": dt.date(2024, 5, 1)}, "enrolled_on": "indskrevet_dato"}
COHORT = Cohort.model_validate(SAID)
USED = alone(Delivery("referrals", "a" * 64, dt.date(2024, 6, 1), True, "list.csv", rows=9, covers_through=dt.date(2024, 5, 31)))
Row = tuple[str, str, str | None, bool]
LIST: list[Row] = [
    ("a", "2024-02-05", "2024-02-10", False),
    ("b", "2024-02-06", "2024-04-30", False),
    ("c", "2024-03-01", "2024-03-02", True),
    ("d", "2024-04-01", None, True),
    ("e", "2024-04-02", None, False),
    ("e", "2024-04-20", "2024-04-25", False),
    ("f", "2023-12-30", "2024-01-31", False),
    ("g", "2024-01-31", "2024-02-01", False),
]
"""Of the period from 1 February: everyone but f. Enrolled: a, b, e (by the second of two referrals) and g; c and d withdrew."""


def listed(*rows: Row) -> pl.DataFrame:
    made = [(key, day(referred), None, day(enrolled) if enrolled else None, out) for key, referred, enrolled, out in rows]
    return pl.DataFrame(made, schema=LOGGED, orient="row")


def own() -> pl.DataFrame:
    return counted.of_period(listed(*LIST), day("2024-02-01"))


def figures(*found: Figure) -> dict[str, tuple[Any, ...]]:
    return {item.figure: (item.numerator, item.denominator, item.value, item.reason) for item in found}


def of_this(lists: tuple[pl.DataFrame, list[int]] | None = None, used: InUse = USED) -> dict[str, tuple[Any, ...]]:
    return figures(*of_list("ungebro", COHORT, own(), counted.by_person(own()), lists, used))


def test_creaming_is_who_was_enrolled_of_all_who_were_referred() -> None:
    assert sorted(own()["person_key"].unique()) == ["a", "b", "c", "d", "e", "g"]
    assert of_this()["enrolled_of_referred"] == (4, 6, Fraction(2, 3), "")
    assert of_this()["referrals_withdrawn"] == (2, 7, Fraction(2, 7), "")
    assert of_this()["referred_again"] == (2, 7, Fraction(2, 7), "")


def test_the_month_with_fewest_referrals_is_held_against_the_mean_of_months_that_are_over() -> None:
    """February has two, March one, April three: one of six in three months is half the mean. January is before the period."""
    assert of_this()["fewest_referrals_of_a_month"] == (1, 6, Fraction(1, 2), "")
    until_march = alone(Delivery("referrals", "a" * 64, dt.date(2024, 4, 1), True, "list.csv", covers_through=dt.date(2024, 3, 31)))
    assert of_this(used=until_march)["fewest_referrals_of_a_month"] == (1, 3, Fraction(2, 3), "")
    assert counted.by_month(own(), dt.date(2024, 2, 2), dt.date(2024, 4, 30)) == [1]
    assert counted.by_month(own(), dt.date(2024, 2, 1), dt.date(2024, 2, 29)) == []
    nothing_yet = alone(Delivery("referrals", "a" * 64, dt.date(2024, 2, 3), True, "list.csv", covers_through=dt.date(2024, 2, 2)))
    assert of_this(used=nothing_yet)["fewest_referrals_of_a_month"] == (None, None, None, "there is nobody to count")


def test_late_referrals_and_back_dated_enrolments_are_those_an_earlier_list_covered_and_did_not_show() -> None:
    """The list before covers through 20 April: it had a and b, b not yet enrolled, and not e's second referral of that very day."""
    before = listed(LIST[0], ("b", "2024-02-06", None, False), *LIST[2:5], *LIST[6:])
    lists = pl.concat([frame.with_columns(place=pl.lit(place, dtype=pl.Int32)) for place, frame in enumerate([before, listed(*LIST)])])
    assert lists.schema == HISTORY
    assert of_this((lists, [day("2024-04-20"), day("2024-05-31")]))["referrals_late"] == (1, 7, Fraction(1, 7), "")
    assert of_this((lists, [day("2024-04-19"), day("2024-05-31")]))["referrals_late"][0] == 0
    assert of_this((lists, [day("2024-04-20"), day("2024-05-31")]))["enrolled_back_dated"] == (0, 5, Fraction(0), "")
    assert of_this((lists, [day("2024-04-25"), day("2024-05-31")]))["enrolled_back_dated"] == (1, 5, Fraction(1, 5), "")
    assert of_this((lists, [day("2024-04-30"), day("2024-05-31")]))["enrolled_back_dated"] == (2, 5, Fraction(2, 5), "")


def test_without_an_earlier_list_nothing_can_be_late_and_it_is_said() -> None:
    for name in ("referrals_late", "enrolled_back_dated"):
        assert of_this()[name] == (None, None, None, "no earlier list is logged to compare with")


def test_referrals_are_held_against_the_least_number_that_the_contract_states() -> None:
    """Two cohorts: e and h are referred to the second as well, f before the first began. Seven people of ten."""
    agreed = Referrals.model_validate({"clause": "§1", "by": "kommune", "minimum": 10, "shortfall_price": Decimal("9000.00")})
    made = TRYGT_HJEM.model_copy(update={"referrals": agreed, "cohorts": [COHORT, COHORT.model_copy(update={"id": "other"})]})
    second = listed(("e", "2024-04-02", None, False), ("h", "2024-04-02", None, False))
    assert figures(of_least(made, [listed(*LIST), second]))["referrals_of_least_agreed"] == (7, 10, Fraction(7, 10), "")
    assert figures(of_least(TRYGT_HJEM, []))["referrals_of_least_agreed"][3] == "the contract states no least number of referrals"


def known(*people: tuple[bool, str | None, int | None, str | None]) -> pl.DataFrame:
    rows = [(f"p{place}", day("2024-02-01"), enrolled, False, day(born) if born else None, sex, home) for place, (enrolled, born, sex, home) in enumerate(people)]
    schema = {
        "person_key": pl.String,
        "referred_day": pl.Int32,
        "is_enrolled": pl.Boolean,
        "is_withdrawn": pl.Boolean,
        "birth_day": pl.Int32,
        "sex": pl.Int32,
        "municipality": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_the_age_of_the_enrolled_is_held_against_that_of_the_others_referred() -> None:
    """Born four and eight years before the referral, and five: six years of 365.25 days less five, to the day."""
    people = known((True, "2020-02-01", 1, "101"), (True, "2016-02-01", 2, "101"), (False, "2019-02-01", 1, "101"), (False, None, None, None))
    days = Fraction(1461 + 2922, 2) - 1826
    assert figures(*of_known("ungebro", "unge", people))["age_of_enrolled"] == (2, 3, days / Fraction(1461, 4), "")
    alone_there = known((True, "2020-02-01", 1, "101"), (False, None, 1, "101"))
    assert figures(*of_known("ungebro", "unge", alone_there))["age_of_enrolled"] == (None, None, None, "there is nobody of known age to compare with")


def test_who_is_born_the_same_day_of_the_same_sex_in_the_same_place_may_be_the_same_person() -> None:
    twin = (True, "2001-05-05", 1, "101")
    people = known(
        twin,
        twin,
        (False, *twin[1:]),
        (True, "2001-05-05", 2, "101"),
        (True, "2001-05-05", 1, "751"),
        (True, "2001-05-06", 1, "101"),
        (True, None, 1, "101"),
        (True, None, 1, "101"),
    )
    assert figures(*of_known("ungebro", "unge", people))["referred_under_another_key"] == (3, 6, Fraction(1, 2), "")
    assert figures(*of_known("ungebro", "unge", known((True, None, 1, "101"))))["referred_under_another_key"] == (None, None, None, "there is nobody to count")


Spell = tuple[int, int, str]


def units(*people: tuple[float, list[Spell]], status: str = "counted", window_end: int = 1000) -> pl.DataFrame:
    rows = [
        (n, status, Decimal(str(value)), window_end, [dict(zip(("start_day", "end_day", "code"), spell, strict=True)) for spell in spells])
        for n, (value, spells) in enumerate(people)
    ]
    schema = {"person_id": pl.Int32, "status": pl.String, "value": pl.Decimal(18, 6), "window_end": pl.Int32, "evidence": EVIDENCE}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_returning_inside_the_gap_is_a_gap_of_one_day_to_the_most_that_is_tolerated() -> None:
    people = [
        (1, [(0, 10, "110"), (11, 50, "110")]),
        (1, [(0, 10, "110"), (24, 50, "110")]),
        (1, [(0, 10, "110"), (25, 50, "110")]),
        (1, [(0, 10, "110"), (10, 50, "110")]),
        (1, [(0, 30, "110"), (5, 9, "110"), (20, 50, "110")]),
        (0, [(0, 10, "110"), (11, 50, "110")]),
        (1, []),
    ]
    assert counted.reached_over_a_gap(units(*people), 14) == (2, 6)
    assert counted.reached_over_a_gap(units(*people, status="not_observed"), 14) == (0, 0)
    assert counted.reached_over_a_gap(units(), 14) == (0, 0)


def test_parked_is_who_has_left_thirty_days_after_the_last_milestone() -> None:
    mark = (100, 101, "12 months")
    people = [
        (1, [(0, 131, "110"), mark]),
        (1, [(0, 130, "110"), mark]),
        (1, [(0, 101, "110"), (130, 300, "110"), mark]),
        (1, [(0, 101, "110"), (131, 300, "110"), mark]),
        (0, [(0, 90, "110")]),
    ]
    assert counted.left_after(units(*people, window_end=131), ["12 months"], 30) == (2, 4)
    assert counted.left_after(units(*people, window_end=130), ["12 months"], 30) == (0, 0)


def test_the_education_grant_counts_before_the_last_week_that_is_paid_for() -> None:
    """Two weeks are paid for: they end on day 28 where a week on the grant lies between them."""
    good, grant = "0 success", "651 neutral"
    people = [
        (2, [(0, 7, good), (7, 14, grant), (21, 28, good)]),
        (3, [(0, 14, good), (14, 21, grant), (21, 28, good)]),
        (2, [(0, 14, good), (14, 21, "130 failure")]),
        (3, [(7, 28, good), (0, 7, grant)]),
        (1, [(0, 7, grant), (7, 14, good)]),
    ]
    assert counted.grant_before(units(*people), 2, ["651", "652"]) == (2, 4)


def change(column: str, in_both: int, changed: int, register: str = "buaf") -> Change:
    return Change(register, dt.date(2026, 5, 1), AS_OF, column, 0, 0, in_both, changed, None, 200, 200)


def test_what_registers_of_the_contract_restated_is_told_by_row_and_by_column_of_codes() -> None:
    found = of_changes(
        CATALOGUE, TRYGT_HJEM, [change("", 160, 20), change("ansted_klas", 160, 8), change("slutdato", 160, 15), change("", 900, 90, "dream"), change("", 10, 1, "arrests")]
    )
    assert {(item.figure, item.about): (item.numerator, item.denominator) for item in found} == {
        ("rows_restated", "buaf"): (20, 160),
        ("codes_restated", "buaf.ansted_klas"): (8, 160),
    }
    assert figures(*of_changes(CATALOGUE, TRYGT_HJEM, []))["codes_restated"] == (None, None, None, "no register of the contract was delivered twice")


def entry(kind: str, key: str, as_of: dt.date, **body: Any) -> Entry:
    return Entry(1, "", kind, as_of, key.split("/", maxsplit=1)[0], key, key if kind == "decision" else "", body, "", "")


def test_paid_people_whose_lines_changed_are_those_of_claims_that_were_posted_before() -> None:
    subject = "trigger:trygt_hjem/hjemmedage/2024H2/final"
    found = Check(subject, "paid_lines_stand", "warned", "warning", 3, 120, "", "0", "", "", "", "", "", "", "", AS_OF)
    key = "trygt_hjem/hjemmedage/2024H2/all/final"
    before, tonight = entry("decision", key, dt.date(2026, 6, 29)), entry("decision", key, AS_OF)
    assert figures(*of_paid(TRYGT_HJEM, [before], [found], AS_OF))["paid_people_restated"] == (3, 120, Fraction(1, 40), "")
    for entries, checks, contract in (([tonight], [found], TRYGT_HJEM), ([before], [], TRYGT_HJEM), ([before], [found], UNGEBRO)):
        assert figures(*of_paid(contract, entries, checks, AS_OF))["paid_people_restated"][3] == "no claim that was posted before prices people"


def told(contract: OutcomeContract, *entries: Entry, profile: Profile | None = None) -> dict[tuple[str, str], tuple[Any, ...]]:
    found = of_terms(contract, profile or CATALOGUE.gate_of(contract), entries, AS_OF)
    return {(item.figure, item.about): (item.numerator, item.denominator, item.value, item.reason) for item in found}


def released(*parties: str) -> Entry:
    return entry("override", "ungebro/effekt/2025Q1/all/final", AS_OF, by=[{"name": party, "party": party} for party in parties])


def test_both_signatures_of_one_side_are_counted_of_all_overrides() -> None:
    """The municipality buys and supplies; fund, pension fund and foundation fund; provider and intermediary deliver."""
    signed = [released("kommune", "udfoerer"), released("fond", "stiftelse"), released("formidler", "udfoerer"), released("evaluator", "kommune")]
    assert told(UNGEBRO, *signed)["overrides_by_one_side", ""] == (2, 4, Fraction(1, 2), "")
    assert told(TRYGT_HJEM, *signed)["overrides_by_one_side", ""] == (None, None, None, "nothing was overridden")


def test_what_investors_have_at_risk_is_read_from_the_waterfall() -> None:
    """Drawn on 1 February after a start on 15 January; a guarantee of half a million of eight."""
    assert told(UNGEBRO)["drawn_late", "senior"] == told(UNGEBRO)["drawn_late", "junior"] == (None, None, Fraction(17), "")
    assert told(UNGEBRO)["principal_at_risk", ""] == (None, None, Fraction(15, 16), "")
    flow = UNGEBRO.waterfall
    assert flow is not None
    unguaranteed = UNGEBRO.model_copy(update={"waterfall": flow.model_copy(update={"guarantee": None, "order": [step for step in flow.order if step.written != "guarantor"]})})
    assert told(unguaranteed)["principal_at_risk", ""][2] == 1
    for name in ("drawn_late", "principal_at_risk"):
        assert told(TRYGT_HJEM)[name, ""] == (None, None, None, "the contract has no waterfall, and so no investor's principal")


def test_an_evaluator_is_related_by_another_role_or_by_another_partys_name() -> None:
    assert told(UNGEBRO)["evaluators_related", ""] == (0, 1, Fraction(0), "")
    for update in ({"roles": ["evaluator", "investor"]}, {"name": "PENSIONSKASSEN"}):
        parties = [party.model_copy(update=update) if party.id == "evaluator" else party for party in UNGEBRO.parties]
        assert told(UNGEBRO.model_copy(update={"parties": parties}))["evaluators_related", ""][0] == 1
    nobody = UNGEBRO.model_copy(update={"parties": [party for party in UNGEBRO.parties if party.id != "evaluator"]})
    assert told(nobody)["evaluators_related", ""][3] == "the contract names no evaluator"


def test_rules_that_a_contract_tightened_or_added_are_counted_and_loosened_ones_are_not() -> None:
    profile = CATALOGUE.gate_of(UNGEBRO)
    new = {"few_are_excluded": (Decimal("0.05"), Decimal("0.10")), "cohort_is_linked": (Decimal("0.99"), Decimal("0.98")), "sources_agree": (Decimal("0.20"), Decimal("0.15"))}
    rules = [rule.model_copy(update={"threshold": new[rule.rule][0], "was": new[rule.rule][1], "clause": "§1"}) if rule.rule in new else rule for rule in profile.rules]
    assert told(UNGEBRO, profile=profile.model_copy(update={"rules": rules}))["gate_tightened", ""][:2] == (2, len(rules))
    assert told(UNGEBRO)["gate_tightened", ""][0] == 0


def rows(*found: Figure, smallest: int = 5) -> list[tuple[Any, ...]]:
    frame = gaming_figures(found, AS_OF, smallest)
    return frame.select("figure", "numerator", "denominator", "value", "state", "reason").rows()


def test_numbers_that_tell_of_few_are_hidden_and_shown_to_the_parties() -> None:
    few = share_of_people("x", "referrals_late", "c", 4, 100)
    assert rows(few) == [("referrals_late", None, None, None, "suppressed", "")]
    assert rows(few, smallest=0) == [("referrals_late", 4, 100, Decimal("0.040000"), "shown", "")]
    for numerator, state in ((0, "shown"), (5, "shown"), (95, "shown"), (96, "suppressed"), (100, "shown")):
        assert rows(share_of_people("x", "referrals_late", "c", numerator, 100))[0][4] == state
    assert rows(share_of_people("x", "referrals_late", "c", 5, 100, beside=(3,)))[0][4] == "suppressed"
    assert rows(share_of_things("x", "gate_tightened", "", 1, 40, "")) == [("gate_tightened", 1, 40, Decimal("0.025000"), "shown", "")]


def test_figures_that_tell_of_each_other_share_one_state() -> None:
    many = share_of_people("x", "enrolled_of_referred", "c", 90, 100, group="list")
    few = share_of_people("x", "referrals_withdrawn", "c", 2, 100, group="list")
    assert [row[4] for row in rows(many, few)] == ["suppressed", "suppressed"]
    elsewhere = share_of_people("x", "referrals_withdrawn", "d", 2, 100, group="list")
    assert [row[4] for row in rows(many, elsewhere)] == ["shown", "suppressed"]


def test_enrolled_withdrawn_and_what_is_left_of_the_referred_are_hidden_together() -> None:
    people = counted.by_person(own())
    found = next(item for item in of_list("ungebro", COHORT, own(), people, None, USED) if item.figure == "enrolled_of_referred")
    assert sorted(found.counts) == [0, 2, 2, 4, 6]


def test_a_figure_that_cannot_be_computed_keeps_its_row_with_the_reason() -> None:
    assert rows(unmeasured("x", "days_to_approval", "because")) == [("days_to_approval", None, None, None, "not_measurable", "because")]
    assert rows(share_of_people("x", "referrals_late", "c", 0, 0)) == [("referrals_late", None, None, None, "not_measurable", "there is nobody to count")]


@pytest.mark.parametrize("contract", [UNGEBRO, TRYGT_HJEM], ids=lambda contract: contract.contract)
def test_what_is_not_recorded_is_said_of_every_contract(contract: OutcomeContract) -> None:
    found = told(contract)
    assert {name: found[name, ""][3] for name in UNRECORDED} == UNRECORDED


def test_every_figure_stands_in_the_docs_with_whom_it_points_at_and_the_table_says_its_columns() -> None:
    page = (ROOT / "docs" / "gaming.md").read_text(encoding="utf-8")
    rows_of = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `")}
    assert set(rows_of) == set(FIGURES)
    assert [name for name, meaning in FIGURES.items() if f"| {meaning.who_could} |" not in rows_of[name]] == []
    assert all(f"comment on column gaming_figures.{name} is" in sql_text("published/gaming_figures.sql") for name in gaming_figures([], AS_OF, 5).columns)
