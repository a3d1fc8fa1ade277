"""JSON Schemas of the files under `data_contracts/`, made from their models and from what the code offers, so that an editor completes and
checks while somebody writes: names of indicators, rules, adjusters and expectations, each with the arguments that it takes.

A schema knows the shape of a file. What only the whole of the contracts can tell (a party that is not there, a price before its first day)
is found by loading alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from indicators.prices import MONEY_LIMIT, WEEK_LIMIT, ByIndex
from pipelines.contracts.catalogue import IndicatorTerms, MethodTerms, RuleTerms, Taking, Vocabulary
from pipelines.contracts.expectations import NATIVE
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.parts import MEAN
from pipelines.contracts.profile import Profile
from pipelines.contracts.references import OF_RELATIONSHIP
from pipelines.contracts.register import GIVES, Handling, RegisterContract
from pipelines.contracts.steps import AMOUNT, COMPONENT, NUMBER

Schema = dict[str, Any]
MADE_BY = "Written by `make docs` from the models and from what the code offers; a change of either writes it anew."
DAY = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
TEXT = {"type": "string", "minLength": 1, "pattern": r"\S"}
ROLES = ("treatment", "comparison")
SAID_EVERYWHERE = {
    "id": "What the other parts of the file call it by: small letters, digits and underscores.",
    "clause": "Where the signed agreement says so.",
    "because": "Why, in a sentence that every report prints.",
}
"""What a key means wherever it stands, unless a model says so itself."""
OF_DAYS = {"from": "The first day.", "to": "The day after the last one."}


class _AsWritten(GenerateJsonSchema):
    """Numbers with a point are numbers and days are texts of one form: as YAML holds them, and never the texts that JSON has for decimals."""

    def decimal_schema(self, schema: Any) -> Schema:
        bounds = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
        return {"type": "number", **{word: _number(schema[bound]) for bound, word in bounds.items() if schema.get(bound) is not None}}

    def str_schema(self, schema: Any) -> Schema:
        made = super().str_schema(schema)
        if schema.get("strip_whitespace") and "pattern" not in made:
            made["pattern"] = TEXT["pattern"]
        return made

    def date_schema(self, schema: Any) -> Schema:
        del schema
        return dict(DAY)

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False


def outcome_schema(vocabulary: Vocabulary) -> Schema:
    """The schema of `outcomes/<contract>.yaml`."""
    made = _schema(OutcomeContract)
    parts = made["$defs"]
    for name, key in (("Cohort", "from"), ("Total", "register")):
        parts[name]["properties"][key] = _one_of(vocabulary.staged)
    codes = {"type": "array", "items": {"type": "string", "pattern": "^[0-9]{3}$"}, "minItems": 1, "uniqueItems": True}
    parts["Residence"]["properties"]["in"] = {"anyOf": [{"const": "any"}, codes]}
    _outcomes(parts, vocabulary)
    _comparisons(parts, vocabulary.methods)
    parts["Condition"]["properties"]["rule"] = _one_of(vocabulary.conditions)
    rules = {pin: _rule_arguments(terms, vocabulary, parts) for pin, terms in vocabulary.rules.items()}
    parts["PinnedRule"] = {**_pinned(rules), "description": parts["PinnedRule"]["description"]}
    adjusters = {pin: _arguments(terms, parts) for pin, terms in vocabulary.adjusters.items()}
    parts["PinnedAdjuster"] = {**_pinned(adjusters), "description": parts["PinnedAdjuster"]["description"]}
    _expectations(parts, vocabulary)
    return _finished(made, "An outcome contract")


def profile_schema(vocabulary: Vocabulary) -> Schema:
    """The schema of `profiles/<profile>.yaml`."""
    made = _schema(Profile)
    _expectations(made["$defs"], vocabulary)
    return _finished(made, "A gate profile")


def register_schema() -> Schema:
    """The schema of `registers/<register>.odcs.yaml`: the part of the Open Data Contract Standard that is acted on."""
    made = _schema(RegisterContract)
    parts = made["$defs"]
    handling = _schema(Handling)
    parts.update(handling.pop("$defs"))
    made["properties"]["customProperties"] = _properties(handling["properties"], handling["required"], handling["description"])
    parts["Column"]["properties"]["customProperties"] = _properties({"codelist": TEXT, "repeats": _one_of(("iso_week", "month"))})
    parts["Quality"]["properties"]["customProperties"] = _properties({"remedy": TEXT}, ["remedy"])
    for name in ("OfColumn", "OfTable"):
        given = {"remedy": TEXT, "severity": _one_of(("error", "warning"))}
        parts[name]["properties"]["customProperties"] = _properties({key: given[key] for key in OF_RELATIONSHIP})
    _quality(parts)
    return _finished(made, "A register contract")


def _schema(model: type[BaseModel]) -> Schema:
    return model.model_json_schema(by_alias=True, schema_generator=_AsWritten)


def _number(value: Any) -> int | float:
    return int(value) if Decimal(value) == int(value) else float(value)


def _one_of(names: Iterable[str], meanings: Mapping[str, Taking] | None = None) -> Schema:
    """A text that is one of these, each with what it means where that is known."""
    made: Schema = {"type": "string", "enum": list(names)}
    if meanings is not None:
        made["enumDescriptions"] = [_first_part(meanings[name].definition) for name in made["enum"]]
    return made


def _when(key: str, value: str, then: Schema) -> Schema:
    """`then` where `key` has this value."""
    return {"if": {"properties": {key: {"const": value}}, "required": [key]}, "then": then}


def _outcomes(parts: dict[str, Schema], vocabulary: Vocabulary) -> None:
    """Which indicators there are, what each takes under `with`, and which parts each reads that another register may stand for."""
    outcome = parts["Outcome"]
    outcome["properties"]["indicator"] = _one_of(vocabulary.indicators, vocabulary.indicators)
    outcome["properties"]["with"] = {"type": "object", "description": "What the contract gives the indicator."}
    outcome["allOf"] = [_when("indicator", pin, _of_indicator(terms, vocabulary.staged, parts)) for pin, terms in vocabulary.indicators.items()]


def _of_indicator(terms: IndicatorTerms, staged: Sequence[str], parts: dict[str, Schema]) -> Schema:
    reads = {"type": "object", "properties": {name: _one_of(staged) for name in terms.registers}, "additionalProperties": False}
    given = _arguments(terms, parts)
    return {"properties": {"with": given, "reads": reads}, **({"required": ["with"]} if given.get("required") else {})}


def _arguments(terms: Taking, parts: dict[str, Schema]) -> Schema:
    """What one indicator, rule or adjuster takes; models that its arguments are of go to `parts`."""
    made = _schema(terms.model)
    parts.update(made.pop("$defs", {}))
    del made["title"]
    return {**made, "description": _first_part(terms.definition)}


def _rule_arguments(terms: RuleTerms, vocabulary: Vocabulary, parts: dict[str, Schema]) -> Schema:
    """Arguments of a rule, of which some name what an estimate has."""
    made = _arguments(terms, parts)
    methods = vocabulary.methods.values()
    measures = tuple(dict.fromkeys(name for method in methods for name in method.quantities))
    known = {
        "role": ROLES,
        "measure": measures,
        "figure": measures if terms.needs_comparison else (MEAN, *measures),
        "interval": tuple(dict.fromkeys(name for method in methods for name in method.intervals)),
    }
    made["properties"].update({name: _one_of(known[name]) for name in made["properties"] if name in known})
    return made


def _pinned(arguments: dict[str, Schema]) -> Schema:
    """Exactly one of these, by name and version, with its arguments."""
    return {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": False, "properties": arguments}


def _comparisons(parts: dict[str, Schema], methods: Mapping[str, MethodTerms]) -> None:
    comparison = parts["Comparison"]
    comparison["properties"]["method"] = _one_of(methods, methods)
    comparison["properties"]["with"] = {"type": "object", "description": "What the contract gives the method."}
    comparison["allOf"] = [_when("method", pin, _of_method(terms, parts)) for pin, terms in methods.items()]


def _of_method(terms: MethodTerms, parts: dict[str, Schema]) -> Schema:
    given = _arguments(terms, parts)
    return {"properties": {"intervals": {"items": _one_of(terms.intervals)}, "with": given}, **({"required": ["with"]} if given.get("required") else {})}


def _expectations(parts: dict[str, Schema], vocabulary: Vocabulary) -> None:
    for name in ("ProfileRule", "GateChange"):
        if name in parts:
            parts[name]["properties"]["rule"] = _one_of(vocabulary.expectations)


def _properties(known: Mapping[str, Schema], required: Sequence[str] = (), description: str = "") -> Schema:
    """A list of `{property: ..., value: ...}` in which these may stand, and those that are required do."""
    item: Schema = {
        "type": "object",
        "properties": {"property": _one_of(known), "value": {}, "description": TEXT},
        "required": ["property", "value"],
        "additionalProperties": False,
        "allOf": [_when("property", name, {"properties": {"value": value}}) for name, value in known.items()],
    }
    there = [{"contains": {"type": "object", "properties": {"property": {"const": name}}, "required": ["property"]}} for name in required]
    return {"type": "array", "items": item, **({"allOf": there} if there else {}), **({"description": description} if description else {})}


def _quality(parts: dict[str, Schema]) -> None:
    """A quality rule says what is counted in the way of its type; one of type `custom` names an expectation with its arguments."""
    quality = parts["Quality"]
    quality["allOf"] = [_when("type", kind, {"required": [key]}) for kind, key in GIVES.items()]
    made = {name: _schema(model) for name, model in NATIVE.items()}
    for schema in made.values():
        parts.update(schema.pop("$defs", {}))
    named: Schema = {
        "type": "object",
        "properties": {"type": _one_of(made), "kwargs": {"type": "object"}},
        "required": ["type"],
        "additionalProperties": False,
        "allOf": [_when("type", name, {"properties": {"kwargs": schema}}) for name, schema in made.items()],
    }
    quality["properties"]["implementation"] = {"anyOf": [named, {"type": "string"}]}


def _finished(made: Schema, title: str) -> Schema:
    """The whole schema: amounts bounded, every key with what its model says of it, parts in the order of their names."""
    parts = made.pop("$defs")
    _amounts(parts)
    for name, key in (("SteppedMoney", NUMBER.pattern), ("MoneyByComponent", COMPONENT.pattern), ("SteppedShares", AMOUNT.pattern)):
        if name in parts:
            parts[name].update(minProperties=1, propertyNames={"type": "string", "pattern": f"^{key}$"})
    if "SteppedShares" in parts:
        parts["SteppedShares"]["additionalProperties"] = {"type": "number", "minimum": 0, "maximum": 1}
    for part in (made, *parts.values()):
        _without_nulls(part)
        _describe(part)
    head = {"$comment": MADE_BY, "title": title, "description": made.pop("description", "")}
    return {**head, **{key: value for key, value in made.items() if key != "title"}, "$defs": dict(sorted(parts.items()))}


def _amounts(parts: dict[str, Schema]) -> None:
    """Amounts by date are bounded, and may follow an index instead."""
    for name, most in (("DatedMoney", MONEY_LIMIT), ("WeeklyMoney", WEEK_LIMIT)):
        if name in parts:
            dated = _by_day({"type": "number", "minimum": 0, "maximum": int(most)})
            either = {"if": {"required": ["indexed"]}, "then": {"$ref": "#/$defs/ByIndex"}, "else": dated}
            parts[name] = {"description": parts[name]["description"], "title": name, "type": "object", "minProperties": 1, **either}
            made = _schema(ByIndex)
            parts.update(made.pop("$defs"))
            parts["ByIndex"] = made
            base, rates = _by_day({"type": "number", "minimum": 0, "maximum": int(most)}), _by_day({"type": "number", "exclusiveMinimum": -1, "exclusiveMaximum": 1})
            parts["Indexed"]["properties"].update(base={**base, "maxProperties": 1}, rates=rates)


def _by_day(amount: Schema) -> Schema:
    return {"type": "object", "minProperties": 1, "propertyNames": dict(DAY), "additionalProperties": amount}


def _without_nulls(part: Any) -> None:
    """Take out, at every depth, that a value may be null: a key that says nothing is left out, and an editor is clearer about one way."""
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        _without_nulls(inner)
    if isinstance(part, dict) and {"type": "null"} in part.get("anyOf", ()):
        left = [way for way in part.pop("anyOf") if way != {"type": "null"}]
        part.pop("default", None)
        part.update(left[0] if len(left) == 1 else {"anyOf": left})


def _describe(part: Schema) -> None:
    """Give each key the sentences of its model that name it, and each text of a description on one line."""
    said = " ".join(part.get("description", "").split())
    if said:
        part["description"] = said
    sentences = re.split(r"(?<=[.;])\s+(?=[`A-Z])", said)
    for key, value in part.get("properties", {}).items():
        about = " ".join(sentence for sentence in sentences if f"`{key}`" in sentence or f"`{key}:" in sentence)
        usual = SAID_EVERYWHERE.get(key) or (OF_DAYS.get(key) if value.get("format") == DAY["format"] else None)
        if "description" not in value and (about or usual):
            value["description"] = about or usual


def _first_part(definition: str) -> str:
    """A definition up to what it says to programmers."""
    return " ".join(definition.split()).split(" Raises ")[0]
