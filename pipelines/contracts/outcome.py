"""The outcome contract: parties, cohorts, outcomes and payments of one agreement, read strictly.

Every price and amount is keyed by the day it holds from, and every part that moves money cites its clause.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, StringConstraints, field_validator, model_validator

from indicators.households import Combine
from indicators.presence import AfterEnrolment
from indicators.prices import DatedMoney as DatedMoney  # noqa: PLC0414 a contract's word, which price lists of indicators use as well
from pipelines.contracts.agreed import Amendments, Amounts, Caps, ChangeInLaw, Closes, Legal, Referrals, Refunds, Retention, TooFew, TrueUp
from pipelines.contracts.comparison import Comparison
from pipelines.contracts.eligible import Days, Eligible
from pipelines.contracts.matched import Matched
from pipelines.contracts.payment import ClaimPeriod as ClaimPeriod  # noqa: PLC0414 words of a contract, as are those below
from pipelines.contracts.payment import Condition as Condition  # noqa: PLC0414
from pipelines.contracts.payment import Kind as Kind  # noqa: PLC0414
from pipelines.contracts.payment import Payment as Payment  # noqa: PLC0414
from pipelines.contracts.payment import Pin
from pipelines.contracts.profile import Gate
from pipelines.contracts.strict import Name, Strict, Words
from pipelines.contracts.value import Value
from pipelines.contracts.waterfall import Waterfall

Role = Literal["commissioner", "payer", "provider", "investor", "guarantor", "intermediary", "evaluator", "data_supplier"]


class Party(Strict):
    """Who agreed, and as what: in each of its `roles` a party may be named where the contract asks for one. Drafts of invoices have its number in the
    business register (`cvr`) and the number that electronic invoices are sent to (`ean`, a GLN), where it has them."""

    id: Name
    name: Words
    roles: list[Role] = Field(min_length=1)
    cvr: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")] | None = None
    ean: Annotated[str, StringConstraints(pattern=r"^[0-9]{13}$")] | None = None

    @field_validator("ean")
    @classmethod
    def _checked(cls, ean: str | None) -> str | None:
        """The last digit of a GLN makes the sum of all, every other one threefold, a multiple of ten."""
        if ean is not None and sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(ean)) % 10:
            raise ValueError(f"the last digit of {ean} is not that of the others; one of the thirteen is wrong")
        return ean


class Term(Strict):
    """Half-open: the contract runs from `from` up to, and not including, `to`."""

    start: dt.date = Field(alias="from")
    end: dt.date = Field(alias="to")

    @model_validator(mode="after")
    def _forward(self) -> Term:
        if self.end <= self.start:
            raise ValueError(f"'to' ({self.end}) must be after 'from' ({self.start})")
        return self


class ContractTerm(Term):
    """The contract's own term, and inside it the day by which the service begins at the latest, and the first day without service: what comes
    after is for results to ripen and be paid. `repaid_by` is when investors or funders are to have had what they are to have."""

    clause: Words | None = None
    latest_start: dt.date | None = None
    service_until: dt.date | None = None
    repaid_by: dt.date | None = None

    @model_validator(mode="after")
    def _inside(self) -> ContractTerm:
        for name in ("latest_start", "service_until"):
            day = getattr(self, name)
            if day is not None and not self.start <= day <= self.end:
                raise ValueError(f"'{name}' ({day}) is outside the term from {self.start} to {self.end}")
        if self.latest_start is not None and self.service_until is not None and self.service_until <= self.latest_start:
            raise ValueError(f"'service_until' ({self.service_until}) is not after 'latest_start' ({self.latest_start})")
        if self.repaid_by is not None and self.repaid_by < self.start:
            raise ValueError(f"'repaid_by' ({self.repaid_by}) is before the term begins on {self.start}")
        return self


class Arms(Strict):
    """Which delivered code is the treatment group and which the comparison."""

    column: Name
    treatment: Words
    comparison: Words

    @model_validator(mode="after")
    def _apart(self) -> Arms:
        if self.treatment == self.comparison:
            raise ValueError(f"treatment and comparison are the same code '{self.treatment}'")
        return self


class Cohort(Strict):
    """Who is counted: everyone the register enrols in `enrolled`, by intention to treat; frozen once that period is covered.

    `where` names the rows of the register that belong to it, by column and code. `eligible` says who of the enrolled is not counted, by
    what was known before. A comparison group is one arm of the register (`arms`), or is matched (`matched`), or there is none.
    """

    id: Name
    clause: Words
    register_name: Name = Field(alias="from")
    where: dict[Name, Words] = Field(default_factory=dict)
    enrolled: Term
    enrolled_on: Name
    closes: Closes | None = None
    too_few: TooFew | None = None
    eligible: Eligible | None = None
    arms: Arms | None = None
    matched: Matched | None = None
    after_enrolment: AfterEnrolment = AfterEnrolment()

    @model_validator(mode="after")
    def _one_comparison(self) -> Cohort:
        if self.arms is not None and self.matched is not None:
            raise ValueError("a cohort has its comparison from 'arms' or from 'matched', not from both")
        if self.eligible is not None and self.eligible.referral is not None and self.eligible.referral.column == self.enrolled_on:
            raise ValueError("the day of referral and the day of enrolment are the same column; name the one that says when somebody was referred")
        return self

    def terms(self) -> dict[str, Any]:
        """What the contract says of it, as plain data; of what it does not say at all, nothing, so that its digest stands when more can be said."""
        unsaid: dict[str, Any] = {name: True for name in ("eligible", "closes", "too_few") if getattr(self, name) is None}
        if self.matched is not None:
            unsaid["matched"] = {name for name in ("nearest", "unmatched_at_most", "differs_at_most") if getattr(self.matched, name) is None}
        return self.model_dump(mode="json", by_alias=True, exclude=unsaid)

    @property
    def is_compared(self) -> bool:
        return self.arms is not None or self.matched is not None


class Outcome(Strict):
    """What is measured, over which cohort or cohorts, by which pinned indicator.

    `reads` says which register stands for a part that the indicator names generally (`placements: buaf`). `claimed_by` says whom one claim
    period claims: the whole `cohort`, or the people whose window ends inside the period (`window_end`); an indicator that is computed for
    a claim period needs no word. `implies` names another outcome that nobody can miss who reaches this one.
    `title` is what people call it, in one language or in both; nothing is computed from it.

    A unit is a person, or a `household`: the enrolled people who were of one family before they were enrolled. `combine` then says what a
    household's value is: the `total` over its people, what `everybody` of them reaches, or what `anybody` does.
    """

    id: Name
    title: Words | dict[Literal["da", "en"], Words] | None = None
    clause: Words
    kind: Literal["activity", "output", "outcome", "experienced"]
    cohort: Name | list[Name]
    indicator: Pin
    reads: dict[Name, Name] = Field(default_factory=dict)
    arguments: dict[Name, Any] = Field(default_factory=dict, alias="with")
    claimed_by: Literal["cohort", "window_end"] = "cohort"
    compare: Comparison | None = None
    implies: Name | None = None
    unit: Literal["person", "household"] = "person"
    combine: Combine | None = None
    months_before: Annotated[int, Field(ge=1, le=120)] | None = None

    @model_validator(mode="after")
    def _household_is_combined(self) -> Outcome:
        if self.unit == "household" and self.combine is None:
            raise ValueError(f"counts households, and does not say what one counts for; give combine: {', '.join(get_args(Combine)[:-1])} or {get_args(Combine)[-1]}")
        if self.unit == "person" and self.combine is not None:
            raise ValueError(f"combines people ({self.combine}) and counts persons; say unit: household, or leave combine out")
        return self

    def called(self, language: str) -> str:
        """What people call it in a language, or in another where it has no title in this one; empty when it has none."""
        if isinstance(self.title, dict):
            titles = {str(code): words for code, words in self.title.items()}
            return titles.get(language) or next(iter(titles.values()), "")
        return self.title or ""

    def terms(self) -> dict[str, Any]:
        """What the contract says of it, as plain data, without what people call it: a digest of it stands whatever that is."""
        unsaid: dict[str, Any] = {"compare": {"placebos"}} if self.compare and self.compare.placebos is None else {}
        return self.model_dump(mode="json", by_alias=True, exclude={"title": True, **unsaid})

    @property
    def cohorts(self) -> tuple[str, ...]:
        """The cohorts it is measured over, in the contract's order."""
        return (self.cohort,) if isinstance(self.cohort, str) else tuple(self.cohort)


