"""The waterfall of an outcome contract: in which order the money that comes in goes to investors, guarantor, provider and commissioner.

Read strictly. Whatever two contracts may agree on differently is a term here; a default is named where the term is.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, ConfigDict, Field, RootModel, ValidationInfo, WithJsonSchema, field_validator, model_validator

from pipelines.contracts.source import Place, nearest
from pipelines.contracts.strict import Name, Strict, Words

CENTS = 2
MONEY_LIMIT = Decimal(10) ** 15
SIMPLE_STEPS = ("floor_interest", "guarantor", "return", "bonus", "reverts")
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


class Floor(Strict):
    """Interest a class gets whatever comes in: simple, on its outstanding principal, until `years` after the draw.

    What neither inflow nor guarantee pays is `carried` to the next date without interest, `compounds` (is carried and bears
    interest), or `lapses`. `counts_to_cap` says whether floor interest uses up the return cap, however it was funded.
    """

    rate: Annotated[Decimal, Field(gt=0, lt=1)]
    years: Annotated[int, Field(ge=1, le=50)]
    unpaid: Literal["carried", "compounds", "lapses"] = "carried"
    counts_to_cap: bool = True


class InvestorClass(Strict):
    """One class of investors: what it paid in and when, and the most return it may ever get, as a share of its principal."""

    id: Name
    investor: Name
    principal: Money
    drawn_on: dt.date
    return_cap: Annotated[Decimal, Field(ge=0, le=10)]
    floor: Floor | None = None

    @model_validator(mode="after")
    def _fits(self) -> InvestorClass:
        if self.floor and self.floor.counts_to_cap and Fraction(self.floor.rate) * self.floor.years > Fraction(self.return_cap):
            raise ValueError(
                f"the floor of {self.floor.rate} for {self.floor.years} years comes to more than the return cap of {self.return_cap}; "
                "raise the cap, or write 'counts_to_cap: false' under 'floor'"
            )
        return self

    @property
    def floor_ends(self) -> dt.date:
        """The first day without floor interest: the same date `years` later; 29 February becomes 28. The draw itself without a floor."""
        if self.floor is None:
            return self.drawn_on
        year = self.drawn_on.year + self.floor.years
        try:
            return self.drawn_on.replace(year=year)
        except ValueError:
            return dt.date(year, 2, 28)


class Guarantee(Strict):
    """Who pays the floor interest that the inflow does not reach; `limit` is the most it pays over the life, repaid or not."""

    guarantor: Name
    limit: Money


class Bonus(Strict):
    """The provider's share of what reaches the step, at most `cap` over the life; no cap is no limit."""

    to: Name
    share: Share
    cap: Money | None = None


class PrincipalOf(Strict):
    """The step that repays one class its principal."""

    principal: str


class Step(RootModel[Literal["floor_interest", "guarantor", "return", "bonus", "reverts"] | PrincipalOf]):
    """One step of the order: a word, or `{principal: <class>}`."""

    model_config = ConfigDict(frozen=True)

    @field_validator("root", mode="before")
    @classmethod
    def _known(cls, value: Any) -> Any:
        is_principal = isinstance(value, dict) and list(value) == ["principal"] and isinstance(value["principal"], str)
        if isinstance(value, PrincipalOf) or is_principal or value in SIMPLE_STEPS:
            return value
        hint = nearest(value, list(SIMPLE_STEPS)) if isinstance(value, str) else f"; known: {', '.join(SIMPLE_STEPS)}"
        raise ValueError(f"a step is a word, or {{principal: <class>}}{hint}")

    @property
    def repays(self) -> str | None:
        """The class whose principal this step repays; None for every other step."""
        return self.root.principal if isinstance(self.root, PrincipalOf) else None

    @property
    def written(self) -> str:
        """The step as the contract writes it."""
        return f"{{principal: {self.repays}}}" if self.repays else str(self.root)


class PartyUse(NamedTuple):
    """A party the waterfall names: where, by which id, and the role it must have."""

    place: Place
    party: str
    role: str


