"""What a claim that was posted moves when it would now come out otherwise: the difference, whether the contract settles it, whose days changed it
in numbers, and which deliveries and agreed texts are others than behind the entry that stands.

Computed where person data may be read; what comes out is aggregates and hashes.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines import lines
from pipelines.contracts.agreed import Span, TrueUp
from pipelines.contracts.outcome import ClaimPeriod, OutcomeContract, Payment
from pipelines.errors import UdbytteError
from pipelines.ledger import handover
from pipelines.ledger.journal import Entry
from pipelines.ledger.true_up import Position
from pipelines.payments.adjusters import CAP
from pipelines.payments.contract_wide import Given, Paid, difference_of, parts_from
from pipelines.payments.decide import Decision
from pipelines.payments.rule import money
from pipelines.settings import Home

NOUGHT = Decimal("0.00")
MONTHS_A_YEAR = 12
SHA256, IS_ACCEPTED, REFERENCE_PERIOD = 0, 1, 4
"""The places, in a fingerprint's deliveries, of a delivery's hash, of whether it was accepted, and of the period it says it is of."""
Made = Mapping[str, Any]
"""What a decision was made of: the plain data whose digest is its fingerprint."""


@dataclass(frozen=True)
class Restated:
    """A posted claim and what is decided of it tonight. `given` is all that the contract gave until then, this claim's own included; `made_of` what
    tonight's decision is made of; `entries` the ledger's."""

    home: Home
    contract: OutcomeContract
    payment: Payment
    period: ClaimPeriod
    decision: Decision
    stands: Position
    given: list[Given]
    made_of: Made
    entries: list[Entry]

    def as_data(self) -> dict[str, Any] | None:
        """What the hand-over says of it, or None where nothing is otherwise or the contract has no terms for it. Raises HomeError when the persons' lines
        behind the entry that stands are gone."""
        difference = self.decision.amount - self.stands.amount
        terms = self.contract.true_up
        if terms is None or (difference == 0 and self._is_as_posted):
            return None
        ends = window_ends(terms, self.period.end, self.stands.first, self.entries)
        why = why_not(terms, difference, self.decision.as_of, ends)
        paid = self._paid(difference)
        if not why and difference and not paid.amount:
            why = "the contract's caps leave nothing of it"
        made = Paid(NOUGHT, {}, NOUGHT, ()) if why else paid
        total, before = self.decision.on_account + self.decision.amount, self.decision.on_account + self.stands.amount
        reason = why or _reason(total, before, made.amount)
        return {
            "number": len(self.stands.true_ups) + 1,
            "settles": not why,
            "why": why,
            "amount": made.amount,
            "stands": self.stands.amount,
            "total": total,
            "before": before,
            "shares": made.shares,
            "years": made.years,
            "carried": self.decision.carried + made.carried,
            "reason": reason,
            "arithmetic": [*self.decision.arithmetic, *made.words, f"{reason}   ({terms.clause})"],
            **self._vintages(),
            "moved": self._moved(),
            "settle": terms.settle,
            "window_ends": ends,
        }

    @property
    def _is_as_posted(self) -> bool:
        """Whether later claims find in the entry that stands what they would go by now: persons' lines, what was counted, what is carried on."""
        now, body = self.decision, self.stands.newest.body
        then = (self.stands.lines_sha256, Fraction(body.get("counted", 0)), Decimal(body.get("carried", "0.00")), parts_from(body))
        return then == (now.lines_sha256, now.counted, now.carried, now.parts)

    def _paid(self, difference: Decimal) -> Paid:
        return difference_of(self.contract, self.payment, self.period, self._roomy(difference), as_of=self.decision.as_of, given=self.given, shares=self._owed())

    def _roomy(self, difference: Decimal) -> Decimal:
        """As much of more as a cap of the trigger over the contract's life leaves room for, after all that it gave; what is less is not capped."""
        caps = [Decimal(item.arguments["amount_at_most"]) for item in self.payment.adjust if item.pin == CAP and item.arguments.get("over") == "contract_life"]
        gave = sum((item.amount for item in self.given if item.trigger == self.payment.id), NOUGHT)
        return min([difference, *(max(cap - gave, NOUGHT) for cap in caps)]) if difference > 0 else difference

    def _owed(self) -> dict[str, Decimal]:
        """What each payer owes more or less by a rule that says itself who does; empty for one that does not."""
        now, then = self.decision.shares, self.stands.shares()
        return {name: now.get(name, NOUGHT) - then.get(name, NOUGHT) for name in dict.fromkeys((*now, *then))}

    def _moved(self) -> dict[str, int]:
        """How many people's lines went up, went down, would have moved but for a cap, and stayed."""
        sha256 = self.stands.lines_sha256
        then, was = (lines.kept(self.home, sha256), lines.kept_uncut(self.home, sha256)) if sha256 else ({}, {})
        has_lines = bool(self.decision.lines_sha256)
        now, would = ({item.key: item.amount for item in self.decision.lines}, lines.uncut(self.decision)) if has_lines else ({}, {})
        return moves(then, now, was, would)

    def _vintages(self) -> dict[str, Any]:
        """The cause, as far as it can be told, and what is otherwise than behind the entry that stands."""
        before = posted_from(self.home, self.stands.newest)
        if not before or not self.made_of:
            return {"cause": "unknown", "changed": {}}
        return {"cause": cause(before, self.made_of), "changed": changed(before, self.made_of)}


