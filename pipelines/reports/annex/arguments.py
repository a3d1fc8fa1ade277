"""What an outcome gives its indicator, said in sentences: one an argument, by the texts under `argument.` in `words/annex.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from indicators.treatments import Placing
from indicators.windows import Window
from pipelines.contracts.outcome import DatedMoney, Outcome
from pipelines.reports.annex.codes import checked_arguments, dated
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.wording import Wording

ALL_OF = ("argument.scale.items", "argument.school_absence_rate.kinds")
"""Arguments whose list holds together; of any other list each item is enough."""


def sentences(draft: Draft, outcome: Outcome) -> tuple[str, ...]:
    """A sentence for each argument, in the indicator's order, also for those that are left to their defaults."""
    made: list[str] = []
    for name, value in checked_arguments(outcome, draft.vocabulary).items():
        if isinstance(value, Placing):
            made.append(draft.words.text("codes_stand_in", table=draft.code_table(outcome.id, name)))
        else:
            made += _said(_key(draft.words, outcome, name), value, draft.words)
    return tuple(made)


def _key(words: Wording, outcome: Outcome, name: str) -> str:
    """The text of an argument: one for this indicator, where the same name means something else elsewhere."""
    own = f"argument.{outcome.indicator.split('@')[0]}.{name}"
    return own if any(words.has(f"{own}{ending}") for ending in ("", ".none")) else f"argument.{name}"


def _said(key: str, value: Any, words: Wording) -> Iterator[str]:
    if isinstance(value, Window):
        yield words.text(f"{key}.{value.unit}", start=words.number(value.start), end=words.number(value.end))
    elif isinstance(value, BaseModel) and not isinstance(value, DatedMoney):
        for name, info in type(value).model_fields.items():
            yield from _said(f"{key}.{info.alias or name}", getattr(value, name), words)
    elif value in ([], (), None):
        yield words.text(f"{key}.none")
    elif isinstance(value, list | tuple) and isinstance(value[0], BaseModel):
        for item in value:
            yield from _said(key, item, words)
    else:
        yield _sentence(key, value, words)


def _sentence(key: str, value: Any, words: Wording) -> str:
    """One sentence: that of the very word given, where there is one, else the argument's with its value."""
    chosen = f"{key}.{str(value).lower()}"
    if isinstance(value, str | bool) and words.has(chosen):
        return words.text(chosen)
    percent = words.percent(value) if isinstance(value, Decimal) else ""
    return words.text(key, value=_value(key, value, words), percent=percent)


def _value(key: str, value: Any, words: Wording) -> str:
    if isinstance(value, DatedMoney):
        return dated(value, words)
    if isinstance(value, list | tuple):
        return words.listed([_value(key, item, words) for item in value], "and" if key in ALL_OF else "or")
    if isinstance(value, int | Decimal):
        return words.number(value)
    return words.text(f"{key}.{value}") if words.has(f"{key}.{value}") else words.quoted(str(value))
