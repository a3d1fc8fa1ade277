"""Everything a contract says stands in its annex: every number and date in the language's own form, every clause and word, every choice."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ConfigDict, RootModel, ValidationError
from reports.annex_given import changed, full, leaves, said, written_day, written_numbers
from support import ROOT

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.source import Place, read, shown
from pipelines.errors import ContractError
from pipelines.payments.vocabulary import vocabulary
from pipelines.reports.annex.build import annex
from pipelines.reports.annex.completeness import PRINTED, check_complete
from pipelines.reports.phrases import LANGUAGES, Code

CONTRACTS = ("tarp", "trygt_hjem", "ungebro", "alt")
TEXTS = ("clause", "name", "title", "because", "protects", "remedy", "source", "authority", "procurement", "state_aid", "data_basis", "data_protection", "seed")
"""Keys whose value is text of the contract's own."""
CHOICES: dict[str, tuple[Any, ...]] = {
    "model": ("conditional_grant",),
    "language": ("en", "da"),
    "currency": ("EUR",),
    "birth_day_unknown": ("ineligible",),
    "died": ("stop", "failure"),
    "emigrated": ("keep", "failure"),
    "turned_18": ("keep", "failure"),
    "kind": ("outcome", "activity", "income", "other"),
    "claimed_by": ("cohort",),
    "in_a_row": (False,),
    "end": ("exclusive", "inclusive"),
    "in_care": ("new_entry",),
    "combine": ("total",),
    "cvr": ("11223345",),
    "ean": ("5790000001248",),
    "priced_at": ("claim_period_start",),
    "mode": ("half_even",),
    "severity": ("warning",),
    "dimension": ("accuracy",),
    "only": ("judged",),
    "cured_by": ("commissioner",),
    "day_count": ("thirty_360", "act_365f"),
    "unpaid": ("lapses", "compounds"),
    "counts_to_cap": (False,),
    "of": ("principal", "weeks_on_benefit"),
    "repaid": (False,),
    "over_cap": ("other_classes", "next_step"),
    "counts": ("people", "rows"),
    "vat": ("added", "exempt"),
    "caps": ("without_vat",),
    "year": ("calendar",),
    "by": ("payment", "week", "amount_a_year", "claim_period", "mahalanobis", "institut"),
    "with_replacement": (False,),
    "excess": ("lapses",),
    "then": ("held", "kept", "court", "not_met", "note"),
    "unless": ("never",),
    "settle": ("at_once",),
    "amounts_are": ("gross",),
    "on_expiry": ("archive",),
    "silence": ("refuses",),
    "better": ("lower", "higher"),
    "per": ("year", "unit"),
}
"""Keys with a few words to choose from, and others than the full contract chose."""
SINGLE = ("moved", "withdrew", "at", "over", "pool")
"""Keys with one word to choose."""
NAMES = (
    *("contract", "id", "roles", "from", "enrolled_on", "column", "on", "register", "codes", "benefits", "treatment", "comparison", "cohort", "indicator", "placements"),
    *("success", "failure", "neutral", "pause", "stop", "codes_counted", "does_not_count", "method", "intervals", "implies", "unit", "outcome", "pays_for", "payer", "payee"),
    *("rule", "role", "measure", "interval", "side", "profile", "investor", "guarantor", "payments", "to", "reverts_to", "order", "principal", "indsats", "gruppe", "in"),
    *("premium", "protection", "before", "earlier", "covariates", "clusters", "scenarios", "outcomes"),
    *("figure", "follows", "schedule", "municipality", "region", "state", "citizen", "others"),
    *("quantities", "states"),
)
"""Keys that name something, which another name would not find; each name has to stand in the annex, or what it is called."""
CALLED = (
    "roles",
    "register",
    "from",
    "placements",
    "role",
    "measure",
    "quantities",
    "interval",
    "intervals",
    "side",
    "unit",
    "order",
    "payer",
    "payee",
    "investor",
    "guarantor",
    "to",
    "reverts_to",
    "on",
    "scenarios",
    "figure",
    *("municipality", "region", "state", "citizen", "others"),
)
"""Of these the annex says what they are called, and not their name; `test_annex` reads them."""


@cache
def given(name: str) -> tuple[Catalogue, dict[str, Any]]:
    """The catalogue a contract is in, and the contract as plain data."""
    if name == "alt":
        contracts, value = full(Path(mkdtemp(prefix="annex-")))
        found = contracts.load()
        assert [finding.sentence() for finding in found.findings()] == []
        return found, value
    from pipelines.contracts.loading import load

    folder = ROOT / "data_contracts"
    return load(folder, vocabulary()), read(folder / "outcomes" / f"{name}.yaml", root=folder).value


