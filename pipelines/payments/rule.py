"""What a payment rule is: its declaration, what it returns, and how rules are found."""

from __future__ import annotations

import datetime as dt
import inspect
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from typing import Any, Literal

from indicators.indicator import discover
from indicators.result import Quantity, Result, RoleCount
from pipelines.contracts.outcome import ClaimPeriod, DatedMoney
from pipelines.contracts.steps import dated


class UncomputableError(ValueError):
    """A rule's own words for why it gives no amount, which a hold repeats: they name terms and sums, and never a value of one person."""


@dataclass(frozen=True)
class Unit:
    """One counted person as a rule that prices persons sees them. Person data: it is never printed, and never leaves the measuring side.

    `value` is in the indicator's unit; `window_end` the day after the last one looked at; `paid_before` what earlier claims of the same
    trigger gave for the person, before any share on account. `component` is the part of what is counted that the value is of, where the
    indicator tells parts apart; a person then has a unit for each.
    """

    key: str
    role: str
    cohort: str
    value: Decimal
    window_end: dt.date
    paid_before: Fraction = Fraction(0)
    component: str = ""


@dataclass(frozen=True)
class Line:
    """What one person's result comes to: exact until an adjuster rounds it. `uncut` is what it came to where a cap for the person cut it. Person data,
    as `Unit` is."""

    key: str
    cohort: str
    amount: Fraction
    paid_before: Fraction = Fraction(0)
    uncut: Fraction | None = None


@dataclass(frozen=True)
class Assessment:
    """What a rule says of a result: `due` with an amount, or `not_met`; `reason` in one sentence, `arithmetic` line by line.

    A rule that prices persons gives `lines` too, which adjusters change before they are added up. `fewest` is the smallest number of
    people that any step of the sum speaks of or leaves over; None when none speaks of people apart from the result's own counts.
    `counted` is what the rule counted, in its own unit, which the rules that look at earlier claims are given back as `Earlier`. `shares`
    are what each payer owes of the amount, by party, of a rule that says itself who does; together they are the amount. `parts` are what each
    of several rules put together counted and came to. `exact` is the amount unrounded, where the rule rounds it and steps go on from it.
    """

    state: Literal["due", "not_met"]
    amount: Decimal
    reason: str
    arithmetic: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    fewest: int | None = None
    counted: Fraction = Fraction(0)
    shares: dict[str, Decimal] = field(default_factory=dict)
    parts: tuple[Earlier, ...] = ()
    exact: Fraction | None = None


@dataclass(frozen=True)
class Earlier:
    """What the other claim periods of the same trigger came to that stand before this one: what their rule `counted`, and the `amount` they were
    given, on account or finally. `parts` are the same of each of several rules put together, each with the amount that it came to by itself.
    `given` is all that the trigger gave for other claim periods, whichever came first, and what is carried and still owed."""

    counted: Fraction = Fraction(0)
    amount: Decimal = Decimal("0.00")
    parts: tuple[Earlier, ...] = ()
    given: Decimal = Decimal("0.00")

    def part(self, place: int) -> Earlier:
        """What one of several rules came to before; nothing when there was none."""
        return self.parts[place] if place < len(self.parts) else NOTHING_EARLIER


NOTHING_EARLIER = Earlier()
PLACES = 8
"""Decimals that a price, with two, times a value, with six, can have."""


def _no_other(name: str) -> Seen:
    raise KeyError(name)


@dataclass(frozen=True)
class Seen:
    """What a rule may look at, of one outcome and claim period; people and cohorts are asked for only by rules that take them.

    `by_cohort` is the same result for each cohort apart, without an estimate. `outcome` gives what is seen of another outcome of the contract,
    for rules that weigh several; it raises KeyError for one that has no result.
    """

    result: Result
    claim_period: ClaimPeriod
    units: Callable[[], tuple[Unit, ...]] = tuple
    by_cohort: Callable[[], dict[str, Result]] = dict
    earlier: Earlier = NOTHING_EARLIER
    outcome: Callable[[str], Seen] = _no_other


