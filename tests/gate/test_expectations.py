"""Every expectation, run by the real engine: it passes on clean data, and a defect planted for it alone kills it.

The people are called LEAKME-nnnn throughout: nothing the engine says may hold that word.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from gate import claims_given, danish
from gate.danish import EXPERIENCED, MATCHED, SECRET, Defect, fails
from reports.outline import outline

from indicators.spells import day_number
from pipelines.contracts.register import RegisterContract
from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.counting import alone
from pipelines.payments.vocabulary import catalogue
from pipelines.quality import checker as checker_module
from pipelines.quality import engine as engine_module
from pipelines.quality.checker import Checker
from pipelines.quality.checks import Check
from pipelines.quality.registers import register_suite
from pipelines.quality.suites import Expectation, Suite, cohort_suite, outcome_suite, thresholds
from pipelines.settings import Home
from pipelines.warehouse.facts import note_facts
from pipelines.warehouse.writer import Warehouse, open_warehouse

AS_OF = dt.date(2026, 6, 30)
CATALOGUE = catalogue()
CONTRACT = CATALOGUE.contracts["tarp"]
PROFILE = CATALOGUE.profiles[CONTRACT.gate.profile]
RELEASES, ARRESTS, COHORT, OUTCOME = "register:releases", "register:arrests", "cohort:tarp/released", "outcome:tarp/rearrest_52_weeks"
SUITES = {
    **{f"register:{name}": register_suite(CATALOGUE, register) for name, register in CATALOGUE.registers.items()},
    COHORT: cohort_suite(CONTRACT, PROFILE, "released"),
    OUTCOME: outcome_suite(CONTRACT, PROFILE, "rearrest_52_weeks"),
    MATCHED: cohort_suite(CATALOGUE.contracts["ungebro"], PROFILE, "unge"),
    EXPERIENCED: outcome_suite(CATALOGUE.contracts["trygt_hjem"], PROFILE, "trivsel"),
    **claims_given.suites(CATALOGUE),
}
IN_ARM, LAG = 100, 30
DELIVERIES = "quality.deliveries (register, delivery, sha256, known_from, is_accepted, is_in_use, declared_through, covers_through, row_count)"
ENROLLED = dt.date(2024, 9, 1)
WINDOW_END = ENROLLED + dt.timedelta(weeks=52)
NEEDED = WINDOW_END - dt.timedelta(days=1) + dt.timedelta(days=LAG)


def delivery(register: str, mark: str, known_from: dt.date, through: dt.date | None, *, is_accepted: bool = True) -> Delivery:
    return Delivery(register, mark * 64, known_from, is_accepted, f"{register}.parquet", rows=200, declared_through=through, covers_through=through)


def plant_deliveries(warehouse: Warehouse) -> None:
    used = [delivery("releases", "a", dt.date(2026, 6, 1), dt.date(2025, 3, 31)), delivery("arrests", "b", dt.date(2026, 6, 1), NEEDED)]
    used += [delivery(name, mark, dt.date(2026, 6, 1), NEEDED) for name, mark in zip(danish.REGISTERS, "defghijklmnopqrst", strict=True)]
    older = delivery("arrests", "c", dt.date(2026, 5, 31), None, is_accepted=False)
    warehouse.note_deliveries([older, *used], {item.register: alone(item) for item in used}, {"releases": 0, "arrests": LAG, **dict.fromkeys(danish.REGISTERS, LAG)})


def plant_people(warehouse: Warehouse) -> None:
    people = pl.DataFrame({"person_id": pl.int_range(1, 2 * IN_ARM + 1, dtype=pl.Int32, eager=True)}).with_columns(
        role=pl.when(pl.col("person_id") <= IN_ARM).then(pl.lit("treatment")).otherwise(pl.lit("comparison"))
    )
    members = people.with_columns(enrolled_day=pl.lit(day_number(ENROLLED)), status=pl.lit("eligible"), reason=pl.lit("enrolled"))
    for subject in (COHORT, MATCHED):
        warehouse.replace("outcomes.cohort_members", members.with_columns(subject=pl.lit(subject)), subject)
    values = people.with_columns(
        status=pl.lit("counted"),
        reason=pl.lit("observed"),
        window_start=pl.lit(day_number(ENROLLED)),
        window_end=pl.lit(day_number(WINDOW_END)),
        exposure=pl.lit(364),
        value=pl.lit(Decimal(0)),
        cohort=pl.lit("released"),
    )
    for subject in (OUTCOME, EXPERIENCED):
        warehouse.replace("outcomes.indicator_values", values.with_columns(subject=pl.lit(subject)), subject)


def plant_registers(warehouse: Warehouse) -> None:
    person = f"select '{SECRET}-' || lpad(cast(n as varchar), 4, '0') as person_id"
    warehouse.connection.execute("create schema delivered")
    warehouse.connection.execute(
        f"create table delivered.releases as {person}, date '{ENROLLED}' as released_on, if(n <= {IN_ARM}, 'aid', 'no_aid') as arm, 15 + n % 86 as age from range(1, 201) as t(n)"
    )
    days = f"date '{NEEDED}' as searched_on, date '{ENROLLED}' as followed_from, date '{NEEDED}' as followed_to"
    arrested = f"if(n % 3 = 0, date '{ENROLLED}' + cast(n as integer), null) as arrested_on"
    warehouse.connection.execute(f"create table delivered.arrests as {person}, {days}, {arrested} from range(1, 201) as t(n)")


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with a tiny warehouse on which every expectation holds."""
    home = Home(tmp_path_factory.mktemp("clean"))
    with open_warehouse(home) as warehouse:
        plant_deliveries(warehouse)
        plant_people(warehouse)
        plant_registers(warehouse)
        danish.plant(warehouse, CATALOGUE)
        for register in CATALOGUE.registers.values():
            note_facts(warehouse, register)
        warehouse.set_cohort(COHORT, "releases", day_number(dt.date(2024, 7, 1)), day_number(dt.date(2025, 4, 1)), 2)
        warehouse.set_cohort(MATCHED, "referrals", day_number(dt.date(2024, 2, 1)), day_number(dt.date(2025, 2, 1)), 2)
        warehouse.set_needs(OUTCOME, ("arrests",), (0, 1))
        warehouse.set_needs(EXPERIENCED, ("who5",), (0, 1))
        warehouse.set_refusals(MATCHED, 100, 10)
        for subject in (COHORT, MATCHED):
            warehouse.set_referral_log(subject, 200, 200, 0, 0, 0, 0, 0, None, dt.date(2026, 6, 1))
        claims_given.plant(warehouse)
        for subject in SUITES:
            warehouse.set_thresholds(subject, thresholds(PROFILE, subject.split(":", 1)[0]))
            warehouse.note_built(subject, f"inputs of {subject}", AS_OF)
        warehouse.make_expectation_views()
    return home


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    """One engine for the whole module."""
    made = Checker().start()
    yield made
    made.stop()


