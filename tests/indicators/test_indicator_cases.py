"""Every indicator on its hand-worked cases, and no indicator, status or reason without one."""

from __future__ import annotations

import ast
import datetime as dt
import importlib
import inspect
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest
import yaml
from staged_by_hand import Exact, table, terms

from indicators.indicator import COHORT_SCHEMA, INJECTED, UNIT_ROWS, Indicator, library
from indicators.spells import day_number, day_of
from indicators.windows import weeks_after

FOLDER = Path(__file__).parent
FILES = {path.stem: yaml.load(path.read_text(encoding="utf-8"), Exact) for path in sorted(FOLDER.glob("*.yaml"))}  # noqa: S506
CASES = [pytest.param(stem, case, id=f"{stem}: {case['name']}") for stem, found in FILES.items() for case in found["cases"]]


def rows_of(stem: str, case: dict[str, Any]) -> pl.DataFrame:
    """Unit rows of one case. A table that the case does not have is its file's; `reads` says which table stands for one named generally."""
    found = FILES[stem]
    measure = library()[found["indicator"]]
    reads = case.get("reads", found.get("reads", {}))
    staged = {name: reads.get(name, name) for name in measure.tables}
    tables = {name: table(source, case.get(source, found.get(source, []))) for name, source in staged.items()}
    cohort = [(person, role, day_number(day)) for person, (role, day) in case["cohort"].items()]
    frame = pl.LazyFrame(cohort, schema=COHORT_SCHEMA, orient="row")
    mature_until = case.get("mature_until", found["mature_until"])
    return measure.rows(frame, tables, terms(measure, found, case), day_number(mature_until)).collect()


def answer(row: dict[str, Any]) -> dict[str, Any]:
    """A unit row in the words of a case."""
    return {
        "status": row["status"],
        "reason": row["reason"],
        "exposure": row["exposure"],
        "value": row["value"],
        "window": [day_of(row["window_start"]), day_of(row["window_end"])],
        "evidence": [[day_of(item["start_day"]), day_of(item["end_day"]), item["code"]] for item in row["evidence"]],
    }


@pytest.mark.parametrize(("stem", "case"), CASES)
def test_case(stem: str, case: dict[str, Any]) -> None:
    rows = rows_of(stem, case)
    assert dict(rows.schema) == UNIT_ROWS
    found = {row["person_id"]: row for row in rows.iter_rows(named=True)}
    assert rows.height == len(found), "a person has more than one row"
    assert found.keys() == case["expect"].keys()
    for person, expected in case["expect"].items():
        assert {"status", "reason", "exposure", "value"} <= expected.keys(), "a case says status, reason, exposure and value"
        said = answer(found[person])
        assert {name: said[name] for name in expected} == expected
        assert found[person]["role"] == case["cohort"][person][0]


def test_every_indicator_has_a_case_file_and_every_case_file_an_indicator() -> None:
    assert {found["indicator"] for found in FILES.values()} == set(library())
    assert all(library()[found["indicator"]].name == stem for stem, found in FILES.items())


def test_the_names_of_cases_are_sentences_and_unlike() -> None:
    for stem, found in FILES.items():
        names = [case["name"] for case in found["cases"]]
        assert len(names) == len(set(names)), stem
        assert all(name[0].isupper() and len(name.split()) > 3 for name in names), stem


def words_in(expression: ast.AST, module: ModuleType) -> set[str]:
    """Every text given to `pl.lit` in an expression, and in the functions of ours that it calls."""
    words: set[str] = set()
    for call in (node for node in ast.walk(expression) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "lit" and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
            words.add(call.args[0].value)
        called = getattr(module, call.func.id, None) if isinstance(call.func, ast.Name) else None
        if inspect.isfunction(called) and called.__module__.startswith("indicators."):
            words |= words_in(ast.parse(inspect.getsource(called)), importlib.import_module(called.__module__))
    return words


def emitted(measure: Indicator) -> set[tuple[str, str]]:
    """Every (status, reason) an indicator can give, read from what its source hands to `unit_rows`."""
    module = importlib.import_module(measure.module)
    tree = ast.parse(inspect.getsource(module))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "unit_rows"]
    assert calls, f"{measure.pin} makes its rows without unit_rows: say here how its reasons are found"
    pairs = {("not_mature", "window_not_covered_yet")}
    for call in calls:
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        pairs |= {("counted", word) for word in words_in(given["counted_as"], module)}
        if ast.unparse(given["counted"]) != "pl.lit(True)":
            pairs |= {("not_observed", word) for word in words_in(given["why_not"], module)}
        if "ineligible" in given:
            pairs |= {("ineligible", word) for word in words_in(given["ineligible"], module)}
    return pairs


