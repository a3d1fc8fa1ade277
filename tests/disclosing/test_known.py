"""What an outsider is taken to know of one contract: sums between periods, settlements, outcomes and lists, each with the leak it closes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from disclosing.night_given import AS_OF, CONTRACTS, Tables, check, decision, given, role

from indicators.result import Result
from pipelines.contracts.payment import ClaimPeriod
from pipelines.payments.decide import Decision
from pipelines.reports.disclosing.guarding import guard
from pipelines.reports.disclosing.known import Facts, problem_of
from pipelines.reports.disclosing.problem import Row
from pipelines.reports.disclosing.registers import register_problem
from pipelines.reports.disclosing.solving import leaks, protect


def period(name: str, start: str, end: str) -> ClaimPeriod:
    return ClaimPeriod(id=name, **{"from": dt.date.fromisoformat(start)}, to=dt.date.fromisoformat(end), decided_from=dt.date(2026, 6, 1))


HALVES = [period("2025", "2025-01-01", "2026-01-01"), period("H1", "2025-01-01", "2025-07-01"), period("H2", "2025-07-01", "2026-01-01")]


def result(claim_period: str, n: int, counted: int, outcome: str = "uger", contract: str = "ungebro", cohort: str = "unge") -> Result:
    return Result(contract, outcome, "§", "outcome", "weeks@1", cohort, {"treatment": role(n, counted, 1000)}, claim_period=claim_period)


def facts(*results: Result, decisions: tuple[Decision, ...] = (), people: dict[tuple[str, str], int] | None = None, contract: str = "ungebro") -> Facts:
    whole = CONTRACTS[contract]
    if contract == "ungebro":
        whole = whole.model_copy(update={"payments": [item.model_copy(update={"claim_periods": HALVES}) for item in whole.payments]})
    return Facts(whole, results, decisions, (), (), people or {})


def row(claim_period: str, outcome: str = "uger", contract: str = "ungebro") -> Row:
    return "indicator_results", contract, outcome, claim_period


def test_a_half_year_follows_from_the_year_less_the_other_half() -> None:
    """Of 60, 57 are counted in the first half; the year says 150 and the second half 90, so the half is told by both."""
    known = facts(result("2025", 150, 147), result("H1", 60, 57), result("H2", 90, 90))
    problem = problem_of(known, 5, {row("H1"): "small_count", row("2025"): "small_count"}, ())
    assert "ungebro/uger/H1/treatment/counted" in leaks(problem, {row("H1")})
    assert leaks(problem, {row("H1"), row("2025")}) == []


def test_a_period_within_another_may_not_differ_from_it_by_few() -> None:
    """The year counts 63 and its first half 60: three are of the other half, which nothing is told of."""
    problem = problem_of(facts(result("2025", 63, 63), result("H1", 60, 60)), 5, {}, ())
    assert leaks(problem, set())
    assert protect(problem).further in ({row("2025")}, {row("H1")})


def test_a_cohort_shared_out_tells_the_last_period_by_what_is_left() -> None:
    """324 of the cohort, 230 and 91 in two periods: three are in one that is still to come."""
    known = facts(result("H1", 230, 230), result("H2", 91, 91), people={("unge", "treatment"): 324})
    known = replace(known, checks=(("cohort:ungebro/unge", "cohort_is_large_enough", 324, 324),))
    problem = problem_of(known, 5, {}, ())
    assert leaks(problem, set()) == ["uger/treatment/in no claim period yet"]
    assert protect(problem).further == {("gate_checks", "cohort:ungebro/unge", "cohort_is_large_enough")}


def claim(kind: str, people: int) -> Decision:
    return replace(decision("2025Q1", people, 200, lines=()), contract="trygt_hjem", trigger="hjemmedage", claim_period="2024H2", kind=kind, counted=people)  # type: ignore[arg-type]


@pytest.mark.parametrize(("final", "leaking"), [(149, True), (146, True), (150, False), (155, False)])
def test_what_a_claim_on_account_and_its_settlement_differ_by_is_of_those_who_moved(final: int, *, leaking: bool) -> None:
    results = [result("2024H2", 200, 200, outcome, "trygt_hjem", "edge, in_care") for outcome in ("hjemmedage", "hjemmedage_foreloebig")]
    known = facts(*results, decisions=(claim("on_account", 150), claim("final", final)), contract="trygt_hjem")
    problem = problem_of(known, 5, {}, ())
    assert bool(leaks(problem, set())) is leaking
    further = protect(problem).further
    assert bool(further) is leaking
    assert all(item[0] == "payment_decisions" for item in further)


def test_what_was_told_on_account_is_not_taken_back_and_the_settlement_is_withheld() -> None:
    results = [result("2024H2", 200, 200, outcome, "trygt_hjem", "edge, in_care") for outcome in ("hjemmedage", "hjemmedage_foreloebig")]
    known = facts(*results, decisions=(claim("on_account", 150), claim("final", 148)), contract="trygt_hjem")
    first, then = (("payment_decisions", "trygt_hjem", "hjemmedage", "2024H2", kind) for kind in ("on_account", "final"))
    assert protect(problem_of(known, 5, {}, [first])).further == {then}


def test_two_outcomes_of_the_same_people_tell_each_others_number_of_people() -> None:
    results = [replace(result("2024H2", 200, counted, outcome, "trygt_hjem", "edge, in_care")) for outcome, counted in (("hjemmedage", 200), ("trivsel", 197))]
    hidden = row("2024H2", "trivsel", "trygt_hjem")
    problem = problem_of(facts(*results, contract="trygt_hjem"), 5, {hidden: "small_count"}, ())
    assert leaks(problem, {hidden}) == [], "200 people are known, and who of them answered is not"


REGISTER = {
    "as_of": AS_OF,
    "register": "kraf",
    "known_from": AS_OF,
    "is_accepted": True,
    "is_in_use": True,
    "rejected": 0,
}


def test_rows_of_the_deliveries_in_use_are_what_the_checks_of_a_register_count() -> None:
    """169 and 158 and 3 make 330: with one delivery hidden and the others told, the check of them all tells it."""
    deliveries = pl.DataFrame([{**REGISTER, "delivery": f"kraf-{place}", "row_count": rows} for place, rows in enumerate((169, 158, 3))])
    checks = pl.DataFrame([{"subject": "register:kraf", "rule": "rejects_are_few", "numerator": 0, "denominator": 330}])
    hidden: Row = ("deliveries", "kraf-2")
    problem = register_problem("kraf", {"deliveries": deliveries, "gate_checks": checks}, 5, {hidden: "small_count"}, ())
    assert leaks(problem, {hidden}) == ["kraf-2/rows"]
    assert protect(problem).further == {("gate_checks", "register:kraf", "rejects_are_few")} or len(protect(problem).further) == 1


def moved(tables: Tables, subject: str, rule: str, by: int) -> Tables:
    is_it = (pl.col("subject") == subject) & (pl.col("rule") == rule)
    return {**tables, "gate_checks": tables["gate_checks"].with_columns(pl.when(is_it).then(pl.col(name) + by).otherwise(name).alias(name) for name in ("denominator",))}


def test_when_a_settled_result_has_moved_by_few_what_is_new_of_its_people_is_withheld(tmp_path: Path) -> None:
    """44 of 44 were told. Tonight it is 42 of 42, and a claim that is settled only now would say 42."""
    quarter = {"2025Q1": (44, 44, 96, 96, 25)}
    night, exact, rows_alone = given(quarter, [])
    frozen = given(quarter)[0].frozen
    assert guard(tmp_path, replace(night, frozen=frozen), exact, rows_alone).tables["indicator_results"]["n_counted"].to_list() == [96, 44]
    later = guard(tmp_path, *given({"2025Q1": (44, 38, 96, 96, 25)}))
    assert later.tables["payment_decisions"]["amount"].to_list() == [Decimal("600000.00")], "six have moved, and six may be told of"
    other = tmp_path / "other"
    other.mkdir()
    guard(other, replace(night, frozen=frozen), exact, rows_alone)
    few = guard(other, *given({"2025Q1": (42, 42, 96, 96, 25)}))
    claims, results = few.tables["payment_decisions"], few.tables["indicator_results"]
    assert (claims["amount"].to_list(), claims["amount_state"].to_list()) == ([None], ["suppressed"])
    assert results.filter(role="treatment").select("n_counted", "counts_state").rows() == [(44, "restated")]
    assert {item.rule for item in few.suppressed if item.table == "payment_decisions"} == {"differs_by_few"}


def test_words_that_say_what_a_withheld_claim_gave_are_withheld_with_it(tmp_path: Path) -> None:
    night, exact, rows_alone = given()
    first, second = (("ungebro", "selvforsoergelse", quarter, "final") for quarter in ("2025Q2", "2025Q4"))
    told = guard(tmp_path, replace(night, built_on=lambda claims: claims | ({second} if first in claims else set())), exact, rows_alone)
    amounts = dict(told.tables["payment_decisions"].select("claim_period", "amount").rows())
    assert [quarter for quarter, amount in amounts.items() if amount is not None] == ["2025Q1"]
    counts = told.tables["gate_checks"].filter(pl.col("subject") == "trigger:ungebro/selvforsoergelse/2025Q4/final")
    assert counts["denominator"].to_list() == [None, None]


def test_a_check_that_was_told_another_number_before_is_compared_with_each_of_them(tmp_path: Path) -> None:
    night, exact, rows_alone = given()
    subject, rule = "cohort:ungebro/unge", "cohort_is_large_enough"
    for by, expected in ((0, 966), (20, 986), (22, None), (17, None), (20, 986), (3, None), (-40, 926)):
        tables = guard(tmp_path, night, moved(exact, subject, rule, by), moved(rows_alone, subject, rule, by)).tables
        assert tables["gate_checks"].filter(subject=subject, rule=rule)["denominator"].to_list() == [expected], by


def test_facts_of_a_check_without_a_result_are_of_its_subject_alone() -> None:
    known = replace(facts(), checks=(("outcome:ungebro/uger/H1", "cohort_is_linked", 57, 60), ("trigger:ungebro/selvforsoergelse/H1/final", "lines_add_up", 0, 30)))
    problem = problem_of(known, 5, {("gate_checks", "outcome:ungebro/uger/H1", "cohort_is_linked"): "small_count"}, ())
    assert protect(problem).further == set()
    assert check("a", "b", 1, 2).numerator == 1


def test_two_ways_of_counting_a_list_may_not_differ_by_few() -> None:
    """364 rows stand on the list, and 361 people were referred for its period: three came before."""
    known = replace(facts(), checks=(("cohort:ungebro/unge", "referrals_come_in_time", 0, 364),), gaming=(("referrals_withdrawn", "unge", 37, 361),))
    problem = problem_of(known, 5, {}, ())
    assert leaks(problem, set()) == ["cohort:ungebro/unge: 364 less 361"]
    assert protect(problem).further == {("gate_checks", "cohort:ungebro/unge", "referrals_come_in_time")}
