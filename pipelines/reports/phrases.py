"""The two languages of the page: its own words, numbers and dates, and the phrase book for the sentences that the pipeline makes.

Ledger and board are in English; the Danish page says their sentences in Danish by `words/phrases.yaml`. A sentence without an entry is
shown in English and marked as English, never left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from markupsafe import Markup, escape

from pipelines.contracts.source import LOADER

WORDS = Path(__file__).parent / "words"
Code = Literal["en", "da"]
LANGUAGES: tuple[Code, ...] = ("en", "da")
SLOT = re.compile(r"\{([a-z_]+)(?::(names|words|list|rule))?\}")
TAKES = {"": r"\S+?(?: %)?", "names": r".+?", "words": r".+?", "list": r".+?", "rule": r".+?"}
"""What a slot takes: one word, number, date or percentage; names that stay as they are; words that are said in Danish themselves; a list of
such words; the name of an expectation."""
NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)( %)?")
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
AMONG_NAMES = re.compile(rf"(?<!\S)(?:{NUMBER.pattern}|{DAY.pattern})(?=,?(?:\s|$))")
WHOLE = re.compile(r"(?<![\w-])\d{2}-\d{2}-\d{4}(?![\w-])")
CLAUSE = re.compile(r"(.+?)   \((.+)\)", re.DOTALL)
LISTED = re.compile(r"( \+ |, )")
JOIN = "; "
MOST_KEPT = 20_000
"""Sentences whose Danish is kept for when they are said again."""
Text = tuple[str, bool]
"""A stretch of text, and whether it is in the language that was asked for."""


@dataclass(frozen=True)
class Phrase:
    """One sentence in both languages, with the same slots."""

    en: str
    da: str

    @cached_property
    def literal(self) -> str:
        """The longest stretch that stands in every sentence of this form: what is not there need not be matched."""
        return max(SLOT.sub("\n", self.en).split("\n"), key=len)

    @cached_property
    def weight(self) -> int:
        """How much of it is fixed: of two entries that fit, the one that says more is meant."""
        return len(SLOT.sub("", self.en))

    @cached_property
    def kinds(self) -> dict[str, str]:
        return dict(SLOT.findall(self.en))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        parts, end = [], 0
        for slot in SLOT.finditer(self.en):
            parts += [re.escape(self.en[end : slot.start()]), f"(?P<{slot[1]}>{TAKES[slot[2] or '']})"]
            end = slot.end()
        return re.compile("".join((*parts, re.escape(self.en[end:]))))

    def slots(self, sentence: str) -> dict[str, str] | None:
        """What stands in the slots when the whole sentence has this form, else None."""
        found = self.pattern.fullmatch(sentence) if self.literal in sentence else None
        return found.groupdict() if found else None


@dataclass(frozen=True)
class Book:
    """Every phrase, the one that says most first; names of expectations; and single words."""

    phrases: tuple[Phrase, ...]
    rules: tuple[Phrase, ...]
    words: Mapping[str, str]
    _said: dict[str, list[Text]] = field(default_factory=dict, compare=False, repr=False)

    def say(self, sentence: str) -> list[Text]:
        """The Danish of a sentence, or of each part of it that is joined by a semicolon; what has no entry stays, marked."""
        parts, said, start = sentence.split(JOIN), [], 0
        while start < len(parts):
            tries = {end: self._whole(JOIN.join(parts[start:end])) for end in range(len(parts), start, -1)}
            found = [end for end, words in tries.items() if words and all(is_danish for _, is_danish in words)] or [end for end, words in tries.items() if words]
            end = found[0] if found else start + 1
            said += [*([(JOIN, True)] if start else []), *(tries[end] or [(parts[start], not parts[start])])]
            start = end
        return said

    def _whole(self, sentence: str) -> list[Text]:
        """A sentence as one phrase says it; sought once, for every page of a night says it again."""
        if sentence not in self._said:
            if len(self._said) >= MOST_KEPT:
                self._said.clear()
            self._said[sentence] = self._sought(sentence)
        return self._said[sentence]

    def _sought(self, sentence: str) -> list[Text]:
        if sentence in self.words:
            return [(self.words[sentence], True)]
        if NUMBER.fullmatch(sentence) or DAY.fullmatch(sentence):
            return [(danish(sentence), True)]
        return self._filled(self.phrases, sentence)

    def rule(self, name: str) -> list[Text]:
        """The Danish of an expectation's name, written with spaces."""
        return [(self.words[name], True)] if name in self.words else self._filled(self.rules, name) or [(name, False)]

    def _listed(self, parts: str) -> list[Text]:
        return [said for part in LISTED.split(parts) for said in (self.say(part) if " " in part.strip(" +,") else [(danish(part), True)])]

    def _filled(self, phrases: tuple[Phrase, ...], sentence: str) -> list[Text]:
        for phrase in phrases:
            slots = phrase.slots(sentence)
            if slots is not None:
                return list(self._fill(phrase, slots))
        return []

    def _fill(self, phrase: Phrase, slots: dict[str, str]) -> Iterator[Text]:
        end = 0
        for slot in SLOT.finditer(phrase.da):
            yield phrase.da[end : slot.start()], True
            kind, value = phrase.kinds[slot[1]], slots[slot[1]]
            if kind == "":
                yield self.words.get(value, danish(value)), True
            elif kind == "names":
                yield AMONG_NAMES.sub(lambda word: danish(word[0]), value), True
            else:
                yield from {"rule": self.rule, "words": self.say, "list": self._listed}[kind](value)
            end = slot.end()
        yield phrase.da[end:], True


