"""Whatever code an indicator is made of is in the fingerprint of its outcomes."""

from __future__ import annotations

import ast
from pathlib import Path

from indicators.indicator import library
from pipelines.fingerprint import MEASURING
from pipelines.settings import PACKAGE_ROOT


def imported(path: Path) -> set[str]:
    """The modules of `indicators` that a file imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.startswith("indicators.")}


def test_every_module_that_an_indicator_is_made_of_is_in_the_fingerprint() -> None:
    waiting, seen = [measure.module for measure in library().values()], set[str]()
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting += imported(PACKAGE_ROOT / f"{module.replace('.', '/')}.py")
    own = {measure.module for measure in library().values()}
    assert seen - own <= set(MEASURING)
