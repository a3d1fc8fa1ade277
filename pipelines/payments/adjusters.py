"""Adjusters: what a contract does, in the order it names them, to what its rule says. Those of lines change what a rule gives for persons
before it is added up; those of the amount (`pipelines.payments.amounts`) come after them, and after rules that price no persons.

Each gives one sentence of arithmetic, and says how few people any part of that sentence speaks of.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le

from pipelines.contracts.agreed import Money
from pipelines.contracts.outcome import Payment
from pipelines.contracts.steps import dated
from pipelines.payments import amounts
from pipelines.payments.rule import Assessment, Line, Seen, index_words, keyword_parameters, money, rules, to_cents

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
    """One version of one adjuster: of persons' lines, or of the whole amount."""

    name: str
    version: int
    definition: str
    adjust: Callable[..., Any]
    of: Literal["lines", "amount"] = "lines"

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
    made = tuple(replace(line, amount=left, uncut=line.amount) if line.amount > left else line for line, left in zip(lines, room, strict=True))
    cut = sum(after.amount < before.amount for before, after in zip(lines, made, strict=True))
    taken = money(to_cents(_total(lines) - _total(made)))
    return Adjusted(made, f"cap of {money(amount)} a person over the {over.replace('_', ' ')}: - {taken} = {money(to_cents(_total(made)))}", cut or None)


def uplift(lines: Lines, *, shares: dict[str, Annotated[Decimal, Ge(0), Le(10)]]) -> Adjusted:
    """Adds to each person's amount a share of it for a group that is harder to reach, by cohort. Each cohort is named, with nought where nothing
    is added. Raises KeyError for one that is not."""
    made = tuple(replace(line, amount=line.amount * (1 + Fraction(shares[line.cohort]))) for line in lines)
    named = ", ".join(f"{name} {share:f}" for name, share in shares.items())
    touched = [count for name in shares if (count := sum(line.cohort == name for line in lines))]
    return Adjusted(made, f"uplift ({named}): {money(to_cents(_total(lines)))} + {money(to_cents(_total(made) - _total(lines)))}", min(touched, default=None))


CAP = "cap@1"
_OF_LINES: tuple[Callable[..., Any], ...] = (cap_per_person, deadweight, rounded, uplift)
_ALL = (
    *(Adjuster(made.__name__, 1, inspect.cleandoc(made.__doc__ or ""), made) for made in _OF_LINES),
    *(Adjuster(made.__name__, 1, inspect.cleandoc(made.__doc__ or ""), made, "amount") for made in amounts.ALL),
)


def adjusters() -> dict[str, Adjuster]:
    """Every adjuster, by pin."""
    return {item.pin: item for item in _ALL}


def counts_on(payment: Payment) -> bool:
    """Whether the payment's rule, or one of its adjusters, goes by what earlier claims came to."""
    pins = [payment.rule.pin, *(pin for part in payment.rule.arguments.get("parts", ()) for pin in part.get("rule", ()))]
    looks_back = any(pin in rules() and "earlier" in rules()[pin].takes for pin in pins)
    return looks_back or any(item.pin == CAP and item.arguments.get("over") == "contract_life" for item in payment.adjust)


def adjusted(said: Assessment, steps: Sequence[tuple[Adjuster, dict[str, Any]]], seen: Seen) -> Assessment:
    """An assessment after every step in order: lines changed and summed, then the amount; a sentence each. The lines stay as the steps of lines
    left them."""
    lines, words, fewest = said.lines, list(said.arithmetic), [said.fewest]
    exact = _total(said.lines) if said.lines else said.exact if said.exact is not None else Fraction(said.amount)
    for adjuster, arguments in steps:
        if adjuster.of == "lines":
            found = adjuster.adjust(lines, **arguments)
            lines, exact = found.lines, _total(found.lines)
        else:
            found = adjuster.adjust(exact, seen, **arguments)
            exact = found.exact
            words += [line for _, given in dated(arguments) for line in index_words(given, seen.claim_period.start, seen.claim_period.end)]
        words.append(found.words)
        fewest.append(found.fewest)
    amount = to_cents(exact)
    state: Literal["due", "not_met"] = "due" if amount > 0 else "not_met"
    reason = f"{said.reason}, {money(amount)} after adjusters" if steps and amount != said.amount else said.reason
    few = min((item for item in fewest if item is not None), default=None)
    return replace(said, state=state, amount=amount, reason=reason, arithmetic=tuple(words), lines=lines, fewest=few)
