"""Relationships of ODCS v3.1: columns whose values must stand in columns of another register, as they are written in a register contract.

A reference names a column of the same contract by names (`who5.pnr`) or by ids (`schema/who5/properties/pnr`), and one of another contract by
that contract's file and by ids (`referrals.odcs.yaml#/schema/referrals/properties/pnr`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from pipelines.contracts.strict import CustomProperty, Strict

ENDING = ".odcs.yaml"
BY_NAMES = re.compile(r"(?P<table>[A-Za-z_][A-Za-z0-9_]*)\.(?P<column>[A-Za-z_][A-Za-z0-9_]*)")
BY_IDS = re.compile(rf"(?:(?P<register>[a-z][a-z0-9_]*){re.escape(ENDING)}#)?/?schema/(?P<table>[A-Za-z0-9_-]+)/properties/(?P<column>[A-Za-z0-9_-]+)")
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=60)]
OF_RELATIONSHIP = ["remedy", "severity"]


@dataclass(frozen=True)
class Reference:
    """One column as it is referred to: the register whose contract has it (None is the contract itself), and table and column, by names or by ids."""

    register: str | None
    table: str
    column: str
    by: Literal["name", "id"]


def reference(text: str) -> Reference | None:
    """A reference as its parts; None for one that is written in neither way."""
    found = BY_NAMES.fullmatch(text)
    if found:
        return Reference(None, found["table"], found["column"], "name")
    found = BY_IDS.fullmatch(text)
    return Reference(found["register"], found["table"], found["column"], "id") if found else None


class Relationship(Strict):
    """What the two kinds have in common. `remedy` and `severity` (error or warning) may stand in `customProperties`."""

    type: Literal["foreignKey"] = "foreignKey"
    custom_properties: list[CustomProperty] = Field(default_factory=list, alias="customProperties")

    @model_validator(mode="after")
    def _known_severity(self) -> Relationship:
        if self.severity not in ("error", "warning"):
            raise ValueError("the severity of a relationship is 'error' or 'warning'")
        return self

    def _property(self, name: str) -> str | None:
        return next((str(item.value) for item in self.custom_properties if item.property == name), None)

    @property
    def remedy(self) -> str | None:
        return self._property("remedy")

    @property
    def severity(self) -> str:
        return self._property("severity") or "error"


class OfColumn(Relationship):
    """A relationship of the column it stands under, to one other column."""

    to: str


class OfTable(Relationship):
    """A relationship of one column or of several together, to as many of one other register."""

    from_: str | list[str] = Field(alias="from")
    to: str | list[str]

    @model_validator(mode="after")
    def _alike(self) -> OfTable:
        if isinstance(self.from_, str) != isinstance(self.to, str) or len(as_list(self.from_)) != len(as_list(self.to)) or not self.to:
            raise ValueError("'from' and 'to' name as many columns, both one or both a list")
        return self


def as_list(columns: str | list[str]) -> list[str]:
    """One column or several, as several."""
    return [columns] if isinstance(columns, str) else columns
