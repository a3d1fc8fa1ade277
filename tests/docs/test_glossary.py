"""The glossary's Danish is what the pages say: the phrase book and the interface use its words, and none that it warns against."""

from __future__ import annotations

import re

import pytest
import yaml
from support import ROOT

TEXT = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
WORDS = ROOT / "pipelines" / "reports" / "words"
TERMS = dict(re.findall(r"^\| (?!English|-)([^|]+?) \| ([^|]+?) \|", TEXT, re.MULTILINE))
PHRASES = yaml.safe_load((WORDS / "phrases.yaml").read_text(encoding="utf-8"))
INTERFACE = yaml.safe_load((WORDS / "interface.yaml").read_text(encoding="utf-8"))
NEVER = ("afgørelse", "registerkontrakt", "hovedbog", "anonymiseret", "forfalden", "klage")
"""Danish that would say something else."""
PAGE_WORDS = {term.lower(): texts["da"].replace("&shy;", "").lower() for texts in INTERFACE.values() if isinstance(texts, dict) for term in [str(texts.get("en", ""))]}


def uses(danish: str, term: str) -> bool:
    """Whether a text has the glossary's word for a term, in any of its forms."""
    return any(word.lower() in danish.lower() for word in TERMS[term].split(", "))


def test_every_term_has_its_danish_and_stands_once() -> None:
    rows = re.findall(r"^\| (?!English|-)([^|]+?) \| ([^|]+?) \| ([^|]+?) \|$", TEXT, re.MULTILINE)
    assert len(rows) == len(TERMS) >= 60
    assert [term for term, danish, meaning in rows if not danish.strip() or len(meaning) < 10] == []


def test_the_phrase_book_uses_the_glossarys_danish() -> None:
    said = {term: str(danish) for term, danish in PHRASES["words"].items() if term in TERMS}
    assert {"due", "held", "not met", "not due", "decision", "trigger", "ledger", "cohort", "indicator", "payment rule", "register"} <= set(said)
    assert {term: danish for term, danish in said.items() if not uses(danish, term)} == {}


def test_the_pages_own_words_are_the_glossarys() -> None:
    said = {term: PAGE_WORDS[term] for term in TERMS if term in PAGE_WORDS}
    assert {"trigger", "claim period", "decision"} <= set(said)
    assert {term: danish for term, danish in said.items() if not uses(danish, term)} == {}


@pytest.mark.parametrize("path", sorted(WORDS.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_page_says_a_word_that_means_something_else(path: object) -> None:
    text = (WORDS / str(path)).read_text(encoding="utf-8").lower()
    assert [word for word in NEVER if re.search(rf"\b{word}\b", text)] == []
