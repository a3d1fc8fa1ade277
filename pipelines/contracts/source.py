"""YAML read with a line for every key, and findings that name file, line, key and the nearest known key.

Only the plain part of YAML is taken: no anchors, no tags, no duplicate keys, `true`/`false` the only booleans; numbers with a point
become Decimal, dates become dates. Whatever else YAML would guess at is an error with its line.
"""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

LARGEST_FILE = 1 << 20
DEEPEST_NESTING = 50
LONGEST_NUMBER = 30
FEW_ENOUGH_TO_LIST = 12
OPENS = (yaml.BlockMappingStartToken, yaml.BlockSequenceStartToken, yaml.FlowMappingStartToken, yaml.FlowSequenceStartToken)
CLOSES = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
IN_PLAIN_WORDS = {
    "model_type": "keys with values are needed here",
    "is_instance_of": "a number with a decimal point is needed here, as 1.0",
}
Place = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, order=True)
class Finding:
    """One thing wrong in one file: `file:line: message`. `clause` is the nearest one that stands above it in the agreement, empty where none
    does. A `warning` breaks nothing."""

    file: str
    line: int
    message: str
    clause: str = ""
    severity: Literal["error", "warning"] = "error"

    def sentence(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass
class Source:
    """The plain value of a YAML file, the line each part of it stands on (`lines[place]`, 1-based), and the clause that a part cites."""

    file: str
    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    clauses: dict[Place, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    sha256: str = ""

    def line(self, place: Place) -> int:
        """The line of `place`, or of the nearest part around it that has one."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def clause(self, place: Place) -> str:
        """The clause that `place`, or the nearest part around it that cites one, cites; empty when none does."""
        while place and place not in self.clauses:
            place = place[:-1]
        return self.clauses.get(place, "")

    def add(self, place: Place, message: str) -> None:
        self.findings.append(self.finding(place, message))

    def add_on(self, line: int, message: str) -> None:
        self.findings.append(Finding(self.file, line, message))

    def finding(self, place: Place, message: str, severity: Literal["error", "warning"] = "error") -> Finding:
        """What would be added for a place."""
        return Finding(self.file, self.line(place), message, self.clause(place), severity)


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


def file_name(path: Path, root: Path) -> str:
    """A file's name in findings: below the folder that holds the contracts folder `root`."""
    return str(path.relative_to(root.parent) if path.is_relative_to(root.parent) else path)


def read(path: Path, *, root: Path) -> Source:
    """Read one YAML file. Problems with the YAML itself are findings of the source; nothing is raised."""
    source = Source(file=file_name(path, root))
    try:
        if path.stat().st_size > LARGEST_FILE:
            source.add((), f"the file is larger than {LARGEST_FILE:,} bytes; a contract is written by people")
            return source
        raw = path.read_bytes()
        source.sha256 = hashlib.sha256(raw).hexdigest()
        text = raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        source.add((), f"the file cannot be read as UTF-8 text ({type(error).__name__})")
        return source
    _compose(text, source)
    return source


def parsed(text: str) -> Source:
    """Text that stands inside a file, as a value, read as strictly as a file."""
    source = Source(file="")
    _compose(text, source)
    return source


def _compose(text: str, source: Source) -> None:
    """Give the source the value of a text, or what is wrong with it."""
    try:
        node = yaml.compose(text, Loader=LOADER) if _is_plain(text, source) else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        source.add_on(mark.line + 1 if mark else 1, f"not valid YAML: {error.problem}")
        return
    except yaml.YAMLError:
        source.add((), "not valid YAML: it holds a character YAML does not allow")
        return
    source.value = _value(node, (), source) if node is not None else None


def _is_plain(text: str, source: Source) -> bool:
    """Whether no anchor, alias or tag stands in the text, and no nesting that would exhaust the parser's stack; scanning has none."""
    depth = 0
    for token in yaml.scan(text, Loader=LOADER):
        depth += isinstance(token, OPENS) - isinstance(token, CLOSES)
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken):
            source.add_on(token.start_mark.line + 1, "anchors, aliases and tags are not allowed in a contract; write the value out")
            return False
        if depth > DEEPEST_NESTING:
            source.add_on(token.start_mark.line + 1, f"nested more than {DEEPEST_NESTING} deep; a contract is written by people")
            return False
    return True


def _value(node: yaml.Node, place: Place, source: Source) -> Any:
    source.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, source)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*place, index), source) for index, item in enumerate(node.value)]
    return _scalar(node, place, source)


def _mapping(node: yaml.MappingNode, place: Place, source: Source) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    cited = next((value.value for key, value in node.value if key.value == "clause" and isinstance(value, yaml.ScalarNode)), None)
    if cited:
        source.clauses[place] = str(cited)
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            source.add_on(key_node.start_mark.line + 1, f"a key of {shown(place)} is a list or a mapping; a key is one word")
            continue
        key = _key(key_node, place, source)
        inner = (*place, str(key))
        source.lines[inner] = key_node.start_mark.line + 1
        if key in made:
            source.add(inner, f"the key '{key}' stands twice in {shown(place)}")
        made[key] = _value(value_node, inner, source)
        if made[key] is None:
            source.add(inner, f"the key '{key}' has no value; write one, or leave the key out")
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
    if kind in ("int", "float"):
        return _number(text, kind, node, place, source)
    return {"true": True, "false": False}[text] if kind == "bool" else None if kind == "null" else text


def _number(text: str, kind: str, node: yaml.Node, place: Place, source: Source) -> Any:
    is_short = len(text) <= LONGEST_NUMBER
    if is_short and kind == "int" and re.fullmatch(r"-?(0|[1-9][0-9]*)", text):
        return int(text)
    if is_short and kind == "float" and re.fullmatch(r"-?[0-9]+\.[0-9]+", text):
        return Decimal(text)
    source.lines[place] = node.start_mark.line + 1
    what = f"'{text}' is not written as a plain number" if is_short else f"a number of {len(text)} characters is longer than anything a contract counts"
    source.add(place, f"{what}; write digits with a decimal point, or put it in quotes")
    return text


def _date(text: str, node: yaml.Node, place: Place, source: Source) -> Any:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        source.lines[place] = node.start_mark.line + 1
        source.add(place, f"'{text}' is not a date that exists; write YYYY-MM-DD")
        return text


def validate(model: type[M], value: Any, source: Source, at: Place = ()) -> M | None:
    """`value` as `model`, or None with every problem added to the findings of `source`. A key has one spelling, the one the schema knows."""
    try:
        return model.model_validate(value, by_alias=True, by_name=False)
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
        message = IN_PLAIN_WORDS.get(kind) or str(problem["msg"]).removeprefix("Value error, ")
        source.add(place, f"{shown(place)}: {message[:1].lower()}{message[1:]}")


def _without_types(loc: tuple[str | int, ...], source: Source, at: Place) -> Place:
    """`loc` without the parts that name a pydantic type, `[key]` or a form in brackets and not a place in the file."""
    kept: Place = ()
    for part in loc:
        is_place = (*at, *kept, part) in source.lines or isinstance(part, int) or part == loc[-1]
        if is_place and not str(part).startswith("["):
            kept = (*kept, part)
    return kept


def known_keys(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """The keys a model takes at `loc`, as they are written in YAML."""
    here: Any = model
    for part in loc:
        if isinstance(part, int) or here is None:
            continue
        here = getattr(here, "written_as", here)
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