@dataclass
class Bench:
    """A copy of the clean warehouse to spoil and to ask about."""

    home: Home
    checker: Checker

    def spoil(self, *statements: str) -> Bench:
        with open_warehouse(self.home) as warehouse:
            for statement in statements:
                warehouse.connection.execute(statement)
        return self

    def ask(self, suite: Suite, **more: Any) -> dict[str, Check]:
        """The checks by rule; none of them may name a person."""
        found = self.checker.run(self.home, suite, AS_OF, **more)
        assert SECRET not in json.dumps([check.as_data() for check in found], default=str)
        assert [check.rule for check in found] == [item.rule for item in suite.expectations]
        assert {(check.subject, check.suite, check.as_of) for check in found} <= {(suite.subject, suite.digest(), AS_OF)}
        return {check.rule: check for check in found}


@pytest.fixture
def bench(clean: Home, checker: Checker, tmp_path: Path) -> Bench:
    shutil.copyfile(clean.warehouse, tmp_path / "warehouse.duckdb")
    return Bench(Home(tmp_path), checker)


def not_passed(found: dict[str, Check]) -> dict[str, str]:
    return {rule: check.verdict for rule, check in found.items() if check.verdict != "passed"}


@pytest.mark.parametrize("subject", sorted(SUITES))
def test_everything_passes_on_clean_data_and_says_what_it_looked_at(bench: Bench, subject: str) -> None:
    found = bench.ask(SUITES[subject])
    assert not_passed(found) == {}
    assert all(check.denominator and check.inputs == f"inputs of {subject}" and not check.reason for check in found.values())


EMPTIED = {name: {item.rule: "not_evaluated" for item in SUITES[f"register:{name}"].expectations if item.kind != "view"} for name in ("releases", "arrests")}
ONE = f"where person_id = '{SECRET}-0003'"


def lose(people: int, reason: str, *, of: str = "true") -> str:
    """SQL that leaves so many people unobserved, half of each arm, or of the people named by `of`."""
    in_order = f"select person_id, row_number() over (order by person_id % {IN_ARM}, person_id) as place from outcomes.indicator_values where subject = '{OUTCOME}' and {of}"
    lost = f"select person_id from ({in_order}) where place <= {people}"
    return f"update outcomes.indicator_values set status = 'not_observed', reason = '{reason}', value = null where subject = '{OUTCOME}' and person_id in ({lost})"


NO_DELIVERY = dict.fromkeys((rule.rule for rule in PROFILE.rules if rule.on == "register" and rule.rule != "newest_delivery_accepted"), "not_evaluated")


def vintages(register: str, *, in_both: int = 200, gone: int = 0, rows: tuple[int, int] = (200, 200)) -> str:
    """SQL that gives a register a vintage before the one in use, with so many people of it still there and so many rows then and now."""
    change = f"insert into quality.vintage_changes values ('{register}', 'v1', 'v2', '', 0, {gone}, {in_both}, 0, null, {rows[0]}, {rows[1]})"
    return f"insert into quality.vintages values ('{register}', 'v1', 'v2', date '2026-05-01', date '2026-06-01'); {change}"


def moved(register: str, measure: str, part: int, whole: int = 100) -> str:
    """SQL that has a column of a register move so far, by one measure, from the vintage before to the one in use."""
    named = f"('{register}', 'v1', 'v2', '{measure}'"
    return f"{vintages(register)}; insert into quality.vintage_drift values {named}, 'c', {part}, {whole}), {named}, 'd', -1, {whole})"


def same_period(register: str, before: int, now: int) -> str:
    """SQL that gives the delivery in use a period that an older one had with other rows."""
    days = "'2025', date '2025-01-01', date '2026-01-01'"
    older = f"insert into quality.delivery_periods values ('{register}', 'x', date '2026-05-01', {days}, {before}, true, false)"
    of_it = f"from quality.deliveries where register = '{register}' and is_in_use"
    return f"{older}; insert into quality.delivery_periods select register, sha256, known_from, {days}, {now}, true, true {of_it}"


def beside(known_from: str, period: str, start: str, end: str, *, is_accepted: bool, counts: bool) -> str:
    """SQL that puts a delivery of a period beside the one in use, which is of 2025 and known from 1 June 2026."""
    noted = f"insert into {DELIVERIES} values ('arrests', 'y', 'y', date '{known_from}', {is_accepted}, {counts}, null, null, 1)"
    of_period = f"insert into quality.delivery_periods values ('arrests', 'y', date '{known_from}', '{period}', date '{start}', date '{end}', 1, {is_accepted}, {counts})"
    return f"{same_period('arrests', 1000, 1000)}; {noted}; {of_period}"


LATER = dt.date(2026, 2, 28) - dt.timedelta(days=1) + dt.timedelta(days=LAG)
"""What half a year after the last window, which ends with 30 August 2025, and the lag take: six months from 31 August end with February."""


def covered_after_months(months: int, through: dt.date) -> str:
    """SQL that has the events of an outcome known so many months after its windows, by a register that covers through a day."""
    return f"update quality.needs set months_after = {months}; update quality.deliveries set covers_through = date '{through}' where register = 'arrests'"


def fact(register: str, name: str) -> str:
    return f"update quality.register_facts set part = 1 where register = '{register}' and fact = '{name}'"


def broken(register: str, *, days: int = 0, overlapping: int = 0, unreadable: int = 0) -> str:
    missing = f"date '2023-01-01', date '2023-01-01' + {days}" if days else "null, null"
    return f"insert into quality.breaks values ('{register}', {missing}, {days}, {overlapping}, {unreadable})"


def unknown_of(people: int) -> str:
    """SQL that has nobody know of so many enrolled people whether they are eligible, one for each reason in turn."""
    reasons = "['unlinked', 'birth_day_unknown', 'residence_unknown', 'referral_unknown']"
    return f"update outcomes.cohort_members set status = 'ineligible', reason = {reasons}[1 + person_id % 4] where subject = '{MATCHED}' and person_id <= {people}"


def listed(subject: str, **counts: int) -> str:
    """SQL that has a cohort's newest list of referrals lack or have otherwise what earlier ones have, or have referrals that came late."""
    said = ", ".join(f"{name} = {count}" for name, count in counts.items())
    return f"update quality.referral_log set {said}, since = date '2026-05-01' where subject = '{subject}'"


def came_over(subject: str, people: int) -> str:
    """SQL that has so many of a cohort's comparison group come into the programme afterwards, each by two cohorts, and somebody of the treated too."""
    both = f"from range({IN_ARM} + 1, {IN_ARM} + 1 + {people}) as t(n), (values ('released'), ('later')) as given(cohort)"
    return f"insert into quality.contaminated select '{subject}', n, cohort {both}; insert into quality.contaminated values ('{subject}', 1, 'later')"


