"""The text that an outcome contract is started with: the smallest agreement of its model that loads, with a comment for every key that can be
agreed on beside it. Keys and what they mean are read from the schema, so that a new one is offered without a word here."""

from __future__ import annotations

import datetime as dt
import textwrap
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import yaml

from pipelines.contracts.source import Place

Model = Literal["payment_by_results", "social_impact_bond", "conditional_grant"]
Schema = dict[str, Any]
MODELINE = "# yaml-language-server: $schema=../schemas/outcome.schema.json"
FILL = "# <- fill in"
WIDTH = 140
QUARTER = dt.timedelta(days=92)
FEW, DEEP = 4, 2
"""How many names of a choice, and how many parts inside a part, a comment shows."""
INVESTED: tuple[Model, ...] = ("social_impact_bond", "conditional_grant")
"""Models in which somebody puts money in that results pay back."""
NOT_UNFOLDED = ("PinnedRule", "PinnedAdjuster", "Gate")
"""Parts that stand on one line."""
EXAMPLES = {"date": "2026-01-01", "number": "1000.00", "integer": "1", "boolean": "true", "object": "{...}"}


@dataclass(frozen=True)
class Start:
    """What a contract is started from. `guessed` are the places whose value nobody gave."""

    name: str
    model: Model
    title: str
    language: Literal["da", "en"]
    currency: str
    begins: dt.date
    ends: dt.date
    payer: str
    provider: str
    investor: str
    register: str
    enrolled_on: str
    profile: str
    guessed: frozenset[Place]


def started(start: Start, schema: Schema) -> str:
    """The text of the contract, which loads as it is."""
    writer = _Writer(schema, start.guessed | _always_guessed(start.model))
    head = [MODELINE, f"# Lines that end in '{FILL}' have a value that nobody agreed on yet; what stands behind a '#' can be agreed on beside it."]
    return "\n".join([*head, *writer.block(schema, agreement(start), (), 0)]) + "\n"


def shape(key: Schema, schema: Schema, few: int = FEW) -> str:
    """How the value of a key is written, in short, with at most `few` names of a choice."""
    return _Writer(schema, frozenset(), few).shape(key)


def agreement(start: Start) -> dict[str, Any]:
    """The smallest agreement: everyone enrolled in the first year is paid for once."""
    first_year = min(start.ends, start.begins.replace(year=start.begins.year + 1, day=min(start.begins.day, 28)))
    paid = {
        "id": "enrolment",
        "clause": _clause(start, 3),
        "pays_for": "enrolment",
        "payer": "commissioner",
        "payee": "investor" if start.model == "conditional_grant" else "provider",
        "rule": {"per_person@1": {"price": {start.begins: Decimal("1000.00")}, "role": "treatment"}},
        "claim_periods": [{"id": f"y{start.begins.year}", "from": start.begins, "to": first_year, "decided_from": first_year + QUARTER}],
    }
    made = {
        "contract": start.name,
        "version": 1,
        "title": start.title,
        "language": start.language,
        "model": start.model,
        "currency": start.currency,
        "term": {"from": start.begins, "to": start.ends},
        "parties": _parties(start),
        "cohorts": [{"id": "people", "clause": _clause(start, 1), "from": start.register, "enrolled": {"from": start.begins, "to": first_year}, "enrolled_on": start.enrolled_on}],
        "outcomes": [{"id": "enrolment", "clause": _clause(start, 2), "kind": "activity", "cohort": "people", "indicator": "enrolled@1"}],
        "payments": [paid],
        "gate": {"profile": start.profile},
    }
    return {**made, **({"waterfall": _waterfall(start)} if start.model in INVESTED else {})}


def _parties(start: Start) -> list[dict[str, Any]]:
    investor = [{"id": "investor", "name": start.investor, "roles": ["investor"]}] if start.model in INVESTED else []
    return [
        {"id": "commissioner", "name": start.payer, "roles": ["commissioner", "payer"]},
        {"id": "provider", "name": start.provider, "roles": ["provider"]},
        *investor,
    ]


def _waterfall(start: Start) -> dict[str, Any]:
    """Investors get their money back and then a return; a grant is paid back and then has its risk premium."""
    is_grant = start.model == "conditional_grant"
    name = "grant" if is_grant else "investors"
    put_in = {"id": name, "investor": "investor", "principal": Decimal("1000000.00"), "drawn_on": start.begins, "return_cap": Decimal("0.10")}
    on_top: dict[str, Any] = {"premium": {"share": Decimal("0.10")}} if is_grant else {}
    return {
        "clause": _clause(start, 4),
        "day_count": "act_365f",
        "classes": [{**put_in, **on_top}],
        **({} if is_grant else {"return_split": {name: Decimal("1.00")}}),
        "reverts_to": "commissioner",
        "distributed_on": [start.ends],
        "order": [{"principal": name}, {"premium": name} if is_grant else "return", "reverts"],
    }


def _clause(start: Start, number: int) -> str:
    return f"{'Bilag' if start.language == 'da' else 'Annex'} {number} §1"