def shown(found: dict[str, Any]) -> set[tuple[str, str]]:
    """Every (status, reason) the cases of a file expect."""
    return {(item["status"], item["reason"]) for case in found["cases"] for item in case["expect"].values()}


@pytest.mark.parametrize("pin", sorted(library()))
def test_every_status_and_reason_an_indicator_can_give_has_a_case(pin: str) -> None:
    found = next(item for item in FILES.values() if item["indicator"] == pin)
    assert shown(found) == emitted(library()[pin])


def test_the_reasons_of_re_arrest_are_read_from_its_source() -> None:
    assert emitted(library()["rearrest@1"]) == {
        ("counted", "arrested"),
        ("counted", "no_arrest"),
        ("not_observed", "unlinked"),
        ("not_observed", "follow_up_ends_early"),
        ("not_observed", "follow_up_has_gaps"),
        ("not_mature", "window_not_covered_yet"),
    }
    assert emitted(library()["enrolled@1"]) == {("counted", "enrolled"), ("not_mature", "window_not_covered_yet")}


def test_a_window_without_a_week_is_refused() -> None:
    assert weeks_after("enrolled_day", 1)
    with pytest.raises(ValueError, match="at least one week"):
        weeks_after("enrolled_day", 0)


def test_a_value_is_an_exact_decimal_within_what_is_plausible() -> None:
    for stem, found in FILES.items():
        low, high = library()[found["indicator"]].plausible
        values = [item["value"] for case in found["cases"] for item in case["expect"].values() if item["value"] is not None]
        assert {low, high} <= set(values), f"{stem}: no case shows the least or the most a person can have"
        assert all(low <= value <= high for value in values)
    rows = rows_of("enrolled", {"cohort": {1: ["treatment", dt.date(2024, 7, 1)]}})
    assert rows["value"].to_list() == [Decimal("1.000000")]


def test_a_contract_gives_what_is_not_injected_and_the_pipeline_the_rest() -> None:
    found = {pin: (set(measure.parameters), measure.injected) for pin, measure in library().items()}
    assert found == {
        "benefit_cost_saved@1": ({"weeks", "pause_at_most", "prices", "reference"}, ("after_enrolment", "codes")),
        "days_in_care@1": ({"years", "end", "types"}, ("claim_period", "after_enrolment", "codes")),
        "days_out_of_care@1": ({"years", "end", "types"}, ("claim_period", "after_enrolment", "codes")),
        "documented_claims@1": ({"outcome", "months", "claim_within_days", "sample"}, ("claim_period", "after_enrolment")),
        "education_entered@1": ({"within_months", "tolerated_gap_days", "kinds"}, ("claim_period", "after_enrolment", "codes")),
        "education_sustained@1": ({"within_months", "sustained_months", "tolerated_gap_days", "kinds"}, ("claim_period", "after_enrolment", "codes")),
        "enrolled@1": (set(), ()),
        "entered_care@1": ({"window", "in_care", "end", "types"}, ("after_enrolment", "codes")),
        "event_count@1": ({"window", "count", "is_wanted", "no_row", "kinds", "known_within"}, ("after_enrolment", "codes")),
        "event_within@1": ({"window", "is_wanted", "no_row", "kinds", "known_within"}, ("after_enrolment", "codes")),
        "housing_sustained@1": ({"months", "within_months", "tolerated_gap_days", "housed_at_enrolment", "types"}, ("claim_period", "after_enrolment", "codes")),
        "qualification_obtained@1": ({"within_months", "kinds", "unless_held"}, ("claim_period", "after_enrolment", "codes")),
        "rearrest@1": ({"weeks"}, ()),
        "reoffence@1": ({"window", "decided_within", "decisions", "offences"}, ("after_enrolment", "codes")),
        "school_absence_rate@1": ({"window", "kinds", "least_school_days"}, ("claim_period", "after_enrolment")),
        "score_change@1": ({"scale", "months", "baseline_days", "follow_up_days"}, ()),
        "status_on_day@1": ({"months", "types", "no_state"}, ("after_enrolment", "codes")),
        "time_in_state@1": ({"window", "pause_at_most", "counted_in", "treatments", "no_state"}, ("after_enrolment", "codes")),
        "weeks_in_employment@1": ({"weeks", "pause_at_most", "states", "industries", "from_week", "in_a_row"}, ("after_enrolment", "codes")),
        "weeks_self_supporting@1": ({"weeks", "pause_at_most", "states"}, ("after_enrolment", "codes")),
        "who5_change@1": ({"years", "baseline_days", "least_items"}, ("claim_period",)),
    }
    assert all(set(injected) <= set(INJECTED) for _, injected in found.values())


