"""The words of an annex in one language: its own texts, and numbers, dates and amounts as a contract in that language writes them."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import yaml

from pipelines.contracts.outcome import Term
from pipelines.contracts.source import LOADER
from pipelines.errors import ContractError
from pipelines.reports.phrases import CLAUSE, WORDS, Code, Language, book

MONTHS: dict[str, tuple[str, ...]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    "da": ("januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december"),
}
SHORT_DAY = {
    "en": re.compile(r"(?<![\w-])(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?![\w-])"),
    "da": re.compile(r"(?<![\w-])(?P<day>\d{2})-(?P<month>\d{2})-(?P<year>\d{4})(?![\w-])"),
}
"""A date as the arithmetic of payments writes it, in either language."""
NO_BREAK = "\u00a0"


@cache
def texts() -> dict[str, dict[str, str]]:
    """The annex's own texts by key, each in both languages."""
    made: dict[str, dict[str, str]] = _data("annex.yaml")
    return made


@cache
def definitions() -> dict[str, dict[str, str]]:
    """The Danish of what the code defines in English: `indicators` and `methods` by pin, `registers` by name."""
    made: dict[str, dict[str, str]] = _data("definitions.yaml")
    return made


def _data(name: str) -> Any:
    return yaml.load((WORDS / name).read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506  a safe one


def missing(what: str, file: str) -> ContractError:
    """The error of an annex that would have to fall silent, or into another language."""
    return ContractError(f"the annex has no words for {what}", where=f"pipelines/reports/words/{file}", next_step="write them there, in both languages, and make the annex again")


@dataclass(frozen=True)
class Wording:
    """One language, and the currency that amounts are in."""

    code: Code
    currency: str

    def text(self, key: str, **values: Any) -> str:
        """The annex's own text under `key`, with values in its slots. Raises ContractError for a key that is not there."""
        if key not in texts():
            raise missing(f"'{key}'", "annex.yaml")
        return texts()[key][self.code].format(**values).replace("kr..", "kr.")

    def has(self, key: str) -> bool:
        return key in texts()

    def term(self, kind: str, word: str) -> str:
        """A word of a fixed list, such as a role or a state, as the report pages say it."""
        return html.unescape(str(Language(self.code).term(kind, word))).replace("\u00ad", "")

    def listed(self, items: Iterable[str], last: str = "and") -> str:
        """`a, b and c`."""
        *first, end = items
        return f"{', '.join(first)} {self.text(last)} {end}" if first else end

    def quoted(self, name: str) -> str:
        """A name of the contract's own, in the language's quotation marks."""
        return f"»{name}«" if self.code == "da" else f"“{name}”"

    def names(self, items: Iterable[str]) -> str:
        return self.listed([self.quoted(item) for item in items])

    def number(self, value: Decimal | int) -> str:
        """A number without the noughts at its end, thousands apart."""
        exact = Decimal(value)
        return self._signs(f"{exact.normalize():,f}" if exact else "0")

    def percent(self, share: Decimal | Fraction) -> str:
        """A share as a percentage, exact."""
        hundredfold = Decimal(share) * 100 if not isinstance(share, Fraction) else Decimal(round(share * 10000)).scaleb(-2)
        return f"{self.number(hundredfold)}{NO_BREAK}%"

    def money(self, amount: Decimal | int) -> str:
        """`1,187.35 DKK`, or `1.187,35 kr.`."""
        sign = "kr." if (self.code, self.currency) == ("da", "DKK") else self.currency
        return f"{self._signs(f'{Decimal(amount):,.2f}')}{NO_BREAK}{sign}"

    def _signs(self, number: str) -> str:
        return number.translate(str.maketrans(",.", ".,")) if self.code == "da" else number

    def date(self, day: dt.date) -> str:
        """`1 July 2024`, or `1. juli 2024`."""
        return NO_BREAK.join((f"{day.day}." if self.code == "da" else str(day.day), MONTHS[self.code][day.month - 1], str(day.year)))

    def span(self, term: Term) -> str:
        """From a first day up to, and not including, a last."""
        return self.text("from_to", start=self.date(term.start), end=self.date(term.end))

    def said(self, sentence: str) -> str:
        """A sentence that the pipeline makes, with dates written out. Raises ContractError for one that has no Danish."""
        parts = [(sentence, True)] if self.code == "en" else book().say(sentence)
        return self._dated("".join(self._whole(part, is_said=is_said) for part, is_said in parts))

    def own(self, sentence: str) -> str:
        """What a contract, a profile or a register contract says in its own words: in Danish where the phrase book has it, else as it stands."""
        parts = [(sentence, True)] if self.code == "en" else book().say(sentence)
        return self._dated("".join(part for part, _ in parts)) if all(is_said for _, is_said in parts) else sentence

    def arithmetic(self, line: str) -> str:
        """A line of a sum, whose clause stays as the contract writes it."""
        cited = CLAUSE.fullmatch(line)
        return f"{self.said(cited[1])}   ({cited[2].replace(' ', NO_BREAK)})" if cited else self.said(line)

    def rule(self, name: str) -> str:
        """The name of an expectation in words."""
        words = name.replace("_", " ")
        return words if self.code == "en" else "".join(self._whole(part, is_said=is_said) for part, is_said in book().rule(words))

    def _whole(self, part: str, *, is_said: bool) -> str:
        if not is_said:
            raise missing(f"'{part}'", "phrases.yaml")
        return part

    def _dated(self, words: str) -> str:
        return SHORT_DAY[self.code].sub(lambda found: self.date(dt.date(int(found["year"]), int(found["month"]), int(found["day"]))), words)

    def register(self, name: str, own: str) -> str:
        """What a register is called: as its contract says, or in Danish where that is written in English."""
        return own if self.code == "en" else definitions()["registers"].get(name, own)

    def defined(self, kind: str, name: str, english: str) -> str:
        """The definition of something that the code defines. Raises ContractError where there is no Danish: none is signed in two languages at once."""
        if self.code == "en":
            return re.sub(r"`([^`]+)`", "“\\1”", " ".join(english.split()))
        if name not in definitions()[kind]:
            raise missing(f"the {kind[:-1]} '{name}'", "definitions.yaml")
        return " ".join(definitions()[kind][name].split())


def cited(words: str, clause: str) -> str:
    """A sentence with the clause it comes from, before its full stop."""
    return f"{words.removesuffix('.')} ({clause})."
