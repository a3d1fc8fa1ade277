"""What a waterfall agrees with one class of investors: what it puts in and when, the most it may get, and what it is sure of.

Read strictly. `pipelines.contracts.waterfall` puts the classes together with the order of payment.
"""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema, field_validator, model_validator

from pipelines.contracts.strict import Name, Strict

CENTS = 2
MONEY_LIMIT = Decimal(10) ** 15
DayCount = Literal["act_365f", "act_360", "thirty_360"]
"""Days of a year of interest: actual days over 365, actual days over 360, or months of 30 days over 360 (30E/360)."""


def _money(value: Decimal) -> Decimal:
    if not 0 < value < MONEY_LIMIT or value != round(value, CENTS):
        raise ValueError(f"'{value}' is not an amount of money above nought and below {MONEY_LIMIT:,} with at most two decimals")
    return value


def _share(value: Decimal) -> Decimal:
    if not 0 <= value <= 1:
        raise ValueError(f"'{value}' is not a share; write a number from 0.0 to 1.0, as 0.40 for 40 %")
    return value


Money = Annotated[Decimal, AfterValidator(_money), WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": int(MONEY_LIMIT)})]
Share = Annotated[Decimal, AfterValidator(_share), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]


class Draw(Strict):
    """Money that a class puts in on a day."""

    on: dt.date
    amount: Money


class Floor(Strict):
    """Interest a class gets whatever comes in: simple, on its outstanding principal day by day, until `years` after the first draw that was agreed.

    What neither inflow nor guarantee pays is `carried` to the next date without interest, `compounds` (is carried and bears
    interest), or `lapses`. `counts_to_cap` says whether floor interest uses up the return cap, however it was funded.
    """

    rate: Annotated[Decimal, Field(gt=0, lt=1)]
    years: Annotated[int, Field(ge=1, le=50)]
    unpaid: Literal["carried", "compounds", "lapses"] = "carried"
    counts_to_cap: bool = True


class IrrCap(Strict):
    """A return cap as a rate: the class gets no more than what brings its internal rate of return to `irr` a year.

    What it put in counts from the day it was to be drawn (`scheduled`) or from the day it was (`actual`): on scheduled dates a late draw lifts what
    the class earns, on actual dates it does not. `day_count` is the waterfall's own where none is named here.
    """

    irr: Annotated[Decimal, Field(gt=0, lt=1)]
    on: Literal["scheduled", "actual"]
    day_count: DayCount | None = None


class PremiumTier(Strict):
    """From this share of the goals on, the premium is this `share` of the principal."""

    starts_at: Share = Field(alias="from")
    share: Annotated[Decimal, Field(gt=0, le=10)]


class Premium(Strict):
    """A risk premium, at a step of its own: a `share` of the principal, or `tiers` by the share of the goals that are met.

    That share is what has come in by a day of distribution, of what comes in when every goal is met: `all_goals`. Below the first tier there is none.
    """

    share: Annotated[Decimal, Field(gt=0, le=10)] | None = None
    tiers: list[PremiumTier] | None = Field(default=None, min_length=1)
    all_goals: Money | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Premium:
        if (self.share is None) == (self.tiers is None):
            raise ValueError("a premium is a 'share', or 'tiers' by the share of the goals; write one of the two")
        if (self.tiers is None) != (self.all_goals is None):
            raise ValueError("'tiers' and 'all_goals' go together: the share of the goals is what came in, of what comes in when all are met")
        for earlier, later in itertools.pairwise(self.tiers or []):
            if later.starts_at <= earlier.starts_at or later.share <= earlier.share:
                raise ValueError(f"the tier from {later.starts_at} with {later.share} does not rise above the one from {earlier.starts_at} with {earlier.share}; let both rise")
        return self

    def at(self, came: Decimal) -> Decimal:
        """The share of the principal once so much has come in."""
        if self.share is not None:
            return self.share
        assert self.all_goals is not None
        return max((tier.share for tier in self.tiers or [] if Fraction(came) >= Fraction(tier.starts_at) * Fraction(self.all_goals)), default=Decimal(0))

    @property
    def most(self) -> Decimal:
        """The largest share of the principal that it can be."""
        return self.share if self.share is not None else max(tier.share for tier in self.tiers or [])


class Protection(Strict):
    """Principal that a guarantor pays when what came in did not, on a day of distribution, after the steps of that day.

    `of: principal` tops up what was repaid to that `share` of what was put in, so 0.50 is half of it back whatever comes in. `of: loss` pays that
    share of what is still outstanding. Either way at most `limit`. It is paid `on` the last day of distribution where none is named. Where it is
    `repaid`, what comes in later repays it at the step `{protection: <class>}`.
    """

    by: Name
    of: Literal["principal", "loss"]
    share: Share
    limit: Money | None = None
    on: dt.date | None = None
    repaid: bool = True


def _is_rate(value: Any) -> str:
    return "[irr]" if isinstance(value, dict | IrrCap) else "[share]"


def _any_of(schema: dict[str, Any]) -> None:
    """Either form is known by its own looks."""
    schema["anyOf"] = schema.pop("oneOf")


ReturnCap = Annotated[
    Annotated[Decimal, Field(ge=0, le=10), Tag("[share]")] | Annotated[IrrCap, Tag("[irr]")],
    Discriminator(_is_rate),
    Field(json_schema_extra=_any_of),
]


class InvestorClass(Strict):
    """One class of investors: what it puts in and when, and the most return it may ever get.

    It puts in its `principal` on the day it is `drawn_on`, or in parts, as `draws`. `drawn` is what it really put in and when, once that is known,
    and then decides what is outstanding. `return_cap` is a share of what was put in, over the life, or a rate of return.
    """

    id: Name
    investor: Name
    principal: Money | None = None
    drawn_on: dt.date | None = None
    draws: list[Draw] | None = Field(default=None, min_length=1)
    drawn: list[Draw] | None = None
    return_cap: ReturnCap
    floor: Floor | None = None
    premium: Premium | None = None
    protection: Protection | None = None

    @field_validator("draws", "drawn")
    @classmethod
    def _forward(cls, draws: list[Draw] | None) -> list[Draw] | None:
        for earlier, later in itertools.pairwise(draws or []):
            if later.on <= earlier.on:
                raise ValueError(f"{later.on} does not come after {earlier.on}; write what is drawn in the order of its days, each once")
        return draws

    @model_validator(mode="after")
    def _once(self) -> InvestorClass:
        if (self.principal is None) != (self.drawn_on is None) or (self.principal is None) == (self.draws is None):
            raise ValueError("say what is put in: 'principal' with 'drawn_on' when it is drawn on one day, or 'draws' with a day and an amount each")
        drawn = sum((draw.amount for draw in self.drawn or []), Decimal(0))
        if drawn > self.agreed:
            raise ValueError(f"{drawn} was drawn and {self.agreed} was agreed; agree on more, or take out of 'drawn' what is no principal")
        return self

    @model_validator(mode="after")
    def _fits(self) -> InvestorClass:
        if self.floor and self.floor.counts_to_cap:
            self._under_cap(self.floor)
        if self.premium and isinstance(self.return_cap, Decimal) and self.premium.most > self.return_cap:
            raise ValueError(f"the premium of {self.premium.most} is above the return cap of {self.return_cap}; raise the cap, or lower the premium")
        return self

    def _under_cap(self, floor: Floor) -> None:
        """A floor that the cap would cut is a mistake in one of the two."""
        if isinstance(self.return_cap, IrrCap):
            if floor.rate > self.return_cap.irr:
                raise ValueError(f"the floor of {floor.rate} is above the IRR of {self.return_cap.irr} that the return is capped at; raise the cap, or lower the floor")
        elif Fraction(floor.rate) * floor.years > Fraction(self.return_cap):
            raise ValueError(
                f"the floor of {floor.rate} for {floor.years} years comes to more than the return cap of {self.return_cap}; "
                "raise the cap, or write 'counts_to_cap: false' under 'floor'"
            )

    @property
    def scheduled(self) -> list[Draw]:
        """What was agreed to be put in, in the order of its days."""
        if self.draws is not None:
            return self.draws
        assert self.principal is not None
        assert self.drawn_on is not None
        return [Draw.model_construct(on=self.drawn_on, amount=self.principal)]

    @property
    def put_in(self) -> list[Draw]:
        """What decides what is outstanding: what was really drawn where that is told, else what was agreed."""
        return self.scheduled if self.drawn is None else self.drawn

    @property
    def agreed(self) -> Decimal:
        """The principal in all, as agreed."""
        return sum((draw.amount for draw in self.scheduled), Decimal(0))

    @property
    def first_drawn(self) -> dt.date:
        """The first day on which money is put in; the one agreed as long as none was."""
        return (self.put_in or self.scheduled)[0].on

    @property
    def floor_ends(self) -> dt.date:
        """The first day without floor interest: the same date `years` after the first draw agreed, so that a late one does not move it; 29 February
        becomes 28. The first draw itself without a floor."""
        first = self.scheduled[0].on
        if self.floor is None:
            return first
        year = first.year + self.floor.years
        try:
            return first.replace(year=year)
        except ValueError:
            return dt.date(year, 2, 28)

    def as_scheduled(self, until: dt.date = dt.date.max) -> list[Draw]:
        """What was put in up to and including a day, on the days on which as much of it was agreed to be; the first money fills the first draw."""
        left, made = sum((draw.amount for draw in self.put_in if draw.on <= until), Decimal(0)), []
        for draw in self.scheduled:
            part = min(left, draw.amount)
            left -= part
            made += [Draw.model_construct(on=draw.on, amount=part)] if part else []
        return made


class Late(NamedTuple):
    """Money that was not in on the day it was agreed for: how much of what was `due` in by then was `missing`, and on which day it `came`, if it did."""

    due: dt.date
    missing: Decimal
    came: dt.date | None


def late(item: InvestorClass) -> list[Late]:
    """Every day agreed on which less was in than was to be, as far as what was really drawn tells: a day after the last one it tells of is open."""
    told, found = item.drawn or [], []
    totals = list(itertools.accumulate(part.amount for part in told))
    due = Decimal(0)
    for draw in item.scheduled:
        due += draw.amount
        missing = due - sum((part.amount for part in told if part.on <= draw.on), Decimal(0))
        if told and missing > 0 and draw.on <= told[-1].on:
            found.append(Late(draw.on, missing, next((part.on for part, total in zip(told, totals, strict=True) if total >= due), None)))
    return found
