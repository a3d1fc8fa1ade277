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
from pipelines.payments.adjusters import counts_on
from pipelines.payments.contract_wide import Given, earlier_of, looks_back
from pipelines.payments.decide import ON_ACCOUNT, Decision, Known, Standing, decide_trigger
from pipelines.payments.quoting.asked import asks, needs_comparison, prices_persons
from pipelines.payments.quoting.given import Row
from pipelines.payments.quoting.holding import holds
from pipelines.payments.quoting.seen import MOST_UNITS, Claimed
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

    @property
    def not_paid(self) -> Decimal:
        """What results earn by their rules and the contract's caps leave unpaid, in all: what a cap carries on and pays later is paid."""
        return -sum((item.decision.capped for item in self.quoted if item.decision is not None), NOUGHT)


Memo = dict[tuple[Hashable, ...], tuple[Quoted, dict[str, Fraction]]]
"""Claims quoted before, with what each of their people had been given then, by all that they depend on."""


def quote(contract: OutcomeContract, rows: Sequence[Row], gate: Profile) -> Quote:
    """Quote every payment of a contract. `gate` gives the words of what would be held. The order of rows changes nothing."""
    made = quoted(contract, rows, gate, {})
    return Quote(contract, tuple(made), tuple(_notes(contract, made, rows)))


def quoted(contract: OutcomeContract, rows: Sequence[Row], gate: Profile, memo: Memo) -> list[Quoted]:
    """Every payment, claim period and settlement, in the contract's order. Each is decided on its own day, the earliest first, as nights would
    decide them: what is decided later knows what was given before. `memo` keeps what was worked out, for quotes of nearly the same rows."""
    ordered = sorted(rows, key=lambda row: (row.outcome, row.period, row.cohort, row.group, row.component, row.line))
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
    """What is known while claims are decided one after another: what each payment has given each person, and what all have given."""

    contract: OutcomeContract
    rows: Sequence[Row]
    gate: Profile
    memo: Memo
    persons: dict[str, dict[str, Fraction]] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)

    def claim(self, payment: Payment, period: ClaimPeriod, kind: Kind) -> Quoted | None:
        """One claim. None on account where no result of the faster source is given: the final settlement then pays all."""
        claimed = claimed_by(self.contract, payment, period, payment.outcome_of(kind), self.rows, self.persons.setdefault(payment.id, {}))
        if not claimed.rows:
            return None if kind == ON_ACCOUNT else Quoted(payment, period, kind, None)
        found = _Claim(
            claimed,
            kind,
            others=tuple(row for row in self.rows if row.outcome in payment.outcomes_of(kind)[1:] and row.period == period.id),
            reasons=tuple(holds(self.contract, payment, period, kind, self.rows, self.gate)),
            given=tuple(self.given) if looks_back(self.contract, payment, counts=counts_on(payment)) else (),
            account=next((item.amount for item in self.given if (item.trigger, item.claim_period, item.kind) == (payment.id, period.id, ON_ACCOUNT)), NOUGHT),
            too_few=tuple(name for name in claimed.outcome.cohorts if self._is_too_few(name)),
        )
        key = found.key()
        if key not in self.memo:
            self.memo[key] = found.decided()
        made, before = self.memo[key]
        self._remember(made, before)
        return made

    def _is_too_few(self, cohort: str) -> bool:
        """Whether fewer people are in a cohort than agreed, by the most that any of its results speaks of."""
        terms = self.contract.cohort(cohort).too_few
        people: dict[tuple[str, str, str], int] = {}
        for row in self.rows if terms is not None else ():
            if row.cohort == cohort:
                place = (row.outcome, row.period if self.contract.outcome(row.outcome).claimed_by == "cohort" else "", row.component)
                people[place] = people.get(place, 0) + row.n
        return terms is not None and bool(people) and max(people.values()) < terms.below

    def _remember(self, made: Quoted, before: dict[str, Fraction]) -> None:
        """What later claims go by."""
        decision, payment = made.decision, made.payment
        if decision is None or decision.state not in ("due", "not_met"):
            return
        said = (decision.amount, decision.counted, decision.carried, decision.shares, decision.parts, decision.years)
        self.given.append(Given(payment.id, made.period.id, made.kind, decision.as_of, *said))
        if made.kind != ON_ACCOUNT:
            self.persons[payment.id] |= before
            self.persons[payment.id] |= {line.key: line.paid_before + line.amount for line in decision.lines}