@cache
def whole(name: str, language: Code) -> str:
    found, value = given(name)
    return said(value, found, language)


def key_of(place: Place) -> str:
    """The key a value stands under: that of the list it is in, if it is in one."""
    key = next(str(part) for part in reversed(place) if not isinstance(part, int))
    return "codes_counted" if key == "counts" and {"types", "industries"} & set(place) else key


def times(form: str, text: str) -> int:
    """How often a form stands in a text by itself, and not as a part of a longer number or word."""
    return len(re.findall(rf"(?<![\w.,]){re.escape(form)}(?![\w]|[.,]\w)", text))


def forms(value: Any, key: str, language: str) -> tuple[str, ...]:
    if isinstance(value, dt.date):
        return (written_day(value, language),)
    if isinstance(value, Decimal | int):
        return (str(value),) if key in ("price_level", "first", "last") else written_numbers(value, language)
    span = re.fullmatch(r"P(\d+)([DMY])", value)
    units = {"D": ("days", "dage"), "M": ("months", "måneder"), "Y": ("years", "år")}
    return (f"{span[1]} {units[span[2]][language == 'da']}",) if span else (value,)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CONTRACTS)
def test_every_number_date_clause_and_name_of_the_contract_stands_in_the_annex(name: str, language: Code) -> None:
    text = whole(name, language)
    left_out = [
        f"{shown(place)}: {value}"
        for place, value in leaves(given(name)[1])
        if not isinstance(value, bool)
        and value != "any"
        and key_of(place) not in (*CHOICES, *SINGLE, *CALLED)
        and not any(times(form, text) for form in forms(value, key_of(place), language))
    ]
    assert left_out == []


def others(place: Place, value: Any) -> list[Any]:
    """Other values to put at a place, nearest first; none for a name."""
    key = key_of(place)
    if key in CHOICES:
        return [other for other in CHOICES[key] if other != value]
    if not isinstance(value, str):
        return near(value)
    if re.fullmatch(r"P\d+[DMY]", value):
        return [f"P{int(value[1:-1]) + 1}{value[-1]}"]
    assert key in (*TEXTS, *NAMES, *SINGLE, "industries"), f"{shown(place)}: say in this test what '{key}' is"
    return [f"{value} Zebra"] if key in TEXTS else []


def near(value: dt.date | Decimal | int) -> list[Any]:
    """Dates and numbers close to one."""
    if isinstance(value, dt.date):
        return [value + dt.timedelta(days=days) for days in (1, -1, 2)]
    if isinstance(value, Decimal):
        step = Decimal(1).scaleb(int(value.as_tuple().exponent))
        return [value + step, value - step, value + 3 * step]
    return [value + 1, value - 1]


def otherwise(value: dict[str, Any], place: Place, candidates: list[Any], found: Catalogue, language: Code) -> tuple[str, Any] | None:
    """What the annex says with the first of other values that a contract can have there, and that value."""
    for new in candidates:
        try:
            return said(changed(value, place, new), found, language), new
        except ValidationError:
            continue
        except ContractError as error:
            if "cannot be computed" not in str(error):
                raise
    return None


TOGETHER = (
    "protection.repaid",
    "protection.on",
    "distributed_on[1]",
    "return_split.senior",
    "return_split.junior",
    "split.shares.kommune",
    "split.shares.region",
    "version",
    "ydelser.by",
    *(f"shares.{payer}" for payer in ("municipality", "region", "state", "citizen", "others")),
)
"""Shares that sum to one, versions that follow each other, what steps are counted by, and a protection with its day and its step: none can
change alone."""


def test_whatever_changes_in_the_contract_changes_in_the_annex() -> None:
    """One value after the other is another one, and the annex has to say so: nothing stands there by chance. In Danish, since both languages
    fill the same slots (`test_annex_words`)."""
    found, value = given("alt")
    language: Code = "da"
    before, silent, stuck = whole("alt", language), [], []
    for place, old in leaves(value):
        candidates = others(place, old)
        made = otherwise(value, place, candidates, found, language)
        if made is None:
            stuck += [shown(place)] if candidates else []
            continue
        after, new = made
        is_word = key_of(place) in CHOICES
        if after == before or (not is_word and not any(times(form, after) > times(form, before) for form in forms(new, key_of(place), language))):
            silent.append(f"{shown(place)}: {old} -> {new}")
    assert silent == []
    assert [place for place in stuck if not place.endswith(TOGETHER)] == []


