"""The rule and the method that the documentation adds are a rule and a method, and do what their pages say."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from docs.pages_walked import blocks
from support import ROOT

HOW_TO = ROOT / "docs" / "how-to"
sys.path.insert(0, str(ROOT / "tests" / "rules"))

from rules.test_rules import Exact, seen_of  # noqa: E402

from indicators.evaluation.method import Method  # noqa: E402
from pipelines.contracts.catalogue import arguments  # noqa: E402
from pipelines.payments.rule import PaymentRule  # noqa: E402


def loaded(name: str, path: Path) -> ModuleType:
    """A module from its file, under the name that it would have."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(page: str, folder: Path) -> dict[str, Path]:
    """The files of a page, by where it says they belong."""
    made = {}
    for block in blocks(HOW_TO / page):
        if block.path:
            made[block.path] = folder / Path(block.path).name
            made[block.path].write_text(block.text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    before = set(sys.modules)
    yield {**written("payment_rule.md", tmp_path_factory.mktemp("rule")), **written("method.md", tmp_path_factory.mktemp("method"))}
    for name in {"pipelines.payments.rules.share_reached", "indicators.evaluation.share_ratio", "test_share_ratio"} & set(sys.modules) - before:
        del sys.modules[name]


def test_a_page_names_the_places_where_such_files_lie(files: dict[str, Path]) -> None:
    assert list(files) == [
        "pipelines/payments/rules/share_reached.py",
        "tests/rules/share_reached.yaml",
        "indicators/evaluation/share_ratio.py",
        "tests/indicators/test_share_ratio.py",
    ]
    assert all((ROOT / place).parent.is_dir() for place in files)


def test_the_rule_of_the_page_holds_on_every_case_of_the_page(files: dict[str, Path]) -> None:
    module = loaded("pipelines.payments.rules.share_reached", files["pipelines/payments/rules/share_reached.py"])
    (rule,) = [item for item in vars(module).values() if isinstance(item, PaymentRule)]
    found: dict[str, Any] = yaml.load(files["tests/rules/share_reached.yaml"].read_text(encoding="utf-8"), Exact)  # noqa: S506
    assert found["rule"] == rule.pin
    for case in found["cases"]:
        said = rule.assessed(seen_of(case["given"]), arguments(rule.parameters, case["with"]))
        expected = case["expect"]
        assert (said.state, str(said.amount)) == (expected["state"], expected["amount"]), case["name"]
        assert said.reason == expected.get("reason", said.reason), case["name"]
        assert list(said.arithmetic) == expected.get("arithmetic", list(said.arithmetic)), case["name"]
    assert {case["expect"]["state"] for case in found["cases"]} == {"due", "not_met"}


def test_the_method_of_the_page_passes_the_tests_of_the_page(files: dict[str, Path]) -> None:
    module = loaded("indicators.evaluation.share_ratio", files["indicators/evaluation/share_ratio.py"])
    assert [item.pin for item in vars(module).values() if isinstance(item, Method)] == ["share_ratio@1"]
    tests = loaded("test_share_ratio", files["tests/indicators/test_share_ratio.py"])
    ran = 0
    for name, test in inspect.getmembers(tests, inspect.isfunction):
        if not name.startswith("test_"):
            continue
        marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
        for values in marks[0].args[1] if marks else [()]:
            test(*values)
            ran += 1
    assert ran == 3
