"""The investment case of a contract: what was expected beside what came, by payer and budget year, and what both are worth today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Literal

from pipelines.contracts.outcome import OutcomeContract, Payment
from pipelines.contracts.parts import MEAN
from pipelines.contracts.value import PAYERS, Basis, PayerKind, Value
from pipelines.contracts.valuing import periods_of, year_of
from pipelines.investing.lines import Arising, Line, Schedules, Transfers, What, of_consequences, of_costs, of_payments
from pipelines.investing.sums import NOUGHT, factors, parts_in_cents
from pipelines.payments.cash_flow import Flow, cash_flow
from pipelines.payments.waterfall import Inflow

End = Literal["low", "value", "high"]
ENDS: tuple[End, ...] = ("low", "value", "high")
POINT = Fraction(1, 100)


@dataclass(frozen=True)
class Found:
    """What a claim period's result says of an effect: the people counted, and on each the estimate with the ends of its interval, good when above
    nought. `low` and `high` are None where nothing is compared. `not_known` says why nothing is known, and is empty where something is."""

    outcome: str
    period: str
    year: int
    people: int = 0
    each: Fraction = Fraction(0)
    low: Fraction | None = None
    high: Fraction | None = None
    not_known: str = ""

    def at(self, end: End) -> Arising | None:
        """The effect at one end of its interval; None where it has none."""
        each = self.each if end == "value" else getattr(self, end)
        return None if each is None else Arising(self.outcome, self.period, self.year, self.people, each)


@dataclass(frozen=True)
class Side:
    """Lines of money, and what they are worth in the first budget year."""

    value: Value
    lines: tuple[Line, ...]

    def total(self, *, payer: PayerKind | None = None, year: int | None = None, name: str = "", what: Sequence[What] = (), is_nominal: bool = False) -> Decimal:
        """The sum of the lines that are asked for, in the prices of the case, or of each year."""
        return sum(
            (
                line.nominal if is_nominal else line.real
                for line in self.lines
                if payer in (None, line.payer) and year in (None, line.year) and name in ("", line.name) and (not what or line.what in what)
            ),
            NOUGHT,
        )

    def present(self, more: Fraction = Fraction(0)) -> dict[PayerKind, Decimal]:
        """The net present value of each payer, by which one gains who is above nought, with so much `more` on the discount rate. They come to the whole."""
        years = self.value.years
        worth = factors(self.value.discount, years.first, years.last, more)
        return parts_in_cents({payer: sum((Fraction(line.real) * worth[line.year] for line in self.lines if line.payer == payer), Fraction(0)) for payer in PAYERS})

    def net(self, more: Fraction = Fraction(0)) -> Decimal:
        """The net present value of all payers together."""
        return sum(self.present(more).values(), NOUGHT)

    def break_even(self, payer: PayerKind | None = None) -> int | None:
        """The first budget year by whose end all that came so far is worth nought or more, and stays so; None where there is none."""
        years = self.value.years
        worth = factors(self.value.discount, years.first, years.last)
        so_far, since = Fraction(0), None
        for year in years.all:
            so_far += Fraction(self.total(payer=payer, year=year)) * worth[year]
            since = None if so_far < 0 else year if since is None else since
        return since


@dataclass(frozen=True)
class Sensitivity:
    """The net present value of all payers together with `more` on the discount rate, at each end of the effect's interval: None where it has none."""

    more: Fraction
    expected: Mapping[End, Decimal]
    realised: Mapping[End, Decimal | None]