def test_an_indicator_reads_its_tables_in_the_order_of_its_clause() -> None:
    found = {pin: measure.tables for pin, measure in library().items()}
    assert found["benefit_cost_saved@1"] == ("dream", "bef_residence", "bef_person", "dod")
    assert found["days_in_care@1"] == ("placements", "bef_residence", "bef_person", "dod")
    assert found["days_out_of_care@1"] == ("placements", "bef_residence", "bef_person", "dod")
    assert found["documented_claims@1"] == ("claims", "claim_checks", "bef_residence", "bef_person", "dod")
    assert found["education_entered@1"] == found["education_sustained@1"] == ("education", "bef_residence", "bef_person", "dod")
    assert found["entered_care@1"] == ("placements", "bef_residence", "bef_person", "dod")
    assert found["event_count@1"] == ("events", "bef_residence", "bef_person", "dod")
    assert found["event_within@1"] == ("events", "bef_residence", "bef_person", "dod")
    assert found["housing_sustained@1"] == ("stays", "bef_residence", "bef_person", "dod")
    assert found["qualification_obtained@1"] == ("qualifications", "bef_residence", "bef_person", "dod")
    assert found["reoffence@1"] == ("kraf", "krsi", "bef_residence", "bef_person", "dod")
    assert found["school_absence_rate@1"] == ("skolefravaer", "bef_residence", "bef_person", "dod")
    assert found["score_change@1"] == ("answers",)
    assert found["status_on_day@1"] == ("states", "bef_residence", "bef_person", "dod")
    assert found["time_in_state@1"] == ("states", "bef_residence", "bef_person", "dod")
    assert found["weeks_in_employment@1"] == ("dream", "dream_branche", "bef_residence", "bef_person", "dod")
    assert found["weeks_self_supporting@1"] == ("dream", "bef_residence", "bef_person", "dod")
    assert found["who5_change@1"] == ("who5",)


def _told(measure: Indicator) -> tuple[set[int], set[int]]:
    """The exposures of people with the event and without it, in the hand-worked cases of an indicator, that are not told otherwise by a case."""
    found = next(found for found in FILES.values() if found["indicator"] == measure.pin)
    answers = [line for case in found["cases"] if "with" not in case for line in case["expect"].values() if line["status"] == "counted" and "exposure" in line]
    return tuple({line["exposure"] for line in answers if line["value"] == value} for value in (1, 0))  # type: ignore[return-value]


@pytest.mark.parametrize("measure", [item for item in library().values() if item.ends_at_event], ids=lambda item: item.pin)
def test_exposure_that_ends_at_the_event_is_shorter_the_sooner_it_comes(measure: Indicator) -> None:
    """Somebody with the event has less time than whoever was followed throughout, and never more; soon and late events differ."""
    with_event, without = _told(measure)
    assert len(with_event) > 1
    assert min(with_event) < max(without)
    assert max(with_event) <= max(without)


@pytest.mark.parametrize("name", ["enrolled@1", "education_entered@1", "status_on_day@1", "weeks_self_supporting@1"])
def test_exposure_of_a_day_a_claim_period_or_a_whole_window_is_no_time_to_an_event(name: str) -> None:
    assert not library()[name].ends_at_event
