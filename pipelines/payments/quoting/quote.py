"""The quote itself: every payment and claim period decided as a night would decide it behind an open gate, in order, each knowing the earlier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from indicators.result import Result
from pipelines.contracts.carried import uncarried
from pipelines.contracts.outcome import ClaimPeriod, Kind, OutcomeContract, Payment
from pipelines.contracts.profile import Profile
from pipelines.payments.decide import FINAL, ON_ACCOUNT, Decision, Known, Standing, decide_trigger
from pipelines.payments.quoting.asked import asks
from pipelines.payments.quoting.given import Row
from pipelines.payments.quoting.holding import holds
from pipelines.payments.quoting.seen import MOST_UNITS, Claimed
from pipelines.payments.rule import Earlier, rules, to_cents
from pipelines.quality.gate import GateVerdict, HoldReason

QuotedState = Literal["due", "not_met", "held", "no_result"]
NOUGHT = Decimal("0.00")


@dataclass(frozen=True)
class Quoted:
    """One payment, claim period and settlement: what it would come to, from which lines of the results. `decision` is None where no result is
    given: that is never paid. `result` is what it was worked out from."""

    payment: Payment
    period: ClaimPeriod
    kind: Kind
    decision: Decision | None
    lines: tuple[int, ...] = ()
    cohorts: tuple[str, ...] = ()
    result: Result | None = None

    @property
    def state(self) -> QuotedState:
        if self.decision is None:
            return "no_result"
        return self.decision.state if self.decision.state != "not_due" else "held"

    @property
    def amount(self) -> Decimal:
        return self.decision.amount if self.decision is not None and self.decision.state == "due" else NOUGHT


@dataclass(frozen=True)
class Quote:
    """What a contract would pay for the rows given. `notes` say what the quote does not know, in sentences."""

    contract: OutcomeContract
    quoted: tuple[Quoted, ...]
    notes: tuple[str, ...] = ()

    @property
    def amount(self) -> Decimal:
        return sum((item.amount for item in self.quoted), NOUGHT)


def quote(contract: OutcomeContract, rows: Sequence[Row], gate: Profile) -> Quote:
    """Quote every payment of a contract. `gate` gives the words of what would be held. The order of rows changes nothing."""
    ordered = sorted(rows, key=lambda row: (row.outcome, row.period, row.cohort, row.group, row.line))
    made: list[Quoted] = []
    for payment in contract.payments:
        made += _payment(contract, payment, ordered, gate)
    return Quote(contract, tuple(contract_wide(contract, made)), tuple(_notes(contract, made, ordered)))


def contract_wide(contract: OutcomeContract, made: list[Quoted]) -> list[Quoted]:
    """What the terms over the whole contract make of its payments. Those that nothing carries out yet are said in a note."""
    del contract
    return made


def _payment(contract: OutcomeContract, payment: Payment, rows: Sequence[Row], gate: Profile) -> list[Quoted]:
    """Every claim of one payment, in the order of its periods. What earlier claims gave a person is known where the same group comes again."""
    given: dict[str, Fraction] = {}
    earlier, made = Earlier(), []
    for period in sorted(payment.claim_periods, key=lambda item: item.start):
        account = NOUGHT
        for kind in payment.kinds:
            item = _claim(contract, payment, period, kind, rows, gate, given, earlier, account)
            if item is None:
                continue
            made.append(item)
            if kind == ON_ACCOUNT:
                account = item.amount
        last = made[-1]
        if last.decision is not None and last.decision.kind == FINAL and last.decision.state in ("due", "not_met"):
            earlier = Earlier(earlier.counted + getattr(last.decision, "counted", Fraction(0)), earlier.amount + last.decision.amount + account)
            given |= {line.key: line.paid_before + line.amount for line in last.decision.lines}
    return made


def _claim(
    contract: OutcomeContract,
    payment: Payment,
    period: ClaimPeriod,
    kind: Kind,
    rows: Sequence[Row],
    gate: Profile,
    given: dict[str, Fraction],
    earlier: Earlier,
    account: Decimal,
) -> Quoted | None:
    """One claim. None on account where no result of the faster source is given: the final settlement then pays all."""
    claimed = claimed_by(contract, payment, period, payment.outcome_of(kind), rows, given)
    if not claimed.rows:
        return None if kind == ON_ACCOUNT else Quoted(payment, period, kind, None)
    reasons = [*_too_many(claimed), *_unanswerable(claimed), *holds(contract, payment, period, kind, rows, gate)]
    verdict = GateVerdict("held" if reasons else "open", "quote", len(reasons), tuple(reasons), ())
    found = claimed.result()
    known = Known(
        verdict=lambda: verdict,
        result=lambda: found,
        condition=lambda name: claimed_by(contract, payment, period, name, rows, {}).result(),
        units=lambda: claimed.units,
        standing=Standing(on_account=account),
        by_cohort=claimed.by_cohort,
        earlier=earlier,
    )
    decision = decide_trigger(contract, payment, period, known, as_of=period.decided_on(kind), kind=kind)
    given |= {unit.key: unit.paid_before for unit in claimed.units if unit.paid_before} if decision.lines else {}
    cohorts = tuple(dict.fromkeys(row.cohort for row in claimed.rows))
    return Quoted(payment, period, kind, decision, tuple(sorted(row.line for row in claimed.rows)), cohorts, found)


def claimed_by(contract: OutcomeContract, payment: Payment, period: ClaimPeriod, outcome: str, rows: Iterable[Row], given: dict[str, Fraction]) -> Claimed:
    """The rows of one outcome and claim period, as the payment's rule sees them."""
    own = tuple(row for row in rows if row.outcome == outcome and row.period == period.id)
    return Claimed(contract, payment, contract.outcome(outcome), period, own, given)


