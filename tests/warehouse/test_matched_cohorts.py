"""A matched cohort from staged registers to what is published: chosen by what is near, frozen with who stands beside whom, and compared in sets."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from warehouse.test_eligible_members import ENROLLED, Given, cohort

from indicators.evaluation.method import methods
from indicators.result import RoleCount
from indicators.spells import day_number
from pipelines.cohorts import Match, freeze, frozen_of, proved
from pipelines.contracts.outcome import Cohort, OutcomeContract
from pipelines.contracts.source import read
from pipelines.errors import HomeError
from pipelines.evidencing import evidence
from pipelines.freezing import freeze_members, record_match
from pipelines.measuring import enrolled
from pipelines.payments.vocabulary import catalogue
from pipelines.reports.tables_of_matching import matching_tables
from pipelines.settings import PACKAGE_ROOT, Home
from pipelines.warehouse.writer import open_warehouse

NEAREST = {"by": "propensity", "of": ["age", "weeks_year_before"], "within": Decimal("0.5")}
MATCHED: dict[str, Any] = {"clause": "Bilag 1 §3", "on": ["sex"], "nearest": NEAREST, "each": 2, "codes": "dream", "benefits": ["kontanthjaelp"]}
AS_OF = dt.date(2024, 8, 1)
SUBJECT = "cohort:ungebro/unge"
TREATED = range(1, 13)


def agreed(**more: Any) -> Cohort:
    return cohort(matched={**MATCHED, **more}, eligible=None)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Given]:
    """Twelve who were enrolled, three of them younger than anybody else; fifty who were not, all ages from 20."""
    with open_warehouse(Home(tmp_path)) as warehouse:
        given = Given(warehouse)
        for number in range(1, 63):
            years = (17 if number < 4 else 20 + number) if number in TREATED else 20 + number % 14
            given.person(number, born=dt.date(2024 - years, 1, 1))
            if number % 5:
                warehouse.connection.execute("update staged.dream set start_day = ? where person_id = ?", [day_number(ENROLLED) - 400 - 7 * (number % 17), number])
        for number in TREATED:
            given.referred(number)
        yield given


def frozen(made: Given, agreement: Cohort) -> Match:
    found = enrolled(made.warehouse, agreement)
    assert freeze_members(made.warehouse, catalogue(), "ungebro", agreement, AS_OF, found) == ""
    kept = frozen_of(made.warehouse.home, "ungebro", "unge", AS_OF)
    assert kept is not None
    assert kept.match is not None
    made.warehouse.replace("outcomes.cohort_members", kept.with_numbers(made.warehouse).with_columns(subject=pl.lit(SUBJECT)), SUBJECT)
    record_match(made.warehouse, SUBJECT, kept)
    return kept.match


def test_the_nearest_are_frozen_with_whom_they_stand_beside_and_how_alike_that_made_the_groups(made: Given) -> None:
    match = frozen(made, agreed())
    assert match.counts["asked"] == match.counts["looked_at"] == 12
    assert 0 < match.counts["beside"] < 12
    assert match.counts["outside"] >= 3
    sets = made.warehouse.rows("outcomes.matched_sets", SUBJECT)
    assert sets["person_id"].is_unique().all()
    assert set(sets["for_person"]) < set(TREATED)
    assert sets.group_by("for_person").len()["len"].max() == 2
    tables = matching_tables(made.warehouse, AS_OF, {})
    assert tables["balance"].select("contract", "cohort").unique().rows() == [("ungebro", "unge")]
    age = tables["balance"].filter(covariate="age").row(0, named=True)
    assert abs(age["smd_after"]) < abs(age["smd_before"])
    assert tables["overlap"].height == 10


def test_a_list_that_was_frozen_before_matches_were_kept_still_gives_its_hash(made: Given) -> None:
    rows = pl.DataFrame([("p001", "treatment", 19_800, "eligible", "enrolled")], schema=["person_key", "role", "enrolled_day", "status", "reason"], orient="row")
    freeze(made.warehouse.home, "ungebro", "unge", AS_OF, rows)
    (path,) = made.warehouse.home.cohorts.iterdir()
    assert set(json.loads(path.read_bytes())) == {"as_of", "rows", "seal", "sha256"}
    assert proved(path).match is None


@pytest.mark.parametrize("part", ["beside", "balance", "overlap", "counts"])
def test_a_match_that_is_altered_is_found(made: Given, part: str) -> None:
    frozen(made, agreed())
    (path,) = made.warehouse.home.cohorts.iterdir()
    data = json.loads(path.read_bytes())
    data["match"][part] = {**data["match"][part], "asked": 13} if part == "counts" else data["match"][part][1:]
    path.chmod(0o600)
    path.write_text(json.dumps(data, separators=(",", ":"), sort_keys=True) + "\n")
    with pytest.raises(HomeError, match="the frozen cohort is not what was frozen"):
        proved(path)


def test_where_nobody_can_be_near_nobody_is_frozen_and_the_reason_is_told(made: Given) -> None:
    made.run("delete from staged.bef_person where person_id > 12")
    made.run("insert into staged.bef_person select i, ?, 1, '851' from range(13, 63) t(i)", [day_number(dt.date(1964, 1, 1))])
    agreement = agreed(nearest={**NEAREST, "of": ["age"]})
    said = freeze_members(made.warehouse, catalogue(), "ungebro", agreement, AS_OF, enrolled(made.warehouse, agreement))
    assert said.startswith("cohort ungebro/unge: no comparison can be matched: the treated can be told from everybody else for certain")
    assert frozen_of(made.warehouse.home, "ungebro", "unge", AS_OF) is None


def contract(matched: dict[str, Any]) -> OutcomeContract:
    folder = PACKAGE_ROOT / "data_contracts"
    value = read(folder / "outcomes" / "ungebro.yaml", root=folder).value
    value["cohorts"][0]["matched"] = {**MATCHED, **matched}
    value["outcomes"][0]["compare"].update(method="matched_sets@1", intervals=["set_means"])
    return OutcomeContract.model_validate(value)


def compared(made: Given, **matched: Any) -> Any:
    """The evidence of weeks, of which everybody has as many as their number; one of those matched is not observed."""
    frozen(made, agreed(**matched))
    members = made.warehouse.rows("outcomes.cohort_members", SUBJECT).filter(status="eligible")
    lost = members.filter(role="comparison")["person_id"].min()
    rows = members.select(
        "person_id",
        "role",
        subject=pl.lit("outcome:ungebro/uger"),
        cohort=pl.lit("unge"),
        status=pl.when(person_id=lost).then(pl.lit("not_observed")).otherwise(pl.lit("counted")),
        reason=pl.lit("seen"),
        window_start=pl.lit(0, dtype=pl.Int32),
        window_end=pl.lit(9, dtype=pl.Int32),
        exposure=pl.lit(9, dtype=pl.Int64),
        value=pl.col("person_id").cast(pl.Decimal(18, 6)),
    )
    made.warehouse.replace("outcomes.indicator_values", rows, "outcome:ungebro/uger")
    terms = contract(matched)
    roles = {role: RoleCount(n, n, Decimal(0), 0) for role, n in members.group_by("role").len().iter_rows()}
    return evidence(made.warehouse, terms, terms.outcomes[0], "outcome:ungebro/uger", roles), lost


def test_each_treated_person_is_compared_with_those_counted_beside_them(made: Given) -> None:
    found, lost = compared(made)
    sets = made.warehouse.rows("outcomes.matched_sets", SUBJECT)
    assert set(found.sets.filter(role="comparison").select("set", "person").rows()) == set(sets.filter(pl.col("person_id") != lost).select("for_person", "person_id").rows())
    beside = sets.filter(pl.col("person_id") != lost).group_by("for_person").agg(pl.col("person_id").mean())
    by_hand = sum(person - mean for person, mean in beside.iter_rows()) / beside.height
    estimate = methods()["matched_sets@1"].estimate(found, intervals=["set_means"], level=Decimal("0.95"), decimals=6)
    assert float(estimate.quantities["difference"].value) == pytest.approx(by_hand, abs=1e-6)
    assert dict(estimate.diagnostics)["unmatched"] == str(12 - beside.height)


def test_more_unmatched_than_agreed_give_no_estimate(made: Given) -> None:
    with pytest.raises(ValueError, match=r"\d of 12 treated people have nobody beside them, and Bilag 1 §3 lets at most 1.0 % be so"):
        compared(made, unmatched_at_most=Decimal("0.01"))


def test_groups_further_apart_than_agreed_give_no_estimate(made: Given) -> None:
    with pytest.raises(ValueError, match=r"after matching the groups of 'unge' differ by -?\d.\d\d standard deviations in \w+, and Bilag 1 §3 lets them differ by at most 0.001"):
        compared(made, differs_at_most=Decimal("0.001"))


def test_a_balance_that_is_not_known_gives_no_estimate_where_it_is_asked_for(made: Given) -> None:
    found, _ = compared(made)
    assert not found.sets.is_empty()
    made.run("delete from outcomes.balance")
    terms = contract({"differs_at_most": Decimal("0.25")})
    with pytest.raises(ValueError, match="is not known, since their list was frozen without it"):
        evidence(made.warehouse, terms, terms.outcomes[0], "outcome:ungebro/uger", {"treatment": found.treatment, "comparison": found.comparison})


def test_groups_that_differ_where_the_treated_do_not_vary_give_no_estimate_either(made: Given) -> None:
    """There is no standard deviation to measure in: nobody treated had a week on a benefit the year before, and everybody beside them many."""
    made.run("update staged.dream set start_day = ? where person_id <= 12", [day_number(ENROLLED) - 300])
    with pytest.raises(
        ValueError, match="after matching the groups of 'unge' differ in weeks_last_year, in which the treated do not vary, and Bilag 1 §3 lets them differ by at most"
    ):
        compared(made, nearest={**NEAREST, "of": ["age"], "within": Decimal(5)}, differs_at_most=Decimal(9))


def test_a_set_whose_treated_person_counts_elsewhere_is_nobodys(made: Given) -> None:
    """A treated person of this cohort who is counted in an earlier one: those who stood beside them stand beside nobody here."""
    found, _ = compared(made)
    (elsewhere,) = found.sets.filter(role="treatment").select(pl.col("set").min()).to_series()
    made.run("update outcomes.indicator_values set cohort = 'unge_a' where person_id = ?", [elsewhere])
    terms = contract({})
    again = evidence(made.warehouse, terms, terms.outcomes[0], "outcome:ungebro/uger", {"treatment": found.treatment, "comparison": found.comparison})
    assert elsewhere not in again.whole_sets()["set"]


def test_unmatched_people_are_counted_where_it_is_decided_and_not_on_the_list_alone(made: Given) -> None:
    """Of those with somebody beside them on the list, nobody beside them is counted any more."""
    found, _ = compared(made, unmatched_at_most=Decimal("0.9"))
    made.run("update outcomes.indicator_values set status = 'not_observed' where role = 'comparison' and person_id not in (select max(person_id) from outcomes.matched_sets)")
    terms = contract({"unmatched_at_most": Decimal("0.9")})
    with pytest.raises(ValueError, match=r"11 of 12 treated people have nobody beside them, and Bilag 1 §3 lets at most 90.0 % be so"):
        evidence(made.warehouse, terms, terms.outcomes[0], "outcome:ungebro/uger", {"treatment": found.treatment, "comparison": found.comparison})


def test_a_list_without_sets_gives_no_estimate_and_says_so(made: Given) -> None:
    found, _ = compared(made)
    record_match(made.warehouse, SUBJECT, None)
    assert [made.warehouse.rows(f"outcomes.{name}", SUBJECT).height for name in ("matched_sets", "balance", "overlap")] == [0, 0, 0]
    terms = contract({})
    with pytest.raises(ValueError, match="nobody stands beside anybody in 'unge', or its list was frozen before that was kept"):
        evidence(made.warehouse, terms, terms.outcomes[0], "outcome:ungebro/uger", {"treatment": found.treatment, "comparison": found.comparison})


def test_a_register_with_nobody_to_choose_from_freezes_nobody(made: Given) -> None:
    made.run("delete from staged.bef_person where person_id > 12")
    agreement = agreed()
    said = freeze_members(made.warehouse, catalogue(), "ungebro", agreement, AS_OF, enrolled(made.warehouse, agreement))
    assert said == "cohort ungebro/unge: no comparison can be matched: there is nobody to choose from"
    assert frozen_of(made.warehouse.home, "ungebro", "unge", AS_OF) is None
