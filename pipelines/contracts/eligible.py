"""Who of the enrolled a contract does not count, and why: criteria that each cite their clause, decided by what was known before enrolment."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, RootModel, StringConstraints, field_validator, model_validator

from indicators.eligibility import EVERYWHERE, Age, Criteria
from pipelines.contracts.strict import Name, Strict, Words

PEOPLE_FROM = ("bef", "dod")
"""The registers that say who somebody is: birth, residence and death."""
Stays = Literal["buaf", "case_placements", "forsorg", "kotre"]
"""Registers that hold all stays of their kind, each staged as spells: who is in none of them on a day was in no such stay."""


class Days(RootModel[Annotated[str, StringConstraints(pattern=r"^P[1-9][0-9]{0,3}D$")]]):
    """A number of calendar days, written as ISO 8601 writes a duration: `P60D`."""

    @property
    def days(self) -> int:
        return int(self.root[1:-1])


class Referral(Strict):
    """Nobody counts who was enrolled before the day of referral, or more than `within` days after it. `on` is the column with that day."""

    clause: Words
    column: Name = Field(alias="on")
    within: Days | None = None


class Withdrawn(Strict):
    """A referral with anything in `column` was withdrawn or refused before it led to an enrolment, whatever day of enrolment stands there."""

    clause: Words
    column: Name


class Residence(Strict):
    """Where somebody is registered as living on the newest day before enrolment on which the population was counted: `any` place in the
    country, or one of these municipalities."""

    clause: Words
    municipalities: Literal["any"] | list[str] = Field(alias="in")

    @field_validator("municipalities", mode="before")
    @classmethod
    def _codes(cls, value: Any) -> Any:
        is_list = isinstance(value, list) and bool(value) and all(isinstance(item, str) and re.fullmatch("[0-9]{3}", item) for item in value)
        if value != "any" and not is_list:
            raise ValueError("a residence is in 'any' municipality, or in a list of their codes, each three digits in quotes, as [\"101\"]")
        if is_list and len(set(value)) != len(value):
            raise ValueError("a municipality stands twice in the list")
        return value


class NotIn(Strict):
    """Nobody counts who on the day before enrolment is in a stay of this register."""

    clause: Words
    register_name: Stays = Field(alias="register")


class Eligible(Strict):
    """Who of the enrolled counts. Criteria are asked in this order, and the first that is not met is the reason: the list's own (`withdrawn`,
    the period, arms, `referral`), then what registers say (a key that nobody knows, a life that cannot be, `age`, `residence`, `not_in`)."""

    withdrawn: Withdrawn | None = None
    referral: Referral | None = None
    age: Age | None = None
    residence: Residence | None = None
    not_in: list[NotIn] = Field(default_factory=list)

    @model_validator(mode="after")
    def _something(self) -> Eligible:
        if not any((self.withdrawn, self.referral, self.age, self.residence, self.not_in)):
            raise ValueError("'eligible' names no criterion; take it out, or name one")
        names = [item.register_name for item in self.not_in]
        if len(set(names)) != len(names):
            raise ValueError("a register stands twice in 'not_in'")
        if names and self.residence is None:
            raise ValueError("'not_in' needs 'residence': that a register does not have somebody says nothing of one who is not there to be in it")
        return self

    @property
    def registers(self) -> tuple[str, ...]:
        """The registers that are asked, beside the list itself."""
        return (*PEOPLE_FROM, *(item.register_name for item in self.not_in)) if self.asks_registers else ()

    @property
    def asks_registers(self) -> bool:
        return self.age is not None or self.residence is not None

    @property
    def criteria(self) -> Criteria:
        """What is asked of registers."""
        if self.residence is None:
            return Criteria(self.age)
        where = EVERYWHERE if self.residence.municipalities == "any" else tuple(self.residence.municipalities)
        return Criteria(self.age, where, tuple(item.register_name for item in self.not_in))