def _always_guessed(model: Model) -> frozenset[Place]:
    """What no flag gives: clauses, and every term of what is measured and paid."""
    keys: dict[str, tuple[str, ...]] = {
        "cohorts": ("id", "clause", "enrolled"),
        "outcomes": ("id", "clause", "kind", "indicator"),
        "payments": ("id", "clause", "rule", "claim_periods"),
        "waterfall": ("clause", "day_count", "classes", "return_split", "distributed_on") if model in INVESTED else (),
    }
    return frozenset(((part, key) if part == "waterfall" else (part, 0, key)) for part, names in keys.items() for key in names)


class _Writer:
    """Writes values as YAML, by the schema of what they are values of."""

    def __init__(self, schema: Schema, guessed: frozenset[Place], few: int = FEW) -> None:
        self.few = few
        self.parts: dict[str, Schema] = schema["$defs"]
        self.guessed = guessed

    def block(self, schema: Schema, value: dict[str, Any], place: Place, indent: int) -> list[str]:
        """Every key of the schema, each on lines of its own: with its value, or as a comment."""
        lines: list[str] = []
        for key, of_key in schema["properties"].items():
            if key in value:
                lines += self._given(key, of_key, value[key], (*place, key), indent)
            else:
                lines += self._comment(key, of_key, indent)
        return lines

    def _given(self, key: str, schema: Schema, value: Any, place: Place, indent: int) -> list[str]:
        pad, inner = " " * indent, self._unfolded(schema)
        choices = self._choices(schema, indent) if place in self.guessed else []
        if isinstance(value, dict) and inner is not None and not self._is_short(inner, value):
            return [f"{pad}{key}:{self._mark(place)}", *self.block(inner, value, place, indent + 2)]
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines = [f"{pad}{key}:{self._mark(place)}"]
            for index, item in enumerate(value):
                lines += self._item(self._unfolded(schema.get("items", {})), item, (*place, index), indent + 2)
            return lines
        return [*choices, f"{pad}{key}: {_flow(value)}{self._mark(place)}"]

    def _item(self, schema: Schema | None, value: Any, place: Place, indent: int) -> list[str]:
        if schema is None or not isinstance(value, dict) or self._is_short(schema, value):
            return [f"{' ' * indent}- {_flow(value)}{self._mark(place)}"]
        first, *rest = self.block(schema, value, place, indent + 2)
        return [f"{' ' * indent}- {first.lstrip()}", *rest]

    def _comment(self, key: str, schema: Schema, indent: int) -> list[str]:
        """What a key means, and how it is written."""
        pad = " " * indent
        said = schema.get("description") or self._of(schema).get("description", "")
        return [*_wrapped(said, pad), f"{pad}# {key}: {self.shape(schema)}"]

    def _choices(self, schema: Schema, indent: int) -> list[str]:
        return _wrapped(f"One of {', '.join(schema['enum'])}.", " " * indent) if "enum" in schema else []

    def _mark(self, place: Place) -> str:
        return f"  {FILL}" if place in self.guessed else ""

    def _of(self, schema: Schema) -> Schema:
        """What a schema refers to."""
        name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
        return self.parts[name] if name else schema

    def _unfolded(self, schema: Schema) -> Schema | None:
        """The part whose keys are written on lines of their own; None where a value stands on one line."""
        name = str(schema.get("$ref", "")).removeprefix("#/$defs/")
        found = self._of(schema)
        return found if "properties" in found and name not in NOT_UNFOLDED else None

    def _is_short(self, schema: Schema, value: dict[str, Any]) -> bool:
        """Whether every key that the schema has is given: nothing is left to be offered."""
        return set(schema["properties"]) == set(value)

    def shape(self, schema: Schema, depth: int = 0) -> str:
        """How a value is written, in short."""
        found = self._of(schema)
        if "enum" in found:
            return " | ".join([*map(str, found["enum"][: self.few]), *(["..."] if len(found["enum"]) > self.few else [])])
        if "anyOf" in found:
            return self.shape(found["anyOf"][0], depth)
        if found.get("type") == "array":
            return f"[{self.shape(found['items'], depth + 1)}, ...]"
        if "properties" in found and depth < DEEP:
            inner = found["properties"]
            keys = [f"{key}: {self.shape(inner[key], depth + 1)}" for key in found.get("required") or inner]
            return f"{{{', '.join(keys)}}}"
        return _example(found)


def _example(schema: Schema) -> str:
    """A value that a schema of one value takes."""
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "integer" and "minimum" in schema:
        return str(schema["minimum"])
    if schema.get("type") == "number" and max(schema.get("maximum", 0), schema.get("exclusiveMaximum", 0)) == 1:
        return "0.50"
    if "^P" in schema.get("pattern", ""):
        return "P90D"
    return EXAMPLES.get(schema.get("format", ""), EXAMPLES.get(schema.get("type", ""), "..."))


def _wrapped(text: str, pad: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=f"{pad}# ", subsequent_indent=f"{pad}# ", break_long_words=False, break_on_hyphens=False)


def _flow(value: Any) -> str:
    """A value on one line, as the strict reader takes it."""
    if isinstance(value, dict):
        items = [f"{_flow(key)}: {_flow(inner)}" for key, inner in value.items()]
        return f"{{{', '.join(items)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_flow(inner) for inner in value)}]"
    if isinstance(value, str):
        return yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=10**6).strip()[1:-1]
    return value.isoformat() if isinstance(value, dt.date) else f"{value}"