@dataclass(frozen=True)
class Case:
    """The investment case. `expected` is at each end of what was agreed, by the marginal value; `average` the same by the average value, which the case
    is not made on. `found` is what each claim period says, and `realised` the lines of those that are known, None at an end that has no interval; `alike` is what
    was expected of these same claim periods, to hold it beside. `outside` is what payments moved in years that are no budget years, by payer. `schedules` are the
    refunds that the case may name. `undecided` are the payments and claim periods of which nobody knows yet what they pay."""

    contract: OutcomeContract
    expected: Mapping[End, Side]
    average: Side
    found: tuple[Found, ...]
    realised: Mapping[End, Side | None]
    realised_average: Side
    alike: Side
    outside: Mapping[PayerKind, Decimal]
    schedules: Schedules
    undecided: tuple[tuple[str, str], ...] = ()

    @property
    def value(self) -> Value:
        return _value(self.contract)

    @property
    def not_known(self) -> tuple[Found, ...]:
        return tuple(item for item in self.found if item.not_known)

    @property
    def is_whole(self) -> bool:
        """Whether every claim period and every payment is known, so that what was realised may be told as a whole."""
        return bool(self.found) and not self.not_known and not self.undecided

    @property
    def has_results(self) -> bool:
        return any(not item.not_known for item in self.found)

    def is_open(self, payer: PayerKind | None, year: int | None) -> bool:
        """Whether a claim period that is not known, or a payment that is not decided, would move something of a payer in a year; of any where none is
        named. A payment is taken to be of the year in which it can be decided first."""
        return any(payer in (None, place[0]) and year in (None, place[1]) for place in self._open)

    @cached_property
    def _open(self) -> frozenset[tuple[PayerKind, int]]:
        effects = frozenset(
            (payer, found.year + after)
            for found in self.not_known
            for item in self.value.consequences
            if item.follows == found.outcome
            for after, share in item.lasts.root.items()
            if share and found.year + after in self.value.years
            for payer in (*item.shares.given, *(("state",) if item.refund is not None else ()))
        )
        return effects | _undecided(self.contract, self.undecided)

    @property
    def without_comparison(self) -> tuple[str, ...]:
        """The outcomes whose effect nothing is compared with: what they are valued by is the mean of whoever was counted."""
        return tuple(effect.outcome for effect in self.value.effects if effect.figure == MEAN)

    def sensitivity(self) -> tuple[Sensitivity, ...]:
        """With one point less on the discount rate, with the rate agreed, and with one point more. Realised values are those of the whole alone."""
        known = self.realised if self.is_whole else dict.fromkeys(ENDS)
        return tuple(
            Sensitivity(more, {end: self.expected[end].net(more) for end in ENDS}, {end: None if (side := known[end]) is None else side.net(more) for end in ENDS})
            for more in (-POINT, Fraction(0), POINT)
        )


def _undecided(contract: OutcomeContract, claims: Iterable[tuple[str, str]]) -> frozenset[tuple[PayerKind, int]]:
    """The payers between which claims that are not decided would move money, and the years: also those in which a waterfall would distribute it."""
    places: set[tuple[PayerKind, int]] = set()
    for payment in contract.payments:
        waterfall = contract.waterfall if contract.waterfall is not None and contract.fills_waterfall(payment) else None
        shares = payment.split.shares if payment.split is not None else [payment.payer]
        repaid = [party for _, party, _ in waterfall.parties_used()] if waterfall is not None else []
        kinds = {_value(contract).payers.of(party) for party in (*shares, payment.payee, *repaid)}
        first = [period.decided_from for period in payment.claim_periods if (payment.id, period.id) in claims]
        later = [day for day in waterfall.distributed_on if first and day >= min(first)] if waterfall is not None else []
        places |= {(kind, day.year) for kind in kinds for day in (*first, *later) if len(kinds) > 1}
    return frozenset(places)


def _value(contract: OutcomeContract) -> Value:
    if contract.value is None:
        raise ValueError(f"the contract '{contract.contract}' has no 'value', so there is no investment case")
    return contract.value


def expected_effects(contract: OutcomeContract, end: End) -> list[Arising]:
    """What the parties expected of each claim period, at one end."""
    periods = {(effect.outcome, period.id): year_of(period) for effect in _value(contract).effects for period in periods_of(contract, effect.outcome)}
    return [
        Arising(effect.outcome, name, periods[effect.outcome, name], people, Fraction(effect.expected.each if end == "value" else getattr(effect.expected, end)))
        for effect in _value(contract).effects
        for name, people in effect.expected.people.items()
    ]