DEFECTS: dict[tuple[str, str], Defect] = {
    **danish.register_defects(SUITES),
    **danish.DEFECTS,
    **claims_given.DEFECTS,
    **{
        (f"register:{name}", rule): defect
        for name in CATALOGUE.registers
        for rule, defect in {
            "newest_delivery_accepted": Defect(
                f"insert into {DELIVERIES} values ('{name}', 'x', 'x', date '2026-06-01', false, false, null, null, 0)", fails("newest_delivery_accepted")
            ),
            "one_delivery_a_night": Defect(
                f"insert into {DELIVERIES} select register, 'x', 'x', known_from, true, false, null, null, 1 from quality.deliveries where register = '{name}' and is_in_use",
                fails("one_delivery_a_night"),
            ),
            "coverage_is_not_ahead": Defect(
                f"update quality.deliveries set covers_through = known_from + 1 where register = '{name}' and is_accepted", fails("coverage_is_not_ahead")
            ),
            "rejects_are_few": Defect(f"update quality.deliveries set rejected = row_count where register = '{name}'", fails("rejects_are_few")),
            "periods_are_unbroken": Defect(broken(name, days=1), fails("periods_are_unbroken")),
            "register_is_on_time": Defect(f"update quality.registers set late_days = 1, due_on = date '2026-06-29' where register = '{name}'", {"register_is_on_time": "warned"}),
            "same_period_same_rows": Defect(same_period(name, 1000, 1051), {"same_period_same_rows": "warned"}),
            "rows_did_not_collapse": Defect(vintages(name, rows=(1000, 799)), fails("rows_did_not_collapse")),
            "known_people_are_known_again": Defect(vintages(name, in_both=899, gone=101), fails("known_people_are_known_again")),
            "person_keys_are_no_placeholders": Defect(fact(name, "placeholders"), fails("person_keys_are_no_placeholders")),
            "keys_are_of_one_form": Defect(fact(name, "other_forms"), fails("keys_are_of_one_form")),
            "one_key_is_one_person": Defect(fact(name, "two_people"), fails("one_key_is_one_person")),
            "restatement_is_small": Defect(moved(name, "rows_gone", 21), {"restatement_is_small": "warned"}),
            "empty_cells_do_not_spread": Defect(moved(name, "empty", 6), fails("empty_cells_do_not_spread")),
            "codes_do_not_drift": Defect(moved(name, "codes", 21), {"codes_do_not_drift": "warned"}),
            "no_row_stands_twice": Defect(fact(name, "rows_again"), fails("no_row_stands_twice")),
            "label_within_coverage": Defect(f"update quality.deliveries set declared_through = covers_through + 1 where register = '{name}'", {"label_within_coverage": "warned"}),
        }.items()
    },
    **{
        (f"register:{name}", rule): defect
        for name in ("releases", "arrests")
        for rule, defect in {
            "register_is_not_empty": Defect(f"delete from delivered.{name}", EMPTIED[name]),
            "person_id_is_given": Defect(f"update delivered.{name} set person_id = null {ONE}", fails("person_id_is_given")),
            "person_id_is_unique": Defect(f"update delivered.{name} set person_id = '{SECRET}-0004' {ONE}", fails("person_id_is_unique")),
        }.items()
    },
    (RELEASES, "released_on_is_given"): Defect(f"update delivered.releases set released_on = null {ONE}", fails("released_on_is_given")),
    (RELEASES, "arm_is_given"): Defect(f"update delivered.releases set arm = null {ONE}", fails("arm_is_given")),
    (RELEASES, "arm_is_a_known_code"): Defect(f"update delivered.releases set arm = 'Aid' {ONE}", fails("arm_is_a_known_code")),
    (RELEASES, "age_is_given"): Defect(f"update delivered.releases set age = null {ONE}", fails("age_is_given")),
    (RELEASES, "age_is_plausible"): Defect(f"update delivered.releases set age = 101 {ONE}", fails("age_is_plausible")),
    (ARRESTS, "person_id_stands_in_releases"): Defect(f"update delivered.arrests set person_id = '{SECRET}-0999' {ONE}", fails("person_id_stands_in_releases")),
    (ARRESTS, "searched_on_is_given"): Defect(f"update delivered.arrests set searched_on = null {ONE}", fails("searched_on_is_given")),
    (ARRESTS, "followed_from_is_given"): Defect(f"update delivered.arrests set followed_from = null {ONE}", fails("followed_from_is_given")),
    (ARRESTS, "followed_to_is_given"): Defect(f"update delivered.arrests set followed_to = null {ONE}", fails("followed_to_is_given")),
    (ARRESTS, "follow_up_runs_forward"): Defect(f"update delivered.arrests set followed_to = searched_on + 1 {ONE}", fails("follow_up_runs_forward")),
    (ARRESTS, "arrest_inside_follow_up"): Defect(f"update delivered.arrests set arrested_on = followed_from - 1 {ONE}", fails("arrest_inside_follow_up")),
    (COHORT, "cohort_period_covered"): Defect("update quality.deliveries set covers_through = date '2025-03-30' where register = 'releases'", fails("cohort_period_covered")),
    (COHORT, "cohort_is_large_enough"): Defect(f"delete from outcomes.cohort_members where person_id between 30 and {IN_ARM}", fails("cohort_is_large_enough")),
    (COHORT, "comparison_stays_apart"): Defect(came_over(COHORT, 6), {"comparison_stays_apart": "warned"}),
    (MATCHED, "comparison_stays_apart"): Defect(came_over(MATCHED, 6), {"comparison_stays_apart": "warned"}),
    (COHORT, "frozen_cohort_unchanged"): Defect(f"insert into quality.cohort_changes values ('{COHORT}', 3, 'gone')", fails("frozen_cohort_unchanged")),
    (COHORT, "few_are_excluded"): Defect("update outcomes.cohort_members set status = 'ineligible' where person_id % 100 < 11", fails("few_are_excluded")),
    (COHORT, "referrals_are_only_added"): Defect(listed(COHORT, gone=1), fails("referrals_are_only_added")),
    (MATCHED, "referrals_are_only_added"): Defect(listed(MATCHED, changed=1), fails("referrals_are_only_added")),
    (COHORT, "referrals_come_in_time"): Defect(listed(COHORT, late=11), {"referrals_come_in_time": "warned"}),
    (MATCHED, "referrals_come_in_time"): Defect(listed(MATCHED, late=11), {"referrals_come_in_time": "warned"}),
    (MATCHED, "few_are_excluded"): Defect("update outcomes.cohort_members set status = 'ineligible' where person_id % 100 < 11", fails("few_are_excluded")),
    (MATCHED, "eligibility_is_known"): Defect(unknown_of(5), fails("eligibility_is_known")),
    (MATCHED, "provider_refuses_few"): Defect("update quality.refusals set by_provider = 11", {"provider_refuses_few": "warned"}),
    (OUTCOME, "coverage_reaches_windows"): Defect(
        f"update quality.deliveries set covers_through = date '{NEEDED}' - 1 where register = 'arrests'", fails("coverage_reaches_windows")
    ),
    (OUTCOME, "cohort_is_linked"): Defect(lose(5, "unlinked"), fails("cohort_is_linked")),
    (OUTCOME, "follow_up_is_complete"): Defect(lose(11, "follow_up_ends"), fails("follow_up_is_complete")),
    (OUTCOME, "arms_lose_alike"): Defect(lose(6, "follow_up_ends", of="role = 'treatment'"), fails("arms_lose_alike")),
    (OUTCOME, "values_are_plausible"): Defect("update outcomes.indicator_values set value = 2 where person_id = 3", fails("values_are_plausible")),
}


def test_every_rule_of_every_suite_has_a_defect_that_kills_it() -> None:
    declared = {(suite.subject, item.rule) for suite in SUITES.values() for item in suite.expectations}
    assert set(DEFECTS) == declared
    assert all(rule in defect.kills for (_, rule), defect in DEFECTS.items())
    assert {rule.rule for rule in PROFILE.rules} == {item.rule for suite in SUITES.values() for item in suite.expectations if item.kind == "view"}


