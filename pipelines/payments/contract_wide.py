"""What a contract says of all its payments together: caps in all, for a year and on what one payer pays; how payers share an amount; second
chances; and cohorts of too few people.

Pure: a claim's own amount and what other claims were given before it, in; what is paid of it and by whom, out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.contracts.agreed import CapAYear, Split
from pipelines.contracts.outcome import ClaimPeriod, OutcomeContract, Payment
from pipelines.payments.rule import Earlier, money, percent, to_cents

NOUGHT = Decimal("0.00")
FINAL, ON_ACCOUNT = "final", "on_account"


@dataclass(frozen=True)
class Given:
    """What one claim of the contract was given, on account, finally or by a true-up (`true_up_1`, ...): its `amount`, what each payer owes of it where
    several do, what its rule `counted` (`parts`: what each of several rules put together counted and came to), what a cap for a year took off and
    carries on (`carried`; below nought when it made up for earlier ones), and `years`: what of the amount is of each year, where a cap left another
    amount of one than its days of service would say."""

    trigger: str
    claim_period: str
    kind: str
    as_of: dt.date
    amount: Decimal
    counted: Fraction = Fraction(0)
    carried: Decimal = NOUGHT
    shares: dict[str, Decimal] = field(default_factory=dict)
    parts: tuple[tuple[Fraction, Decimal], ...] = ()
    years: dict[str, Decimal] = field(default_factory=dict)

    @property
    def claim(self) -> tuple[str, str]:
        return self.trigger, self.claim_period

    def as_data(self) -> dict[str, Any]:
        """Plain values, of which `given_from` makes it again."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def given_from(data: dict[str, Any]) -> Given:
    """The inverse of `Given.as_data` after a trip through JSON."""
    shares = {name: Decimal(amount) for name, amount in data["shares"].items()}
    named = (data["trigger"], data["claim_period"], data["kind"], dt.date.fromisoformat(str(data["as_of"])))
    return Given(*named, Decimal(data["amount"]), Fraction(data["counted"]), Decimal(data["carried"]), shares, parts_from(data), years_from(data))


def parts_from(data: dict[str, Any]) -> tuple[tuple[Fraction, Decimal], ...]:
    """What parts of a rule counted and came to, from plain data that may say nothing of it."""
    return tuple((Fraction(counted), Decimal(amount)) for counted, amount in data.get("parts", ()))


def years_from(data: dict[str, Any]) -> dict[str, Decimal]:
    """What of an amount is of each year, from plain data that may say nothing of it."""
    return {year: Decimal(amount) for year, amount in data.get("years", {}).items()}


def looks_back(contract: OutcomeContract, payment: Payment, *, counts: bool) -> bool:
    """Whether what a claim comes to depends on what others were given, beyond its persons' own lines; `counts` says that its rule or an adjuster
    counts on."""
    return counts or contract.caps is not None or payment.unless_paid is not None


def earlier_of(payment: Payment, period: ClaimPeriod, given: Sequence[Given]) -> Earlier:
    """What the trigger's other claim periods came to: what was counted by the newest settlement of each, and what they were given. Those that were first
    settled after this one was are left out of both, since they count on from this one; `given` is all money, what is carried and still owed included.
    """
    of_trigger = [item for item in given if item.trigger == payment.id]
    first = list(dict.fromkeys(item.claim_period for item in of_trigger))
    later = first[first.index(period.id) :] if period.id in first else [period.id]
    own = [item for item in of_trigger if item.claim_period not in later]
    others = [item for item in of_trigger if item.claim_period != period.id]
    newest = _newest(own)
    places = range(max((len(item.parts) for item in newest), default=0))
    each = [[item.parts[place] for item in newest if place < len(item.parts)] for place in places]
    parts = tuple(Earlier(sum((counted for counted, _ in part), Fraction(0)), sum((amount for _, amount in part), NOUGHT)) for part in each)
    return Earlier(sum((item.counted for item in newest), Fraction(0)), sum((item.amount for item in own), NOUGHT), parts, _all(others))


