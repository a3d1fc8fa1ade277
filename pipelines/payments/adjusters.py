"""Adjusters: what a contract does, in the order it names them, to the lines that a rule gives for persons before they are added up.

Each takes lines and gives lines with one sentence of arithmetic, and says how few people any part of that sentence speaks of.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le

from pipelines.contracts.agreed import Money
from pipelines.payments.rule import Assessment, Line, keyword_parameters, money, to_cents

Share = Annotated[Decimal, Ge(0), Le(1)]
Lines = tuple[Line, ...]


@dataclass(frozen=True)
class Adjusted:
    """Lines after one step, its sentence, and the smallest number of people it speaks of apart (None: of nobody apart)."""

    lines: Lines
    words: str
    fewest: int | None = None


@dataclass(frozen=True)
class Adjuster:
    """One version of one adjuster."""

    name: str
    version: int
    definition: str
    adjust: Callable[..., Adjusted]

    @property
    def pin(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def parameters(self) -> dict[str, tuple[Any, Any]]:
        return keyword_parameters(self.adjust)


def _total(lines: Lines) -> Fraction:
    return sum((line.amount for line in lines), Fraction(0))


def deadweight(lines: Lines, *, shares: dict[str, Share]) -> Adjusted:
    """Takes from each person's amount the share that would have come without the effort, by cohort. Each cohort is named,
    with nought where nothing is taken. Raises KeyError for one that is not."""
    made = tuple(replace(line, amount=line.amount * (1 - Fraction(shares[line.cohort]))) for line in lines)
    people = {name: sum(line.cohort == name for line in lines) for name in shares}
    named = ", ".join(f"{name} {share:f}" for name, share in shares.items())
    touched = [count for count in people.values() if count]
    return Adjusted(made, f"less deadweight ({named}): {money(to_cents(_total(lines)))} - {money(to_cents(_total(lines) - _total(made)))}", min(touched, default=None))


def rounded(lines: Lines, *, mode: Literal["half_up", "half_even"], at: Literal["person_line"]) -> Adjusted:  # noqa: ARG001
    """Rounds each person's amount to two decimals: halves up, or halves to the even cent."""
    made = tuple(replace(line, amount=_cents(line.amount, mode)) for line in lines)
    return Adjusted(made, f"rounded {mode.replace('_', ' ')} to 0.01 for each person = {money(to_cents(_total(made)))}")


def _cents(amount: Fraction, mode: str) -> Fraction:
    return Fraction(to_cents(amount)) if mode == "half_up" else Fraction(round(amount * 100), 100)


def cap_per_person(lines: Lines, *, amount: Money, over: Literal["contract_life"]) -> Adjusted:
    """Cuts each person's amount so that it and what earlier claims gave for the person come to at most `amount` over the contract's life."""
    room = [max(Fraction(0), Fraction(amount) - line.paid_before) for line in lines]
    made = tuple(replace(line, amount=min(line.amount, left)) for line, left in zip(lines, room, strict=True))
    cut = sum(after.amount < before.amount for before, after in zip(lines, made, strict=True))
    taken = money(to_cents(_total(lines) - _total(made)))
    return Adjusted(made, f"cap of {money(amount)} a person over the {over.replace('_', ' ')}: - {taken} = {money(to_cents(_total(made)))}", cut or None)


_ALL = tuple(Adjuster(made.__name__, 1, inspect.cleandoc(made.__doc__ or ""), made) for made in (cap_per_person, deadweight, rounded))


def adjusters() -> dict[str, Adjuster]:
    """Every adjuster, by pin."""
    return {item.pin: item for item in _ALL}


def adjusted(said: Assessment, steps: list[tuple[Adjuster, dict[str, Any]]]) -> Assessment:
    """An assessment after every step in order: lines changed, sentences added, and the sum of what is left."""
    lines, words, fewest = said.lines, list(said.arithmetic), [said.fewest]
    for adjuster, arguments in steps:
        found = adjuster.adjust(lines, **arguments)
        lines = found.lines
        words.append(found.words)
        fewest.append(found.fewest)
    amount = to_cents(_total(lines))
    state: Literal["due", "not_met"] = "due" if amount > 0 else "not_met"
    reason = f"{said.reason}, {money(amount)} after adjusters" if steps and amount != said.amount else said.reason
    return Assessment(state, amount, reason, tuple(words), lines, min((item for item in fewest if item is not None), default=None))
