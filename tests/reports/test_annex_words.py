"""The words of the annex: nothing that a contract may say is without them in either language; a test names what is missing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel
from reports.test_phrases import FORBIDDEN
from support import ROOT

from indicators.evaluation.method import methods
from indicators.indicator import library
from indicators.treatments import Placing
from indicators.windows import LONGEST, Window
from pipelines.contracts.outcome import DatedMoney
from pipelines.contracts.profile import ProfileRule
from pipelines.payments.adjusters import adjusters
from pipelines.payments.conditions import conditions
from pipelines.payments.rule import rules
from pipelines.payments.vocabulary import catalogue, vocabulary
from pipelines.reports.annex.examples import CASES
from pipelines.reports.annex.payments import PRICED, TERMS
from pipelines.reports.annex.wording import Wording, definitions, missing, texts
from pipelines.reports.phrases import LANGUAGES, book
from pipelines.reports.rule_pages import shipped_profiles

SLOT = re.compile(r"\{(\w+)\}")


def test_every_indicator_method_and_register_has_its_danish() -> None:
    """Add it to words/definitions.yaml: no annex in Danish falls back to English."""
    wanted = {"indicators": set(library()), "methods": set(methods()), "registers": set(catalogue().registers)}
    assert {kind: sorted(wanted[kind] - set(definitions()[kind])) for kind in wanted} == {kind: [] for kind in wanted}
    assert {kind: sorted(set(definitions()[kind]) - wanted[kind]) for kind in wanted} == {kind: [] for kind in wanted}


def keys_of(kind: Any, key: str) -> Iterator[str]:
    """The texts that an argument of a type needs below a key."""
    kind = get_args(kind)[0] if hasattr(kind, "__metadata__") else kind
    plain = get_origin(kind) or kind
    if get_origin(kind) is Literal:
        yield from (f"{key}.{word}" for word in get_args(kind))
    elif plain is bool:
        yield from (f"{key}.true", f"{key}.false")
    elif plain in (list, tuple):
        (inner, *_) = get_args(kind)
        yield from (key, f"{key}.none")
        yield from keys_of(inner, key)
    elif plain in (Union, UnionType):
        for inner in get_args(kind):
            yield from [f"{key}.none"] if inner is type(None) else keys_of(inner, key)
    elif is_placing(plain):
        return
    elif plain is Window:
        yield from (f"{key}.{unit}" for unit in LONGEST)
    elif isinstance(plain, type) and issubclass(plain, BaseModel) and not issubclass(plain, DatedMoney):
        for name, info in plain.model_fields.items():
            yield from keys_of(info.annotation, f"{key}.{info.alias or name}")
    else:
        yield key


def is_placing(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Placing)


def test_every_argument_of_every_indicator_has_its_sentence() -> None:
    lacking = []
    for item in library().values():
        for name, (kind, _) in item.parameters.items():
            ways = [list(keys_of(kind, f"argument.{own}{name}")) for own in (f"{item.name}.", "")]
            if not any(set(way) <= set(texts()) for way in ways):
                lacking.append((item.pin, [key for key in ways[1] if key not in texts()]))
    assert lacking == []


def test_every_part_that_a_contract_binds_to_a_register_has_its_words() -> None:
    parts = {name for item in library().values() for name in item.registers} - set(catalogue().registers)
    assert sorted(f"part.{name}" for name in parts if f"part.{name}" not in texts()) == []


def test_every_rule_adjuster_and_condition_is_said_with_everything_it_is_given() -> None:
    offered = {f"rule.{pin}": item.parameters for pin, item in rules().items()} | {f"adjuster.{pin}": item.parameters for pin, item in adjusters().items()}
    assert sorted(key for key in (*offered, *(f"condition.{pin}" for pin in conditions())) if key not in texts()) == []
    assert sorted(pin for pin in rules() if pin not in CASES) == []
    for key, parameters in offered.items():
        for name, (kind, _) in parameters.items():
            said = {"unit", "units"} if name == "unit" else {name, f"{name}_percent", f"{name}_money"}
            for language in LANGUAGES:
                assert {kind, *get_args(kind)} & set(PRICED) or said & set(SLOT.findall(texts()[key][language])), f"{key} does not say '{name}'"


def test_every_word_that_a_rule_or_adjuster_may_be_given_has_its_own() -> None:
    offered = [item.parameters for item in (*rules().values(), *adjusters().values())]
    chosen = [f"choice.{name}.{word}" for parameters in offered for name, (kind, _) in parameters.items() if get_origin(kind) is Literal for word in get_args(kind)]
    assert sorted(key for key in chosen if key not in texts()) == []
    assert set(TERMS) <= {name for parameters in offered for name in parameters}
    words = Wording("da", "DKK")
    assert [
        words.term("measure", name) for item in methods().values() for name in item.quantities if "_" in words.term("measure", name) or words.term("measure", name) == name
    ] == []


def test_every_rule_of_the_gate_has_its_sentence_with_the_threshold_in_it() -> None:
    lacking = sorted(name for name in vocabulary().expectations if f"gate.{name}" not in texts())
    assert lacking == []
    slots = {name: [set(SLOT.findall(texts()[f"gate.{name}"][language])) for language in LANGUAGES] for name in vocabulary().expectations}
    assert {name: found for name, found in slots.items() if any(not item & {"n", "pct", "money", "Most_n", "Most_pct"} for item in found)} == {}
    kinds = {str(word) for word in get_args(get_args(ProfileRule.model_fields["only"].annotation)[0])}
    assert sorted(f"only.{kind}" for kind in kinds if f"only.{kind}" not in texts()) == []


def test_what_shipped_profiles_and_registers_say_is_said_in_danish_too() -> None:
    said = [rule.protects for profile in shipped_profiles() for rule in profile.rules]
    said += [rule.remedy for profile in shipped_profiles() for rule in profile.rules]
    said += [item.handling.legal_basis for item in catalogue().registers.values()]
    said += [item.value for item in library().values()]
    assert [sentence for sentence in said if not all(is_danish for _, is_danish in book().say(sentence))] == []


def test_every_text_is_in_both_languages_with_the_same_slots() -> None:
    for key, words in texts().items():
        assert set(words) == set(LANGUAGES), key
        assert set(SLOT.findall(words["en"])) == set(SLOT.findall(words["da"])), key


def test_every_text_is_used() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "pipelines" / "reports" / "annex").glob("*.py"))
    built = {found.replace("{", "").rstrip("._") for found in re.findall(r'f"([a-z_]+[._])\{', sources)}
    plain = [key for key in texts() if f'"{key}"' not in sources]
    assert [key for key in plain if not any(re.match(rf"{part}[._]", key) for part in built)] == []


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_danish_uses_a_word_that_means_something_else_to_a_municipality(word: str) -> None:
    danish = [words["da"] for words in texts().values()] + [text for part in definitions().values() for text in part.values()]
    assert [text for text in danish if word in text.lower()] == []


def test_a_text_that_is_not_there_stops_the_annex_and_says_where_to_write_it() -> None:
    words = Wording("da", "DKK")
    with pytest.raises(type(missing("", "")), match=r"words/annex.yaml: the annex has no words for 'argument.hours'"):
        words.text("argument.hours", value=1)
    with pytest.raises(type(missing("", "")), match=r"words/definitions.yaml: the annex has no words for the indicator 'hours_slept@1'"):
        words.defined("indicators", "hours_slept@1", "Hours slept.")
    with pytest.raises(type(missing("", "")), match=r"words/phrases.yaml: the annex has no words for 'nobody has ever said this'"):
        words.said("nobody has ever said this")
    assert words.own("Ingen har før sagt dette.") == "Ingen har før sagt dette."


NUMBERS = [
    (Decimal("1187.35"), "1.187,35", "1,187.35"),
    (Decimal("0.10"), "0,1", "0.1"),
    (Decimal("26.0"), "26", "26"),
    (Decimal("-40000.00"), "-40.000", "-40,000"),
    (1201, "1.201", "1,201"),
    (Decimal(0), "0", "0"),
    (Decimal(100), "100", "100"),
]


@pytest.mark.parametrize(("number", "danish", "english"), NUMBERS)
def test_numbers_are_written_as_the_language_writes_them(number: Decimal | int, danish: str, english: str) -> None:
    assert (Wording("da", "DKK").number(number), Wording("en", "DKK").number(number)) == (danish, english)


def test_amounts_shares_and_dates_are_written_as_the_language_writes_them() -> None:
    danish, english, foreign = Wording("da", "DKK"), Wording("en", "DKK"), Wording("da", "EUR")
    assert [words.money(Decimal("1187.35")) for words in (danish, english, foreign)] == ["1.187,35\u00a0kr.", "1,187.35\u00a0DKK", "1.187,35\u00a0EUR"]
    assert [words.percent(Decimal("0.075")) for words in (danish, english)] == ["7,5\u00a0%", "7.5\u00a0%"]
    assert [words.date(dt.date(2024, 7, 1)) for words in (danish, english)] == ["1.\u00a0juli\u00a02024", "1\u00a0July\u00a02024"]
    assert danish.listed(["a"]) == "a"
    assert [words.listed(["a", "b", "c"]) for words in (danish, english)] == ["a, b og c", "a, b and c"]
    assert danish.said("216 persons x 500.00 (price on 2024-07-01) = 108,000.00") == "216 personer x 500,00 (pris pr. 1.\u00a0juli\u00a02024) = 108.000,00"
    assert danish.text("example_result", state="udløst", amount=danish.money(Decimal(1))) == "Betalingsbeslutning: udløst, 1,00\u00a0kr."