def _all(given: Sequence[Given]) -> Decimal:
    """All that was given, and what is carried on and still owed."""
    return sum((item.amount for item in given), NOUGHT) + max(sum((item.carried for item in _newest(given)), NOUGHT), NOUGHT)


def _newest(given: Iterable[Given]) -> list[Given]:
    """The settlement that counts of each trigger and claim period: its newest true-up, else the final one where there is one."""
    newest: dict[tuple[str, str], Given] = {}
    for item in given:
        if item.kind != ON_ACCOUNT or (item.trigger, item.claim_period) not in newest:
            newest[item.trigger, item.claim_period] = item
    return [newest[key] for key in sorted(newest)]


@dataclass(frozen=True)
class Paid:
    """What is paid of a claim: the amount, by payer where several pay, what is carried on to the next year, the sum in words, and what of it is of each
    year where a cap cut one."""

    amount: Decimal
    shares: dict[str, Decimal]
    carried: Decimal
    words: tuple[str, ...]
    years: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Room:
    """What of a cap is used: which cap it is (`in_all`, `per_year`, `per_payer`), of whom or of which year, its clause, the most it lets pass, and what was
    given under it so far."""

    cap: str
    of: str
    clause: str
    most: Decimal
    used: Decimal


@dataclass
class _Wide:
    contract: OutcomeContract
    payment: Payment
    period: ClaimPeriod
    as_of: dt.date
    given: Sequence[Given]
    brings: bool = True
    is_whole: bool = True
    words: list[str] = field(default_factory=list)
    years: dict[int, Decimal] = field(default_factory=dict)

    def paid(self, amount: Decimal, shares: dict[str, Decimal]) -> Paid:
        caps, carried = self.contract.caps, NOUGHT
        if caps is not None and caps.per_year is not None:
            amount, carried = self._in_year(amount, caps.per_year)
        if caps is not None and caps.in_all is not None:
            before = sum((item.amount for item in self.given), NOUGHT)
            amount = self._within(amount, caps.in_all.amount, before, f"the cap of {money(caps.in_all.amount)} in all", caps.in_all.clause)
        split = self._split(amount, shares)
        own = self._own()
        for name, cap in caps.per_payer.items() if caps is not None else ():
            before = sum((self._of_payer(item, name) for item in self.given if not split or item not in own), NOUGHT)
            if name in split:
                split[name] = self._within(split[name], cap.amount, before, f"the cap of {money(cap.amount)} on what {name} pays", cap.clause)
            elif not split and name == self.payment.payer:
                amount = self._within(amount, cap.amount, before, f"the cap of {money(cap.amount)} on what {name} pays", cap.clause)
        split = self._less_given(split, own)
        paid = sum(split.values(), NOUGHT) if split else amount
        return Paid(paid, split, carried, tuple(self.words), self._trimmed(paid))

    def rooms(self) -> list[Room]:
        """How far each cap is used by everything that was given."""
        caps, found = self.contract.caps, list[Room]()
        if caps is not None and caps.in_all is not None:
            found.append(Room("in_all", "", caps.in_all.clause, caps.in_all.amount, sum((item.amount for item in self.given), NOUGHT)))
        if caps is not None and caps.per_year is not None:
            cap = caps.per_year
            years = {year for item in self.given for year in self._years(self._period_of(item), item.as_of, cap)} | {int(year) for item in self.given for year in item.years}
            found += [Room("per_year", str(year), cap.clause, cap.amount, sum((self._of_year(item, year, cap) for item in self.given), NOUGHT)) for year in sorted(years)]
        payers = caps.per_payer if caps is not None else {}
        return [*found, *(Room("per_payer", name, cap.clause, cap.amount, sum((self._of_payer(item, name) for item in self.given), NOUGHT)) for name, cap in payers.items())]

    def _own(self) -> list[Given]:
        """What this claim itself was given before: on account, of a claim that is not only a difference."""
        return [item for item in self.given if item.claim == (self.payment.id, self.period.id)] if self.is_whole else []

    def _less_given(self, split: dict[str, Decimal], own: list[Given]) -> dict[str, Decimal]:
        """What each payer still owes of its part of the whole claim."""
        if not split or not own:
            return split
        gave = {name: sum((self._of_payer(item, name) for item in own), NOUGHT) for name in split}
        made = {name: part - gave[name] for name, part in split.items()}
        self.words.append(f"less given by each before: {', '.join(f'{name} {money(split[name])} - {money(gave[name])} = {money(made[name])}' for name in split)}")
        return made

    def _trimmed(self, paid: Decimal) -> dict[str, Decimal]:
        """What of the amount is of each year, when it is another one than days of service say; what later caps took is of the last ones."""
        over, made = sum(self.years.values(), NOUGHT) - paid, dict(self.years)
        for year in sorted(made, reverse=True):
            cut = min(max(over, NOUGHT), max(made[year], NOUGHT))
            made[year], over = made[year] - cut, over - cut
        return {str(year): amount for year, amount in made.items()}

    def _within(self, amount: Decimal, cap: Decimal, before: Decimal, what: str, clause: str) -> Decimal:
        """As much of an amount as the cap leaves room for. What is paid back is never capped."""
        room = max(cap - before, NOUGHT)
        if amount <= room or amount <= 0:
            return amount
        self.words.append(f"{what} less {money(before)} given before leaves {money(room)}: {money(amount)} - {money(amount - room)} = {money(room)}   ({clause})")
        return to_cents(room)

    def _in_year(self, computed: Decimal, cap: CapAYear) -> tuple[Decimal, Decimal]:
        """What the caps of the years leave of an amount, and what is carried on to later years: of what is above, and of what earlier ones left."""
        brought = self._brought(cap)
        amount = computed + brought
        if brought:
            self.words.append(f"{money(brought)} carried from before: {money(computed)} + {money(brought)} = {money(amount)}   ({cap.clause})")
        if amount <= 0:
            self.years = self._back(amount, cap)
            return amount, computed - amount if cap.excess == "carried" else NOUGHT
        parts = _parts(amount, self._years(self.period, self.as_of, cap))
        for year, part in parts.items():
            before = sum((self._of_year(item, year, cap) for item in self.given), NOUGHT)
            room = max(cap.amount - before, NOUGHT)
            self.years[year] = min(part, room)
            if part > room:
                fate = "lapses" if cap.excess == "lapses" else "is carried"
                left = f"the cap of {money(cap.amount)} for {year} less {money(before)} given before leaves {money(room)}"
                self.words.append(f"{left} of {money(part)}; {money(part - room)} {fate}   ({cap.clause})")
        paid = sum(self.years.values(), NOUGHT)
        if self.years == parts:
            self.years = {}
        return paid, computed - paid if cap.excess == "carried" else NOUGHT

    def _back(self, amount: Decimal, cap: CapAYear) -> dict[int, Decimal]:
        """What of an amount below nought is of each year: of a difference, as what the claim itself was given is, where a cap made that other than
        its days; to the cent, the last year the rest."""
        own = [item for item in self.given if item.claim == (self.payment.id, self.period.id)] if not self.is_whole else []
        if not any(item.years for item in own):
            return {}
        years = sorted({year for item in own for year in self._years(self._period_of(item), item.as_of, cap)} | {int(year) for item in own for year in item.years})
        stands = {year: sum((self._of_year(item, year, cap) for item in own), NOUGHT) for year in years}
        whole = sum(stands.values(), NOUGHT)
        if whole <= 0:
            return {}
        made = {year: to_cents(Fraction(amount) * Fraction(stands[year]) / Fraction(whole)) for year in years[:-1]}
        return {**made, years[-1]: amount - sum(made.values(), NOUGHT)}

    def _of_year(self, item: Given, year: int, cap: CapAYear) -> Decimal:
        """What of an amount given before is of a year."""
        if item.years:
            return item.years.get(str(year), NOUGHT)
        return _parts(item.amount, self._years(self._period_of(item), item.as_of, cap)).get(year, NOUGHT)

    def _brought(self, cap: CapAYear) -> Decimal:
        """What caps of earlier years took off the same trigger's other claims and nothing has made up for."""
        if cap.excess == "lapses" or not self.brings:
            return NOUGHT
        others = [item for item in self.given if item.trigger == self.payment.id and item.claim_period != self.period.id]
        return sum((item.carried for item in _newest(others)), NOUGHT)

    def _period_of(self, item: Given) -> ClaimPeriod:
        payment = next(payment for payment in self.contract.payments if payment.id == item.trigger)
        return next(period for period in payment.claim_periods if period.id == item.claim_period)

    def _years(self, period: ClaimPeriod, as_of: dt.date, cap: CapAYear) -> dict[int, Fraction]:
        """Each year an amount is of, by the cap's rule, with its share: days of service in it of all, or the whole of one."""
        if cap.by != "service_day":
            day = as_of if cap.by == "payment" else period.end - dt.timedelta(days=1)
            return {self._year(day, cap): Fraction(1)}
        days: dict[int, int] = {}
        for number in range((period.end - period.start).days):
            year = self._year(period.start + dt.timedelta(days=number), cap)
            days[year] = days.get(year, 0) + 1
        return {year: Fraction(count, (period.end - period.start).days) for year, count in days.items()}

    def _year(self, day: dt.date, cap: CapAYear) -> int:
        """The calendar's year, or the contract's own: the one in which it began, from its first day on."""
        start = self.contract.term.start
        is_before = cap.year == "contract" and (day.month, day.day) < (start.month, start.day)
        return day.year - 1 if is_before else day.year

    def _split(self, amount: Decimal, shares: dict[str, Decimal]) -> dict[str, Decimal]:
        """The whole claim by payer, what was given of it before included: by the contract's shares, or in proportion to what the rule says each owes or
        else owed before, each rounded half up as far as there is something left. The payment's payer takes the residual."""
        own = self._own()
        total = amount + sum((item.amount for item in own), NOUGHT)
        weights = {name: Fraction(share) for name, share in (shares or _agreed(self.payment.split) or _summed(own)).items()}
        whole = sum(weights.values(), Fraction(0))
        if whole == 0:
            return {}
        payer = self.payment.payer if self.payment.payer in weights else list(weights)[-1]
        parts: dict[str, Decimal] = {}
        left = total
        for name, share in weights.items():
            part = to_cents(Fraction(total) * share / whole)
            parts[name] = NOUGHT if name == payer else min(part, left) if total > 0 else max(part, left)
            left -= parts[name]
        made = {name: left if name == payer else parts[name] for name in weights}
        said = [f"{name} {percent(share / whole)} = {money(made[name])}" for name, share in weights.items()]
        clause = f"   ({self.payment.split.clause})" if self.payment.split and not shares else ""
        if amount:
            of = f" of {money(total)} in all" if own else ""
            self.words.append(f"shared by payers{of}: {', '.join(said)}; {payer} takes the residual{clause}")
        return made

    def _of_payer(self, item: Given, name: str) -> Decimal:
        if item.shares:
            return item.shares.get(name, NOUGHT)
        payment = next(payment for payment in self.contract.payments if payment.id == item.trigger)
        return item.amount if payment.payer == name else NOUGHT


