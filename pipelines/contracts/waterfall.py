"""The waterfall of an outcome contract: in which order the money that comes in goes to investors, guarantor, provider and commissioner.

Read strictly. Whatever two contracts may agree on differently is a term here; a default is named where the term is.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from pydantic import ConfigDict, Field, RootModel, ValidationInfo, field_validator

from pipelines.contracts.investors import DayCount, InvestorClass, Money, Share
from pipelines.contracts.source import Place, nearest
from pipelines.contracts.strict import Name, Strict, Words

SIMPLE_STEPS = ("floor_interest", "guarantor", "return", "bonus", "reverts")


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


class PremiumOf(Strict):
    """The step that pays one class its premium."""

    premium: str


class ProtectionOf(Strict):
    """The step that repays whoever protected one class's principal."""

    protection: str


OF_A_CLASS = ("principal", "premium", "protection")


class Step(RootModel[Literal["floor_interest", "guarantor", "return", "bonus", "reverts"] | PrincipalOf | PremiumOf | ProtectionOf]):
    """One step of the order: a word, or `{principal: <class>}`, `{premium: <class>}` or `{protection: <class>}`."""

    model_config = ConfigDict(frozen=True)

    @field_validator("root", mode="before")
    @classmethod
    def _known(cls, value: Any) -> Any:
        is_of_a_class = isinstance(value, dict) and len(value) == 1 and all(key in OF_A_CLASS and isinstance(name, str) for key, name in value.items())
        if isinstance(value, PrincipalOf | PremiumOf | ProtectionOf) or is_of_a_class or value in SIMPLE_STEPS:
            return value
        hint = nearest(value, list(SIMPLE_STEPS)) if isinstance(value, str) else f"; known: {', '.join(SIMPLE_STEPS)}"
        raise ValueError(f"a step is a word, or {{principal: <class>}}, {{premium: <class>}} or {{protection: <class>}}{hint}")

    @property
    def kind(self) -> str:
        """The word, or the key in front of a class."""
        return self.root if isinstance(self.root, str) else next(iter(self.root.model_dump()))

    @property
    def of(self) -> str | None:
        """The class that the step is of, if it is of one."""
        return None if isinstance(self.root, str) else str(next(iter(self.root.model_dump().values())))

    @property
    def repays(self) -> str | None:
        """The class whose principal this step repays; None for every other step."""
        return self.of if self.kind == "principal" else None

    @property
    def written(self) -> str:
        """The step as the contract writes it."""
        return f"{{{self.kind}: {self.of}}}" if self.of else self.kind


class PartyUse(NamedTuple):
    """A party the waterfall names: where, by which id, and the role it must have."""

    place: Place
    party: str
    role: str


class Waterfall(Strict):
    """The whole order of payment. Amounts are rounded half up to the cent, class by class as written; the last of a split takes the residual.

    `over_cap` says where the return goes that a class's cap cuts: to the `other_classes` of the split, as written and up to their
    caps, or straight to the `next_step`. `return_split` gives each class its share of the step `return`, one class the whole of it. Who
    stands for the first losses is a class whose principal comes last in the `order`, or protects the principal of another.
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
            _check_days(item, days)
        return days

    @field_validator("order")
    @classmethod
    def _complete(cls, order: list[Step], info: ValidationInfo) -> list[Step]:
        if {"classes", "guarantee", "return_split", "bonus", "distributed_on"} <= info.data.keys():
            _check_order([step.written for step in order], info.data)
        return order

    def of(self, name: str) -> InvestorClass:
        return next(item for item in self.classes if item.id == name)

    def protected_on(self, item: InvestorClass) -> dt.date | None:
        """The day of distribution on which the class's principal is topped up; None without protection."""
        return (item.protection.on or self.distributed_on[-1]) if item.protection else None

    def as_scheduled(self) -> Waterfall:
        """The same terms with every class drawn as agreed, whatever really was."""
        return self.model_copy(update={"classes": [item.model_copy(update={"drawn": None}) for item in self.classes]})

    def parties_used(self) -> list[PartyUse]:
        """Every party named, where it stands below `waterfall`, and the role it needs."""
        used = [PartyUse(("classes", index, "investor"), item.investor, "investor") for index, item in enumerate(self.classes)]
        if self.guarantee:
            used.append(PartyUse(("guarantee", "guarantor"), self.guarantee.guarantor, "guarantor"))
        for index, item in enumerate(self.classes):
            if item.protection:
                used.append(PartyUse(("classes", index, "protection", "by"), item.protection.by, "guarantor"))
        if self.bonus:
            used.append(PartyUse(("bonus", "to"), self.bonus.to, "provider"))
        return [*used, PartyUse(("reverts_to",), self.reverts_to, "commissioner")]