def expected_transfers(contract: OutcomeContract) -> dict[tuple[PayerKind, int], Decimal]:
    """What the parties expected payments to move, by payer and the year: of a contract with a waterfall, after it had distributed what was expected to come
    in, as investors were agreed to put their money in. So it is what was expected of the same flows that are realised."""
    payers, total = _value(contract).payers, dict[tuple[PayerKind, int], Decimal]()
    for flow in _expected_flows(contract):
        place = (payers.of(flow.party), flow.day.year)
        total[place] = total.get(place, NOUGHT) + flow.amount
    return total


def _expected_flows(contract: OutcomeContract) -> Iterator[Flow]:
    came: list[Inflow] = []
    for payment in contract.payments:
        for day, payer, amount in _expected_of(payment):
            if contract.waterfall is not None and contract.fills_waterfall(payment):
                came.append(Inflow(day, amount, f"expected payments of {day}", payer))
            else:
                yield Flow(day, payer, "payment", -amount)
                yield Flow(day, payment.payee, "payment", amount)
    if contract.waterfall is not None:
        agreed = contract.waterfall.as_scheduled()
        last = max((agreed.distributed_on[-1], *(item.day for item in came)))
        yield from cash_flow(agreed, sorted(came, key=lambda item: (item.day, item.payer)), last).flows


def _expected_of(payment: Payment) -> Iterator[tuple[dt.date, str, Decimal]]:
    """What each payer was expected to pay of each claim period, and the day it can be decided first."""
    shares = payment.split.shares if payment.split is not None else {payment.payer: Decimal(1)}
    for period in payment.claim_periods:
        parts = parts_in_cents({party: Fraction(period.expected or 0) * Fraction(share) for party, share in shares.items()})
        yield from ((period.decided_from, party, amount) for party, amount in parts.items() if amount)


def case(contract: OutcomeContract, schedules: Schedules, found: Sequence[Found] = (), transfers: Transfers | None = None, undecided: Sequence[tuple[str, str]] = ()) -> Case:
    """The case of a contract, from what its claim periods say, what its payments moved so far, and which of them are not decided. Raises ValueError for a contract without one."""
    value, moved = _value(contract), transfers or {}
    known = [item for item in found if not item.not_known]
    hoped = [*of_costs(value, is_realised=False), *of_payments(value, expected_transfers(contract))]
    came = [*of_costs(value, is_realised=True), *of_payments(value, moved)]

    def side(effects: Callable[[End], list[Arising | None]], end: End, beside: Sequence[Line], basis: Basis = "marginal") -> Side | None:
        arising = effects(end)
        there = [item for item in arising if item is not None]
        return Side(value, (*of_consequences(value, there, schedules, basis), *beside)) if len(there) == len(arising) else None

    def hoped_for(end: End) -> list[Arising | None]:
        return list(expected_effects(contract, end))

    def come(end: End) -> list[Arising | None]:
        return [item.at(end) for item in known]

    def as_known(end: End) -> list[Arising | None]:
        places = {(item.outcome, item.period) for item in known}
        return [item for item in expected_effects(contract, end) if (item.outcome, item.period) in places]

    def whole(made: Side | None) -> Side:
        assert made is not None
        return made

    outside = {payer: sum((amount for (whose, year), amount in moved.items() if whose == payer and year not in value.years), NOUGHT) for payer in PAYERS}
    return Case(
        contract,
        {end: whole(side(hoped_for, end, hoped)) for end in ENDS},
        whole(side(hoped_for, "value", hoped, "average")),
        tuple(found),
        {end: side(come, end, came) for end in ENDS},
        whole(side(come, "value", came, "average")),
        whole(side(as_known, "value", ())),
        {payer: amount for payer, amount in outside.items() if amount},
        schedules,
        tuple(undecided),
    )