def planted_together() -> dict[str, tuple[str, list[Defect]]]:
    """What one question each is asked about: a rule, or all `_is_given` of a register, whose empty cells stand in a column each, the person
    key's last. A profile's rule for registers is one text whatever the register, so one register of two answers for it."""
    made: dict[str, tuple[str, list[Defect]]] = {}
    for subject, rule in sorted(DEFECTS, key=lambda item: (item[1] in ("person_id_is_given", "pnr_is_given"), item)):
        if subject in (RELEASES, ARRESTS) or not subject.startswith("register:") or rule not in OF_EVERY_REGISTER:
            name = "everything_is_given" if rule.endswith("_is_given") else rule
            made.setdefault(f"{subject}-{name}", (subject, []))[1].append(DEFECTS[subject, rule])
    return made


OF_EVERY_REGISTER = {rule.rule for rule in PROFILE.rules if rule.on == "register"}
TOGETHER = planted_together()


@pytest.mark.parametrize("name", sorted(TOGETHER))
def test_a_rule_is_killed_by_its_planted_defect_and_by_nothing_less(bench: Bench, name: str) -> None:
    subject, defects = TOGETHER[name]
    kills = {rule: verdict for defect in defects for rule, verdict in defect.kills.items()}
    assert not_passed(bench.spoil(*(defect.sql for defect in defects)).ask(SUITES[subject])) == kills


ON_THE_EDGE = {
    **danish.ON_THE_EDGE,
    **claims_given.ON_THE_EDGE,
    "five in a hundred referrals that came late": (COHORT, listed(COHORT, late=10)),
    "five in a hundred of the comparison who came over": (COHORT, came_over(COHORT, 5)),
    "another cohort's comparison that came over": (COHORT, came_over(MATCHED, 50)),
    "another cohort's list that lost a referral": (COHORT, listed(MATCHED, gone=1)),
    "twenty in a hundred rows rewritten": (ARRESTS, moved("arrests", "rows_gone", 20)),
    "five points more empty cells": (ARRESTS, moved("arrests", "empty", 5)),
    "a column that is fuller than before": (ARRESTS, moved("arrests", "empty", -50)),
    "two in a hundred of whom nobody can say whether they are eligible": (MATCHED, unknown_of(4)),
    "people of whom it is known that they are not": (
        MATCHED,
        f"update outcomes.cohort_members set status = 'ineligible', reason = 'too_old' where subject = '{MATCHED}' and person_id <= 10",
    ),
    "one in ten excluded": (COHORT, "update outcomes.cohort_members set status = 'ineligible' where person_id % 100 < 10"),
    "people excluded who were enrolled the day after the period": (
        COHORT,
        f"update outcomes.cohort_members set status = 'ineligible', enrolled_day = {day_number(dt.date(2025, 4, 1))} where person_id % 2 = 0",
    ),
    "a delivery that was refused the day before the newest was accepted": (ARRESTS, "update quality.deliveries set known_from = date '2026-05-31' where not is_accepted"),
    "an earlier accepted delivery": (ARRESTS, f"insert into {DELIVERIES} values ('arrests', 'x', 'x', date '2026-05-30', true, false, null, null, 1)"),
    "a delivery known on the very day it covers through": (ARRESTS, "update quality.deliveries set covers_through = known_from where is_accepted"),
    "a label that claims exactly what the data cover": (ARRESTS, "update quality.deliveries set declared_through = covers_through"),
    "coverage to the very day a delivery is known from": (ARRESTS, "update quality.deliveries set covers_through = known_from, declared_through = null"),
    "no label": (ARRESTS, "update quality.deliveries set declared_through = null"),
    "a period of five in a hundred rows more": (ARRESTS, same_period("arrests", 1000, 1050)),
    "eight in ten rows left": (ARRESTS, vintages("arrests", rows=(1000, 800))),
    "a vintage that grew": (ARRESTS, vintages("arrests", rows=(1, 1000))),
    "nine in ten people known again": (ARRESTS, vintages("arrests", in_both=900, gone=100)),
    "a vintage before in which nobody was": (ARRESTS, vintages("arrests", in_both=0, rows=(0, 200))),
    "a register due today": (ARRESTS, "update quality.registers set late_days = 0, due_on = date '2026-06-30'"),
    "another register with a gap": (ARRESTS, broken("releases", days=9)),
    "another period known the same day": (
        ARRESTS,
        beside("2026-06-01", "2024", "2024-01-01", "2025-01-01", is_accepted=True, counts=True),
    ),
    "a refused period that a later delivery has": (
        ARRESTS,
        beside("2026-05-31", "2025Q2", "2025-04-01", "2025-07-01", is_accepted=False, counts=False),
    ),
    "the youngest and the oldest age": (RELEASES, "update delivered.releases set age = if(age > 50, 100, 15)"),
    "an arrest on the last day that was looked at": (ARRESTS, f"update delivered.arrests set arrested_on = followed_to {ONE}"),
    "a search of one day": (ARRESTS, f"update delivered.arrests set followed_to = followed_from, arrested_on = null {ONE}"),
    "enrolment covered to its very last day": (COHORT, "update quality.deliveries set covers_through = date '2025-03-31' where register = 'releases'"),
    "thirty people in the smaller arm": (COHORT, f"delete from outcomes.cohort_members where person_id between 31 and {IN_ARM}"),
    "a change in another cohort": (COHORT, "insert into quality.cohort_changes values ('cohort:tarp/other', 3, 'gone')"),
    "events that need half a year more, covered to its very last day": (OUTCOME, covered_after_months(6, LATER)),
    "two in a hundred unlinked": (OUTCOME, lose(4, "unlinked")),
    "five in a hundred lost": (OUTCOME, lose(10, "follow_up_ends")),
    "five in a hundred lost from one arm alone": (OUTCOME, lose(5, "follow_up_ends", of="role = 'treatment'")),
    "the least and the most a value can be": (OUTCOME, "update outcomes.indicator_values set value = person_id % 2"),
    "people who were never eligible": (OUTCOME, "update outcomes.indicator_values set status = 'ineligible', value = null where person_id % 10 = 0"),
}


@pytest.mark.parametrize("edge", sorted(ON_THE_EDGE))
def test_exactly_on_the_edge_passes(bench: Bench, edge: str) -> None:
    subject, statement = ON_THE_EDGE[edge]
    assert not_passed(bench.spoil(statement).ask(SUITES[subject])) == {}