def _check_days(item: InvestorClass, days: list[dt.date]) -> None:
    """Money is in before the first distribution and none comes after the last; and a protection is paid on one of their days."""
    first, last = item.scheduled[0].on, item.scheduled[-1].on
    if days[0] < first:
        raise ValueError(f"the first distribution, {days[0]}, comes before the class '{item.id}' is drawn on {first}; distribute later or draw earlier")
    if days[-1] < last:
        raise ValueError(f"the class '{item.id}' is drawn on {last}, after the last distribution on {days[-1]}; nothing could repay it; distribute later or draw earlier")
    if item.protection and item.protection.on and item.protection.on not in days:
        raise ValueError(f"the class '{item.id}' is protected on {item.protection.on}, which is no day of distribution; name one of them, or leave 'on' out for the last")


def _check_order(written: list[str], terms: dict[str, Any]) -> None:
    """Every step that something needs stands once, no other stands, and what is left reverts at the end."""
    needed = _steps_needed(terms)
    for step in _twice(written):
        raise ValueError(f"the step '{step}' stands twice; each step is taken once")
    for step in written:
        if step not in needed:
            raise ValueError(f"the step '{step}' has nothing to pay; take it out{_what_it_needs(step, needed)}")
    for step, why in needed.items():
        if step not in written:
            raise ValueError(f"the step '{step}' is missing; {why}")
    if written[-1] != "reverts":
        raise ValueError("'reverts' is the last step: it takes whatever is left, so that no step after it could pay")


def _steps_needed(terms: dict[str, Any]) -> dict[str, str]:
    """Each step that must stand, with the reason in words."""
    classes: list[InvestorClass] = terms["classes"]
    needed = {f"{{principal: {item.id}}}": f"say when the class '{item.id}' gets its principal back" for item in classes}
    for item in classes:
        if item.premium:
            needed[f"{{premium: {item.id}}}"] = f"say when the class '{item.id}' gets its premium"
        if item.protection and item.protection.repaid and item.protection.on not in (None, terms["distributed_on"][-1]):
            needed[f"{{protection: {item.id}}}"] = f"say when '{item.protection.by}' gets back what it paid for the class '{item.id}', or write 'repaid: false'"
    if any(item.floor for item in classes):
        needed["floor_interest"] = "a class has a floor; say when its interest is paid"
    if terms["guarantee"]:
        needed["guarantor"] = "there is a guarantee; say when the guarantor gets back what it paid"
    if terms["return_split"]:
        needed["return"] = "there is a return_split; say when the return is paid"
    if terms["bonus"]:
        needed["bonus"] = "there is a bonus; say when it is paid"
    return {**needed, "reverts": "say last that what is left reverts"}


def _what_it_needs(step: str, needed: dict[str, str]) -> str:
    """What a step would pay, or the one that was meant."""
    if step in SIMPLE_STEPS:
        part = {"floor_interest": "a 'floor' to a class", "guarantor": "'guarantee'", "return": "'return_split', also for one class", "bonus": "'bonus'"}[step]
        return f", or add {part}"
    kind = step.partition(":")[0]
    alike = [other for other in needed if other.startswith(kind)]
    return nearest(step, alike) if alike else f", or add a '{kind[1:]}' to that class"


def _twice(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _exact(total: Fraction) -> str:
    """A sum of decimals, which is always a decimal again, in full."""
    digits = 0
    while (total * 10**digits).denominator != 1:
        digits += 1
    return f"{Decimal(int(total * 10**digits)).scaleb(-digits):f}"