def days_after(start: dt.date, span: Span) -> dt.date:
    """The day a span after another, by calendar: the same day number, or the last day of a shorter month."""
    if span.unit == "D":
        return start + dt.timedelta(days=span.count)
    year, month = divmod(start.year * MONTHS_A_YEAR + start.month - 1 + span.count * (MONTHS_A_YEAR if span.unit == "Y" else 1), MONTHS_A_YEAR)
    return dt.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def window_ends(terms: TrueUp, period_end: dt.date, first: Entry, entries: Iterable[Entry]) -> dt.date:
    """The first day on which nothing is settled again: `until` after the claim period's end, which is not in the period, or after the day the claim
    was paid; while no payment of it is entered, after the day it was decided."""
    paid = next((entry.as_of for entry in entries if entry.kind == "payment" and entry.about == first.posting_key), first.as_of)
    return days_after(period_end if terms.since == "claim_period_end" else paid, terms.until)


def why_not(terms: TrueUp, difference: Decimal, as_of: dt.date, ends: dt.date) -> str:
    """Why a difference is recorded and not settled; empty when it is."""
    if as_of >= ends:
        return f"it is settled again before {ends}, and not from then on"
    if abs(difference) < terms.below and difference:
        return f"differences below {terms.below:,.2f} are not settled"
    return ""


def _reason(total: Decimal, before: Decimal, amount: Decimal) -> str:
    """In one sentence, what is settled."""
    last = f"{money(-amount)} to be paid back" if amount < 0 else f"{money(amount)} more" if amount else "nothing moves"
    return f"settled again at {money(total)}, of which {money(before)} was posted: {last}"


def moves(then: Mapping[str, Fraction], now: Mapping[str, Fraction], was: Mapping[str, Fraction], would: Mapping[str, Fraction]) -> dict[str, int]:
    """How many people of two sets of lines moved which way. `then` and `now` are amounts by person, `was` and `would` the same before any cap cut them;
    who has no line has nought."""
    counts = {"up": 0, "down": 0, "no_money": 0, "unchanged": 0}
    for key in {*then, *now, *was, *would}:
        step, wish = now.get(key, 0) - then.get(key, 0), would.get(key, 0) - was.get(key, 0)
        counts["up" if step > 0 else "down" if step < 0 else "no_money" if wish else "unchanged"] += 1
    return counts


def posted_from(home: Home, entry: Entry) -> Made:
    """What the hand-over of an entry says its trigger was made of; empty when it is gone or does not hold."""
    path = home.handover / str(entry.as_of) / f"{entry.contract}-{entry.body['handover'][:16]}.json"
    try:
        found = handover.read(path, {handover.public_key(home)})
    except UdbytteError:
        return {}
    except OSError:
        return {}
    made = found.content["fingerprints"].get(entry.about.split("/")[1], {})
    return {} if "unreadable" in made else dict(made)