def test_shares_that_change_together_are_both_said() -> None:
    found, value = given("alt")
    made = changed(changed(value, ("waterfall", "return_split", "senior"), Decimal("0.44")), ("waterfall", "return_split", "junior"), Decimal("0.56"))
    assert "foranstillet (senior) 44 % og efterstillet (junior) 56 %" in said(made, found, "da")


def test_a_protection_and_its_day_are_said_with_what_must_change_with_them() -> None:
    found, value = given("alt")
    flow = ("waterfall",)
    moved = changed(changed(value, (*flow, "classes", 1, "protection", "on"), dt.date(2026, 6, 29)), (*flow, "distributed_on", 1), dt.date(2026, 6, 29))
    assert "efter trinnene 29. juni 2026, 76 % af den hovedstol, der til den tid udestår, dog højst 1.010.000,00 kr." in said(moved, found, "da")
    steps = [step for step in value["waterfall"]["order"] if step != {"protection": "junior"}]
    kept = changed(changed(value, (*flow, "classes", 1, "protection", "repaid"), False), (*flow, "order"), steps)
    assert "Det får garanten ikke tilbage." in said(kept, found, "da")
    assert "Det får garanten ikke tilbage." not in whole("alt", "da")


def models(kind: Any, seen: dict[str, type[BaseModel]]) -> dict[str, type[BaseModel]]:
    """Every model that a contract may hold, by name."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if kind.__name__ in seen:
            return seen
        seen[kind.__name__] = kind
        for info in kind.model_fields.values():
            models(info.annotation, seen)
    for inner in get_args(kind):
        models(inner, seen)
    return seen


def of_contracts() -> dict[str, type[BaseModel]]:
    found = models(OutcomeContract, {})
    return {name: kind for name, kind in found.items() if not issubclass(kind, RootModel)}


def test_the_annex_knows_every_key_that_a_contract_may_have() -> None:
    """A new key has to be printed, and the full contract of these tests has to have it."""
    unknown = {name: sorted(set(kind.model_fields) - PRINTED.get(name, frozenset())) for name, kind in of_contracts().items()}
    assert {name: keys for name, keys in unknown.items() if keys} == {}
    gone = {name: sorted(keys - set(of_contracts()[name].model_fields)) for name, keys in PRINTED.items() if name in of_contracts()}
    assert {name: keys for name, keys in gone.items() if keys} == {}
    assert sorted(set(PRINTED) - set(of_contracts())) == []


def used(value: Any, seen: dict[str, set[str]]) -> dict[str, set[str]]:
    """The keys that a contract sets, by model."""
    if isinstance(value, RootModel):
        used(value.root, seen)
    elif isinstance(value, BaseModel):
        seen.setdefault(type(value).__name__, set()).update(value.model_fields_set)
        for name in type(value).model_fields:
            used(getattr(value, name), seen)
    elif isinstance(value, list | tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            used(item, seen)
    return seen


def test_the_full_contract_says_everything_a_contract_can_say() -> None:
    keys = used(OutcomeContract.model_validate(given("alt")[1]), {})
    of_profiles = {"ProfileRule": {"was"}}
    unused = {name: sorted(set(kind.model_fields) - keys.get(name, set()) - of_profiles.get(name, set())) for name, kind in of_contracts().items()}
    assert {name: left for name, left in unused.items() if left} == {}


class Longer(OutcomeContract):
    """A contract with a key that no annex knows."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    festivals: dict[str, int] | None = None


def test_a_key_that_no_annex_prints_stops_it() -> None:
    found, value = given("alt")
    silent = Longer.model_validate(value)
    printed = {**PRINTED, "Longer": PRINTED["OutcomeContract"]}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipelines.reports.annex.completeness.PRINTED", printed)
        check_complete(silent)
        with pytest.raises(ContractError, match=r"the annex does not print festivals, and nobody may sign less than what is computed"):
            annex(Longer.model_validate({**value, "festivals": {"minimum": 120}}), found, vocabulary(), "da")


def test_a_key_deep_inside_is_named_by_its_place() -> None:
    _, value = given("alt")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipelines.reports.annex.completeness.PRINTED", {**PRINTED, "Bonus": frozenset({"to", "share"}), "Amendment": frozenset()})
        with pytest.raises(ContractError, match=r"does not print amendments\.made\[0\]\.agreed_on, .*, waterfall\.bonus\.cap, and nobody") as caught:
            check_complete(OutcomeContract.model_validate(value))
    assert "amendments.made[1].value" in str(caught.value)