def danish(word: str) -> str:
    """A number, percentage or date in Danish form; any other word as it is."""
    number, day = NUMBER.fullmatch(word), DAY.fullmatch(word)
    if number:
        return number[1].translate(str.maketrans(",.", ".,")) + (number[2] or "")
    return f"{day[3]}-{day[2]}-{day[1]}" if day else word


@cache
def book() -> Book:
    """The phrase book that comes with the package."""
    data = _data("phrases.yaml")
    made = {part: tuple(sorted((Phrase(**entry) for entry in data[part]), key=lambda phrase: -phrase.weight)) for part in ("phrases", "rules")}
    return Book(made["phrases"], made["rules"], data["words"])


@cache
def interface() -> dict[str, dict[str, str]]:
    """The pages' own words: text by language, by key. Raises ValueError when two files have the same key."""
    first, more = _data("interface.yaml"), _data("pages.yaml")
    if twice := sorted(set(first) & set(more)):
        raise ValueError(f"words stand twice: {', '.join(twice)}")
    return {**first, **more}


def _data(name: str) -> Any:
    return yaml.load((WORDS / name).read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506  a safe one


@dataclass(frozen=True)
class Language:
    """Everything a template says in one language. All of it comes escaped."""

    code: Code

    def text(self, key: str, **values: Any) -> Markup:
        """The page's own words under `key`, with values in their slots. Raises KeyError for a key that is not there."""
        return Markup(interface()[key][self.code]).format(**values) if values else _own_words(self.code, key)  # noqa: S704  our own words; the values are escaped

    def bare(self, key: str, **values: Any) -> str:
        """The same without markup, for where none may stand: in a drawing, or the name of one."""
        return self.text(key, **values).striptags()

    def term(self, kind: str, word: str) -> Markup:
        """A word of a fixed list, such as a state or a role; one that is not in the list is shown as it is."""
        return self.text(f"{kind}.{word}") if f"{kind}.{word}" in interface() else escape(word.replace("_", " "))

    def say(self, sentence: str) -> Markup:
        """A sentence that the pipeline made. One without Danish is marked as English."""
        return escape(sentence) if self.code == "en" else _said_in_danish(str(sentence))

    def rule(self, name: str) -> Markup:
        """The name of an expectation in words."""
        return _rule_in(self.code, str(name))

    def subject(self, subject: str) -> Markup:
        """What an expectation is about, such as `outcome:<contract>/<id>`: its kind in words, its name as it is."""
        kind, mark, name = subject.partition(":")
        return escape(subject) if self.code == "en" else _marked(book().say(kind)) + (f" {name}" if mark else "")

    def line(self, line: str) -> Markup:
        """A line of arithmetic, whose clause stays as the contract writes it."""
        cited = CLAUSE.fullmatch(line)
        return self.say(cited[1]) + f"   ({cited[2]})" if cited else self.say(line)

    def whose(self, names: str) -> Markup:
        """Parties, or the role that stands for them, joined by `or`."""
        joined = Markup(" {} ").format(self.text("or"))
        return joined.join(self.term("role", name) for name in names.split(" or "))

    def number(self, value: Any) -> str:
        """A number as it is, with thousands apart."""
        text = f"{Decimal(value):,f}"
        return text if self.code == "en" else danish(text)

    def rounded(self, value: Any, decimals: int) -> str:
        """A number to so many decimals, halves away from nought."""
        exact = Fraction(value)
        scaled = Decimal(int(abs(exact) * 10**decimals + Fraction(1, 2))).scaleb(-decimals)
        return self.number((-scaled if exact < 0 else scaled).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))

    def percent(self, share: Any, decimals: int) -> str:
        return f"{self.rounded(Fraction(share) * 100, decimals)}\u00a0%"

    def day(self, day: Any) -> str:
        return str(day) if self.code == "en" else danish(str(day))

    def money(self, amount: Any, currency: str) -> str:
        """`1,234.56 DKK`, or `1.234,56 kr.`."""
        return f"{self.rounded(Decimal(amount), 2)}\u00a0{self.currency(currency)}"

    def currency(self, currency: str) -> str:
        return "kr." if (self.code, currency) == ("da", "DKK") else currency


@cache
def _own_words(code: Code, key: str) -> Markup:
    """Words of our own without slots. Raises KeyError for a slot, as nothing is to stand in it."""
    return Markup(interface()[key][code]).format()  # noqa: S704  our own words


@lru_cache(maxsize=20_000)
def _said_in_danish(sentence: str) -> Markup:
    """A site says the same sentences on many pages: each is looked up once."""
    return _marked(book().say(sentence))


@lru_cache(maxsize=20_000)
def _rule_in(code: Code, name: str) -> Markup:
    words = name.replace("_", " ")
    return escape(words) if code == "en" else _marked(book().rule(words))


def _marked(said: list[Text]) -> Markup:
    """Danish as it is, anything else in an element that says it is English."""
    return Markup("").join(_whole_dates(escape(text)) if is_danish else Markup('<span lang="en">{}</span>').format(text) for text, is_danish in said)


def _whole_dates(escaped: Markup) -> Markup:
    """Each date on one line: it would break at its hyphens."""
    return Markup(WHOLE.sub(r'<span class="whole">\g<0></span>', str(escaped)))  # noqa: S704  escaped already
