"""A comparison group chosen by likeness: what the contract says of how people are matched, and of how alike that must make the groups."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipelines.contracts.strict import Name, Strict, Words

Variable = Literal["age", "sex", "benefit", "weeks_on_benefit", "weeks_last_year", "weeks_year_before"]
Number = Literal["age", "weeks_last_year", "weeks_year_before"]
Share = Annotated[Decimal, Field(ge=0, le=1)]
OLDEST = 130
"""So many years apart is anybody."""


class NearestPeople(Strict):
    """Whom is near: `by` the logit of the propensity to be enrolled, or by Mahalanobis' distance, in the variables `of`; nobody farther off than
    `within` (standard deviations of the logit, or Mahalanobis' own unit), nor than a caliper says in one variable's own unit. With `with_replacement`
    somebody may stand beside several treated people who were enrolled from the same week, and counts for each."""

    by: Literal["propensity", "mahalanobis"]
    variables: list[Variable] = Field(alias="of", min_length=1)
    within: Annotated[Decimal, Field(gt=0)]
    calipers: dict[Number, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    with_replacement: bool = False


class Matched(Strict):
    """A comparison group of `each` unreferred people beside every treated person, alike on every variable of `on` in the week before
    enrolment and the nearest on others (`nearest`), among those who then had one of the named groups of benefits of the code list `codes`.

    There is no estimate where more than a share of `unmatched_at_most` of the treated have nobody beside them, or where after matching the groups
    differ by more than `differs_at_most` standard deviations in anything that was known of them.
    """

    clause: Words
    variables: list[Variable] = Field(alias="on", min_length=1)
    nearest: NearestPeople | None = None
    each: Annotated[int, Field(ge=1, le=10)]
    codes: Name
    benefits: list[Words] = Field(min_length=1)
    unmatched_at_most: Share | None = None
    differs_at_most: Annotated[Decimal, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _alike_at_least(self) -> Matched:
        near = {*self.nearest.variables, *self.nearest.calipers} if self.nearest else set()
        if "sex" not in self.variables or "age" not in {*self.variables, *near}:
            raise ValueError("a matched comparison is of the same age and sex at least; name both in 'on', or the sex there and the age in 'nearest'")
        if doubled := sorted(set(self.variables) & near):
            raise ValueError(f"{', '.join(doubled)} is matched exactly, so nobody is nearer by it; name it in 'on' or in 'nearest', not in both")
        return self

    @property
    def years(self) -> int:
        """By how many years somebody may be older or younger than the treated person they stand beside."""
        return 0 if "age" in self.variables or self.nearest is None else self.nearest.calipers.get("age", OLDEST)
