"""A gate profile: which expectations every contract that names it must meet, each threshold with its reason and date."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from pipelines.contracts.register import DIMENSIONS
from pipelines.contracts.strict import Name, Strict, Words


class ProfileRule(Strict):
    """One expectation of a profile. The threshold's meaning stands in the first comment of `sql/expectations/<rule>.sql`.

    `only` narrows it: to what is `compared`; to cohorts with a `matched` comparison, or `referred` by a list that says who was refused, or `judged` by
    criteria of their own; to `experienced` outcomes or to all `registered` ones; to triggers that pay `by_person`, are `capped` a person, pay by `one_price` and adjust
    nothing, are `settled_twice`, pay for an outcome `implying` another, go by an estimate that a `placebo` may hold, or whose contract names outside
    totals (`totalled`).
    `clause` is given by the contract that adds or changes the rule, never by a profile; `was` is the profile's threshold before such a change.
    """

    rule: Name
    on: Literal["register", "cohort", "outcome", "trigger"]
    only: (
        Literal["compared", "matched", "referred", "judged", "experienced", "registered", "by_person", "capped", "one_price", "settled_twice", "implying", "totalled", "placebo"]
        | None
    ) = None
    threshold: Decimal
    severity: Literal["error", "warning"]
    dimension: DIMENSIONS
    protects: Words
    because: Words
    since: dt.date
    remedy: Words
    cured_by: Literal["data_supplier", "commissioner", "provider", "evaluator"]
    clause: Words | None = None
    was: Decimal | None = None


class GateChange(Strict):
    """Another threshold for a rule of the profile, tighter or looser, by a clause and for a reason that every report prints: tightening in
    mid-term starves a provider as loosening robs a payer."""

    rule: Name
    threshold: Decimal
    clause: Words
    because: Words


class Gate(Strict):
    """What a contract's triggers are gated by: a profile, and what the contract changes in it or adds to it."""

    profile: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*@[1-9][0-9]*$")]
    thresholds: list[GateChange] = Field(default_factory=list)
    add: list[ProfileRule] = Field(default_factory=list)


class Profile(Strict):
    profile: Name
    version: Annotated[int, Field(ge=1)]
    rules: list[ProfileRule] = Field(min_length=1)

    @property
    def pin(self) -> str:
        return f"{self.profile}@{self.version}"

    def agreed(self, gate: Gate) -> Profile:
        """This profile as a contract has it: with the contract's thresholds, and the rules it adds last."""
        changes = {change.rule: change for change in gate.thresholds}
        return self.model_copy(update={"rules": [*(_changed(rule, changes.get(rule.rule)) for rule in self.rules), *gate.add]})


def _changed(rule: ProfileRule, change: GateChange | None) -> ProfileRule:
    if change is None or rule.on == "register":
        return rule
    return rule.model_copy(update={"threshold": change.threshold, "was": rule.threshold, "because": change.because, "clause": change.clause})
