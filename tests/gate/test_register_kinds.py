"""Every kind of rule that a register contract can make, run by the real engine: it passes on clean data and on the edge, and a planted defect
kills it. And what becomes of a rule that takes too long, compares with a register that is not there, or does not run at all.

The people are called LEAKME-nnnn: nothing the engine says may hold that word.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from gate.danish import SECRET, fails

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.expectations import NATIVE
from pipelines.contracts.register import RegisterContract
from pipelines.errors import HomeError
from pipelines.quality import checker as checker_module
from pipelines.quality import gate
from pipelines.quality.checker import Checker
from pipelines.quality.checks import Check, Tally
from pipelines.quality.gate import Required
from pipelines.quality.registers import register_suite
from pipelines.quality.suites import Expectation, Suite
from pipelines.settings import Home, seconds_a_rule
from pipelines.warehouse.writer import open_warehouse

AS_OF = dt.date(2026, 6, 30)
REMEDY = [{"property": "remedy", "value": "Mend it."}]
RULE = {"description": "It holds.", "dimension": "conformity", "customProperties": REMEDY}
HANDLED = {"permittedUse": "administration", "legalBasis": "None", "formats": ["parquet"], "deliveries": "whole_history", "reportingLagDays": 0, "personKey": "person_id"}


def contract(name: str, properties: list[dict[str, Any]], **table: Any) -> RegisterContract:
    """A register contract of these columns."""
    handled = {**HANDLED, "coverage": {"column": "visited_on", "measured": "latest"}, "supplier": f"keeper_of_{name}"}
    return RegisterContract.model_validate(
        {
            "apiVersion": "v3.1.0",
            "kind": "DataContract",
            "id": name,
            "name": name,
            "version": "1.0.0",
            "status": "active",
            "description": {"purpose": "Tests.", "limitations": "None.", "usage": "Tests."},
            "customProperties": [{"property": key, "value": value} for key, value in handled.items()],
            "schema": [
                {"id": name, "name": name, "description": "Rows.", "properties": [{"description": "A column.", "logicalType": "string", **item} for item in properties], **table}
            ],
        }
    )


def library(name: str, metric: str, **more: Any) -> dict[str, Any]:
    return {**RULE, "name": name, "type": "library", "metric": metric, "mustBe": 0, **more}


PEOPLE = contract("people", [{"id": "pid", "name": "person_id"}, {"id": "born", "name": "born_on", "logicalType": "date"}])
TO_PEOPLE = "people.odcs.yaml#/schema/people/properties"
MOST_HOURS = Decimal("9007199254740.9")
VISITS = contract(
    "visits",
    [
        {
            "name": "person_id",
            "logicalTypeOptions": {"pattern": "^[A-Z]{6}-(?:[0-9]*|x:y)$", "minLength": 10, "maxLength": 11},
            "relationships": [{"to": f"{TO_PEOPLE}/pid"}],
        },
        {"name": "born_on", "logicalType": "date"},
        {"name": "referred_by", "relationships": [{"to": "visits.person_id", "customProperties": [{"property": "severity", "value": "warning"}]}]},
        {"name": "visited_on", "logicalType": "date", "logicalTypeOptions": {"minimum": "2026-01-01", "exclusiveMaximum": "2026-02-01"}},
        {"name": "minutes", "logicalType": "integer", "logicalTypeOptions": {"exclusiveMinimum": 0, "maximum": 90, "multipleOf": 15}},
        {"name": "hours", "logicalType": "number", "logicalTypeOptions": {"minimum": Decimal("-0.1"), "maximum": MOST_HOURS, "multipleOf": Decimal("0.1")}},
        {
            "name": "code",
            "quality": [
                library("code_is_x_or_y", "invalidValues", arguments={"validValues": ["x", "y", "it's", ""]}),
                library("code_is_short", "invalidValues", arguments={"pattern": "^.{0,4}$"}),
                library("code_is_no_stand_in", "missingValues", arguments={"missingValues": ["", "N/A"]}),
            ],
        },
        {
            "name": "price",
            "logicalType": "number",
            "quality": [
                library("price_is_agreed", "invalidValues", arguments={"validValues": [Decimal("0.1"), 2]}),
                library("price_is_there", "missingValues", arguments={"missingValues": [None, 0]}),
            ],
        },
    ],
    relationships=[{"from": ["visits.person_id", "visits.born_on"], "to": [f"{TO_PEOPLE}/pid", f"{TO_PEOPLE}/born"]}],
    quality=[library("one_visit_a_day", "duplicateValues", arguments={"properties": ["person_id", "visited_on"]})],
)
CATALOGUE = Catalogue(Path(), registers={"people": PEOPLE, "visits": VISITS})
SUITE = register_suite(CATALOGUE, VISITS)
TABLES = f"""
create schema if not exists delivered;
create table delivered.people as
select '{SECRET}-' || lpad(cast(n as varchar), 4, '0') as person_id, date '2000-01-01' + cast(n as integer) as born_on from range(20) as t(n)
union all select '{SECRET}-x:y', date '1999-12-31';
create table delivered.visits as
select
    '{SECRET}-' || lpad(cast(n as varchar), 4, '0') as person_id,
    date '2000-01-01' + cast(n as integer) as born_on,
    if(n = 0, '{SECRET}-0001', null) as referred_by,
    date '2026-01-01' + cast(n as integer) as visited_on,
    15 * (1 + n % 6) as minutes,
    cast(0.1 * n - 0.1 as decimal(38, 6)) as hours,
    if(n % 2 = 0, 'x', 'y') as code,
    cast(if(n % 2 = 0, 0.1, 2) as decimal(38, 6)) as price