BEYOND_THE_EDGE = {
    **danish.BEYOND_THE_EDGE,
    **claims_given.BEYOND_THE_EDGE,
    "a register that nobody delivered": (
        ARRESTS,
        "delete from quality.deliveries where register = 'arrests'",
        fails("newest_delivery_accepted") | NO_DELIVERY,
    ),
    "a register of which everything was refused": (
        ARRESTS,
        "update quality.deliveries set is_accepted = false, is_in_use = false where register = 'arrests'",
        fails("newest_delivery_accepted") | NO_DELIVERY,
    ),
    "a period that overlaps another": (ARRESTS, broken("arrests", overlapping=1), fails("periods_are_unbroken")),
    "a period of no known form": (ARRESTS, broken("arrests", unreadable=1), fails("periods_are_unbroken")),
    "a period of fewer rows": (ARRESTS, same_period("arrests", 1000, 949), {"same_period_same_rows": "warned"}),
    "a gap before a window's end": (OUTCOME, broken("arrests", days=9), fails("coverage_reaches_windows")),
    "two deliveries of one period known the same day": (
        ARRESTS,
        beside("2026-06-01", "2025Q2", "2025-04-01", "2025-07-01", is_accepted=True, counts=False),
        fails("one_delivery_a_night"),
    ),
    "a refused period that only another has come after": (
        ARRESTS,
        beside("2026-05-31", "2023", "2023-01-01", "2024-01-01", is_accepted=False, counts=False),
        fails("newest_delivery_accepted"),
    ),
    "a first day looked at after the last": (ARRESTS, f"update delivered.arrests set followed_to = followed_from - 1, arrested_on = null {ONE}", fails("follow_up_runs_forward")),
    "an age one year too low": (RELEASES, f"update delivered.releases set age = 14 {ONE}", fails("age_is_plausible")),
    "a cohort of one arm": (COHORT, "delete from outcomes.cohort_members where role = 'treatment'", fails("cohort_is_large_enough")),
    "a cohort of ineligible people": (
        COHORT,
        "update outcomes.cohort_members set status = 'ineligible'",
        {"comparison_stays_apart": "not_evaluated", "cohort_is_large_enough": "not_evaluated", "few_are_excluded": "failed"},
    ),
    "a cohort without a covering register": (COHORT, "delete from quality.deliveries", fails("cohort_period_covered")),
    "a needed register without a delivery": (OUTCOME, "delete from quality.deliveries where register = 'arrests'", fails("coverage_reaches_windows")),
    "a needed register that no contract describes": (OUTCOME, f"insert into quality.needs (subject, register) values ('{OUTCOME}', 'nowhere')", fails("coverage_reaches_windows")),
    "events that need half a year more, covered to a day before": (OUTCOME, covered_after_months(6, LATER - dt.timedelta(days=1)), fails("coverage_reaches_windows")),
    "an outcome that needs no register": (OUTCOME, "delete from quality.needs", {"coverage_reaches_windows": "not_evaluated"}),
    "a value below the least": (OUTCOME, "update outcomes.indicator_values set value = -0.000001 where person_id = 3", fails("values_are_plausible")),
    "a counted person without a value": (OUTCOME, "update outcomes.indicator_values set value = null where person_id = 3", fails("values_are_plausible")),
    "a counted person without exposure": (OUTCOME, "update outcomes.indicator_values set exposure = null where person_id = 3", fails("values_are_plausible")),
    "a counted person with no day of exposure": (OUTCOME, "update outcomes.indicator_values set exposure = 0 where person_id = 3", fails("values_are_plausible")),
    "one window that ends a day later": (OUTCOME, "update outcomes.indicator_values set window_end = window_end + 1 where person_id = 3", fails("coverage_reaches_windows")),
    "an outcome of one arm": (OUTCOME, "delete from outcomes.indicator_values where role = 'treatment'", {"arms_lose_alike": "not_evaluated"}),
    "thresholds that nobody set": (OUTCOME, "delete from quality.thresholds", {item.rule: "not_evaluated" for item in SUITES[OUTCOME].expectations}),
    "a list of referrals that nobody logged": (
        COHORT,
        f"delete from quality.referral_log where subject = '{COHORT}'",
        dict.fromkeys(("referrals_are_only_added", "referrals_come_in_time"), "not_evaluated"),
    ),
    "unit rows that nobody computed": (OUTCOME, "delete from outcomes.indicator_values", {item.rule: "not_evaluated" for item in SUITES[OUTCOME].expectations}),
    "members that nobody enrolled": (
        COHORT,
        "delete from outcomes.cohort_members",
        dict.fromkeys(("cohort_is_large_enough", "comparison_stays_apart", "frozen_cohort_unchanged", "few_are_excluded"), "not_evaluated"),
    ),
}


@pytest.mark.parametrize("edge", sorted(BEYOND_THE_EDGE))
def test_just_beyond_the_edge_does_not_pass(bench: Bench, edge: str) -> None:
    subject, statement, expected = BEYOND_THE_EDGE[edge]
    assert not_passed(bench.spoil(statement).ask(SUITES[subject])) == expected


def test_a_failing_check_says_what_was_counted_without_telling_how_few(bench: Bench) -> None:
    found = bench.spoil(f"update delivered.releases set age = 14 {ONE}").ask(SUITES[RELEASES])["age_is_plausible"]
    assert (found.numerator, found.denominator, found.observed, found.reason) == (1, 200, "fewer than 5 of 200", "fewer than 5 of 200")
    assert found.remedy == "Ask the supplier to correct the ages and deliver the whole register again."
    assert found.cured_by == "prisons"


def test_a_list_that_lost_referrals_says_since_which_list_and_in_what_it_was_delivered(bench: Bench) -> None:
    found = bench.spoil(listed(COHORT, gone=1, changed=7)).ask(SUITES[COHORT])["referrals_are_only_added"]
    words = "fewer than 5 gone and 7 changed since the list logged on 2026-05-01, in what is known from 2026-06-01"
    assert (found.numerator, found.denominator, found.reason, found.cured_by) == (8, 200, words, "prisons or police")


def test_inputs_are_read_beside_the_data_so_that_a_stale_warehouse_is_found(bench: Bench) -> None:
    found = bench.spoil(f"update quality.built set inputs = 'of last week' where subject = '{OUTCOME}'").ask(SUITES[OUTCOME])
    assert {check.inputs for check in found.values()} == {"of last week"}
    assert {check.inputs for check in bench.spoil("delete from quality.built").ask(SUITES[OUTCOME]).values()} == {""}


def test_without_a_delivery_only_the_rules_about_deliveries_are_asked(bench: Bench) -> None:
    gone = bench.spoil("delete from quality.deliveries where register = 'arrests'", "drop table delivered.arrests")
    found = gone.ask(SUITES[ARRESTS], undelivered={"arrests"})
    assert found["newest_delivery_accepted"].verdict == "failed"
    assert found["newest_delivery_accepted"].reason == "arrests: no delivery is known"
    assert {check.verdict for rule, check in found.items() if rule != "newest_delivery_accepted"} == {"not_evaluated"}


def test_a_suite_of_nothing_gives_no_checks(bench: Bench) -> None:
    assert bench.ask(Suite("outcome:tarp/nothing", ())) == {}


VISITS = {
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "visits",
    "name": "Visits",
    "version": "1.0.0",
    "status": "active",
    "description": {"purpose": "Tests.", "limitations": "None.", "usage": "Tests."},
    "customProperties": [
        {"property": "permittedUse", "value": "administration"},
        {"property": "legalBasis", "value": "None"},
        {"property": "formats", "value": ["parquet"]},
        {"property": "deliveries", "value": "whole_history"},
        {"property": "coverage", "value": {"column": "visited_on", "measured": "latest"}},
        {"property": "reportingLagDays", "value": 0},
        {"property": "personKey", "value": "person_id"},
        {"property": "supplier", "value": "clinic"},
    ],
}


