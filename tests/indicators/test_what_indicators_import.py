"""Whatever an indicator is computed with is part of what an outcome is built from, so that a change of it is never taken for no change."""

from __future__ import annotations

import ast
import importlib
import inspect

import pytest

from indicators.indicator import library
from pipelines.fingerprint import MEASURING


def imported(module: str) -> set[str]:
    """Every module of ours that a module imports, itself or through another."""
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    own = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("indicators.")}
    return own.union(*(imported(name) for name in own if not name.startswith("indicators.library")))


@pytest.mark.parametrize("pin", sorted(library()))
def test_every_module_behind_an_indicator_is_in_the_digest_of_an_outcome(pin: str) -> None:
    measure = library()[pin]
    assert imported(measure.module) - {"indicators.library"} <= set(MEASURING)
    assert "indicators.windows" in imported("indicators.library.days_in_care")