def registers_of(made: Made) -> dict[str, Any]:
    """What each register behind a decision was made of, by its name."""
    parts = [made["outcome"], *made.get("requires", {}).values(), *made.get("compared", {}).values()] if "outcome" in made else []
    return {name: said for part in (*parts, {"registers": made.get("totals", {})}) for name, said in part.get("registers", {}).items()}


def _deliveries(register: Made) -> dict[str, str]:
    """The accepted deliveries of a register, each hash with the period that it says it is of."""
    return {str(item[SHA256]): str(item[REFERENCE_PERIOD] or "") if len(item) > REFERENCE_PERIOD else "" for item in register.get("deliveries", []) if item[IS_ACCEPTED]}


def _codelists(made: Made) -> dict[str, str]:
    parts = [made["outcome"], *made.get("requires", {}).values()] if "outcome" in made else []
    found = {name: sha256 for part in parts for name, sha256 in part.get("codelists", {}).items()}
    return {**found, **{name: sha256 for register in registers_of(made).values() for name, sha256 in register.get("codelists", {}).items()}}


def _estimates(made: Made) -> set[str]:
    """The given estimates that a decision rests on, by their hashes."""
    parts = [made["outcome"], *made.get("requires", {}).values(), *made.get("compared", {}).values()] if "outcome" in made else []
    return {str(seal["sha256"]) for part in parts for seal in part.get("estimates", {}).values()}


def changed(before: Made, now: Made) -> dict[str, Any]:
    """What is otherwise: `deliveries`, by register, each by its hash; given `estimates` by theirs; `codelists` by name; and of `texts`, the contract,
    the program, the lock."""
    then, by_now = registers_of(before), registers_of(now)
    deliveries = {name: sorted(set(_deliveries(by_now.get(name, {}))) ^ set(_deliveries(then.get(name, {})))) for name in sorted({*then, *by_now})}
    lists, were = _codelists(now), _codelists(before)
    named = {
        "deliveries": {name: hashes for name, hashes in deliveries.items() if hashes},
        "estimates": sorted(_estimates(before) ^ _estimates(now)),
        "codelists": sorted(name for name in {*lists, *were} if lists.get(name) != were.get(name)),
        "texts": [name for name in ("contract", "program", "lock") if before.get(name) != now.get(name)],
    }
    return {name: said for name, said in named.items() if said}


def cause(before: Made, now: Made) -> str:
    """Why a claim comes out otherwise, where what it was made of tells it: a `legal_change` when agreed texts or code lists alone are others; a
    `estimate_revised` when a given estimate alone is; a `data_error` when every new delivery is of days that were delivered before; a `late_report` when each is of days that were
    not; else `unknown`."""
    found = changed(before, now)
    is_law = "codelists" in found or "contract" in found.get("texts", [])
    if is_law and "deliveries" not in found:
        return "unknown" if "estimates" in found else "legal_change"
    if "estimates" in found:
        return "unknown" if "deliveries" in found else "estimate_revised"
    said = set(_each_delivery(registers_of(before), registers_of(now), found.get("deliveries", {})))
    return said.pop() if len(said) == 1 and not is_law else "unknown"


def _each_delivery(before: Made, now: Made, others: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """What each new delivery of each register that has one is."""
    for name in others:
        then, by_now = _deliveries(before.get(name, {})), _deliveries(now.get(name, {}))
        covered = [made.get(name, {}).get("in_use", {}).get("covers_through") for made in (before, now)]
        for sha256, period in by_now.items():
            if sha256 in then:
                continue
            is_again = period in then.values() if period else bool(covered[0]) and str(covered[0]) == str(covered[1])
            yield "data_error" if is_again else "late_report" if period else "unknown"


def paid_on(contract: OutcomeContract, first: Entry | None, as_of: dt.date) -> dt.date | None:
    """The day of a posted claim's own entry where a cap of the contract goes by the day of payment; None where none does."""
    by_payment = contract.caps is not None and contract.caps.per_year is not None and contract.caps.per_year.by == "payment"
    return first.as_of if by_payment and first is not None and first.as_of < as_of else None