class Total(Strict):
    """A figure from outside that a register should agree with: how many `rows` or `people` it delivers, by which source."""

    clause: Words
    register_name: Name = Field(alias="register")
    counts: Literal["rows", "people"]
    says: Annotated[int, Field(ge=0)]
    source: Words


class Deadlines(Strict):
    """How long a hold may last: each cause is to be cured within `cure_hold` of the night it first held, and nothing holds a claim longer
    than `long_stop` after the first night it was held; `then` says what follows. How long the payer has to `approve` a decision, what
    `silence` means after that, how long either may `object`, and within how long an approved amount is to be paid."""

    clause: Words
    cure_hold: Days
    long_stop: Days | None = None
    then: Literal["expert", "arbitration", "court", "lapses"] | None = None
    approve: Days | None = None
    silence: Literal["approves", "refuses"] | None = None
    object: Days | None = None
    pay: Days | None = None

    @model_validator(mode="after")
    def _cure_first(self) -> Deadlines:
        if self.long_stop is not None and self.long_stop.days < self.cure_hold.days:
            raise ValueError(f"'long_stop' ({self.long_stop.root}) is before 'cure_hold' ({self.cure_hold.root})")
        if self.then is not None and self.long_stop is None:
            raise ValueError("'then' says what follows the 'long_stop', and there is none")
        if (self.approve is None) != (self.silence is None):
            raise ValueError("'approve' and 'silence' go together: how long the payer has, and what it means to say nothing")
        return self


class Dominance(Strict):
    """An amount is not told to anyone when so many `persons` together make up this `share` of it or more."""

    persons: Annotated[int, Field(ge=1, le=20)]
    share: Annotated[Decimal, Field(gt=0, le=1)]


