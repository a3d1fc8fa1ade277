"""YAML read with a line for every key, and findings that name file, line, key and the nearest known key.

Only the plain part of YAML is taken: no anchors, no tags, no duplicate keys, `true`/`false` the only booleans; numbers with a point
become Decimal, dates become dates. Whatever else YAML would guess at is an error with its line.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from pipelines.errors import ContractError

LARGEST_FILE = 1 << 20
FEW_ENOUGH_TO_LIST = 12
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Place = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, order=True)
class Finding:
    """One thing wrong in one file: `file:line: message`."""

    file: str
    line: int
    message: str

    def sentence(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass
class Source:
    """The plain value of a YAML file and the line each part of it stands on (`lines[place]`, 1-based)."""

    file: str
    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """The line of `place`, or of the nearest part around it that has one."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def add(self, place: Place, message: str) -> None:
        self.findings.append(Finding(self.file, self.line(place), message))

    def refuse(self) -> ContractError:
        """All findings as one error, in file order."""
        return ContractError("\n".join(finding.sentence() for finding in sorted(set(self.findings))))


def shown(place: Place) -> str:
    """`payments[0].rule` for ("payments", 0, "rule")."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text or "the file"


def nearest(word: str, known: list[str]) -> str:
    """`; did you mean 'threshold'?`, or the known words when there are few, or nothing."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"; did you mean '{close[0]}'?"
    return f"; known: {', '.join(sorted(known))}" if 0 < len(known) <= FEW_ENOUGH_TO_LIST else ""


def read(path: Path, *, root: Path) -> Source:
    """Read one YAML file. Problems with the YAML itself are findings of the source; nothing is raised."""
    source = Source(file=str(path.relative_to(root.parent) if path.is_relative_to(root.parent) else path))
    try:
        if path.stat().st_size > LARGEST_FILE:
            source.add((), f"the file is larger than {LARGEST_FILE:,} bytes; a contract is written by people")
            return source
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        source.add((), f"the file cannot be read as UTF-8 text ({type(error).__name__})")
        return source
    try:
        node = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        source.lines[()] = mark.line + 1 if mark else 1
        source.add((), f"not valid YAML: {error.problem}")
        return source
    except yaml.YAMLError:
        source.add((), "not valid YAML: it holds a character YAML does not allow")
        return source
    if any(isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken) for token in yaml.scan(text, Loader=LOADER)):
        source.add((), "anchors, aliases and tags are not allowed in a contract; write the value out")
        return source
    source.value = _value(node, (), source) if node is not None else None
    return source


def _value(node: yaml.Node, place: Place, source: Source) -> Any:
    source.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, source)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*place, index), source) for index, item in enumerate(node.value)]
    return _scalar(node, place, source)


def _mapping(node: yaml.MappingNode, place: Place, source: Source) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = _key(key_node, place, source)
        inner = (*place, str(key))
        source.lines[inner] = key_node.start_mark.line + 1
        if key in made:
            source.add(inner, f"the key '{key}' stands twice in {shown(place)}")
        made[key] = _value(value_node, inner, source)
    return made


def _key(node: yaml.Node, place: Place, source: Source) -> Any:
    """A key is text as written, or a date: `on` and `no` are words here, never booleans."""
    return _scalar(node, place, source) if node.tag.endswith(":timestamp") else str(node.value)


def _scalar(node: yaml.Node, place: Place, source: Source) -> Any:
    text = str(node.value)
    kind = node.tag.rsplit(":", 1)[-1]
    if kind == "bool" and text not in ("true", "false"):
        source.lines[place] = node.start_mark.line + 1
        source.add(place, f"'{text}' is read as a yes or no by some programs; write true or false, or put it in quotes")
        return text
    if kind == "timestamp":
        return _date(text, node, place, source)
    if kind == "int" and re.fullmatch(r"-?(0|[1-9][0-9]*)", text):
        return int(text)
    if kind == "float" and re.fullmatch(r"-?[0-9]+\.[0-9]+", text):
        return Decimal(text)
    if kind in ("int", "float"):
        source.lines[place] = node.start_mark.line + 1
        source.add(place, f"'{text}' is not written as a plain number; write digits with a decimal point, or put it in quotes")
        return text
    return {"true": True, "false": False}[text] if kind == "bool" else None if kind == "null" else text


def _date(text: str, node: yaml.Node, place: Place, source: Source) -> Any:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        source.lines[place] = node.start_mark.line + 1
        source.add(place, f"'{text}' is not a date that exists; write YYYY-MM-DD")
        return text


def validate(model: type[M], value: Any, source: Source, at: Place = ()) -> M | None:
    """`value` as `model`, or None with every problem added to the findings of `source`."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            _explain(model, problem, source, at)
        return None


def _explain(model: type[BaseModel], problem: Any, source: Source, at: Place) -> None:
    place = (*at, *_without_types(problem["loc"], source, at))
    kind = problem["type"]
    if kind == "extra_forbidden":
        around, key = place[:-1], str(place[-1])
        source.add(place, f"unknown key '{key}' in {shown(around)}{nearest(key, known_keys(model, problem['loc'][:-1]))}")
    elif kind == "missing":
        source.add(place[:-1], f"'{place[-1]}' is missing from {shown(place[:-1])}")
    else:
        message = str(problem["msg"]).removeprefix("Value error, ")
        source.add(place, f"{shown(place)}: {message[:1].lower()}{message[1:]}")


def _without_types(loc: tuple[str | int, ...], source: Source, at: Place) -> Place:
    """`loc` without the parts that name a pydantic type or `[key]` and not a place in the file."""
    kept: Place = ()
    for part in loc:
        is_place = (*at, *kept, part) in source.lines or isinstance(part, int) or part == loc[-1]
        if is_place and part != "[key]":
            kept = (*kept, part)
    return kept


def known_keys(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """The keys a model takes at `loc`, as they are written in YAML."""
    here: Any = model
    for part in loc:
        if isinstance(part, int) or here is None:
            continue
        found = next((info for name, info in here.model_fields.items() if part in (info.alias, name)), None) if _is_model(here) else None
        here = _inner_model(found.annotation) if found else here
    return [info.alias or name for name, info in here.model_fields.items()] if _is_model(here) else []


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _inner_model(annotation: Any) -> Any:
    """The first model inside a type such as `tuple[Party, ...]` or `Gate | None`."""
    if _is_model(annotation):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _inner_model(inner)
        if found is not None:
            return found
    return None