def _too_many(claimed: Claimed) -> list[HoldReason]:
    if not rules()[claimed.payment.rule.pin].prices_persons or claimed.people() <= MOST_UNITS:
        return []
    words = f"{claimed.people():,} people, and at most {MOST_UNITS:,} can be worked out one by one"
    return [_unquotable(claimed, words, "Quote a part of them at a time.")]


def _unanswerable(claimed: Claimed) -> list[HoldReason]:
    """What the payment asks of an estimate and no row gives: it is held, never guessed."""
    asked, found = asks(claimed.payment), claimed.result()
    estimate = found.estimate if found is not None else None
    quantities = estimate.quantities if estimate is not None else {}
    lacking = [name for name in asked.measures if name not in quantities]
    if lacking and rules()[claimed.payment.rule.pin].needs_comparison:
        words = f"no {lacking[0].replace('_', ' ')} is given, and none can be worked out"
        return [_unquotable(claimed, words, "Write the 'value', or the 'comparison' group's figure a person.")]
    known = {item.name for quantity in quantities.values() for item in quantity.intervals}
    missing = [name for name in asked.intervals if name not in known]
    if missing:
        return [_unquotable(claimed, f"no {missing[0].replace('_', ' ')} interval is given", "Write its two ends in 'interval', as low..high.")]
    return []


def _unquotable(claimed: Claimed, words: str, remedy: str) -> HoldReason:
    return HoldReason(f"outcome:{claimed.contract.contract}/{claimed.outcome.id}", "result_is_given", "failed", words, remedy, "")


def _notes(contract: OutcomeContract, made: Sequence[Quoted], rows: Sequence[Row]) -> list[str]:
    """What the quote does not know or does not do, in sentences."""
    spread = sorted({line for item in made if rules()[item.payment.rule.pin].prices_persons for line in item.lines})
    several = [row.line for row in rows if row.line in spread and row.with_result > 1]
    notes = []
    if several:
        lines = ", ".join(map(str, sorted(several)))
        notes.append(f"line {lines}: what people have together is spread over them as evenly as whole units allow; caps and rounding a person are exact when they did alike")
    notes += [f"not in this quote: {term.words} ({term.clause})" for term in uncarried(contract) if term.holds]
    return notes


def totals(items: Iterable[Quoted], *, by: str) -> dict[str, Decimal]:
    """What is due together, by `outcome`, `claim_period`, `payer` or `payee`, in the order they come."""
    made: dict[str, Decimal] = {}
    for item in items:
        for name, amount in _parts(item, by).items():
            made[name] = made.get(name, NOUGHT) + amount
    return made


def _parts(item: Quoted, by: str) -> dict[str, Decimal]:
    if by == "payer":
        return payer_shares(item)
    return {{"outcome": item.payment.outcome_of(item.kind), "claim_period": item.period.id, "payee": item.payment.payee}[by]: item.amount}


def payer_shares(item: Quoted) -> dict[str, Decimal]:
    """What each payer owes: the one, or each by its share of the split, of which the payment's own payer takes what rounding leaves."""
    split = item.payment.split
    if split is None:
        return {item.payment.payer: item.amount}
    shares = {name: to_cents(Fraction(item.amount) * Fraction(share)) for name, share in split.shares.items() if name != item.payment.payer}
    return {item.payment.payer: item.amount - sum(shares.values(), NOUGHT), **shares}


def as_data(found: Quote) -> dict[str, Any]:
    """The quote as plain data."""
    return {
        "is_quote": True,
        "contract": found.contract.contract,
        "version": found.contract.version,
        "currency": found.contract.currency,
        "amount": found.amount,
        "payments": [_quoted_data(item) for item in found.quoted],
        "totals": {name: totals(found.quoted, by=name) for name in ("outcome", "claim_period", "payer", "payee")},
        "notes": list(found.notes),
    }


def _quoted_data(item: Quoted) -> dict[str, Any]:
    decision = item.decision
    return {
        "payment": item.payment.id,
        "outcome": item.payment.outcome_of(item.kind),
        "claim_period": item.period.id,
        "settlement": item.kind,
        "state": item.state,
        "amount": item.amount,
        "clause": item.payment.clause,
        "cohorts": list(item.cohorts),
        "lines": list(item.lines),
        "payers": payer_shares(item),
        "payee": item.payment.payee,
        "decided_from": item.period.decided_on(item.kind),
        "reason": decision.reason if decision is not None else "no result is given, so nothing is paid",
        "arithmetic": list(decision.arithmetic) if decision is not None else [],
        "holds": list(decision.holds) if decision is not None else [],
    }