class Disclosure(Strict):
    """Counts below `smallest_count` are suppressed wherever anyone may read. `rounded_to` rounds every other count of people that anyone may read
    to a multiple of it; without it they are exact. `dominance` is when an amount is made up of too few."""

    smallest_count: Annotated[int, Field(ge=3, le=100)] = 5
    rounded_to: Annotated[int, Field(ge=2, le=100)] | None = None
    dominance: Dominance = Dominance(persons=2, share=Decimal("0.85"))


class OutcomeContract(Strict):
    """One agreement. `contract` is its name, and its file's. `version` counts its texts: one is what was signed, a higher one is what an
    amendment made. `title` is what people call it. `language` is the annex's when none is asked for. `model` is how money goes: to whoever
    provides, by way of investors who are repaid, or back to whoever gave a grant. `currency` is that of every amount. `parties` are who agreed,
    two at least. References inside it are checked here; references to what code offers are checked by the catalogue."""

    contract: Name
    version: Annotated[int, Field(ge=1)]
    title: Words
    language: Literal["da", "en"] = "en"
    model: Literal["payment_by_results", "social_impact_bond", "conditional_grant"]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    term: ContractTerm
    parties: list[Party] = Field(min_length=2)
    cohorts: list[Cohort] = Field(min_length=1)
    outcomes: list[Outcome] = Field(min_length=1)
    payments: list[Payment] = Field(min_length=1)
    gate: Gate
    totals: list[Total] = Field(default_factory=list)
    deadlines: Deadlines | None = None
    disclosure: Disclosure = Disclosure()
    waterfall: Waterfall | None = None
    amounts: Amounts | None = None
    caps: Caps | None = None
    true_up: TrueUp | None = None
    referrals: Referrals | None = None
    change_in_law: ChangeInLaw | None = None
    refunds: Refunds | None = None
    retention: Retention | None = None
    amendments: Amendments | None = None
    legal: Legal = Legal()
    value: Value | None = None

    @model_validator(mode="after")
    def _versions_are_amended(self) -> OutcomeContract:
        made = self.amendments.made if self.amendments else []
        if self.version > 1 and (not made or made[-1].version != self.version):
            raise ValueError(f"version {self.version} is an amended one; say under 'amendments' what made it, when and why")
        if made and (made[0].version != 2 or self.version == 1):  # noqa: PLR2004 the first version is signed, the second the first amended
            raise ValueError("amendments are listed from version 2 up to the version of this text")
        return self

    def cohort(self, name: str) -> Cohort:
        return next(cohort for cohort in self.cohorts if cohort.id == name)

    def outcome(self, name: str) -> Outcome:
        return next(outcome for outcome in self.outcomes if outcome.id == name)

    def fills_waterfall(self, payment: Payment) -> bool:
        """Whether what a payment gives comes into the waterfall: that of a payee who is investor or intermediary does. Where no payee is one, every
        payment does; what is paid to anybody else goes straight there."""
        repaying = {party.id for party in self.parties if {"investor", "intermediary"} & set(party.roles)}
        return payment.payee in repaying or not any(item.payee in repaying for item in self.payments)

    def resting_on(self, names: Iterable[str]) -> tuple[str, ...]:
        """Outcomes, each once, and after them those that their comparisons cannot be made without."""
        own = tuple(dict.fromkeys(names))
        looked_at = (name for outcome in map(self.outcome, own) if outcome.compare is not None for name in outcome.compare.rests_on)
        return tuple(dict.fromkeys((*own, *looked_at)))

    def seen_by(self, name: str) -> tuple[str, ...]:
        """The outcomes that the comparison of one is given anything of: they are measured before it."""
        compare = self.outcome(name).compare
        return compare.sees if compare is not None else ()

    def in_order(self) -> list[Outcome]:
        """Every outcome, those that a comparison looks at before those it is made for, else in the contract's order."""
        return sorted(self.outcomes, key=lambda outcome: outcome.compare is not None)

    def compared_with(self, payment: Payment, kind: str) -> tuple[str, ...]:
        """The outcomes that a settlement may be compared with before it is paid, beside those it depends on: the one that a faster source paid
        on account by, and the one that nobody can miss who reaches what it pays for."""
        faster = payment.on_account.pays_for if payment.on_account and kind == "final" else None
        named = (faster, self.outcome(payment.outcome_of(kind)).implies)
        return tuple(dict.fromkeys(name for name in named if name is not None and name not in payment.outcomes_of(kind)))

    def claims_of(self, outcome: str) -> tuple[ClaimPeriod, ...]:
        """Every claim period for which this outcome is paid for, is a condition, or is compared, in the order of their days."""
        found: dict[str, ClaimPeriod] = {}
        for payment in self.payments:
            if any(outcome in (*payment.outcomes_of(kind), *self.compared_with(payment, kind)) for kind in payment.kinds):
                found.update({period.id: period for period in payment.claim_periods})
        return tuple(sorted(found.values(), key=lambda period: (period.start, period.id)))
