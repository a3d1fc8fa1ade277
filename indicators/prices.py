"""Amounts of money keyed by the day they hold from, written out or by a published index, and price lists of a register's codes. Amounts are exact, in
whole hundredths."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any, ClassVar

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, PrivateAttr, RootModel, field_validator, model_validator

from indicators.indexed import Indexed
from indicators.spells import day_number
from indicators.treatments import EVER, Placed, Placing
from indicators.windows import DAYS_A_WEEK, MONDAY

CENTS = 2
MONEY_LIMIT = Decimal(10) ** 15
WEEK_LIMIT = Decimal(100_000)
FREE, PRICED = "free", "priced"
RATES = pl.Schema({"placed": pl.String, "rate_start": pl.Int32, "rate_end": pl.Int32, "cents": pl.Int64})
"""One row a place of a price list and run of weeks, Monday to Monday: what one week there is worth, in hundredths."""


class ByIndex(BaseModel):
    """A price that follows an index, as a contract writes it where amounts by date may stand."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    indexed: Indexed


class DatedMoney(RootModel[dict[dt.date, Decimal]]):
    """An amount of money keyed by the first day it holds; or one at the level of a day that follows an index, which comes to the same (`ByIndex`)."""

    written_as: ClassVar[type[BaseModel]] = ByIndex
    """What a contract may write beside amounts by date."""
    _index: Indexed | None = PrivateAttr(default=None)

    @model_validator(mode="wrap")
    @classmethod
    def _by_index(cls, value: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:
        if not isinstance(value, dict) or "indexed" not in value:
            return handler(value)
        if any(isinstance(key, dt.date) for key in value):
            raise ValueError("a price is written out by date, or 'indexed' from one; here it is both")
        given = ByIndex.model_validate(value).indexed
        made = handler(given.prices())
        made._index = given  # noqa: SLF001
        return made

    @property
    def by_index(self) -> Indexed | None:
        """The index that the amounts follow; None of amounts that are written out."""
        return self._index

    @field_validator("root", mode="before")
    @classmethod
    def _dated(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not value:
            raise ValueError("an amount needs the day it holds from, as {2024-01-01: 1000.00}")
        for day, amount in value.items():
            if not isinstance(day, dt.date):
                raise ValueError(f"'{day}' is not a date; an amount is keyed by the day it holds from, as {{2024-01-01: 1000.00}}")
            if isinstance(amount, bool) or not isinstance(amount, Decimal | int) or not 0 <= amount < MONEY_LIMIT or Decimal(amount) != round(Decimal(amount), CENTS):
                raise ValueError(f"'{amount}' is not an amount of money below {MONEY_LIMIT:,} with at most two decimals")
        return {day: Decimal(amount) for day, amount in value.items()}

    def on(self, day: dt.date) -> Decimal:
        """The amount that holds on `day`. Raises ValueError before the first, and for a day from which the next rate of an index is needed."""
        if self._index is not None and self._index.until is not None and day >= self._index.until:
            raise ValueError(f"no price holds on {day}; the rate of {self._index.index} from {self._index.until} is not written in")
        days = [start for start in self.root if start <= day]
        if not days:
            raise ValueError(f"no amount holds on {day}; the first holds from {min(self.root)}")
        return self.root[max(days)]


class WeeklyMoney(DatedMoney):
    """An amount for each week, keyed by the first day it holds: at most WEEK_LIMIT, so that a year's price is not taken for a week's."""

    @field_validator("root")
    @classmethod
    def _of_a_week(cls, value: dict[dt.date, Decimal]) -> dict[dt.date, Decimal]:
        for amount in value.values():
            if amount > WEEK_LIMIT:
                raise ValueError(f"'{amount}' is above {WEEK_LIMIT:,} a week; give the amount of one week")
        return value


class PriceList(Placing):
    """What a week of each code costs: `priced` has prices by code or group, a `free` week costs nothing; `neutral` leaves the count, `pause`
    extends the window, `stop` ends it. Every code of the list has one place."""

    priced: dict[str | int, WeeklyMoney]
    free: Placed
    neutral: Placed = Field(default_factory=list)
    pause: Placed = Field(default_factory=list)
    stop: Placed = Field(default_factory=list)

    def placed(self) -> dict[str, Placed]:
        """Every priced name is a place of its own, so that its price can be looked up by it."""
        prices: dict[str, Placed] = {f"{PRICED} {name}": [name] for name in self.priced}
        return {FREE: self.free, **prices, "neutral": self.neutral, "pause": self.pause, "stop": self.stop}

    def saved(self, reference: DatedMoney) -> pl.DataFrame:
        """RATES: what a week saves against the reference, below nought where it costs more. Both amounts are those that hold on the week's
        Monday; before the first of either there is no row."""
        rows = _rates(FREE, reference, DatedMoney({min(reference.root): Decimal(0)}))
        for name, price in self.priced.items():
            rows += _rates(f"{PRICED} {name}", reference, price)
        return pl.DataFrame(rows, schema=RATES, orient="row")


def _rates(placed: str, reference: DatedMoney, price: DatedMoney) -> list[tuple[str, int, int, int]]:
    """Rows of RATES for one place: from one change of either amount to the next."""
    days = sorted(day for day in {*reference.root, *price.root} if day >= max(min(reference.root), min(price.root)))
    mondays = [*(_monday_from(day_number(day)) for day in days), EVER[1]]
    rows = [(placed, start, end, _in_cents(reference.on(day) - price.on(day))) for day, (start, end) in zip(days, itertools.pairwise(mondays), strict=True)]
    return [row for row in rows if row[1] < row[2]]


def _monday_from(day: int) -> int:
    """The first Monday on or after a day."""
    return day + (-day - MONDAY) % DAYS_A_WEEK


def _in_cents(amount: Decimal) -> int:
    return int(amount.scaleb(CENTS))