from range(10) as t(n)
"""
ONE = f"where person_id = '{SECRET}-0003'"
SET = "update delivered.visits set"


@dataclass
class Bench:
    """A warehouse to spoil and to ask about."""

    home: Home
    checker: Checker

    def spoil(self, *statements: str) -> Bench:
        with open_warehouse(self.home) as warehouse:
            for statement in statements:
                warehouse.connection.execute(statement)
        return self

    def ask(self, suite: Suite = SUITE, **more: Any) -> dict[str, Check]:
        """The checks by rule; none of them may name a person."""
        found = self.checker.run(self.home, suite, AS_OF, **more)
        assert SECRET not in json.dumps([check.as_data() for check in found], default=str)
        assert [check.rule for check in found] == [item.rule for item in suite.expectations]
        return {check.rule: check for check in found}

    def tally(self, suite: Suite = SUITE, **more: Any) -> Tally:
        (found,) = self.checker.evaluate(self.home, [suite], AS_OF, **more).tallies
        return found


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    made = Checker().start()
    yield made
    made.stop()


@pytest.fixture
def bench(checker: Checker, tmp_path: Path) -> Bench:
    return Bench(Home(tmp_path), checker).spoil(TABLES)


def not_passed(found: dict[str, Check]) -> dict[str, str]:
    return {rule: check.verdict for rule, check in found.items() if check.verdict != "passed"}


def test_every_kind_passes_on_clean_data_and_says_what_it_looked_at(bench: Bench) -> None:
    found = bench.ask()
    assert not_passed(found) == {}
    assert {(check.numerator, check.denominator) for check in found.values()} == {(0, 10)}


DEFECTS = {
    "person_id_has_its_form": (f"{SET} person_id = '{SECRET}-003a', born_on = null {ONE}; insert into delivered.people values ('{SECRET}-003a', null)", "failed"),
    "person_id_has_its_length": (f"{SET} person_id = '{SECRET}-', born_on = null {ONE}; insert into delivered.people values ('{SECRET}-', null)", "failed"),
    "person_id_stands_in_people": (f"{SET} person_id = '{SECRET}-9999', born_on = null {ONE}", "failed"),
    "person_id_and_born_on_stand_in_people": (f"{SET} born_on = date '2000-01-05' {ONE}", "failed"),
    "referred_by_stands_in_visits": (f"{SET} referred_by = '{SECRET}-0015' {ONE}", "warned"),
    "visited_on_is_in_range": (f"{SET} visited_on = date '2026-02-01' {ONE}", "failed"),
    "minutes_is_in_range": (f"{SET} minutes = 0 {ONE}", "failed"),
    "minutes_is_in_whole_steps": (f"{SET} minutes = 16 {ONE}", "failed"),
    "hours_is_in_range": (f"{SET} hours = -0.2 {ONE}", "failed"),
    "hours_is_in_whole_steps": (f"{SET} hours = 0.15 {ONE}", "failed"),
    "code_is_x_or_y": (f"{SET} code = 'z' {ONE}", "failed"),
    "code_is_no_stand_in": (f"{SET} code = '' {ONE}", "failed"),
    "price_is_agreed": (f"{SET} price = 0.2 {ONE}", "failed"),
    "price_is_there": (f"{SET} price = null {ONE}", "failed"),
    "one_visit_a_day": (f"{SET} person_id = '{SECRET}-0004', born_on = null, visited_on = date '2026-01-05' {ONE}", "failed"),
}
TWO_AT_ONCE = {"code_is_short": f"{SET} code = 'xxxxx' {ONE}"}
"""A code that is too long is none of those agreed either."""


def test_there_is_a_defect_for_every_rule_of_the_register() -> None:
    assert {item.rule for item in SUITE.expectations} == {*DEFECTS, *TWO_AT_ONCE}


@pytest.mark.parametrize("rule", sorted(DEFECTS))
def test_a_rule_is_killed_by_its_planted_defect_and_by_nothing_less(bench: Bench, rule: str) -> None:
    statement, verdict = DEFECTS[rule]
    found = bench.spoil(*statement.split("; ")).ask()
    assert not_passed(found) == {rule: verdict}
    assert found[rule].numerator == (2 if rule == "one_visit_a_day" else 1)


def test_a_code_that_is_too_long_is_found_by_its_length_too(bench: Bench) -> None:
    assert not_passed(bench.spoil(TWO_AT_ONCE["code_is_short"]).ask()) == fails("code_is_short", "code_is_x_or_y")


ON_THE_EDGE = {
    "a key with a colon in it, as the pattern has it": f"{SET} person_id = '{SECRET}-x:y', born_on = date '1999-12-31' {ONE}",
    "the first day of the range and the last": f"{SET} visited_on = if(minutes = 15, date '2026-01-01', date '2026-01-31') where person_id < '{SECRET}-0002'",
    "the most minutes": f"{SET} minutes = 90",
    "the most hours, to the last decimal": f"{SET} hours = 9007199254740.9 {ONE}",
    "no hours and fewer than none": f"{SET} hours = if(hours > 0, 0, -0.1)",
    "a value with an apostrophe": f"{SET} code = 'it''s' {ONE}",
    "nothing where nothing is required": f"{SET} person_id = null, born_on = null, referred_by = null, visited_on = null, minutes = null, hours = null, code = null",
    "a row that refers to itself": f"{SET} referred_by = person_id {ONE}",
    "a reference of which a part is empty": f"{SET} born_on = null {ONE}",
}
BEYOND = {
    "the day before the range": (f"{SET} visited_on = date '2025-12-31' {ONE}", "visited_on_is_in_range"),
    "more minutes than the most": (f"{SET} minutes = 105 {ONE}", "minutes_is_in_range"),
    "one step of hours above the most": (f"{SET} hours = 9007199254741.0 {ONE}", "hours_is_in_range"),
    "hours that only exact arithmetic tells from a whole step": (f"{SET} hours = 9007199254740.800001 {ONE}", "hours_is_in_whole_steps"),
    "a longer key": (f"{SET} person_id = '{SECRET}-00030', born_on = null {ONE}; insert into delivered.people values ('{SECRET}-00030', null)", "person_id_has_its_length"),
    "a line break after what is agreed": (
        f"{SET} person_id = person_id || chr(10), born_on = null {ONE}; insert into delivered.people values ('{SECRET}-0003' || chr(10), null)",
        "person_id_has_its_form",
    ),
    "a price of nought that stands for none": (f"{SET} price = 0 {ONE}", "price_is_there"),
}


@pytest.mark.parametrize("edge", sorted(ON_THE_EDGE))
def test_exactly_on_the_edge_passes(bench: Bench, edge: str) -> None:
    assert not_passed(bench.spoil(ON_THE_EDGE[edge]).ask()) == {}


@pytest.mark.parametrize("edge", sorted(BEYOND))
def test_just_beyond_the_edge_does_not_pass(bench: Bench, edge: str) -> None:
    statement, rule = BEYOND[edge]
    assert not_passed(bench.spoil(*statement.split("; ")).ask())[rule] == "failed"


def test_rules_say_who_mends_them_and_how(bench: Bench) -> None:
    rules = {item.rule: item for item in SUITE.expectations}
    key = rules["person_id_stands_in_people"]
    assert (key.dimension, key.severity, key.cured_by, key.reads) == ("consistency", "error", "keeper_of_visits", ("people",))
    assert key.remedy == ("Ask keeper_of_visits where these rows of visits come from, and keeper_of_people whether people lacks any; whose register is wrong delivers it again.")
    assert rules["minutes_is_in_range"].protects == "Every value of minutes is above 0 and at most 90; nothing else can be true."
    assert (rules["referred_by_stands_in_visits"].severity, rules["referred_by_stands_in_visits"].reads) == ("warning", ())


A, B, T, DAY = ("int_a", "int_b", "text", "visited_on")
NATIVELY: dict[str, tuple[dict[str, Any], str, str, int]] = {
    "expect_column_values_to_not_be_null": ({"column": A}, "(1, 1, 'a'), (2, 2, 'b')", "(1, 1, 'a'), (null, 2, 'b')", 1),
    "expect_column_values_to_be_null": ({"column": A}, "(null, 1, 'a'), (null, 2, 'b')", "(null, 1, 'a'), (2, 2, 'b')", 1),
    "expect_column_values_to_be_unique": ({"column": A}, "(1, 1, 'a'), (2, 1, 'b'), (null, 1, 'c'), (null, 1, 'c')", "(1, 1, 'a'), (1, 2, 'b'), (2, 2, 'c')", 2),
    "expect_column_values_to_be_in_set": ({"column": T, "value_set": ["a", "b:c"]}, "(1, 1, 'a'), (2, 2, 'b:c'), (2, 2, null)", f"(1, 1, '{SECRET}'), (2, 2, 'a')", 1),
    "expect_column_values_to_not_be_in_set": ({"column": A, "value_set": [9]}, "(1, 1, 'a'), (null, 2, 'b')", "(9, 1, 'a'), (2, 2, 'b')", 1),
    "expect_column_values_to_be_between": (
        {"column": A, "min_value": 0, "max_value": 5, "strict_min": True},
        "(5, 1, 'a'), (1, 2, 'b'), (null, 3, 'c')",
        "(0, 1, 'a'), (6, 2, 'b'), (3, 3, 'c')",
        2,
    ),
    "expect_column_value_lengths_to_be_between": ({"column": T, "max_value": 2}, "(1, 1, 'aa'), (2, 2, ''), (2, 2, null)", f"(1, 1, 'aa'), (2, 2, '{SECRET}')", 1),
    "expect_column_value_lengths_to_equal": ({"column": T, "value": 2}, "(1, 1, 'aa'), (2, 2, 'æø')", f"(1, 1, 'aa'), (2, 2, '{SECRET}')", 1),
    "expect_column_pair_values_a_to_be_greater_than_b": ({"column_A": A, "column_B": B, "or_equal": True}, "(2, 1, ''), (2, 2, ''), (null, 3, '')", "(2, 1, ''), (1, 2, '')", 1),
    "expect_column_pair_values_to_be_equal": ({"column_A": A, "column_B": B}, "(2, 2, ''), (null, null, '')", "(2, 2, ''), (1, 2, '')", 1),
    "expect_column_pair_values_to_be_in_set": (
        {"column_A": T, "column_B": A, "value_pairs_set": [["a", 1], ["b", 2]]},
        "(1, 9, 'a'), (2, 9, 'b')",
        f"(1, 9, 'b'), (2, 9, 'b'), (2, 9, '{SECRET}')",
        2,
    ),
    "expect_compound_columns_to_be_unique": ({"column_list": [A, T]}, "(1, 1, 'a'), (1, 1, 'b'), (2, 1, 'a')", "(1, 1, 'a'), (1, 2, 'a'), (2, 1, 'a')", 2),
    "expect_select_column_values_to_be_unique_within_record": ({"column_list": [A, B]}, "(1, 2, 'a'), (3, 1, 'b')", "(1, 1, 'a'), (3, 1, 'b')", 1),
    "expect_multicolumn_sum_to_equal": ({"column_list": [A, B], "sum_total": 3}, "(1, 2, 'a'), (3, 0, 'b')", "(1, 1, 'a'), (3, 0, 'b')", 1),
    "expect_table_row_count_to_be_between": ({"min_value": 2, "max_value": 3}, "(1, 1, 'a'), (1, 1, 'a')", "(1, 1, 'a')", 1),
    "expect_table_row_count_to_equal": ({"value": 2}, "(1, 1, 'a'), (1, 1, 'a')", "(1, 1, 'a'), (1, 1, 'a'), (1, 1, 'a')", 3),
}


def native_suite(name: str, kwargs: dict[str, Any]) -> Suite:
    """A suite of one quality block of type `custom`."""
    block = {**RULE, "name": "planted", "type": "custom", "engine": "greatExpectations", "implementation": {"type": name, "kwargs": kwargs}}
    columns = [{"name": A, "logicalType": "integer"}, {"name": B, "logicalType": "integer"}, {"name": T}, {"name": DAY, "logicalType": "date"}]
    return register_suite(CATALOGUE, contract("visits", columns, quality=[block]))


def rows(values: str) -> str:
    days = ", date '2026-01-01' as visited_on"
    return f"create or replace table delivered.visits as select cast(a as bigint) as int_a, cast(b as bigint) as int_b, t as text{days} from (values {values}) as v(a, b, t)"


def test_every_expectation_that_may_be_named_is_tried() -> None:
    assert set(NATIVELY) == set(NATIVE)


@pytest.mark.parametrize("name", sorted(NATIVELY))
def test_an_expectation_of_great_expectations_passes_and_is_killed_and_counts(bench: Bench, name: str) -> None:
    kwargs, clean, spoilt, bad = NATIVELY[name]
    found = bench.spoil(rows(clean)).ask(native_suite(name, kwargs))["planted"]
    assert (found.verdict, found.denominator) == ("passed", clean.count("("))
    found = bench.spoil(rows(spoilt)).ask(native_suite(name, kwargs))["planted"]
    assert (found.verdict, found.numerator, found.denominator) == ("failed", bad, spoilt.count("("))


@pytest.mark.parametrize("name", sorted(NATIVELY))
def test_over_no_rows_nothing_is_evaluated(bench: Bench, name: str) -> None:
    empty = bench.spoil(rows("(1, 1, 'a')"), "delete from delivered.visits")
    assert empty.ask(native_suite(name, NATIVELY[name][0]))["planted"].verdict == "not_evaluated"


def test_great_expectations_has_a_page_of_each_that_names_nobody(bench: Bench, tmp_path: Path) -> None:
    blocks = [item for name, (kwargs, _, _, _) in NATIVELY.items() for item in native_suite(name, kwargs).expectations]
    suite = Suite("register:visits", tuple(replace(item, rule=f"planted_{place}") for place, item in enumerate(blocks)))
    bench.spoil(rows(f"(1, 1, '{SECRET}'), (1, 2, 'a'), (2, 1, 'a')")).ask(suite)
    assert bench.checker.docs(tmp_path / "data_docs" / str(AS_OF), AS_OF, smallest=5, keep=1) == ""
    page = (tmp_path / "data_docs" / str(AS_OF) / "register.visits.html").read_text(encoding="utf-8")
    assert SECRET not in page
    assert all(f"planted_{place}<" in page for place in range(len(blocks)))


def test_a_share_that_has_to_hold_is_held_to_exactly(bench: Bench) -> None:
    suite = native_suite("expect_column_values_to_be_in_set", {"column": A, "value_set": [1], "mostly": Decimal("0.9")})
    assert suite.expectations[0].threshold == "0.1"
    one_in_ten = ", ".join(["(1, 1, '')"] * 9 + ["(2, 1, '')"])
    found = bench.spoil(rows(one_in_ten)).ask(suite)["planted"]
    assert (found.verdict, found.numerator, found.denominator) == ("passed", 1, 10)
    assert bench.spoil(rows(f"{one_in_ten}, (2, 1, '')")).ask(suite)["planted"].verdict == "failed"


def test_dates_are_compared_as_dates(bench: Bench) -> None:
    suite = native_suite("expect_column_values_to_be_between", {"column": DAY, "min_value": dt.date(2026, 1, 1), "max_value": dt.date(2026, 1, 1)})
    assert not_passed(bench.spoil(rows("(1, 1, 'a')")).ask(suite)) == {}
    assert not_passed(bench.spoil("update delivered.visits set visited_on = date '2026-01-02'").ask(suite)) == fails("planted")


def test_what_great_expectations_will_not_take_is_errored_and_spares_its_neighbours(bench: Bench) -> None:
    (sound,) = native_suite("expect_column_values_to_not_be_null", {"column": A}).expectations
    broken = [
        replace(sound, rule="no_such_type", arguments={"type": "expect_column_values_to_be_beetween", "kwargs": {"column": A}}),
        replace(sound, rule="no_such_argument", arguments={**sound.arguments, "kwargs": {"column": A, "minValue": 1}}),
        replace(sound, rule="no_such_column", arguments={**sound.arguments, "kwargs": {"column": "int_c"}}),
        replace(sound, rule="no_arguments", arguments={}),
    ]
    suite = Suite("register:visits", (sound, *broken, replace(sound, rule="also_sound")))
    found = bench.spoil(rows("(1, 1, 'a')")).ask(suite)
    assert not_passed(found) == dict.fromkeys((item.rule for item in broken), "errored")
    assert all(found[item.rule].reason.startswith("it could not be evaluated: ") for item in broken)
    assert bench.tally(suite) == Tally("register:visits", 6, 3), "an expectation that cannot even be made does not run; one without its column does"


SLOW = "select count(*) from (select hash(a.i, b.i) as h from range(100000000) as a(i), range(100000) as b(i)) where h = 0 and exists (select 1 from {batch})"


def counting(query: str, rule: str) -> Expectation:
    return Expectation(rule, "counts_none", "delivered.visits", {"query": query}, "error", "accuracy", "", "", "", "0")


def test_an_expectation_that_takes_too_long_is_errored_with_its_limit_and_the_others_are_evaluated(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.ask()
    monkeypatch.setattr(checker_module, "seconds_a_rule", lambda: 1)
    slow = (*SUITE.expectations, counting(SLOW, "slow"), counting(SLOW.replace("h = 0", "h = 1"), "as_slow"), counting("select count(*) from {batch} where minutes < 0", "quick"))
    found = bench.ask(Suite(SUITE.subject, slow))
    assert not_passed(found) == {"slow": "errored", "as_slow": "errored"}
    assert found["slow"].reason == "it could not be evaluated: it took longer than 1 seconds"
    assert bench.tally(Suite(SUITE.subject, slow)) == Tally("register:visits", len(slow), len(slow)), "it ran, and was ended"
    assert bench.checker.child is not None, "the engine goes on"


def test_of_cells_that_are_counted_together_only_those_that_take_too_long_are_errored(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    heavy = "nullif(md5(repeat(cast(i as varchar), 2000)), 'x') as heavy"
    bench.spoil(f"create view delivered.slow as select i as int_a, {heavy}, cast(i as varchar) as text from range(5000000) as t(i)")
    columns = {name: Expectation(f"{name}_is_given", "not_null", "delivered.slow", {"column": name}, "error", "completeness", "", "", "", "0") for name in (A, "heavy", T)}
    monkeypatch.setattr(checker_module, "seconds_a_rule", lambda: 2)
    found = bench.ask(Suite("register:slow", tuple(columns.values())))
    assert not_passed(found) == {"heavy_is_given": "errored"}
    assert found["heavy_is_given"].reason == "it could not be evaluated: it took longer than 2 seconds"


def test_a_query_that_does_not_stop_when_it_is_told_to_ends_the_engine() -> None:
    script = """
