"""Terms of an agreement that stand beside its cohorts, outcomes and payments: caps over the whole contract, what follows when too few are
referred or the law changes, how long each side has, what the state refunds, how long data are kept, what was amended, on what authority.

Each cites its clause. What of them the program carries out, and what it does not, is said by `pipelines.contracts.carried`.
"""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, RootModel, StringConstraints, model_validator

from pipelines.contracts.eligible import Days
from pipelines.contracts.strict import Name, Strict, Words

Money = Annotated[Decimal, Field(ge=0, decimal_places=2, max_digits=18)]
Share = Annotated[Decimal, Field(ge=0, le=1)]
LEAST_LEDGER_YEARS = 5
"""Accounting records stay for five years and more: bogføringsloven § 12, stk. 1."""
MONTHS_A_YEAR = 12
DAYS_A_MONTH = 31


class Span(RootModel[Annotated[str, StringConstraints(pattern=r"^P[1-9][0-9]{0,3}[DMY]$")]]):
    """A length of time as ISO 8601 writes it, in one unit: `P60D`, `P24M` or `P5Y`."""

    @property
    def count(self) -> int:
        return int(self.root[1:-1])

    @property
    def unit(self) -> Literal["D", "M", "Y"]:
        return self.root[-1]  # type: ignore[return-value]

    @property
    def months(self) -> Decimal:
        """About how many months, to compare two by; days count as a thirty-first of one."""
        return {"D": Decimal(self.count) / DAYS_A_MONTH, "M": Decimal(self.count), "Y": Decimal(self.count * MONTHS_A_YEAR)}[self.unit]


class Closes(Strict):
    """A cohort closes on the day its `at_size`-th person is enrolled, if that comes before its period of enrolment ends; everyone enrolled on
    that day is in it."""

    clause: Words
    at_size: Annotated[int, Field(ge=1, le=1_000_000)]


class TooFew(Strict):
    """What follows when a closed cohort has fewer than `below` people enrolled in the effort (nobody of the comparison is counted): its payments are
    `not_met`, they are `held` until the parties agree, its people are counted with the next cohort's (`merged_with_next`), or its payments are
    `not_met` and one that names them under `unless_paid` is the `fallback`."""

    clause: Words
    below: Annotated[int, Field(ge=2, le=1_000_000)]
    then: Literal["not_met", "held", "merged_with_next", "fallback"]


class Split(Strict):
    """How several payers share every amount of a payment. The payer named under `payer` takes what rounding leaves."""

    clause: Words
    shares: dict[Name, Share] = Field(min_length=2)

    @model_validator(mode="after")
    def _whole(self) -> Split:
        total = sum(self.shares.values(), Decimal(0))
        if total != 1:
            raise ValueError(f"the shares come to {total} and not to 1; payers share the whole amount")
        return self


class Amounts(Strict):
    """Whether VAT is in the amounts: there is none (`exempt`), they have it in them (`included`), or it comes on top (`added`); and whether
    caps are read with it or without."""

    clause: Words
    vat: Literal["exempt", "included", "added"]
    caps: Literal["with_vat", "without_vat"] = "without_vat"


class CapAYear(Strict):
    """The most that all payments together give for a year: the calendar's, or the contract's own from its first day on. Which year an amount is
    of goes `by` the day of service, the claim period's end or the day of payment; what is above `lapses`, or is `carried` into the next year with the same payment's
    next claim; after its last claim period what is left lapses."""

    clause: Words
    amount: Money
    year: Literal["calendar", "contract"]
    by: Literal["service_day", "claim_period", "payment"]
    excess: Literal["lapses", "carried"]


class CapInAll(Strict):
    """An amount, and where it is agreed."""

    clause: Words
    amount: Money


class Caps(Strict):
    """The most that may be paid: in all, for a year, by one payer. The cap for a year is taken first, then the one in all, then, once payers have shared
    the amount, each payer's own, and what that takes off is paid by nobody. Room is used by claims as they are decided, and by those of one day in
    the order of the payments in the contract."""

    in_all: CapInAll | None = None
    per_year: CapAYear | None = None
    per_payer: dict[Name, CapInAll] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _something(self) -> Caps:
        if self.in_all is None and self.per_year is None and not self.per_payer:
            raise ValueError("'caps' names no cap; take it out, or name one")
        smaller = [cap.amount for cap in (self.per_year, *self.per_payer.values()) if cap is not None]
        if self.in_all is not None and smaller and max(smaller) > self.in_all.amount:
            raise ValueError(f"a cap of {max(smaller)} is above the cap in all of {self.in_all.amount}, and so caps nothing")
        return self