def library_rule(metric: str, **more: Any) -> dict[str, Any]:
    remedy = [{"property": "remedy", "value": "Mend it."}]
    return {"name": f"{metric.lower()}_holds", "type": "library", "metric": metric, "description": metric, "dimension": "conformity", "customProperties": remedy, **more}


def visits_suite() -> Suite:
    """A register with the kinds of rules that the shipped registers do without: a compound key and every library metric."""
    column = {"logicalType": "string", "description": "A column."}
    code = [library_rule("nullValues", mustBe=0), library_rule("invalidValues", mustBe=0, arguments={"validValues": ["x", "y"]})]
    properties = [
        {**column, "name": "person_id", "primaryKey": True},
        {**column, "name": "visited_on", "logicalType": "date", "primaryKey": True},
        {**column, "name": "code", "quality": code},
        {**column, "name": "receipt", "quality": [library_rule("duplicateValues", mustBe=0)]},
    ]
    table = {"name": "visits", "description": "Visits.", "properties": properties, "quality": [library_rule("rowCount", mustBeBetween=[3, 4])]}
    suite = register_suite(CATALOGUE, RegisterContract.model_validate({**VISITS, "schema": [table]}))
    return Suite(suite.subject, tuple(item for item in suite.expectations if item.kind != "view"))


VISITS_TABLE = f"""
create table delivered.visits as
select '{SECRET}-' || n % 2 as person_id, date '2026-01-01' + cast(n as integer) as visited_on, 'x' as code, cast(n as varchar) as receipt from range(3) as t(n)
"""


@pytest.mark.parametrize(
    ("defect", "expected"),
    [
        ("select 1", {}),
        ("insert into delivered.visits values ('LEAKME-9', date '2026-01-01', 'y', '9')", {}),
        ("update delivered.visits set visited_on = date '2026-01-01'", fails("key_is_unique")),
        ("update delivered.visits set code = null where receipt = '1'", fails("nullvalues_holds")),
        ("update delivered.visits set code = 'z' where receipt = '1'", fails("invalidvalues_holds")),
        ("update delivered.visits set receipt = '0' where receipt = '1'", fails("duplicatevalues_holds")),
        ("delete from delivered.visits where receipt = '1'", fails("rowcount_holds")),
        ("insert into delivered.visits select 'LEAKME-9', date '2026-02-01' + cast(n as integer), 'y', cast(9 + n as varchar) from range(2) as t(n)", fails("rowcount_holds")),
    ],
)
def test_compound_keys_and_every_library_metric_pass_and_are_killed(bench: Bench, defect: str, expected: dict[str, str]) -> None:
    assert not_passed(bench.spoil(VISITS_TABLE, defect).ask(visits_suite())) == expected


def test_rows_share_a_key_only_where_some_of_it_is_given(bench: Bench) -> None:
    """(0, Jan 1) three times; (0, nothing) twice; (nothing, nothing) twice: three and two rows share a key, an empty key is none."""
    rows = "('0', date '2026-01-01'), ('0', '2026-01-01'), ('0', '2026-01-01'), ('0', null), ('0', null), (null, null), (null, null), (null, '2026-01-01')"
    bench.spoil(f"create table delivered.visits as select *, 'x' as code, null as receipt from (values {rows}) as t(person_id, visited_on)")
    found = bench.ask(visits_suite())
    assert (found["key_is_unique"].numerator, found["key_is_unique"].denominator) == (5, 8)
    assert (found["duplicatevalues_holds"].numerator, found["duplicatevalues_holds"].verdict) == (0, "passed")


def test_one_engine_sees_what_changed_between_two_questions(bench: Bench) -> None:
    assert not_passed(bench.spoil(VISITS_TABLE).ask(visits_suite())) == {}
    bench.spoil("update delivered.visits set code = 'z' where receipt = '1'")
    assert not_passed(bench.ask(visits_suite())) == fails("invalidvalues_holds")
    bench.spoil("alter table delivered.visits drop column code")
    assert {bench.ask(visits_suite())[rule].verdict for rule in ("invalidvalues_holds", "nullvalues_holds")} == {"errored"}
    bench.spoil("drop table delivered.visits")
    assert {check.verdict for check in bench.ask(visits_suite()).values()} == {"errored"}
    assert not_passed(bench.spoil(VISITS_TABLE).ask(visits_suite())) == {}


def test_a_rule_with_two_rows_of_one_subject_is_errored(bench: Bench) -> None:
    row = f"select '{RELEASES}' as subject, 'rows' as counts, 'at_most' as bound, 0 as numerator, 9 as denominator, '' as observed, false as is_bad"
    bench.spoil(f"create or replace view quality.newest_delivery_accepted as {row} union all {row}")
    assert bench.ask(SUITES[RELEASES])["newest_delivery_accepted"].verdict == "errored"


def counting(query: str, *, rule: str = "planted", table: str = "delivered.releases") -> Expectation:
    return Expectation(rule, "counts_none", table, {"query": query}, "error", "accuracy", "", "", "", "0")


SOUND = counting("select count(*) from {batch} where age < 0", rule="sound")
BROKEN = {
    "a cast that meets a cell it cannot read": counting("select count(*) from {batch} where cast(person_id as integer) > 1"),
    "a cell shouted out by the query itself": counting("select count(*) from {batch} where error(person_id) is null"),
    "a query that returns a person instead of a count": counting("select max(person_id) from {batch}"),
    "a query that returns nothing": counting("select sum(age) from {batch} where age > 1000"),
    "a query with no rows at all": counting("select count(*) from {batch} where age > 1000 group by age"),
    "a misspelt keyword": counting("selec count(*) from {batch}"),
    "a misspelt column in a query": counting("select count(*) from {batch} where agee > 1"),
    "a misspelt function": counting("select cuont(*) from {batch}"),
    "a table that is not there, in a query": counting("select count(*) from delivered.nowhere join {batch} using (person_id)"),
    "a column that is not there": Expectation("planted", "not_null", "delivered.releases", {"column": "agee"}, "error", "accuracy", "", "", "", "0"),
    "a code list of another type": Expectation("planted", "in_set", "delivered.releases", {"column": "age", "values": ["aid"]}, "error", "accuracy", "", "", "", "0"),
    "a table that is not there": replace(SOUND, rule="planted", table="delivered.nowhere"),
    "a schema that is not there": replace(SOUND, rule="planted", table="nowhere.releases"),
}


@pytest.mark.parametrize("broken", sorted(BROKEN))
def test_what_cannot_be_evaluated_is_errored_names_nobody_and_spares_its_neighbours(bench: Bench, broken: str) -> None:
    found = bench.ask(Suite(RELEASES, (SOUND, BROKEN[broken], replace(SOUND, rule="also_sound"))))
    assert {rule: check.verdict for rule, check in found.items()} == {"sound": "passed", "planted": "errored", "also_sound": "passed"}
    assert found["planted"].reason.startswith("it could not be evaluated: ")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("select count(*) from {batch} where agee > 1", 'BinderException: Binder Error: Referenced column "agee" not found in FROM clause!'),
        ("selec count(*) from {batch}", "ParserException: Parser Error: syntax error at or near"),
        ("select cuont(*) from {batch}", "CatalogException: Catalog Error: Scalar Function with name cuont does not exist!"),
    ],
)
def test_an_error_that_speaks_of_names_only_is_passed_on(bench: Bench, query: str, words: str) -> None:
    assert words in bench.ask(Suite(RELEASES, (counting(query),)))["planted"].reason


