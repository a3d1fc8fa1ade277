"""How an outcome is compared: the method with its terms, what it looks at beside the value, and how wrong the parties let it be."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from pipelines.contracts.payment import Pin
from pipelines.contracts.strict import Name, Strict, Words

Scenario = Literal["plain", "autocorrelation", "seasonality", "trend", "regression_to_the_mean", "selection"]
Share = Annotated[Decimal, Field(ge=0, le=1)]
COVARIATE = "x_"


class AllowedErrors(Strict):
    """How often the parties let a method be wrong, in the worlds that it was tried in: it may pay for nothing in at most so many of a hundred
    contracts without an effect (`pays_for_nothing`), and miss an effect in at most so many of those with one of three weeks of 52
    (`misses`). `scenarios` are the worlds they think theirs may be like; all, where none is named."""

    clause: Words
    pays_for_nothing: Share
    misses: Share | None = None
    scenarios: list[Scenario] = Field(default_factory=list)


class Placebos(Strict):
    """Outcomes that the effort cannot move: the same people before they were enrolled, or something else about them. Each is estimated by the same
    method on the people who are counted. Where an interval of one lies wholly to one side of no effect, something that is not the effort moves it: `then`
    says whether that holds a claim by the estimate (`hold`), or is said beside it (`note`)."""

    clause: Words
    outcomes: list[Name] = Field(min_length=1)
    then: Literal["hold", "note"] = "note"


class Comparison(Strict):
    """How the people counted are held against others, or against what was expected: by a pinned `method`, with what it is given (`with`), the
    named `intervals` at a `level`, which are cut to so many `decimals` before anything is decided by them.

    A method that looks at people one by one may be given outcomes of the same people: their value in a window `before` enrolment and in an
    `earlier` one, and `covariates`; and the column of the cohort's register that says in which of the `clusters` somebody is. Whoever lacks one of these
    is left out, where at most a share of `lacking_at_most` does; else there is no estimate. `errors` says how often the method may be wrong, `placebos`
    what it must not find.
    """

    method: Pin
    arguments: dict[Name, Any] = Field(default_factory=dict, alias="with")
    before: Name | None = None
    earlier: Name | None = None
    covariates: list[Name] = Field(default_factory=list)
    clusters: Name | None = None
    lacking_at_most: Share = Decimal(0)
    errors: AllowedErrors | None = None
    placebos: Placebos | None = None
    intervals: list[Name] = Field(min_length=1)
    level: Annotated[Decimal, Field(gt=0, lt=1)]
    decimals: Annotated[int, Field(ge=1, le=12)]

    @model_validator(mode="after")
    def _earlier_after_before(self) -> Comparison:
        if self.earlier is not None and self.before is None:
            raise ValueError("'earlier' is the window before the one 'before' enrolment, and there is no 'before'; name that one, or leave 'earlier' out")
        return self

    @property
    def looks_at(self) -> dict[str, str]:
        """The outcomes it looks at beside its own, by the column of units that each fills."""
        named = {"before": self.before, "earlier": self.earlier, **{f"{COVARIATE}{name}": name for name in self.covariates}}
        return {column: name for column, name in named.items() if name is not None}

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The outcomes that it cannot be made without: those it looks at, and placebos that hold."""
        holding = self.placebos.outcomes if self.placebos and self.placebos.then == "hold" else []
        return tuple(dict.fromkeys((*self.looks_at.values(), *holding)))

    @property
    def sees(self) -> tuple[str, ...]:
        """Every outcome of which it is given anything, placebos that are only noted included."""
        return tuple(dict.fromkeys((*self.looks_at.values(), *(self.placebos.outcomes if self.placebos else []))))
