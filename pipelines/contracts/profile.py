"""A gate profile: which expectations every contract that names it must meet, each threshold with its reason and date."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from pipelines.contracts.register import DIMENSIONS, Name, Strict, Words


class ProfileRule(Strict):
    """One expectation of a profile. The threshold's meaning stands in the first comment of `sql/expectations/<rule>.sql`.

    `only` narrows it: to what is `compared`, to cohorts with a `matched` comparison, to `experienced` outcomes or to all `registered` ones.
    """

    rule: Name
    on: Literal["register", "cohort", "outcome"]
    only: Literal["compared", "matched", "experienced", "registered"] | None = None
    threshold: Decimal
    severity: Literal["error", "warning"]
    dimension: DIMENSIONS
    protects: Words
    because: Words
    since: dt.date
    remedy: Words
    cured_by: Literal["data_supplier", "commissioner", "provider", "evaluator"]


class Profile(Strict):
    profile: Name
    version: Annotated[int, Field(ge=1)]
    rules: list[ProfileRule] = Field(min_length=1)

    @property
    def pin(self) -> str:
        return f"{self.profile}@{self.version}"