def _parts(amount: Decimal, shares: dict[int, Fraction]) -> dict[int, Decimal]:
    """An amount by year, in cents: each rounded half up, the last takes the residual."""
    *first, last = shares
    made: dict[int, Decimal] = {}
    for year in first:
        made[year] = to_cents(Fraction(amount) * shares[year])
    return {**made, last: amount - sum(made.values(), NOUGHT)}


def _summed(given: Iterable[Given]) -> dict[str, Decimal]:
    """What each payer owed of several settlements together."""
    made: dict[str, Decimal] = {}
    for item in given:
        for name, amount in item.shares.items():
            made[name] = made.get(name, NOUGHT) + amount
    return made


def _agreed(split: Split | None) -> dict[str, Decimal]:
    return split.shares if split is not None else {}


def paid_of(
    contract: OutcomeContract,
    payment: Payment,
    period: ClaimPeriod,
    amount: Decimal,
    *,
    as_of: dt.date,
    given: Sequence[Given],
    shares: dict[str, Decimal] | None = None,
    brings: bool = True,
) -> Paid:
    """What of a claim's own `amount` is paid, after the contract's caps and by its payers. `given` is what other claims were given before, on account
    of this one included; `shares` is what a rule says each payer owes of the whole claim; `brings` says that what years before carried on is paid with
    it. An amount below nought, to be paid back, is shared and never capped."""
    return _Wide(contract, payment, period, as_of, given, brings=brings).paid(amount, shares or {})


