"""The published schemas, asked beside the loader: what loads fits its schema, and what the loader refuses for its shape the schema refuses too."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import jsonschema
import pytest

from pipelines.contracts import source as reading
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.remedies import remedy_of
from pipelines.contracts.source import Place, Source, file_name, read
from pipelines.settings import PACKAGE_ROOT

SHIPPED = PACKAGE_ROOT / "data_contracts"
KINDS = {"outcomes": "outcome", "profiles": "profile", "registers": "register"}
OF_THE_WHOLE = ("value_error",)
"""Problems that are words of a model's own: some are of shape, some of what fits together. Those of shape have tests of their own."""


@cache
def validator(kind: str) -> Any:
    """The schema of a kind of file, as an editor would ask it: days are days."""
    schema = json.loads((SHIPPED / "schemas" / f"{kind}.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def as_json(value: Any) -> Any:
    """What a loader reads, as an editor sees it: days are texts, and numbers with a point are numbers."""
    if isinstance(value, dict):
        return {str(key): as_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def refusals(path: Path, root: Path) -> list[str]:
    """What the schema of a file says of it; nothing when it fits."""
    value = as_json(read(path, root=root).value)
    return [f"{error.json_path}: {error.message}" for error in validator(KINDS[path.parent.name]).iter_errors(value)]


def at(value: Any, place: Place) -> Any:
    """What stands at a place of a value; None where nothing does."""
    for part in place:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def is_told_apart(kind: str, source: Source, place: Place) -> bool:
    """Whether JSON tells what is given from what is needed: it has one kind of number, whose decimals nobody counts exactly, days are texts in it, and a
    text that holds YAML is a text."""
    given = at(source.value, place)
    if kind.startswith("decimal_") or ("implementation" in place and isinstance(at(source.value, place[: place.index("implementation") + 1]), str)):
        return False
    is_whole = isinstance(given, int) or (isinstance(given, Decimal) and given == int(given))
    is_day = isinstance(given, dt.date) or (isinstance(given, str) and len(given) == len("2024-01-01"))
    return not ((kind in ("int_type", "is_instance_of") and is_whole and not isinstance(given, bool)) or (kind in ("date_type", "string_type") and is_day))


class Asked:
    """Watches one load for problems of shape, and compares it with what the schemas say of the changed files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shape: dict[str, list[str]] = {}
        self._patch = pytest.MonkeyPatch()

    def __enter__(self) -> Self:
        explain = reading._explain

        def watched(model: Any, problem: Any, source: Source, around: Place) -> None:
            place = (*around, *reading._without_types(problem["loc"], source, around))
            if problem["type"] not in OF_THE_WHOLE and is_told_apart(problem["type"], source, place):
                self.shape.setdefault(source.file, []).append(problem["type"])
            explain(model, problem, source, around)

        self._patch.setattr(reading, "_explain", watched)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._patch.undo()

    def _changed(self) -> Iterator[Path]:
        for part in KINDS:
            for path in (self.folder / part).glob("*.yaml"):
                same = SHIPPED / part / path.name
                if path.is_file() and not (same.exists() and same.read_bytes() == path.read_bytes()):
                    yield path

    def must_agree(self, made: Catalogue) -> None:
        """Raises AssertionError where loader and schema do not agree about the shape of a file, and for a finding that says nothing of what to do."""
        assert [finding.message for finding in (*made.findings(), *made.warnings) if not remedy_of(finding.message)] == [], (
            "a finding says what to do: after a semicolon, or in pipelines/contracts/remedies.py"
        )
        broken = {finding.file for finding in made.findings()}
        for path in self._changed():
            name = file_name(path, self.folder)
            said = [] if read(path, root=self.folder).findings else refusals(path, self.folder)
            assert name in broken or not said, f"{name} loads, and its schema refuses it: {said}"
            assert said or name not in self.shape, f"{name} is refused for its shape ({self.shape[name]}), and its schema takes it"