class TrueUp(Strict):
    """Until how long after a claim period's end a corrected delivery moves what was paid; differences `below` an amount are not settled."""

    clause: Words
    until: Span
    since: Literal["claim_period_end", "payment"] = Field(default="claim_period_end", alias="from")
    below: Money = Decimal(0)
    settle: Literal["next_statement", "at_once"] = "next_statement"


class Referrals(Strict):
    """How many people `by` refers at least, and what each one missing costs."""

    clause: Words
    by: Name
    minimum: Annotated[int, Field(ge=1)]
    shortfall_price: Money


class ChangeInLaw(Strict):
    """What follows when a law changes what is counted: the parties are told within `notice`, and then the terms are `renegotiated`, are `kept`
    with codes placed by what they were, or the contract `ends`."""

    clause: Words
    notice: Days
    then: Literal["renegotiated", "kept", "ends"]


class RefundStep(Strict):
    """From this week on, or above this amount a year, the state refunds this share."""

    at: Annotated[Decimal, Field(ge=0)] | Annotated[int, Field(ge=0)]
    share: Share


class RefundSchedule(Strict):
    """What the state refunds of one kind of cost, from a day, in steps by week of a course or by amount a year, at a year's price level."""

    clause: Words
    by: Literal["week", "amount_a_year"]
    holds_from: dt.date = Field(alias="from")
    price_level: Annotated[int, Field(ge=2000, le=2100)] | None = None
    steps: list[RefundStep] = Field(min_length=1)

    @model_validator(mode="after")
    def _upwards(self) -> RefundSchedule:
        found = [step.at for step in self.steps]
        if any(later <= earlier for earlier, later in itertools.pairwise(found)):
            raise ValueError("the steps of a refund stand in the order of their weeks or amounts, each above the one before")
        if self.by == "amount_a_year" and self.price_level is None:
            raise ValueError("a refund by amount needs its 'price_level', the year whose prices the amounts are in")
        if self.by == "week" and any(at < 1 or at != int(at) for at in found):
            raise ValueError("weeks of a course are whole numbers from 1 on; write those")
        return self


class Refunds(Strict):
    """Whether values and savings are `gross`, or `net` of what the state refunds by these schedules."""

    clause: Words
    amounts_are: Literal["gross", "net"]
    schedules: dict[Name, RefundSchedule] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _net_of_something(self) -> Refunds:
        if self.amounts_are == "net" and not self.schedules:
            raise ValueError("amounts that are net of refunds need the schedules they are net of")
        return self


class Retention(Strict):
    """How long rows about people and the ledger are kept after the contract's end, and what happens to the rows then."""

    clause: Words
    person_rows: Span
    ledger: Span
    on_expiry: Literal["shred", "archive"]

    @model_validator(mode="after")
    def _as_the_law_says(self) -> Retention:
        if self.ledger.months < LEAST_LEDGER_YEARS * MONTHS_A_YEAR:
            raise ValueError(f"the ledger is kept for {self.ledger.root}; accounting records stay for {LEAST_LEDGER_YEARS} years at least, P{LEAST_LEDGER_YEARS}Y")
        return self


class Amendment(Strict):
    """One change of the agreement: the version it made, when and why, and what it is worth, more or less, of the contract's value."""

    version: Annotated[int, Field(ge=2)]
    agreed_on: dt.date
    clause: Words
    because: Words
    value: Annotated[Decimal, Field(decimal_places=2, max_digits=18)] = Decimal(0)


class Amendments(Strict):
    """What was changed since the first version, by version; `value_at_signing` is what changes are totalled against."""

    clause: Words
    value_at_signing: Annotated[Decimal, Field(gt=0, decimal_places=2, max_digits=18)]
    made: list[Amendment] = Field(min_length=1)

    @model_validator(mode="after")
    def _in_order(self) -> Amendments:
        for earlier, later in itertools.pairwise(self.made):
            if later.version != earlier.version + 1 or later.agreed_on < earlier.agreed_on:
                raise ValueError(f"the amendment that made version {later.version} does not follow the one that made version {earlier.version}; list each, in their order")
        return self

    @property
    def share(self) -> Decimal:
        """All changes together, of the value at signing, whichever way each went."""
        return sum((abs(item.value) for item in self.made), Decimal(0)) / self.value_at_signing


class Legal(Strict):
    """References for the annex's checklist; what is left out is printed as not answered. `data_protection` says where people ask about their data: the
    controller and how to write to its data protection officer, an office and never a person's name."""

    authority: Words | None = None
    procurement: Words | None = None
    state_aid: Words | None = None
    data_basis: Words | None = None
    vat: Words | None = None
    data_protection: Words | None = None