def difference_of(
    contract: OutcomeContract, payment: Payment, period: ClaimPeriod, difference: Decimal, *, as_of: dt.date, given: Sequence[Given], shares: dict[str, Decimal] | None = None
) -> Paid:
    """What of the `difference` that a restated claim makes is settled, and by whom: more is paid only where the contract's caps leave room for it after
    everything that was `given`, this claim's own included; what is to be paid back is never capped. `carried` is what a cap for a year took off it."""
    return _Wide(contract, payment, period, as_of, given, brings=False, is_whole=False).paid(difference, shares or {})


def rooms(contract: OutcomeContract, given: Sequence[Given]) -> list[Room]:
    """How far each of the contract's caps is used by what was `given`: the cap in all, each year's that something was given for, each payer's."""
    payment = contract.payments[0]
    return _Wide(contract, payment, payment.claim_periods[0], contract.term.start, given).rooms()


def second_chance(contract: OutcomeContract, payment: Payment, period: ClaimPeriod, given: Sequence[Given]) -> tuple[str, str]:
    """Whether a payment that is a second chance pays: ("", "") when it may, ("not_met", why) when a payment before it gave something,
    ("held", why) while one of them is not decided."""
    if payment.unless_paid is None:
        return "", ""
    named = [item for item in contract.payments if item.id in payment.unless_paid.payments]
    asked = [(item.id, claim.id) for item in named for claim in item.claim_periods if claim.end <= period.end]
    settled = {(item.trigger, item.claim_period): item for item in given if item.kind == FINAL}
    open_still = [f"{trigger} {claim}" for trigger, claim in asked if (trigger, claim) not in settled]
    if open_still:
        return "held", f"{', '.join(open_still)} is not decided finally, and this is paid only when nothing was given for it"
    paid = [f"{trigger} {claim}" for trigger, claim in asked if _all([item for item in given if item.claim == (trigger, claim)]) > 0]
    return ("not_met", f"{', '.join(paid)} was paid by itself, so there is no second chance") if paid else ("", "")


def too_few(contract: OutcomeContract, payment: Payment, cohorts: Iterable[str]) -> tuple[str, str]:
    """What follows when these cohorts of a claim have too few people: ("not_met" or "held", why); ("", "") when none has, or when the claim is the
    second chance that a contract falls back on."""
    said = {"held": [], "not_met": []}  # type: dict[str, list[str]]
    for name in cohorts:
        terms = contract.cohort(name).too_few
        if terms is not None and not (terms.then == "fallback" and payment.unless_paid is not None):
            words = f"the cohort {name} has fewer than {terms.below} people   ({terms.clause})"
            said["held" if terms.then in ("held", "merged_with_next") else "not_met"].append(words)
    state = next((state for state in ("held", "not_met") if said[state]), "")
    return (state, "; ".join(said[state])) if state else ("", "")