@dataclass(frozen=True)
class PaymentRule:
    """One version of one rule. `needs_comparison` rules are refused for an outcome that compares nothing. After result and claim period a rule
    takes, by name, what else it looks at of `Seen`: `units` (it prices persons then), `by_cohort`, `earlier`, or `seen` itself. `fits` takes
    all arguments and raises ValueError, saying what to do, where they do not fit each other."""

    name: str
    version: int
    needs_comparison: bool
    definition: str
    module: str
    assess: Callable[..., Assessment]
    has_one_price: bool = False
    pays_multiples: bool = False
    fits: Callable[..., None] | None = None

    @property
    def prices_persons(self) -> bool:
        return "units" in self.takes

    @property
    def traits(self) -> dict[str, bool]:
        """What of the rule decides which expectations of claims fit it."""
        return {"prices_persons": self.prices_persons, "pays_multiples": self.pays_multiples, "compares": self.needs_comparison}

    @cached_property
    def takes(self) -> tuple[str, ...]:
        """What the rule looks at beside result and claim period, in its order."""
        pars = inspect.signature(self.assess).parameters.values()
        return tuple(par.name for par in pars if par.kind is not par.KEYWORD_ONLY)[2:]

    def assessed(self, seen: Seen, arguments: dict[str, Any]) -> Assessment:
        """What the rule says, with a contract's checked arguments. Raises ValueError for arguments that do not fit each other."""
        if self.fits is not None:
            self.fits(**arguments)
        known: dict[str, Callable[[], Any]] = {"units": seen.units, "by_cohort": seen.by_cohort, "earlier": lambda: seen.earlier, "seen": lambda: seen}
        said: Assessment = self.assess(seen.result, seen.claim_period, *(known[name]() for name in self.takes), **arguments)
        since = seen.claim_period.start if not self.prices_persons or self.has_one_price else dt.date.min
        by_index = dict.fromkeys(words for _, amount in dated(arguments) for words in index_words(amount, since, seen.claim_period.end))
        return replace(said, arithmetic=(*by_index, *said.arithmetic)) if by_index else said

    @property
    def pin(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def parameters(self) -> dict[str, tuple[Any, Any]]:
        """Keyword parameters with type and default (`...` when the contract must give one)."""
        return keyword_parameters(self.assess)


@cache
def keyword_parameters(function: Callable[..., Any]) -> dict[str, tuple[Any, Any]]:
    """What a contract may give a function: keyword parameters with type and default (`...` when it must give one)."""
    hints = inspect.get_annotations(function, eval_str=True)
    pars = inspect.signature(function).parameters.values()
    return {par.name: (hints[par.name], ... if par.default is par.empty else par.default) for par in pars if par.kind is par.KEYWORD_ONLY}


Declares = Callable[[Callable[..., Assessment]], PaymentRule]
Fits = Callable[..., None]


def payment_rule(name: str, *, version: int, needs_comparison: bool, has_one_price: bool = False, pays_multiples: bool = False, fits: Fits | None = None) -> Declares:
    """Declare a payment rule: a function of (result, claim_period) and the contract's arguments. `has_one_price` says that one price must hold
    throughout a claim period; `pays_multiples` that each amount, or person's line, is a whole number of times its `price`; `fits` looks at arguments together."""

    def declare(assess: Callable[..., Assessment]) -> PaymentRule:
        return PaymentRule(name, version, needs_comparison, inspect.cleandoc(assess.__doc__ or ""), assess.__module__, assess, has_one_price, pays_multiples, fits)

    return declare


@cache
def rules() -> dict[str, PaymentRule]:
    """Every rule of `pipelines/payments/rules`, by pin."""
    import pipelines.payments.rules as package

    return {item.pin: item for item in discover(package, PaymentRule)}


def on_first_day(amount: DatedMoney, claim_period: ClaimPeriod) -> Decimal:
    """The amount that holds on the first day of a claim period. Raises UncomputableError where none does yet."""
    try:
        return amount.on(claim_period.start)
    except ValueError as error:
        raise UncomputableError(*error.args) from None


def one_price(price: DatedMoney, claim_period: ClaimPeriod) -> Decimal:
    """The price that holds throughout a claim period. Raises UncomputableError where none holds on its first day, or it changes inside it."""
    each = on_first_day(price, claim_period)
    if any(claim_period.start < day < claim_period.end for day in price.root):
        raise UncomputableError("the price changes inside the claim period; end one claim period on that day and begin the next")
    return each


def estimated(result: Result, measure: str) -> Quantity:
    """A quantity of a result's estimate. Raises UncomputableError where there is no estimate, or none of that name, as there is no reduction from nought."""
    if result.estimate is None:
        raise UncomputableError("nothing is estimated, so there is no such quantity")
    if measure not in result.estimate.quantities:
        raise UncomputableError(f"the comparison gives no {measure.replace('_', ' ')} for these people")
    return result.estimate.quantities[measure]


def own_units(units: tuple[Unit, ...], role: str) -> list[Unit]:
    """The units of one role. Raises ValueError for a person of it with less than nought."""
    own = [item for item in units if item.role == role]
    if any(item.value < 0 for item in own):
        raise UncomputableError("a person has less than nought units")
    return own


def whole_count(counted: RoleCount | None) -> int:
    """The sum of values of a role as a whole number, nought where nobody is in it. Raises ValueError for one that is none, or below nought."""
    return whole(counted.value) if counted is not None else 0


def whole(value: Decimal | Fraction) -> int:
    """A sum of values as a whole number. Raises ValueError for one that is none, or below nought."""
    if value < 0:
        raise UncomputableError("the sum of values is below nought")
    if value != int(value):
        raise UncomputableError("the sum of values is not a whole number")
    return int(value)


def fewest_of(*people: int) -> int | None:
    """The smallest of these numbers of people that is anybody at all."""
    return min((count for count in people if count > 0), default=None)


def to_cents(amount: Decimal | Fraction) -> Decimal:
    """An exact amount to two decimals, halves away from nought, so that a counter-entry is the entry with its sign turned.
    Nothing passes through a decimal of limited length.
    """
    cents = int(abs(Fraction(amount)) * 100 + Fraction(1, 2))
    return Decimal(f"{'-' if amount < 0 and cents else ''}{cents // 100}.{cents % 100:02d}")


def money(amount: Decimal) -> str:
    """`1,250.00` for people to read."""
    return f"{amount:,.2f}"


def exact(amount: Fraction) -> str:
    """`1,250.00`, or all decimals of an amount that is no whole number of cents, as `1.2345`. Of one with no end of decimals, as many as a price times
    a value can have."""
    return number(amount, next((places for places in range(2, PLACES) if (amount * 10**places).denominator == 1), PLACES))


def number(amount: Decimal | Fraction, decimals: int = 2) -> str:
    """`3.27` for people to read: rounded for display only, halves away from nought."""
    scaled = abs(Fraction(amount)) * 10**decimals
    shown = Decimal(int(scaled + Fraction(1, 2))).scaleb(-decimals)
    return f"{'-' if amount < 0 and shown else ''}{shown:,.{decimals}f}"


def percent(share: Fraction | Decimal, decimals: int = 2) -> str:
    """`27.27 %` for people to read: rounded for display only, halves away from nought."""
    scaled = abs(Fraction(share)) * 100 * 10**decimals
    shown = Decimal(int(scaled + Fraction(1, 2))).scaleb(-decimals)
    return f"{'-' if share < 0 and shown else ''}{shown:.{decimals}f} %"


def compared_people(result: Result) -> int:
    """How many treated people an estimate is of: all who are counted, or of matched sets those with somebody beside them."""
    told = dict(result.estimate.diagnostics) if result.estimate is not None and result.estimate.method.startswith("matched_sets@") else {}
    counted = result.roles["treatment"].n_counted if "treatment" in result.roles else 0
    return int(told.get("n_treatment", counted))


def role_words(result: Result) -> str:
    """Treatment against comparison: `48 of 216 (22.2 %) against 66 of 216 (30.6 %)` where people are counted, `mean 24.31 of 80 against
    mean 17.02 of 160` where something of theirs is; `216 people, as given` where the comparison group is not known."""
    if "comparison" not in result.roles:
        return f"{sum(role.n_counted for role in result.roles.values()):,} people, as given"
    groups = (result.roles["treatment"], result.roles["comparison"])
    if result.estimate is not None and result.estimate.method.startswith("matched_sets@"):
        told = dict(result.estimate.diagnostics)
        return " against ".join(f"mean {number(Fraction(told[f'mean_{role}']))} of {told[f'n_{role}']}" for role in ("treatment", "comparison"))
    if result.estimate is not None and result.estimate.method.startswith("matched@"):
        return " against ".join(f"mean {number(role.mean)} of {role.n_counted}" for role in groups)
    return " against ".join(f"{role.value:f} of {role.n_counted} ({percent(role.mean, 1)})" for role in groups)


def index_words(amount: DatedMoney, since: dt.date, end: dt.date) -> Iterator[str]:
    """How each price that follows an index and holds on a day of `[since, end)` was come to: `1,187.35 x 1.0330 = 1,226.53`."""
    if amount.by_index is None:
        return
    steps = amount.by_index.steps()
    ends = [*(step.day for step in steps[1:]), dt.date.max]
    for step, until in zip(steps, ends, strict=True):
        if step.day < end and until > since:
            sums = " x ".join((money(step.start), *(f"{factor:f}" for factor in step.factors)))
            exact = math.prod((Fraction(factor) for factor in step.factors), start=Fraction(step.start))
            cents = f"{money(to_cents(exact))}, rounded to " if step.factors and to_cents(exact) != step.price else ""
            yield f"price from {step.day} by {amount.by_index.index.replace('_', ' ')}: {sums} = {cents}{money(step.price)}"


def claim_words(period: ClaimPeriod) -> str:
    return f"{period.id} ({period.start} up to, not including, {period.end})"
