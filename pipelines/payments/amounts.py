"""Adjusters of a whole amount: what a contract does, in the order it names them, to what its rule says and after any persons' lines are added up.

Each takes the exact amount and what the rule saw, and gives the amount after it with one sentence of arithmetic. Money is rounded to the cent at
the end, half up, unless `rounded_to` says otherwise before.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt, MinLen, MultipleOf

from pipelines.contracts.agreed import Money
from pipelines.contracts.outcome import DatedMoney
from pipelines.contracts.strict import Name, Words
from pipelines.payments.rule import Seen, money, number, percent, to_cents

Share = Annotated[Decimal, Ge(0), Le(1)]
PART = Annotated[Decimal, Gt(0), Lt(1)]
CENT = Decimal("0.01")
Places = Literal["half_up", "half_even", "down", "up"]


@dataclass(frozen=True)
class Amount:
    """An amount after one step, its sentence, and the smallest number of people it speaks of apart (None: of nobody apart)."""

    exact: Fraction
    words: str
    fewest: int | None = None


def _said(exact: Fraction) -> str:
    return money(to_cents(exact))


def deadweight_share(amount: Fraction, seen: Seen, *, share: Share) -> Amount:  # noqa: ARG001
    """Takes from the amount the share that would have come without the effort."""
    left = amount * (1 - Fraction(share))
    return Amount(left, f"less deadweight {percent(share)}: {_said(amount)} - {_said(amount - left)} = {_said(left)}")


def share_of_amount(amount: Fraction, seen: Seen, *, share: Annotated[Decimal, Gt(0), Le(10)]) -> Amount:  # noqa: ARG001
    """Pays a share of the amount, as the weight an outcome has among others; above one it is an uplift of the whole."""
    left = amount * Fraction(share)
    return Amount(left, f"{percent(share)} of {_said(amount)} = {_said(left)}")


def netting(amount: Fraction, seen: Seen, *, funding: dict[str, Money], source: Words) -> Amount:
    """Takes off what others paid for the same results, by claim period; down to nought and no further. A claim period that is not named has
    none."""
    other = Fraction(funding.get(seen.claim_period.id, Decimal(0)))
    left = max(amount - other, Fraction(0)) if amount > 0 else amount
    return Amount(left, f"less {source} {_said(other)} for {seen.claim_period.id}: {_said(amount)} - {_said(amount - left)} = {_said(left)}")


def minimum_cohort(amount: Fraction, seen: Seen, *, people: Annotated[int, Ge(1)], role: Name, otherwise: Literal["nothing", "pro_rata"]) -> Amount:
    """Pays in full when at least so many people of the role are counted, exactly so many being enough. Below it, `nothing`, or the amount times
    those counted by those agreed (`pro_rata`)."""
    counted = seen.result.roles[role].n_counted if role in seen.result.roles else 0
    if counted >= people:
        return Amount(amount, f"at least {people} people are counted, so the amount stands")
    left = amount * Fraction(counted, people) if otherwise == "pro_rata" else Fraction(0)
    if otherwise == "pro_rata":
        return Amount(left, f"{counted} of at least {people} people: {_said(amount)} x {counted}/{people} = {_said(left)}", counted or None)
    return Amount(left, f"fewer than {people} people are counted, so nothing is paid")


def mix_cap(amount: Fraction, seen: Seen, *, share: PART, outcomes: Annotated[list[Name], MinLen(1)], of: Literal["paid", "achieved"]) -> Amount:
    """Pays at most a share of all outcomes together by this one. The `outcomes` named are the others of the same claim period, each by the sum of
    its values in the treatment group. Of what is `paid` the share is of all that is paid in the end, of what is `achieved` of all that came
    about; whole outcomes, rounded down, are paid, each at the same price."""
    own = _counted(seen)
    others = sum((_counted(seen.outcome(name)) for name in outcomes), Fraction(0))
    most = Fraction(share) / (1 - Fraction(share)) * others if of == "paid" else Fraction(share) * (own + others)
    allowed = min(own, Fraction(math.floor(most)))
    left = amount * allowed / own if own else amount
    words = f"at most {percent(share)} of all outcomes by this one: {number(allowed, 0)} of {number(own, 0)} beside {number(others, 0)} others, {_said(amount)} -> {_said(left)}"
    told = [int(count) for count in (own, others, allowed, own - allowed) if count]
    return Amount(left, words, min(told, default=None))


def _counted(seen: Seen) -> Fraction:
    role = seen.result.roles.get("treatment")
    return Fraction(role.value) if role is not None else Fraction(0)


def cap(amount: Fraction, seen: Seen, *, amount_at_most: Money, over: Literal["claim_period", "contract_life"]) -> Amount:
    """Cuts the amount to at most so much for one claim period, or for all of them together with what earlier ones gave. What is above lapses."""
    before = Fraction(seen.earlier.given) if over == "contract_life" else Fraction(0)
    left = min(amount, max(Fraction(amount_at_most) - before, Fraction(0))) if amount > 0 else amount
    given = f" less {_said(before)} given before" if over == "contract_life" else ""
    return Amount(left, f"cap of {money(amount_at_most)} over the {over.replace('_', ' ')}{given}: - {_said(amount - left)} = {_said(left)}")


def guaranteed(amount: Fraction, seen: Seen, *, at_least: DatedMoney) -> Amount:
    """Pays at least so much for a claim period, whatever the result; the amount that holds on its first day."""
    least = Fraction(at_least.on(seen.claim_period.start))
    left = max(amount, least)
    return Amount(left, f"at least {_said(least)} is guaranteed: {_said(amount)} -> {_said(left)}")


def deemed(amount: Fraction, seen: Seen, *, amounts: dict[str, Money], because: Words) -> Amount:
    """Pays for the claim periods named what the parties agreed is taken as achieved, in place of what was measured; for others what was measured."""
    if seen.claim_period.id not in amounts:
        return Amount(amount, f"nothing is deemed for {seen.claim_period.id}")
    left = Fraction(amounts[seen.claim_period.id])
    return Amount(left, f"deemed for {seen.claim_period.id} ({because}): {_said(left)} in place of {_said(amount)}")


def break_point(amount: Fraction, seen: Seen, *, on: dt.date, by: Name) -> Amount:
    """Pays nothing for what comes from the day on that a party broke the contract on; of a claim period that spans it, the days before by all
    of its days."""
    period = seen.claim_period
    days = (period.end - period.start).days
    before = max(0, min(days, (on - period.start).days))
    left = amount * Fraction(before, days)
    return Amount(left, f"{by} ended the contract on {on}: {before} of {days} days of {period.id}, {_said(amount)} -> {_said(left)}")


def rounded_to(amount: Fraction, seen: Seen, *, to: Annotated[Decimal, Gt(0), MultipleOf(CENT)], mode: Places) -> Amount:  # noqa: ARG001
    """Rounds the amount to a multiple of `to`, at least a cent: halves away from nought, halves to the even one, down or up."""
    units = amount / Fraction(to)
    rounds: dict[str, Callable[[Fraction], int]] = {"half_up": lambda found: math.floor(found + Fraction(1, 2)), "half_even": round, "down": math.floor, "up": math.ceil}
    left = (rounds[mode](abs(units)) if units >= 0 else -rounds[mode](abs(units))) * Fraction(to)
    return Amount(left, f"rounded {mode.replace('_', ' ')} to {money(to)}: {_said(left)}")


ALL: tuple[Callable[..., Amount], ...] = (
    break_point,
    cap,
    deadweight_share,
    deemed,
    guaranteed,
    minimum_cohort,
    mix_cap,
    netting,
    rounded_to,
    share_of_amount,
)
"""Every adjuster of an amount, each in its first version."""