@dataclass(frozen=True)
class _Claim:
    """One claim with everything that its decision goes by: its rows, those of other outcomes it looks at, why the results themselves hold it, what
    other claims were given, what it was given on account, and its cohorts of too few people."""

    claimed: Claimed
    kind: Kind
    others: tuple[Row, ...]
    reasons: tuple[HoldReason, ...]
    given: tuple[Given, ...]
    account: Decimal
    too_few: tuple[str, ...]

    def key(self) -> tuple[Hashable, ...]:
        """The same for claims that are decided alike."""
        claimed = self.claimed
        known = frozenset(claimed.paid.items()) if any(row.group for row in claimed.rows) else frozenset()
        given = tuple((item.trigger, item.claim_period, item.kind, item.amount, item.counted, item.parts, item.carried, tuple(item.shares.items())) for item in self.given)
        return claimed.payment.id, claimed.period.id, self.kind, claimed.rows, self.others, self.reasons, given, self.account, self.too_few, known

    def decided(self) -> tuple[Quoted, dict[str, Fraction]]:
        """The claim decided behind a gate that is open unless the results hold it, and what each person had been given before."""
        claimed, payment, period = self.claimed, self.claimed.payment, self.claimed.period
        reasons = (*_too_many(claimed), *(reason for name in payment.outcomes_of(self.kind) for reason in _unanswerable(self._of(name))), *self.reasons)
        verdict, found = GateVerdict("held" if reasons else "open", "quote", len(reasons), reasons, ()), claimed.result()
        known = Known(
            verdict=lambda: verdict,
            result=lambda: found,
            condition=lambda name: self._of(name).result(),
            units=lambda: claimed.units,
            standing=Standing(on_account=self.account),
            by_cohort=lambda name: self._of(name).by_cohort(),
            earlier=earlier_of(payment, period, self.given),
            given=self.given,
            too_few=self.too_few,
        )
        decision = decide_trigger(claimed.contract, payment, period, known, as_of=period.decided_on(self.kind), kind=self.kind)
        cohorts = tuple(dict.fromkeys(row.cohort for row in claimed.rows))
        before = {unit.key: unit.paid_before for unit in claimed.units if unit.paid_before} if decision.lines else {}
        return Quoted(payment, period, self.kind, decision, tuple(sorted(row.line for row in claimed.rows)), cohorts, found), before

    def _of(self, outcome: str) -> Claimed:
        """What is claimed, or the results of another outcome beside it."""
        own = self.claimed
        return own if outcome == own.outcome.id else claimed_by(own.contract, own.payment, own.period, outcome, self.others, {})


def claimed_by(contract: OutcomeContract, payment: Payment, period: ClaimPeriod, outcome: str, rows: Iterable[Row], given: dict[str, Fraction]) -> Claimed:
    """The rows of one outcome and claim period, as the payment's rule sees them."""
    own = tuple(row for row in rows if row.outcome == outcome and row.period == period.id)
    return Claimed(contract, payment, contract.outcome(outcome), period, own, given)


def _too_many(claimed: Claimed) -> list[HoldReason]:
    if not prices_persons(claimed.payment, claimed.outcome.id) or claimed.people() <= MOST_UNITS:
        return []
    words = f"{claimed.people():,} people, and at most {MOST_UNITS:,} can be worked out one by one"
    return [_unquotable(claimed, words, "Quote a part of them at a time.")]


def _unanswerable(claimed: Claimed) -> list[HoldReason]:
    """What the payment asks of an outcome and no row gives: it is held, never guessed. Conditions say themselves what they lack."""
    payment, name, found = claimed.payment, claimed.outcome.id, claimed.result()
    if found is None:
        asked_for = name in payment.rule.weighed or any(name in item.weighed for item in payment.adjust)
        return [_unquotable(claimed, f"no result is given of {name}, which this payment looks at too", "Write a row for it and this claim period.")] if asked_for else []
    asked, quantities = asks(payment, name), found.estimate.quantities if found.estimate is not None else {}
    lacking = [measure for measure in asked.measures if measure not in quantities]
    if lacking and claimed.outcome.compare is not None:
        words = f"no {lacking[0].replace('_', ' ')} is given, and none can be worked out"
        return [_unquotable(claimed, words, "Write the 'value', or the 'comparison' group's figure a person.")]
    if not asked.measures and needs_comparison(payment, name) and "comparison" not in found.roles:
        return [_unquotable(claimed, "nothing is given of the comparison group", "Write the 'comparison' group's figure a person.")]
    known = {item.name for quantity in quantities.values() for item in quantity.intervals}
    missing = [interval for interval in asked.intervals if interval not in known]
    if missing:
        return [_unquotable(claimed, f"no {missing[0].replace('_', ' ')} interval is given", "Write its two ends in 'interval', as low..high.")]
    return []


def _unquotable(claimed: Claimed, words: str, remedy: str) -> HoldReason:
    return HoldReason(f"outcome:{claimed.contract.contract}/{claimed.outcome.id}", "result_is_given", "failed", words, remedy, "")


def _notes(contract: OutcomeContract, made: Sequence[Quoted], rows: Sequence[Row]) -> list[str]:
    """What the quote does not know or does not do, in sentences."""
    priced = {line for item in made if prices_persons(item.payment, item.payment.pays_for) for line in item.lines}
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
    """What each payer owes: the one, or each by what the contract or the rule says."""
    shares = item.decision.shares if item.decision is not None and item.state == "due" else {}
    return dict(shares) or {item.payment.payer: item.amount}