class Waterfall(Strict):
    """The whole order of payment. Amounts are rounded half up to the cent, class by class as written; the last of a split takes the residual.

    `over_cap` says where the return goes that a class's cap cuts: to the `other_classes` of the split, as written and up to their
    caps, or straight to the `next_step`. `return_split` gives each class its share of the step `return`, one class the whole of it. Who
    stands for the first losses is a class whose principal comes last in the `order`.
    """

    clause: Words
    day_count: DayCount
    classes: list[InvestorClass] = Field(min_length=1)
    guarantee: Guarantee | None = None
    return_split: dict[Name, Share] | None = None
    over_cap: Literal["other_classes", "next_step"] = "other_classes"
    bonus: Bonus | None = None
    reverts_to: Name
    distributed_on: list[dt.date] = Field(min_length=1)
    order: list[Step]

    @field_validator("classes")
    @classmethod
    def _unique(cls, classes: list[InvestorClass]) -> list[InvestorClass]:
        for name in _twice([item.id for item in classes]):
            raise ValueError(f"the class '{name}' stands twice; give each class an id of its own")
        return classes

    @field_validator("guarantee")
    @classmethod
    def _has_something_to_cover(cls, guarantee: Guarantee | None, info: ValidationInfo) -> Guarantee | None:
        if guarantee and not any(item.floor for item in info.data.get("classes", [])) and "classes" in info.data:
            raise ValueError("the guarantee covers floor interest, and no class has a floor; give one a 'floor', or take the guarantee out")
        return guarantee

    @field_validator("return_split")
    @classmethod
    def _whole(cls, split: dict[str, Decimal] | None, info: ValidationInfo) -> dict[str, Decimal] | None:
        known = [item.id for item in info.data.get("classes", [])]
        for name in split or {}:
            if known and name not in known:
                raise ValueError(f"there is no class '{name}'{nearest(name, known)}")
        total = sum((Fraction(share) for share in (split or {}).values()), Fraction(0))
        if split is not None and total != 1:
            raise ValueError(f"the shares sum to {_exact(total)} and must sum to one; the last class written takes what rounding leaves")
        return split

    @field_validator("distributed_on")
    @classmethod
    def _forward(cls, days: list[dt.date], info: ValidationInfo) -> list[dt.date]:
        for earlier, later in itertools.pairwise(days):
            if later <= earlier:
                raise ValueError(f"{later} does not come after {earlier}; write the distribution dates in order, each once")
        for item in info.data.get("classes", []):
            if days[0] < item.drawn_on:
                raise ValueError(f"the first distribution, {days[0]}, comes before the class '{item.id}' is drawn on {item.drawn_on}; distribute later or draw earlier")
        return days

    @field_validator("order")
    @classmethod
    def _complete(cls, order: list[Step], info: ValidationInfo) -> list[Step]:
        if {"classes", "guarantee", "return_split", "bonus"} <= info.data.keys():
            _check_order([step.written for step in order], info.data)
        return order

    def of(self, name: str) -> InvestorClass:
        return next(item for item in self.classes if item.id == name)

    def parties_used(self) -> list[PartyUse]:
        """Every party named, where it stands below `waterfall`, and the role it needs."""
        used = [PartyUse(("classes", index, "investor"), item.investor, "investor") for index, item in enumerate(self.classes)]
        if self.guarantee:
            used.append(PartyUse(("guarantee", "guarantor"), self.guarantee.guarantor, "guarantor"))
        if self.bonus:
            used.append(PartyUse(("bonus", "to"), self.bonus.to, "provider"))
        return [*used, PartyUse(("reverts_to",), self.reverts_to, "commissioner")]


def _check_order(written: list[str], terms: dict[str, Any]) -> None:
    """Every step that something needs stands once, no other stands, and what is left reverts at the end."""
    needed = _steps_needed(terms)
    for step in _twice(written):
        raise ValueError(f"the step '{step}' stands twice; each step is taken once")
    for step in written:
        if step not in needed:
            raise ValueError(f"the step '{step}' has nothing to pay; take it out{nearest(step, list(needed)) if step not in SIMPLE_STEPS else _what_it_needs(step)}")
    for step, why in needed.items():
        if step not in written:
            raise ValueError(f"the step '{step}' is missing; {why}")
    if written[-1] != "reverts":
        raise ValueError("'reverts' is the last step: it takes whatever is left, so that no step after it could pay")


def _steps_needed(terms: dict[str, Any]) -> dict[str, str]:
    """Each step that must stand, with the reason in words."""
    classes: list[InvestorClass] = terms["classes"]
    needed = {f"{{principal: {item.id}}}": f"say when the class '{item.id}' gets its principal back" for item in classes}
    if any(item.floor for item in classes):
        needed["floor_interest"] = "a class has a floor; say when its interest is paid"
    if terms["guarantee"]:
        needed["guarantor"] = "there is a guarantee; say when the guarantor gets back what it paid"
    if terms["return_split"]:
        needed["return"] = "there is a return_split; say when the return is paid"
    if terms["bonus"]:
        needed["bonus"] = "there is a bonus; say when it is paid"
    return {**needed, "reverts": "say last that what is left reverts"}


def _what_it_needs(step: str) -> str:
    part = {"floor_interest": "a 'floor' to a class", "guarantor": "'guarantee'", "return": "'return_split', also for one class", "bonus": "'bonus'"}[step]
    return f", or add {part}"


def _twice(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _exact(total: Fraction) -> str:
    """A sum of decimals, which is always a decimal again, in full."""
    digits = 0
    while (total * 10**digits).denominator != 1:
        digits += 1
    return f"{Decimal(int(total * 10**digits)).scaleb(-digits):f}"