import signal
from pipelines.quality import inside_duckdb
class Deaf:
    def interrupt(self): pass
inside_duckdb.SECONDS_TO_OBEY = 1
with inside_duckdb.interrupted_after(0.1, Deaf()):
    signal.pause()
"""
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=60).returncode == 1


@pytest.mark.parametrize(("said", "seconds"), [("", 300), ("7", 7)])
def test_how_long_an_expectation_may_take_is_said_by_the_environment(monkeypatch: pytest.MonkeyPatch, said: str, seconds: int) -> None:
    monkeypatch.setenv("UDBYTTE_RULE_SECONDS", said)
    assert seconds_a_rule() == seconds


@pytest.mark.parametrize("said", ["0", "-1", "1.5", "soon", "٣"])
def test_a_limit_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("UDBYTTE_RULE_SECONDS", said)
    with pytest.raises(HomeError, match="UDBYTTE_RULE_SECONDS is no whole number of seconds above nought"):
        seconds_a_rule()


REFERRING = {"person_id_stands_in_people", "person_id_and_born_on_stand_in_people"}


def test_a_register_that_is_compared_with_one_of_which_nothing_is_delivered_is_not_evaluated_and_holds(bench: Bench) -> None:
    """Yesterday's table of the other register still stands, and is not looked at."""
    found = bench.ask(undelivered={"people", "elsewhere"})
    assert not_passed(found) == dict.fromkeys(REFERRING, "not_evaluated")
    assert {found[rule].reason for rule in REFERRING} == {"it compares with people, of which nothing is delivered"}
    assert bench.tally(undelivered={"people"}) == Tally("register:visits", len(SUITE.expectations), len(SUITE.expectations) - 2, 2)
    required = [Required(SUITE.subject, item.rule, found[item.rule].inputs, SUITE.digest()) for item in SUITE.expectations]
    verdict = gate.decide(required, found.values(), fingerprint="f", as_of=AS_OF)
    assert verdict.state == "held"
    assert {(reason.rule, reason.words) for reason in verdict.reasons} == {(rule, "it compares with people, of which nothing is delivered") for rule in REFERRING}


