"""An estimate that an evaluator gives and nobody here computes: what a contract says of it under `with`, and whether that fits the contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from pipelines.contracts.catalogue import MethodTerms
from pipelines.contracts.comparison import Comparison, Share
from pipelines.contracts.eligible import Days
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.payment import Pin
from pipelines.contracts.source import nearest
from pipelines.contracts.strict import Name, Strict, Words

EXTERNAL = "external@1"
EVALUATOR = "evaluator"
GIVEN_BY = "estimated_by"
"""The diagnostic of an estimate that says which party gave it."""
STATED = "stated"
"""The interval of whatever method the evaluator's file states, where none of ours is named."""
FROM_ROWS = ("before", "earlier", "covariates", "clusters")
"""What a comparison gives a method that looks at people; here nothing does."""
Role = Literal["treatment", "comparison"]
People = Annotated[int, Field(ge=1, le=10_000_000)]


class External(Strict):
    """The estimate is given by a party of the contract, in a file that a person of it signs; it is checked here and not computed here. `by` is
    that party, an evaluator. `quantities` are what the file estimates, and `unit` what they are counted in. `at_least` is how many people of
    each role must be counted. `cohort_differs` is the share by which the file's number of treated people may differ from the frozen cohort's.
    `at_latest` is how long after the claim period's end the first estimate may come. `states` is the method of ours that the file must state,
    where the parties agreed on one."""

    by: Name
    quantities: list[Name] = Field(min_length=1)
    unit: Words
    at_least: Annotated[dict[Role, People], Field(json_schema_extra={"required": ["treatment"]})]
    cohort_differs: Share = Decimal(0)
    at_latest: Days | None = None
    states: Pin | None = None

    @model_validator(mode="after")
    def _treated_are_counted(self) -> External:
        if "treatment" not in self.at_least:
            raise ValueError("'at_least' says how many people must be counted, and names no 'treatment'; give it a number")
        return self


class ExternalTerms(MethodTerms):
    """What a contract may say of an estimate that is given: everything that a computed one may have, and an interval of no name of ours."""

    @cached_property
    def model(self) -> type[BaseModel]:
        return External


def external_terms(methods: Mapping[str, MethodTerms]) -> ExternalTerms:
    """The terms of an estimate that is given, where these are computed."""
    intervals = sorted({STATED, *(name for terms in methods.values() for name in terms.intervals)})
    quantities = sorted({name for terms in methods.values() for name in terms.quantities})
    return ExternalTerms(tuple(intervals), tuple(quantities), definition=External.__doc__ or "")


def is_external(compare: Comparison | None) -> bool:
    """Whether a comparison's estimate is given, and not computed."""
    return compare is not None and compare.method == EXTERNAL


def external(compare: Comparison) -> External:
    """What the contract says of the estimate that is given. Raises pydantic's ValidationError; the catalogue has checked it before."""
    return External.model_validate(compare.arguments)


def quantities_of(compare: Comparison, terms: MethodTerms) -> tuple[str, ...]:
    """The quantities that rules may name: all that a method computes, or those that an evaluator's file has."""
    given = compare.arguments.get("quantities")
    return tuple(str(name) for name in given) if is_external(compare) and isinstance(given, list) else terms.quantities


def unfit_external(contract: OutcomeContract, compare: Comparison, methods: Mapping[str, MethodTerms]) -> Iterable[tuple[tuple[str | int, ...], str]]:
    """What of an estimate that is given does not fit its contract: where it stands in the comparison, and why."""
    terms, parties = external(compare), {party.id: party for party in contract.parties}
    if terms.by not in parties:
        yield ("with", "by"), f"there is no party '{terms.by}'{nearest(terms.by, list(parties))}"
    elif EVALUATOR not in parties[terms.by].roles:
        yield ("with", "by"), f"'{terms.by}' gives the estimate and does not have the role '{EVALUATOR}'"
    known = methods[EXTERNAL].quantities
    for index, name in enumerate(terms.quantities):
        if name not in known:
            yield ("with", "quantities", index), f"there is no quantity '{name}'{nearest(name, list(known))}"
    computed = [pin for pin in methods if pin != EXTERNAL]
    if terms.states is not None and terms.states not in computed:
        yield ("with", "states"), f"there is no method '{terms.states}'{nearest(terms.states, computed)}"
    for key in FROM_ROWS:
        if getattr(compare, key):
            yield (key,), f"the estimate is given by '{terms.by}', and nothing here looks at '{key}'; leave it out, and have the file say it under its assumptions"
