"""The citizen's page: easy to read in both languages, whole for every contract that comes along, and without a number of people."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from reports.sheets_given import known

from indicators.indicator import library
from pipelines.payments.vocabulary import catalogue
from pipelines.reports.citizen import Told, blocks, prose
from pipelines.reports.phrases import LANGUAGES, Language, interface

EASY = 30
"""LIX: below 25 are books for children, 30 is easy for whoever reads little, from 55 on it is the language of law."""
LONGEST_SENTENCE = 24
LONG_WORD = 6
JARGON = (
    *("indicator", "resultatindikator", "trigger", "betalingsudløser", "cohort", "kohorte", "claim", "opgørelsesperiode", "waterfall"),
    *("betalingsrækkefølge", "ledger", "betalingsprotokol", "gate", "outcome", "intention to treat", "fingerprint"),
)
WORD = re.compile(r"[^\W\d_]+(?:[-'\u2019][^\W\d_]+)*")
CONTRACTS = ("tarp", "trygt_hjem", "ungebro")


def sentences(texts: list[str]) -> list[list[str]]:
    """The words of each sentence."""
    found = [part for said in texts for part in re.split(r"[.!?:](?:\s|$)", said) if part.strip()]
    return [WORD.findall(part) for part in found]


def lix(texts: list[str]) -> float:
    """Words a sentence, and words of more than six letters in a hundred (Björnsson 1968)."""
    split = [words for words in sentences(texts) if words]
    every = [word for words in split for word in words]
    return len(every) / len(split) + 100 * sum(len(word) > LONG_WORD for word in every) / len(every)


@cache
def told(name: str) -> Told:
    return next(item for item in known().told if item.terms["contract"] == name)


def changed(name: str, **changes: Any) -> Told:
    was = told(name)
    return replace(was, terms={**was.terms, **changes})


def said(of: Told, code: str = "en") -> str:
    return " ".join(prose(blocks(of), Language(code)))  # type: ignore[arg-type]


def test_lix_is_worked_as_it_is_defined() -> None:
    assert lix(["Vi er her.", "Kommunen betaler."]) == 5 / 2 + 100 * 2 / 5


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", CONTRACTS)
def test_every_page_is_easy_to_read(name: str, code: str) -> None:
    texts = prose(blocks(told(name)), Language(code))  # type: ignore[arg-type]
    assert lix(texts) < EASY
    assert max(len(words) for words in sentences(texts)) <= LONGEST_SENTENCE
    assert [word for word in JARGON if re.search(rf"\b{word}\b", " ".join(texts).lower())] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_text_that_a_page_can_have_is_easy_to_read(code: str) -> None:
    kinds = ("counts", "reads", "used_for")
    texts = [re.sub(r"\{\w+\}", "X", words[code]) for key, words in interface().items() if key.startswith("citizen_") or key.partition(".")[0] in kinds]
    assert len(texts) > 70
    assert lix(texts) < EASY


def test_every_indicator_and_every_register_has_plain_words() -> None:
    assert {f"counts.{pin.partition('@')[0]}" for pin in library()} - set(interface()) == set()
    assert {f"reads.{name}" for name in catalogue().registers} - set(interface()) == set()


def test_an_indicator_and_a_register_that_are_new_are_still_told() -> None:
    was = told("tarp")
    terms = {**was.terms, "outcomes": [{**outcome, "indicator": "brand_new@1"} for outcome in was.terms["outcomes"]]}
    of = replace(was, terms=terms, counts={"brand_new@1": "brand new things"}, registers=[replace(was.registers[0], id="unheard_of")])
    assert "brand new things" in said(of)
    assert "brand new" in said(replace(of, counts={}))


@pytest.mark.parametrize("name", ["trygt_hjem", "ungebro"])
def test_a_danish_page_of_a_danish_contract_has_no_english(name: str) -> None:
    words = [block.words(Language("da")) for block in blocks(told(name)) if block.kind in ("heading", "paragraph")]  # type: ignore[union-attr]
    assert [text for text in words if 'lang="en"' in text] == []


def test_it_is_honest_about_pseudonyms() -> None:
    assert "It is still personal data about you." in said(told("ungebro"))
    assert "Det er stadig personoplysninger om dig." in said(told("ungebro"), "da")


def test_no_number_of_people_is_told_but_the_smallest_that_is() -> None:
    for name in CONTRACTS:
        numbers = set(re.findall(r"(?<![\w-])\d+(?![\w-])", said(told(name))))
        assert numbers <= {"5", "18", "15", "16", "17", "21"}, name


def test_who_is_only_compared_with_is_told() -> None:
    assert "even though they do not take part" in said(told("ungebro"))
    assert "There are two groups." in said(told("tarp"))
    assert "even though" not in said(told("trygt_hjem"))


def test_how_long_it_is_kept_is_said_or_said_to_be_unsaid() -> None:
    assert "The agreement does not say how long." in said(told("ungebro"))
    kept = {"clause": "§ 9", "person_rows": "P18M", "ledger": "P5Y", "on_expiry": "shred"}
    words = said(changed("ungebro", retention=kept), "da")
    assert "bliver gemt i 18 måneder" in words
    assert "bliver gemt i 5 år" in words
    assert "Så bliver rækkerne slettet." in words


def test_whom_to_ask_is_named_or_the_commissioner() -> None:
    assert "Start with Kommunen" in said(told("ungebro"))
    named = changed("ungebro", legal={"data_protection": "Kommunens databeskyttelse, dpo@kommune.example"})
    assert "Write to: Kommunens databeskyttelse, dpo@kommune.example." in said(named)


def test_data_for_statistics_come_with_less_to_ask_for() -> None:
    was = told("ungebro")
    assert "fewer of these rights" not in said(was)
    of = replace(was, registers=[replace(was.registers[0], permitted_use="statistics"), *was.registers[1:]])
    assert "You have fewer of these rights" in said(of)
    assert "Nobody may use it in your case." in said(of)


def test_who_pays_whom_is_said_once_for_each() -> None:
    assert said(told("ungebro")).count("Kommunen pays Formidlingsselskabet.") == 1
    assert "Den sociale fond and Pensionskassen put in money" in said(told("ungebro")).replace("Pensionskassen and Den sociale fond", "Den sociale fond and Pensionskassen")
    assert "put in money" not in said(told("trygt_hjem"))