def test_without_a_delivery_of_its_own_nothing_of_it_is_asked(bench: Bench) -> None:
    assert set(not_passed(bench.ask(undelivered={"visits"})).values()) == {"not_evaluated"}
    assert bench.tally(undelivered={"visits"}) == Tally("register:visits", len(SUITE.expectations), 0, len(SUITE.expectations))


def test_an_empty_register_lacks_every_row_that_is_referred_to(bench: Bench) -> None:
    found = bench.spoil("delete from delivered.people").ask()
    assert not_passed(found) == fails(*REFERRING)
    assert {found[rule].numerator for rule in REFERRING} == {10}


def test_what_is_declared_is_what_ran(bench: Bench) -> None:
    tally = bench.tally()
    assert (tally.declared, tally.run, tally.unasked, tally.is_whole) == (len(SUITE.expectations), len(SUITE.expectations), 0, True)
    assert tally.words() == f"{len(SUITE.expectations)} expectations declared, {len(SUITE.expectations)} run"


def test_what_did_not_run_is_missed_in_the_tally(bench: Bench) -> None:
    gone = bench.spoil("drop table delivered.visits").tally()
    assert (gone.run, gone.is_whole) == (0, False)
    assert bench.checker.child is not None
    bench.checker.child.kill()
    bench.checker.child.wait()
    assert bench.tally() == Tally("register:visits", len(SUITE.expectations), 0)


def test_a_column_that_is_gone_errs_where_it_is_named_and_nowhere_else(bench: Bench) -> None:
    found = bench.spoil("alter table delivered.visits drop column minutes").ask()
    assert not_passed(found) == {"minutes_is_in_range": "errored", "minutes_is_in_whole_steps": "errored"}
    assert 'Referenced column "minutes" not found' in found["minutes_is_in_range"].reason
    found = bench.spoil("alter table delivered.people drop column born_on").ask()
    assert found["person_id_and_born_on_stand_in_people"].verdict == "errored"
