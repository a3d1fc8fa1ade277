"""The quote itself: every payment and claim period decided as a night would decide it behind an open gate, in order, each knowing the earlier."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from indicators.result import Result
from pipelines.contracts.carried import Uncarried, uncarried
from pipelines.contracts.outcome import ClaimPeriod, Kind, OutcomeContract, Payment
from pipelines.contracts.profile import Profile
from pipelines.payments.decide import ON_ACCOUNT, Decision, Known, Standing, decide_trigger
from pipelines.payments.quoting.asked import asks
from pipelines.payments.quoting.given import Row
from pipelines.payments.quoting.holding import holds
from pipelines.payments.quoting.seen import MOST_UNITS, Claimed
from pipelines.payments.rule import NOTHING_EARLIER, Earlier, rules, to_cents
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


Memo = dict[tuple[Hashable, ...], tuple[Quoted, dict[str, Fraction]]]
"""Claims quoted before, with what each of their people had been given then, by all that they depend on."""


def quote(contract: OutcomeContract, rows: Sequence[Row], gate: Profile) -> Quote:
    """Quote every payment of a contract. `gate` gives the words of what would be held. The order of rows changes nothing."""
    made = quoted(contract, rows, gate, {})
    return Quote(contract, tuple(made), tuple(_notes(contract, made, rows)))


def quoted(contract: OutcomeContract, rows: Sequence[Row], gate: Profile, memo: Memo) -> list[Quoted]:
    """Every payment, claim period and settlement, in the contract's order. Each is decided on its own day, the earliest first, as nights would
    decide them: what is decided later knows what was given before. `memo` keeps what was worked out, for quotes of nearly the same rows."""
    ordered = sorted(rows, key=lambda row: (row.outcome, row.period, row.cohort, row.group, row.line))
    steps = [
        (period.decided_on(kind), place, period.start, payment.kinds.index(kind), payment, period, kind)
        for place, payment in enumerate(contract.payments)
        for period in payment.claim_periods
        for kind in payment.kinds
    ]
    quoting = _Quoting(contract, ordered, gate, memo)
    found = [(step, item) for step in sorted(steps, key=lambda step: step[:4]) if (item := quoting.claim(*step[4:])) is not None]
    return [item for _, item in sorted(found, key=lambda pair: pair[0][1:4])]


@dataclass
class _Quoting:
    """What is known while claims are decided one after another: what each payment has given each person, and in all."""

    contract: OutcomeContract
    rows: Sequence[Row]
    gate: Profile
    memo: Memo
    persons: dict[str, dict[str, Fraction]] = field(default_factory=dict)
    earlier: dict[str, Earlier] = field(default_factory=dict)
    account: dict[tuple[str, str], Decimal] = field(default_factory=dict)

    def claim(self, payment: Payment, period: ClaimPeriod, kind: Kind) -> Quoted | None:
        """One claim. None on account where no result of the faster source is given: the final settlement then pays all."""
        given = self.persons.setdefault(payment.id, {})
        claimed = claimed_by(self.contract, payment, period, payment.outcome_of(kind), self.rows, given)
        if not claimed.rows:
            return None if kind == ON_ACCOUNT else Quoted(payment, period, kind, None)
        reasons = tuple(holds(self.contract, payment, period, kind, self.rows, self.gate))
        others = tuple(row for row in self.rows if row.outcome in payment.outcomes_of(kind)[1:] and row.period == period.id)
        account, earlier = self.account.get((payment.id, period.id), NOUGHT), self.earlier.get(payment.id, NOTHING_EARLIER)
        known = frozenset(given.items()) if any(row.group for row in claimed.rows) else frozenset()
        key = (payment.id, period.id, kind, claimed.rows, others, reasons, account, earlier, known)
        if key not in self.memo:
            self.memo[key] = _decided(claimed, others, kind, reasons, account, earlier)
        made, before = self.memo[key]
        self._remember(made, before, account)
        return made

    def _remember(self, made: Quoted, before: dict[str, Fraction], account: Decimal) -> None:
        """What later claims go by."""
        decision, payment = made.decision, made.payment
        if decision is None or decision.state not in ("due", "not_met"):
            return
        if made.kind == ON_ACCOUNT:
            self.account[payment.id, made.period.id] = made.amount
            return
        earlier = self.earlier.get(payment.id, NOTHING_EARLIER)
        self.earlier[payment.id] = Earlier(earlier.counted + getattr(decision, "counted", Fraction(0)), earlier.amount + decision.amount + account)
        self.persons[payment.id] |= before
        self.persons[payment.id] |= {line.key: line.paid_before + line.amount for line in decision.lines}


def _decided(claimed: Claimed, others: Sequence[Row], kind: Kind, reasons: Sequence[HoldReason], account: Decimal, earlier: Earlier) -> tuple[Quoted, dict[str, Fraction]]:
    """One claim decided behind a gate that is open unless the results themselves hold it, and what each person had been given before."""
    contract, payment, period = claimed.contract, claimed.payment, claimed.period
    every = (*_too_many(claimed), *_unanswerable(claimed), *reasons)
    verdict = GateVerdict("held" if every else "open", "quote", len(every), every, ())
    found = claimed.result()
    known = Known(
        verdict=lambda: verdict,
        result=lambda: found,
        condition=lambda name: claimed_by(contract, payment, period, name, others, {}).result(),
        units=lambda: claimed.units,
        standing=Standing(on_account=account),
        by_cohort=claimed.by_cohort,
        earlier=earlier,
    )
    decision = decide_trigger(contract, payment, period, known, as_of=period.decided_on(kind), kind=kind)
    cohorts = tuple(dict.fromkeys(row.cohort for row in claimed.rows))
    before = {unit.key: unit.paid_before for unit in claimed.units if unit.paid_before} if decision.lines else {}
    return Quoted(payment, period, kind, decision, tuple(sorted(row.line for row in claimed.rows)), cohorts, found), before


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
    if lacking and claimed.outcome.compare is not None:
        words = f"no {lacking[0].replace('_', ' ')} is given, and none can be worked out"
        return [_unquotable(claimed, words, "Write the 'value', or the 'comparison' group's figure a person.")]
    if not asked.measures and rules()[claimed.payment.rule.pin].needs_comparison and found is not None and "comparison" not in found.roles:
        return [_unquotable(claimed, "nothing is given of the comparison group", "Write the 'comparison' group's figure a person.")]
    known = {item.name for quantity in quantities.values() for item in quantity.intervals}
    missing = [name for name in asked.intervals if name not in known]
    if missing:
        return [_unquotable(claimed, f"no {missing[0].replace('_', ' ')} interval is given", "Write its two ends in 'interval', as low..high.")]
    return []


def _unquotable(claimed: Claimed, words: str, remedy: str) -> HoldReason:
    return HoldReason(f"outcome:{claimed.contract.contract}/{claimed.outcome.id}", "result_is_given", "failed", words, remedy, "")


def _notes(contract: OutcomeContract, made: Sequence[Quoted], rows: Sequence[Row]) -> list[str]:
    """What the quote does not know or does not do, in sentences."""
    priced = {line for item in made if rules()[item.payment.rule.pin].prices_persons for line in item.lines}
    several = [row.line for row in rows if row.line in priced and row.with_result > 1 and (row.units is not None or row.claims is not None)]
    wide = [_not_quoted(term) for term in uncarried(contract) if term.holds]
    return [*([_spread_words(sorted(several))] if several else []), *wide]


def _spread_words(lines: Sequence[int]) -> str:
    named = ", ".join(map(str, lines))
    return f"lines {named}: what people have together is spread over them as evenly as whole units allow, and caps and rounding a person are exact when they did alike"


def _not_quoted(term: Uncarried) -> str:
    return f"not in this quote: {term.words}"


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
