"""What an effect is worth, as the parties agreed to reckon it: the investment case of a contract. Nothing here moves a payment.

Every assumption cites its clause, and has a source with a date. Amounts are keyed by the day they hold from and say the year whose prices they are in;
years are calendar years, as public budgets have them.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, GetJsonSchemaHandler, RootModel, field_validator, model_validator
from pydantic_core import CoreSchema

from indicators.prices import DatedMoney
from pipelines.contracts.agreed import Share
from pipelines.contracts.strict import Name, Strict, Words

PayerKind = Literal["municipality", "region", "state", "citizen", "others"]
PAYERS: tuple[PayerKind, ...] = get_args(PayerKind)
Unit = Literal["day", "week", "month", "year", "person", "household", "event"]
OF_TIME: tuple[Unit, ...] = ("day", "week", "month", "year")
"""Units of which a year has a number."""
FarYear = Annotated[int, Field(ge=2000, le=2200)]
Basis = Literal["marginal", "average"]
LONGEST_CASE = 36
"""Budget years at most: the recommended social discount rate is one rate for the years 0 to 35, and lower ones after that."""
LONGEST_LASTING = 35
LARGEST = Decimal(10) ** 13
"""What an amount, a price or what a year costs is at most: their sums stay within the digits that amounts are reckoned with."""
Effect = Annotated[Decimal, Field(ge=-1_000_000, le=1_000_000, decimal_places=6)]
People = Annotated[int, Field(ge=0, le=10_000_000)]
LargeMoney = Annotated[Decimal, Field(ge=0, le=LARGEST, decimal_places=2)]
Level = Annotated[Decimal, Field(ge=Decimal("0.001"), le=1_000_000)]


class _ByYear(RootModel[Any]):
    """Values by calendar year, or by years after the first."""

    year: ClassVar[str] = r"2[01][0-9]{2}"
    value: ClassVar[dict[str, Any]] = {"type": "number", "minimum": 0}

    @field_validator("root", mode="before")
    @classmethod
    def _years(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not given:
            raise ValueError("values by year are needed, as {2024: 1000.00, 2025: 1000.00}")
        for key in given:
            if not re.fullmatch(cls.year, str(key)):
                raise ValueError(f"'{key}' is not a year that can stand here; write it as 2024, or years after the first as 0, 1, 2")
        return {int(key): value for key, value in given.items()}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        made = handler.resolve_ref_schema(handler(core_schema))
        made.pop("patternProperties", None)
        made.update(type="object", minProperties=1, propertyNames={"pattern": f"^{cls.year}$"}, additionalProperties=dict(cls.value))
        return made


class AmountsByYear(_ByYear):
    """An amount of money for each calendar year."""

    value: ClassVar[dict[str, Any]] = {"type": "number", "minimum": 0, "maximum": int(LARGEST)}
    root: dict[int, LargeMoney]


class LevelsByYear(_ByYear):
    """The level of an index for each calendar year."""

    value: ClassVar[dict[str, Any]] = {"type": "number", "minimum": 0.001, "maximum": 1_000_000}
    root: dict[int, Level]


class Lasting(_ByYear):
    """Which share of an effect is left in the year it came in (0) and in each year after it, without a gap."""

    year: ClassVar[str] = r"(0|[1-9][0-9]?)"
    value: ClassVar[dict[str, Any]] = {"type": "number", "minimum": 0, "maximum": 1}
    root: dict[int, Share]

    @model_validator(mode="after")
    def _without_gaps(self) -> Lasting:
        if sorted(self.root) != list(range(len(self.root))) or len(self.root) > LONGEST_LASTING + 1:
            raise ValueError(f"how long an effect lasts is said for year 0, 1, 2 and on without a gap, {LONGEST_LASTING} at most; nought where nothing is left")
        return self


class DatedRates(RootModel[dict[dt.date, Annotated[Decimal, Field(ge=0, lt=1)]]]):
    """A rate a year, keyed by the first day it holds."""

    @field_validator("root", mode="before")
    @classmethod
    def _dated(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not given or not all(isinstance(day, dt.date) for day in given):
            raise ValueError("a rate is keyed by the day it holds from; write {2024-01-01: 0.035}")
        return given

    def on(self, day: dt.date) -> Decimal:
        """The rate that holds on a day. Raises ValueError before the first."""
        days = [start for start in self.root if start <= day]
        if not days:
            raise ValueError(f"no discount rate holds on {day}; the first holds from {min(self.root)}")
        return self.root[max(days)]

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        made = handler.resolve_ref_schema(handler(core_schema))
        day = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
        made.update(type="object", minProperties=1, propertyNames=day, additionalProperties={"type": "number", "minimum": 0, "exclusiveMaximum": 1})
        return made


class Assumption(Strict):
    """Something the case rests on: where it is agreed, who says so, and of which day that is."""

    clause: Words
    source: Words
    dated: dt.date


class BudgetYears(Strict):
    """The calendar years that the case looks at, both included. The `first` is the one that every present value is told in; what falls after the
    `last` is not counted."""

    first: FarYear
    last: FarYear

    @model_validator(mode="after")
    def _forward(self) -> BudgetYears:
        if not 0 <= self.last - self.first < LONGEST_CASE:
            raise ValueError(f"the budget years {self.first} to {self.last} are no case; write the first before the last, and {LONGEST_CASE} of them at most")
        return self

    def __contains__(self, year: int) -> bool:
        return self.first <= year <= self.last

    @property
    def all(self) -> range:
        return range(self.first, self.last + 1)


class PayersOf(Strict):
    """Which parties of the contract are of which public purse, or are citizens. Parties that are named nowhere are `others`."""

    municipality: list[Name] = Field(default_factory=list)
    region: list[Name] = Field(default_factory=list)
    state: list[Name] = Field(default_factory=list)
    citizen: list[Name] = Field(default_factory=list)
    others: list[Name] = Field(default_factory=list)

    def of(self, party: str) -> PayerKind:
        """The payer that a party is."""
        return next((kind for kind in PAYERS if party in getattr(self, kind)), "others")


class PayerShares(Strict):
    """How a value is shared between payers, of the whole: before anything is refunded."""

    municipality: Share = Decimal(0)
    region: Share = Decimal(0)
    state: Share = Decimal(0)
    citizen: Share = Decimal(0)
    others: Share = Decimal(0)

    @model_validator(mode="after")
    def _whole(self) -> PayerShares:
        total = sum((getattr(self, kind) for kind in PAYERS), Decimal(0))
        if total != 1:
            raise ValueError(f"the shares come to {total} and not to 1; payers share the whole value")
        return self

    @property
    def given(self) -> dict[PayerKind, Decimal]:
        """The payers that have a share, in their order."""
        return {kind: getattr(self, kind) for kind in PAYERS if getattr(self, kind)}


class ValueIndex(Assumption):
    """The published index that carries amounts from one year's prices to another's: its `levels` by year. Those of years to come are what the
    parties agreed to reckon with."""

    name: Words
    levels: LevelsByYear


class Discount(Assumption):
    """The real rate a year by which a later year counts for less. What holds on the first day of a budget year takes it back to the year before."""

    rates: DatedRates


class ExpectedEffect(Strict):
    """The effect that the parties expected: on `each` person counted, in the unit of its consequences, good when above nought; between `low` and `high`;
    and on how many `people`, by the claim period that they are claimed for."""

    each: Effect
    low: Effect
    high: Effect
    people: Annotated[dict[str, People], Field(min_length=1)]

    @model_validator(mode="after")
    def _between(self) -> ExpectedEffect:
        if not self.low <= self.each <= self.high:
            raise ValueError(f"what is expected of each ({self.each}) does not lie between 'low' ({self.low}) and 'high' ({self.high}); put them in their order")
        return self


class ValuedEffect(Assumption):
    """An outcome's effect as the case reckons with it: the estimated `figure`, as a difference of means, and its `interval`; or the `mean`, where nothing is
    compared, less the `deadweight`, the share that is agreed to have come anyway. `better` says which way is good."""

    outcome: Name
    figure: Name
    better: Literal["higher", "lower"]
    interval: Name | None = None
    deadweight: Share | None = None
    expected: ExpectedEffect


class UnitValue(Strict):
    """What one unit of an effect is worth a year: what one more or less really moves (`marginal`), by which the case is made, and what all of them cost
    shared out (`average`), which is shown beside it. Both are in the prices of `price_level`. An amount is `per` one unit, or per `year`, and is then divided by
    the units that the budget year has."""

    marginal: DatedMoney
    average: DatedMoney
    price_level: FarYear
    per: Literal["unit", "year"] = "unit"

    @model_validator(mode="after")
    def _written_out(self) -> UnitValue:
        if self.marginal.by_index is not None or self.average.by_index is not None:
            raise ValueError("the case has an index of its own, which carries every price; write this one out by date")
        largest = max(*self.marginal.root.values(), *self.average.root.values())
        if largest > LARGEST:
            raise ValueError(f"a price of {largest:,} is larger than any that a case is reckoned with; write one of at most {LARGEST:,}")
        return self


class Refunded(Strict):
    """What the state refunds of it, by a `schedule` of the contract's own or of `data_contracts/refunds/`. Of a schedule by weeks: the week of the course
    (`from_week`) that the effect begins in; 52 of them are a year. Of one by amount: what a whole year costs (`amount_a_year`) in the prices of `price_level`; what
    is saved is the topmost part of it."""

    schedule: Name
    from_week: Annotated[int, Field(ge=1, le=5200)] | None = None
    amount_a_year: LargeMoney | None = None
    price_level: FarYear | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Refunded:
        if (self.from_week is None) == (self.amount_a_year is None):
            raise ValueError("a refund is by the week the effect begins in, or by what a year costs; give 'from_week' or 'amount_a_year', and not both")
        if (self.amount_a_year is None) != (self.price_level is None):
            raise ValueError("'amount_a_year' needs its 'price_level', the year whose prices it is in; give both or neither")
        return self


class Consequence(Assumption):
    """One thing that follows from an effect, year by year as long as it `lasts`: a `saving` or an `income`, which is a gain, or a `cost`. `shares` say whose it
    is, before anything is refunded to the municipality."""

    id: Name
    follows: Name
    kind: Literal["saving", "income", "cost"]
    unit: Unit
    price: UnitValue
    lasts: Lasting
    shares: PayerShares
    refund: Refunded | None = None

    @model_validator(mode="after")
    def _fits(self) -> Consequence:
        if self.price.per == "year" and self.unit not in OF_TIME:
            raise ValueError(f"a year has no number of units of '{self.unit}'; give the price per unit")
        if self.refund is not None and not self.shares.municipality:
            raise ValueError("the state refunds the municipality, which has no share of it; give it one, or take 'refund' out")
        if self.refund is not None and self.refund.from_week is not None and self.unit != "week":
            raise ValueError("a refund by weeks is of a value by weeks; write unit: week, or refund by amount")
        return self


class ValueCost(Assumption):
    """What it costs that is no payment of the contract: the `programme`, its `evaluation`, or something `other`; by year in the prices of `price_level`. `came_to` is
    what was really spent, in the prices of each year, and takes the place of what was agreed where it is said."""

    id: Name
    kind: Literal["programme", "evaluation", "other"]
    payer: PayerKind
    price_level: FarYear
    amounts: AmountsByYear
    came_to: AmountsByYear | None = None


class Value(Strict):
    """The investment case: what an effect is worth to whom in which budget year, in prices of `price_level`, less what it costs. It moves no payment."""

    clause: Words
    price_level: FarYear
    years: BudgetYears
    payers: PayersOf
    index: ValueIndex
    discount: Discount
    effects: list[ValuedEffect] = Field(min_length=1)
    consequences: list[Consequence] = Field(min_length=1)
    costs: list[ValueCost] = Field(min_length=1)

    def effect(self, outcome: str) -> ValuedEffect:
        return next(effect for effect in self.effects if effect.outcome == outcome)
