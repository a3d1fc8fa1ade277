"""Parts that the arguments of payment rules are made of: tables of steps, values by payer, other outcomes with their weights."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, RootModel, field_validator, model_validator
from pydantic_core import CoreSchema

from indicators.prices import DatedMoney
from pipelines.contracts.agreed import Money, Share
from pipelines.contracts.strict import Name, Strict

MEAN = "mean"
"""The figure of an outcome that needs no comparison: the mean of the treated people who are counted."""
FIGURE = r"-?[0-9]+(\.[0-9]+)?"
FARTHEST_YEAR = 100


def _number(value: Any) -> Any:
    """A whole number is written without a point where that is plain."""
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Steps(RootModel[dict[Decimal, Decimal | DatedMoney]]):
    """What is paid from a figure on: a share (`0.10: 0.012`), or an amount by date (`0.10: {2024-01-01: 5000.00}`), the one or the other throughout.
    The figures rise from step to step."""

    @field_validator("root", mode="before")
    @classmethod
    def _figures(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not value:
            raise ValueError("steps are figures with what is paid from each on; write {0.10: 0.00, 0.11: 0.012}")
        for figure in value:
            if not re.fullmatch(FIGURE, str(figure)):
                raise ValueError(f"'{figure}' is no figure; steps are figures with what is paid from each on, such as {{0.10: 0.00, 0.11: 0.012}}")
        figures = [Decimal(str(figure)) for figure in value]
        for earlier, later in itertools.pairwise(figures):
            if later <= earlier:
                raise ValueError(f"the step {later} does not lie above {earlier}, the one before it; steps stand in the order of their figures")
        return dict(zip(figures, map(_number, value.values()), strict=True))

    @field_validator("root")
    @classmethod
    def _alike(cls, value: dict[Decimal, Decimal | DatedMoney]) -> dict[Decimal, Decimal | DatedMoney]:
        for paid in value.values():
            if isinstance(paid, Decimal) and not 0 <= paid <= 1:
                raise ValueError(f"'{paid}' is not a share; 1.2 % is written 0.012")
        if len({isinstance(paid, DatedMoney) for paid in value.values()}) > 1:
            raise ValueError("of these steps some pay a share and some an amount; write all of them the one way or the other")
        return value

    @property
    def are_amounts(self) -> bool:
        return isinstance(next(iter(self.root.values())), DatedMoney)

    def on(self, day: dt.date) -> dict[Decimal, Decimal]:
        """Share or amount by figure, as they hold on a day. Raises ValueError before the first amount."""
        return {figure: paid.on(day) if isinstance(paid, DatedMoney) else paid for figure, paid in self.root.items()}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        made = handler.resolve_ref_schema(handler(core_schema))
        keyed = [*made.pop("patternProperties", {}).values(), made.get("additionalProperties")]
        amounts = [way for way in keyed[0]["anyOf"] if "$ref" in way]
        share = {"type": "number", "minimum": 0, "maximum": 1}
        made.update(minProperties=1, propertyNames={"pattern": f"^{FIGURE}$"}, additionalProperties={"if": {"type": "object"}, "then": amounts[0], "else": share})
        return made


class LeastShare(Strict):
    """At least this share, for claim periods that begin before a day."""

    share: Share
    until: dt.date


class ValuesByPayer(RootModel[dict[Name, dict[int, Money]]]):
    """What one unit of an effect is worth to each payer in each year after the service: 0 is the first, undiscounted one."""

    @field_validator("root", mode="before")
    @classmethod
    def _years(cls, value: Any) -> Any:
        if not isinstance(value, dict) or not value or not all(isinstance(years, dict) and years for years in value.values()):
            raise ValueError("values are amounts by payer and year; write {kommune: {1: 10000.00, 2: 8000.00}}")
        return {payer: {_year(year): amount for year, amount in years.items()} for payer, years in value.items()}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        made = handler.resolve_ref_schema(handler(core_schema))
        made.pop("patternProperties", None)
        years = {"type": "object", "minProperties": 1, "propertyNames": {"pattern": "^[0-9]{1,2}$"}, "additionalProperties": {"type": "number", "minimum": 0}}
        made.update(minProperties=1, propertyNames={"pattern": "^[a-z][a-z0-9_]*$"}, additionalProperties=years)
        return made


def _year(year: Any) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", str(year)):
        raise ValueError(f"'{year}' is not a year after the service; write a whole number from 0 below {FARTHEST_YEAR}")
    return int(year)


class WeighedOutcome(Strict):
    """One outcome of the contract, and the share of the whole that it counts for."""

    outcome: Name
    weight: Annotated[Decimal, Field(gt=0, le=1)]


class IndexPart(WeighedOutcome):
    """An outcome as a part of an index: its mean is nought at `from` and below it, and one at `to` and above it; where `to` is the lower, less is better."""

    low: Annotated[Decimal, BeforeValidator(_number)] = Field(alias="from")
    high: Annotated[Decimal, BeforeValidator(_number)] = Field(alias="to")

    @model_validator(mode="after")
    def _apart(self) -> IndexPart:
        if self.low == self.high:
            raise ValueError(f"'from' and 'to' of {self.outcome} are both {self.low}; a mean is scaled between two figures")
        return self
