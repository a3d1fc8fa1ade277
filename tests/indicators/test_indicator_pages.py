"""The pages of docs/indicators are made from indicators and cases, and the tutorial's two files are an indicator with cases that hold."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from staged_by_hand import table, terms
from support import ROOT

from indicators.indicator import COHORT_SCHEMA, Indicator, library
from indicators.spells import day_number
from pipelines.reports.indicator_pages import CASES, FOLDER, page, pages

TUTORIAL = (ROOT / "docs" / "add-an-indicator.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", TUTORIAL, flags=re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def measure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indicator]:
    """The tutorial's indicator, from its file."""
    path = tmp_path_factory.mktemp("tutorial") / "arrests_in_weeks.py"
    path.write_text(block("python"), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("arrests_in_weeks", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["arrests_in_weeks"] = module
    spec.loader.exec_module(module)
    yield next(item for item in vars(module).values() if isinstance(item, Indicator))
    del sys.modules["arrests_in_weeks"]


def test_every_page_is_as_it_would_be_made_now() -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    made = pages()
    stale = sorted(name for name in {*found, *made} if found.get(name) != made.get(name))
    assert stale == [], "docs/indicators is not current; run `make docs` and commit what it changes"


def test_every_indicator_has_a_page_with_its_definition_and_every_case() -> None:
    made = pages()
    assert sorted(made) == sorted(["README.md", *(f"{item.name}.md" for item in library().values())])
    for path in CASES.glob("*.yaml"):
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        text = made[f"{path.stem}.md"]
        assert library()[found["indicator"]].definition in text
        assert [case["name"] for case in found["cases"] if f"### {case['name']}\n" not in text] == []


@pytest.mark.parametrize("case", yaml.safe_load(block("yaml"))["cases"], ids=lambda case: case["name"])
def test_a_case_of_the_tutorial_holds(measure: Indicator, case: dict[str, Any]) -> None:
    found = yaml.safe_load(block("yaml"))
    assert measure.pin == found["indicator"]
    tables = {name: table(name, case.get(name, [])) for name in measure.tables}
    cohort = pl.LazyFrame([(person, role, day_number(day)) for person, (role, day) in case["cohort"].items()], schema=COHORT_SCHEMA, orient="row")
    rows = measure.rows(cohort, tables, terms(measure, found, case), day_number(case.get("mature_until", found["mature_until"]))).collect()
    said = {row["person_id"]: {name: row[name] for name in ("status", "reason", "exposure", "value")} for row in rows.iter_rows(named=True)}
    assert said == case["expect"]


def test_the_tutorials_cases_show_every_reason_its_clause_can_give(measure: Indicator) -> None:
    reasons = {row["reason"] for case in yaml.safe_load(block("yaml"))["cases"] for row in case["expect"].values()}
    assert reasons == {*re.findall(r'pl\.lit\("(\w+)"\)', block("python")), "window_not_covered_yet"} - {"arrest"}


def test_the_tutorials_indicator_has_a_page(measure: Indicator) -> None:
    text = page(measure, yaml.safe_load(block("yaml")))
    assert "# Arrests (`arrests_in_weeks@1`)" in text
    assert "| `weeks` | int, at least 1, at most 520 | has to be given |" in text
    assert "| 1 | counted | arrested | 28 | 2 |" in text


def test_the_tutorials_files_are_where_a_new_indicator_would_be() -> None:
    assert f"`{Path('indicators/library/arrests_in_weeks.py')}`" in TUTORIAL
    assert f"`{(CASES / 'arrests_in_weeks.yaml').relative_to(ROOT)}`" in TUTORIAL
