"""Words of the open tier that would say counts before they may be told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pipelines.payments.decide import hold_words

TONIGHT = "tonight's data say otherwise"
A_COUNT = re.compile(r"(?:fewer than |all but |more than )?(?<!\w)\d[\d,]* of \d[\d,]*\b(?: are missing)?")
A_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
A_NUMBER = re.compile(r"(?:\w+=)?[-+±\u2212]?(?:\d[\d.,]*|\d{1,3}[-\u2013/]\d+)")
"""A word that is a number, or two with a stroke between; no day, no name with a number in it (2024H2, 2024-25, trial@1)."""
SUPPRESSED_COUNT = "a suppressed count"
SUPPRESSED_NUMBER = "a suppressed number"
NAMED_BY = ("version", "entry", "period")
"""Words before a number that is a name and counts nobody."""
AROUND = "()[]{}.,;:!?%'\""
WITHOUT_ESTIMATE = re.compile(r"(\S+@\d+ gives no estimate|no estimate of \S+ can be used): .*", re.DOTALL)
TO_THE_PARTIES = "why is told to the parties"


def without_counts(words: str) -> str:
    """The words of a hold with every `so many of so many` and every other number left out, and why there is no estimate."""
    return without_numbers(A_COUNT.sub(SUPPRESSED_COUNT, WITHOUT_ESTIMATE.sub(rf"\1; {TO_THE_PARTIES}", words)))


def without_numbers(words: str) -> str:
    """Words with every number left out that is not `so many of so many`, a day, a name, or how many more causes there are."""
    kept = [found.span() for found in A_COUNT.finditer(words)]
    said = list(re.finditer(r"\S+", words))
    texts = [item.group() for item in said]
    made, end = "", 0
    for place, item in enumerate(said):
        made += words[end : item.start()]
        is_kept = any(first <= item.start() < last for first, last in kept) or _is_name(texts, place)
        made += item.group() if is_kept else _hidden(item.group())
        end = item.end()
    return made + words[end:]


def _is_name(texts: Sequence[str], place: int) -> bool:
    """Whether a number is a name, or stands in `; and 2 more` at the end."""
    before = texts[place - 1] if place else ""
    is_rest = before == "and" and texts[place + 1 :] == ["more"] and place > 1 and texts[place - 2].endswith(";")
    return before in NAMED_BY or is_rest


def _hidden(word: str) -> str:
    """A word as it is; of a number only what stands around it."""
    bare = word.strip(AROUND)
    return word.replace(bare, SUPPRESSED_NUMBER) if A_NUMBER.fullmatch(bare) else word


def words_of_hold(holds: Sequence[dict[str, Any]]) -> str:
    """The causes of a hold as anyone may read them. Why a method gives no estimate says who is how few, so it is left out whatever its words are."""
    return without_counts(hold_words(tuple({**hold, "words": _no_estimate(str(hold["words"]))} if hold["rule"] == "estimate_exists" else hold for hold in holds)))


def _no_estimate(words: str) -> str:
    found = WITHOUT_ESTIMATE.fullmatch(words)
    return f"{found[1] if found else 'there is no estimate'}; {TO_THE_PARTIES}"


def tells_no_number(words: str) -> bool:
    """Whether words name dates at most, as those about coverage do."""
    return not re.search(r"\d", A_DATE.sub("", words)) and "fewer than" not in words and "all but" not in words
