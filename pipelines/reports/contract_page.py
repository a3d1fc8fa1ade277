"""`docs/contracts.md`: every key of an outcome contract with what it means, how it is written, and whether the program carries it out. Made
from the schema of contracts; `make docs` writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.contracts.json_schema import outcome_schema
from pipelines.contracts.loading import load
from pipelines.contracts.starting import Schema, shape
from pipelines.files import write_atomically
from pipelines.payments.vocabulary import vocabulary
from pipelines.reports.rule_pages import SHIPPED, markdown
from pipelines.settings import PACKAGE_ROOT

PAGE = PACKAGE_ROOT / "docs" / "contracts.md"
BY_HAND, PRINTED = "no: the parties keep count of it", "said in the annex, moves no amount"
DONE = {
    "cohorts": "yes, but for `too_few` with `merged_with_next`: every payment of the contract is held",
    "deadlines": "yes: silence, and what follows the long stop where `then` says it, are entered by the night; `cure_hold` and `pay` are counted and said",
    "term": "yes, `from` and `to`; the others are said in the annex, and no distribution comes after `repaid_by`",
    "referrals": BY_HAND,
    "change_in_law": BY_HAND,
    "retention": BY_HAND,
    "amounts": PRINTED,
    "refunds": PRINTED,
    "legal": PRINTED,
    "value": "reckoned and shown (docs/value.md), moves no amount",
    "amendments": "totalled in the annex, moves no amount",
}
"""What the program does with a key of a contract, where that is less than carrying it out (`pipelines.contracts.carried`)."""
MANY = 10
"""How many names of a choice the page shows."""
LEADING = ("$ref", "items", "anyOf", "patternProperties")


@dataclass(frozen=True)
class Key:
    """One key of a part: how it is written, whether it must be there, what it means where the part's own sentences do not say it, and the
    part that stands under it, if any."""

    name: str
    written: str
    is_needed: bool
    means: str
    leads_to: str


@dataclass(frozen=True)
class Part:
    """One part of a contract with its keys. Of a part that `is_choice` one key stands, a pinned rule or adjuster."""

    name: str
    means: str
    keys: list[Key]
    is_choice: bool


def page() -> str:
    """The text of the page."""
    schema, registers = outcome_schema(vocabulary()), load(SHIPPED, vocabulary()).registers.values()
    uses = {use: sorted(register.id for register in registers if register.handling.permitted_use == use) for use in ("administration", "statistics")}
    return markdown().get_template("contracts.md").render(top=_top(schema), parts=parts(schema), uses=uses)


def parts(schema: Schema) -> list[Part]:
    """The parts that a contract is made of, by name."""
    return [_part(name, part, schema) for name, part in sorted(schema["$defs"].items())]


def _part(name: str, part: Schema, schema: Schema) -> Part:
    keys = [_key(key, value, part, schema) for key, value in part.get("properties", {}).items()]
    return Part(name, part.get("description", ""), keys, is_choice=part.get("maxProperties") == 1)


def _key(name: str, value: Schema, part: Schema, schema: Schema) -> Key:
    said, leads = value.get("description", ""), _named({key: value[key] for key in LEADING if key in value})
    return Key(name, shape(value, schema, MANY), name in part.get("required", []), "" if said in part.get("description", "") else said, leads[0] if leads else "")


def _top(schema: Schema) -> list[tuple[Key, str]]:
    """The contract's own keys with what they mean, each with what the program does with it."""
    found = [_key(name, value, {"required": schema["required"]}, schema) for name, value in schema["properties"].items()]
    return [(key if key.means else Key(key.name, key.written, key.is_needed, _first(schema, key.leads_to), key.leads_to), DONE.get(key.name, "yes")) for key in found]


def _first(schema: Schema, part: str) -> str:
    """What a part is, in its first sentence."""
    return str(schema["$defs"].get(part, {}).get("description", "")).partition(". ")[0].rstrip(".") + "."


def _named(value: Any) -> list[str]:
    """The parts that a piece of a schema refers to, in its order."""
    if isinstance(value, list):
        return [name for inner in value for name in _named(inner)]
    if not isinstance(value, dict):
        return []
    own = [str(value["$ref"]).removeprefix("#/$defs/")] if "$ref" in value else []
    return own + [name for inner in value.values() for name in _named(inner)]


def write() -> None:
    """Write the page anew."""
    write_atomically(PAGE, page().encode())


if __name__ == "__main__":
    write()