def test_an_expectation_without_its_arguments_is_errored(bench: Bench) -> None:
    bare = Expectation("planted", "not_null", "delivered.releases", {}, "error", "accuracy", "", "", "", "0")
    assert bench.ask(Suite(RELEASES, (bare,)))["planted"].verdict == "errored"


def test_an_empty_table_is_not_evaluated_whatever_the_kind(bench: Bench) -> None:
    bench.spoil(VISITS_TABLE, "delete from delivered.visits")
    assert {check.verdict for check in bench.ask(visits_suite()).values()} == {"not_evaluated"}


def test_a_view_that_cannot_say_whether_it_is_bad_does_not_pass(bench: Bench) -> None:
    columns = f"'{RELEASES}' as subject, 'rows' as counts, 'at_most' as bound, 0 as numerator, 9 as denominator, '' as observed"
    bench.spoil(f"create or replace view quality.newest_delivery_accepted as select {columns}, cast(null as boolean) as is_bad")
    assert not_passed(bench.ask(SUITES[RELEASES])) == fails("newest_delivery_accepted")


@pytest.mark.parametrize("damage", ["drop view quality.newest_delivery_accepted", "alter table quality.registers drop column reporting_lag_days; drop table quality.deliveries"])
def test_a_view_that_is_gone_or_cannot_be_read_is_errored(bench: Bench, damage: str) -> None:
    assert bench.spoil(damage).ask(SUITES[RELEASES])["newest_delivery_accepted"].verdict == "errored"


def test_a_cell_made_to_look_like_a_speakable_error_is_withheld(bench: Bench) -> None:
    for kind in ("BinderException", "CatalogException", "ParserException"):
        bench.spoil(f"update delivered.releases set person_id = '[{kind}] {SECRET}-0001' {ONE.replace('0003', '0001')} or person_id like '[%'")
        found = bench.ask(Suite(RELEASES, (BROKEN["a cast that meets a cell it cannot read"], replace(BROKEN["a cell shouted out by the query itself"], rule="shouted"))))
        assert {check.reason for check in found.values()} == {"it could not be evaluated: it raised an error (message withheld: it may quote data)"}


@pytest.mark.parametrize("kind", ["BinderException", "CatalogException", "ParserException"])
def test_only_a_message_of_ours_is_passed_on_and_only_its_first_line(kind: str) -> None:
    assert engine_module._only_names(f"[{kind}] no such column\n{SECRET}-0001") == f"{kind}: no such column"
    for message in (f"[ConversionException] [{kind}] {SECRET}-0001", f"Could not convert '[{kind}] {SECRET}-0001' to INT32", f"{kind}: {SECRET}-0001"):
        assert SECRET not in engine_module._only_names(message)
        assert SECRET not in engine_module._speakable(ValueError(message), "delivered.releases")


@pytest.mark.parametrize("damage", ["drop table quality.built", "drop schema quality cascade"])
def test_a_warehouse_without_its_inputs_is_errored_and_let_go_of(bench: Bench, damage: str) -> None:
    found = bench.spoil(damage).ask(Suite(RELEASES, (SOUND,)))
    assert found["sound"].verdict == "errored"
    bench.spoil("select 1")


def test_a_file_that_is_no_warehouse_is_errored(bench: Bench) -> None:
    bench.home.warehouse.write_bytes(b"not a database" * 1000)
    assert bench.ask(Suite(RELEASES, (SOUND,)))["sound"].verdict == "errored"
    bench.home.warehouse.unlink()
    assert bench.ask(Suite(RELEASES, (SOUND,)))["sound"].verdict == "errored"
    assert not bench.home.warehouse.exists()


def test_the_raw_bytes_of_the_child_name_nobody_on_either_stream(bench: Bench) -> None:
    bench.spoil(f"update delivered.releases set arm = person_id, age = 200, person_id = '{SECRET}-0004' {ONE}", DEFECTS[OUTCOME, "values_are_plausible"].sql)
    planted = Suite(RELEASES, tuple(replace(item, rule=f"planted_{place}") for place, item in enumerate(BROKEN.values())))
    suites = [planted, *SUITES.values(), visits_suite()]
    base = {"memory_limit": "1GB", "seconds_a_rule": 300, "database": str(bench.home.warehouse)}
    lines = [json.dumps({**base, "suites": [suite.as_data()]}) for suite in suites]
    sent = "\n".join([*lines, "not JSON", json.dumps({**base, "suites": None}), json.dumps({**base, "database": f"/{SECRET}/nowhere", "suites": [planted.as_data()]})])
    done = subprocess.run([sys.executable, "-m", "pipelines.quality.engine"], input=sent.encode(), capture_output=True, check=True)
    assert SECRET.encode() not in done.stdout.replace(f"/{SECRET}/nowhere".encode(), b"")
    assert SECRET.encode() not in done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[0] == {"ready": True}
    assert [len(answer.get("replies", [])) for answer in answers[1:]] == [*(len(suite.expectations) for suite in suites), 0, 0, 0]
    assert all("error" in answer for answer in answers[-3:])


def docs_of(bench: Bench, *suites: Suite) -> dict[str, str]:
    """Data Docs of these suites, by the name of the page; none of them may name a person."""
    for suite in suites:
        bench.ask(suite)
    folder = bench.home.root / "data_docs" / str(AS_OF)
    assert bench.checker.docs(folder, AS_OF, smallest=5, keep=1) == ""
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert not [name for name, page in found.items() if SECRET in page]
    return found


def test_data_docs_have_a_page_a_subject_each_led_to_from_the_index_and_from_nowhere_else(bench: Bench) -> None:
    docs = docs_of(bench, SUITES[RELEASES], SUITES[OUTCOME])
    assert set(docs) == {"index.html", "register.releases.html", "outcome.tarp.rearrest_52_weeks.html"}
    links = {name: set(outline(page.encode()).links) for name, page in docs.items()}
    assert links["index.html"] == {*docs, f"../../{AS_OF}/index.html"} - {"index.html"}
    assert {link for link in links["register.releases.html"] if not link.startswith("#")} == {"index.html", f"../../{AS_OF}/index.html#{RELEASES}"}
    assert f'id="{RELEASES}"' in docs["index.html"]
    assert all(item.rule in docs["register.releases.html"] for item in SUITES[RELEASES].expectations)


def test_data_docs_ask_nothing_of_the_network_and_run_nothing(bench: Bench) -> None:
    planted = replace(SOUND, protects="<script src=//elsewhere/x.js></script> & <img src=x onerror=y>", table="delivered.releases")
    docs = docs_of(bench, SUITES[ARRESTS], Suite(RELEASES, (planted,)))
    assert "&lt;script src=//elsewhere/x.js&gt;" in docs["register.releases.html"]
    for page in docs.values():
        tags = re.findall(r"<[a-z][^>]*>", page.replace("&gt;", ""))
        assert not [tag for tag in tags if re.search(r"^<(script|link|img|iframe|object|embed|base)|\s(src|srcset|on[a-z]+|data)=|https?:", tag)]
        assert not re.search(r"url\(|@import", page)
        assert "default-src 'none'" in page


