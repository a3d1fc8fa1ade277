"""The annex of a contract that pays by the rules that price claims, units, volumes, savings and people against a number: every price, step and
number stands in it, whatever changes there changes in it, and its worked examples are the sums by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from contract_files.planted import copied
from contract_files.test_contracts_of_indicators_by_part import NAME
from contract_files.test_contracts_of_rules import RULES, contract
from pydantic import ValidationError
from reports.annex_given import changed, leaves, said
from reports.test_annex_prints import forms, key_of, near, times

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.source import Place, read, shown
from pipelines.errors import ContractError
from pipelines.payments.vocabulary import vocabulary
from pipelines.reports.annex.build import annex
from pipelines.reports.annex.document import Heading, Sum, Table
from pipelines.reports.phrases import LANGUAGES, Code

CALLED = ("role", "unit", "over")
"""Arguments that are said in words, which `test_annex_words` knows."""


@cache
def given() -> tuple[Catalogue, dict[str, Any]]:
    contracts = copied(Path(mkdtemp(prefix="annex-")))
    contracts.write(NAME, contract(RULES))
    found = contracts.load()
    assert found.findings() == []
    return found, read(contracts.folder / NAME, root=contracts.folder).value


@cache
def whole(language: Code) -> str:
    found, value = given()
    return said(value, found, language)


def of_rules() -> list[tuple[Place, Any]]:
    return [(place, value) for place, value in leaves(given()[1]) if "rule" in place and key_of(place) not in CALLED]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_and_day_of_every_rule_stands_in_the_annex(language: Code) -> None:
    assert len(of_rules()) > 30
    assert [f"{shown(place)}: {value}" for place, value in of_rules() if not any(times(form, whole(language)) for form in forms(value, key_of(place), language))] == []


def test_whatever_changes_in_a_rule_changes_in_the_annex() -> None:
    found, value = given()
    silent = []
    for place, old in of_rules():
        for new in near(old):
            try:
                after = said(changed(value, place, new), found, "da")
            except (ValidationError, ContractError):
                continue
            if not any(times(form, after) > times(form, whole("da")) for form in forms(new, key_of(place), "da")):
                silent.append(f"{shown(place)}: {old} -> {new}")
            break
        else:
            silent.append(f"{shown(place)}: nothing else can stand there")
    assert silent == []


@pytest.mark.parametrize(
    ("payment", "argument", "old", "new", "said_by"),
    [
        ("mestring", "prices", "5", "6", "6"),
        ("personer", "tiers", "371", "374", "374"),
        ("personer", "tiers", "411", "415", "415"),
        ("besparelse", "shares", "5000000.00", "5000001.00", "5.000.001,00 kr."),
        ("uger_efter_art", "prices", "su", "skole", "»skole«"),
    ],
)
def test_where_a_step_begins_and_what_a_component_is_called_stands_in_the_annex(payment: str, argument: str, old: str, new: str, said_by: str) -> None:
    found, value = given()
    place = next(index for index, item in enumerate(value["payments"]) if item["id"] == payment)
    rule = value["payments"][place]["rule"]
    pin = next(iter(rule))
    steps = {new if key == old else key: inner for key, inner in rule[pin][argument].items()}
    after = said(changed(value, ("payments", place, "rule", pin, argument), steps), found, "da")
    assert times(said_by, after) > times(said_by, whole("da"))


def made(language: Code) -> Any:
    found, value = given()
    return annex(OutcomeContract.model_validate(value), found, vocabulary(), language)


def part(language: Code, name: str, kind: type) -> list[Any]:
    """The blocks of a kind below the heading of a payment."""
    found, is_here = [], False
    for block in made(language).blocks:
        if isinstance(block, Heading) and block.level <= 2:
            is_here = name in block.text
        elif is_here and isinstance(block, kind):
            found.append(block)
    return found


def test_prices_of_several_steps_are_one_table_by_number_or_component() -> None:
    def rows(name: str) -> list[tuple[str, ...]]:
        return [tuple(cell.replace("\u00a0", " ") for cell in row) for row in part("da", name, Table)[0].rows]

    assert part("en", "mestring", Table)[0].header == ("From number", "Holds from", "Price")
    assert rows("mestring") == [("1", "1. juli 2024", "20.001,00 kr."), ("5", "2. juli 2024", "40.003,00 kr."), ("5", "4. januar 2026", "41.005,00 kr.")]
    assert part("da", "uger_efter_art", Table)[0].header == ("Komponent", "Gælder fra", "Pris")
    assert rows("uger_efter_art") == [("»job«", "18. juli 2024", "519,00 kr."), ("»su«", "20. juli 2024", "221,00 kr.")]
    assert rows("fast") == [("16. juli 2024", "600.017,00 kr.")]


EXAMPLES = {
    # 6 x 1 + 3 x 7 + 8 claims; of each person with more than four, three are paid by the second price: 6 + 4 x 4 = 22, and 4 x 3 = 12.
    "mestring": [
        "35 krav fra 10 personer, højst 7 pr. person: 34 betales, 1 er over det højeste antal",
        "22 krav (nr. 1 til 4 for en person) x 20.001,00 (pris pr. 1. juli 2025) = 440.022,00",
        "12 krav (nr. 5 til 7 for en person) x 40.003,00 (pris pr. 1. juli 2025) = 480.036,00",
        "tilsammen 920.058,00",
    ],
    "sene_uger": ["160 uger (nr. 27 til 52 for en person) for 10 af 10 personer x 306,00 (pris pr. 1. juli 2025) = 48.960,00"],
    # Half way from 18 to 36 is 27: three quarters of the full price, three times.
    "bolig": [
        "6 af 10 personer når 36 måneder, 3 holder længere end 18, 1 ikke længere",
        "6 personer x 36.008,00 (pris pr. 1. juli 2025) = 216.048,00",
        "81 måneder for 3 personer / 36 x 36.008,00 (pris pr. 1. juli 2025) = 81.018,00",
        "tilsammen 297.066,00",
    ],
    "personer": [
        "10 personer efter 365 i tidligere opgørelsesperioder",
        "5 personer (nr. 366 til 370) x 1.110,00 (pris pr. 1. juli 2025) = 5.550,00",
        "5 personer (nr. 371 til 375) x 1.012,00 (pris pr. 1. juli 2025) = 5.060,00",
        "tilsammen 10.610,00",
    ],
    "besparelse": [
        "4.500.000,00 sparet i tidligere opgørelsesperioder + 1.000.000,00 i denne = 5.500.000,00",
        "heraf 5.000.000,00 x 61,00 % + 500.000,00 x 42,00 % = 3.260.000,00",
        "3.260.000,00 - 2.745.000,00 for tidligere opgørelsesperioder -> 515.000,00 udløst",
    ],
    "bonus": [
        "0 personer i tidligere opgørelsesperioder + 97 personer = 97",
        "5 af 97 personer er over 92",
        "5 personer x 513,00 (pris pr. 1. juli 2025) = 2.565,00",
    ],
    "manglende": ["118 personer er indskrevet af mindst 123, 5 mangler", "5 personer x 9.015,00 (pris pr. 1. juli 2025) = 45.075,00"],
    "fast": ["600.017,00 for opgørelsesperioden uanset resultatet (beløb pr. 1. juli 2025)"],
    "uger_efter_art": [
        "100 uger (job) for 10 personer x 519,00 (pris pr. 1. juli 2025) = 51.900,00",
        "100 uger (su) for 10 personer x 221,00 (pris pr. 1. juli 2025) = 22.100,00",
        "tilsammen 74.000,00",
    ],
}


@pytest.mark.parametrize("name", RULES)
def test_the_worked_example_is_the_sum_by_hand(name: str) -> None:
    (found,) = part("da", f"»{name}«", Sum)
    assert [line.replace("\u00a0", " ").split("   (")[0] for line in found.lines] == EXAMPLES[name]