def test_data_docs_count_as_great_expectations_does_and_never_how_few(bench: Bench) -> None:
    bench.spoil("update delivered.releases set arm = 'Aid' where age < 35", f"update delivered.releases set age = null {ONE}")
    text = " ".join(re.sub(r"<[^>]*>", " ", docs_of(bench, SUITES[RELEASES])["register.releases.html"]).split())
    few = bench.ask(SUITES[RELEASES])["arm_is_a_known_code"]
    assert few.numerator is not None
    assert 5 <= few.numerator <= 195
    assert f"{few.numerator} unexpected values found. {few.numerator / 2:g}% of 200 total rows." in text
    assert "fewer than 5 of 200" in text
    assert "1 unexpected value" not in text
    assert "0.5%" not in text
    assert "99.5%" not in text


def test_data_docs_tell_what_raised_in_the_words_that_may_be_said(bench: Bench) -> None:
    planted = Suite(RELEASES, tuple(replace(item, rule=f"planted_{place}") for place, item in enumerate(BROKEN.values())))
    page = docs_of(bench, planted)["register.releases.html"]
    assert page.count("our verdict errored") == len(BROKEN)
    assert page.count("raised an exception") == len(BROKEN)
    assert "message withheld: it may quote data" in page
    assert "Scalar Function with name cuont does not exist!" in page


def test_data_docs_tell_of_what_was_asked_last_and_of_this_warehouse_alone(bench: Bench, clean: Home, tmp_path: Path) -> None:
    docs = docs_of(bench, SUITES[COHORT], SUITES[RELEASES], Suite(RELEASES, (SOUND,)))
    assert "sound" in docs["register.releases.html"]
    assert "age_is_plausible" not in docs["register.releases.html"]
    shutil.copyfile(clean.warehouse, tmp_path / "other.duckdb")
    other = Bench(Home(tmp_path / "other"), bench.checker)
    other.home.root.mkdir()
    shutil.copyfile(clean.warehouse, other.home.warehouse)
    assert set(docs_of(other, SUITES[OUTCOME])) == {"index.html", "outcome.tarp.rearrest_52_weeks.html"}


def test_data_docs_that_cannot_be_written_are_said_and_the_engine_checks_on(bench: Bench) -> None:
    bench.ask(SUITES[RELEASES])
    (bench.home.root / "a_file").write_text("")
    fault = bench.checker.docs(bench.home.root / "a_file" / str(AS_OF), AS_OF, smallest=5, keep=1)
    assert re.fullmatch(r"NotADirectoryError at pipelines\.quality\.data_docs:\d+ \(message withheld\)", fault)
    assert not_passed(bench.ask(SUITES[RELEASES])) == {}


ENGINES = {
    "ends at once": "",
    "never says a word": "import sys; sys.stdin.read()",
    "hangs in the middle of a line": "import sys; sys.stdout.write('{\"replies\": ['); sys.stdout.flush(); sys.stdin.read(); sys.stdin.read()",
    "never reads": "import signal; signal.pause()",
    "talks nonsense": "print('passed')",
    "talks data of another shape": "print('[1, 2]')",
    "answers with nothing": "print('{\"replies\": []}')",
    "answers for a rule that nobody asked about": 'print(\'{"replies": [{"rule": "other", "is_success": true, "denominator": 9}]}\')',
    "answers twice": 'print(\'{"replies": [\' + \', \'.join([\'{"rule": "sound", "is_success": true, "denominator": 9}\'] * 2) + \']}\')',
    "answers without a name": 'print(\'{"replies": [{"is_success": true, "denominator": 9}]}\')',
    "answers in text": 'print(\'{"replies": "passed"}\')',
    "answers in texts": 'print(\'{"replies": ["sound"]}\')',
    "counts in words": 'print(\'{"replies": [{"rule": "sound", "is_success": true, "denominator": "many"}]}\')',
    "counts in fractions": 'print(\'{"replies": [{"rule": "sound", "is_success": true, "denominator": 0.5}]}\')',
    "says that it could not": 'print(\'{"error": "it raised an error"}\')',
}


def impostor(script: str, *, is_ready: bool) -> Checker:
    """A checker whose child runs `script` instead of the engine."""
    made = Checker()
    made.child = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    made.is_ready = is_ready
    return made


@pytest.mark.parametrize("engine", sorted(ENGINES))
def test_a_child_that_dies_hangs_or_lies_is_errored(clean: Home, monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    monkeypatch.setattr(checker_module, "SECONDS_TO_CHECK", 0.5)
    made = impostor(ENGINES[engine], is_ready=True)
    large = replace(SOUND, protects="x" * (1 << 20)) if engine == "never reads" else SOUND
    (found,) = made.run(clean, Suite(RELEASES, (large,)), AS_OF)
    assert (found.verdict, found.inputs) == ("errored", "")
    made.stop()


@pytest.mark.parametrize("said", ['"true"', "1", "null", "[]"])
def test_only_a_plain_true_is_a_success(clean: Home, said: str) -> None:
    answer = f'{{"replies": [{{"rule": "sound", "is_success": {said}, "numerator": 0, "denominator": 9}}]}}'
    made = impostor(f"import sys; sys.stdin.readline(); print({answer!r})", is_ready=True)
    (found,) = made.run(clean, Suite(RELEASES, (SOUND,)), AS_OF)
    assert found.verdict == "failed"
    made.stop()


@pytest.mark.parametrize("script", ["", "import sys; sys.stdin.read()", "print('{\"ready\": false}')", "print('hello')"])
def test_a_child_that_does_not_start_is_errored(clean: Home, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    monkeypatch.setattr(checker_module, "SECONDS_TO_START", 0.5)
    made = impostor(script, is_ready=False)
    (found,) = made.run(clean, Suite(RELEASES, (SOUND,)), AS_OF)
    assert (found.verdict, found.reason) == ("errored", "it could not be evaluated: the engine did not start")
    assert made.child is None


def test_an_engine_that_is_killed_is_errored_and_the_next_one_checks(bench: Bench) -> None:
    bench.ask(Suite(RELEASES, (SOUND,)))
    assert bench.checker.child is not None
    bench.checker.child.kill()
    bench.checker.child.wait()
    found = bench.ask(Suite(RELEASES, (SOUND,)))
    assert {check.verdict for check in found.values()} == {"errored"}
    assert not_passed(bench.ask(SUITES[RELEASES])) == {}


def test_an_engine_that_hangs_is_errored_and_ended(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.ask(Suite(RELEASES, (SOUND,)))
    hung = bench.checker.child
    assert hung is not None
    os.kill(hung.pid, signal.SIGSTOP)
    monkeypatch.setattr(checker_module, "SECONDS_TO_CHECK", 0.5)
    found = bench.ask(SUITES[RELEASES])
    assert {(check.verdict, check.reason) for check in found.values()} == {("errored", "it could not be evaluated: the engine ended or hung while it was checking")}
    assert hung.returncode == -signal.SIGKILL
