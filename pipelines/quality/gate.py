"""The gate: whether a trigger may be decided. Pure and fail closed: whatever was not proved to hold, holds the trigger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from pipelines.quality.checks import HOLDING, Check

NO_WORDS = "it does not hold, and did not say why"


@dataclass(frozen=True)
class Required:
    """One expectation that a trigger needs: evaluated on exactly these inputs, by exactly this suite."""

    subject: str
    rule: str
    inputs: str
    suite: str


@dataclass(frozen=True)
class HoldReason:
    """Why a trigger is held, in words, and who can release it by doing what."""

    subject: str
    rule: str
    verdict: str
    words: str
    remedy: str
    cured_by: str

    def as_data(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class GateVerdict:
    """`open` or `held`. `required` counts what had to hold; `warnings` are shown and do not hold. `basis` is the fingerprint less what earlier
    claims gave: it stands still when they are posted. `overridden_by` is the number of the ledger entry by which two parties released what
    would hold it; nought when nothing was released.
    """

    state: Literal["open", "held"]
    fingerprint: str
    required: int
    reasons: tuple[HoldReason, ...]
    warnings: tuple[HoldReason, ...]
    basis: str = ""
    overridden_by: int = 0


@dataclass(frozen=True)
class Override:
    """What two named people of two parties released: by ledger entry, for one basis of a fingerprint, these causes (subject and rule) and no other."""

    entry: int
    basis: str
    causes: frozenset[tuple[str, str]]
    words: str


def decide(required: Iterable[Required], checks: Iterable[Check], *, fingerprint: str, as_of: dt.date, blocked: Iterable[HoldReason] = (), basis: str = "") -> GateVerdict:
    """Open only when every required expectation was evaluated tonight, once, on the required inputs by the required suite, looked at
    rows, raised nothing, and passed or merely warned. `blocked` are reasons from before any expectation could run. A trigger that
    requires nothing is held: nothing proves it.
    """
    found: dict[tuple[str, str], list[Check]] = {}
    for check in checks:
        found.setdefault((check.subject, check.rule), []).append(check)
    needed = list(required)
    judged = [_judge(item, found.get((item.subject, item.rule), []), as_of) for item in needed]
    reasons = [*blocked, *(reason for reason in judged if reason is not None and reason.verdict != "warned")]
    warnings = tuple(reason for reason in judged if reason is not None and reason.verdict == "warned")
    if not needed and not reasons:
        reasons.append(HoldReason("", "", "not_evaluated", "nothing was required of it, so nothing proves it", "Report it to the data engineer.", ""))
    return GateVerdict("held" if reasons else "open", fingerprint, len(needed), tuple(_causes_first(reasons)), warnings, basis)


def release(verdict: GateVerdict, override: Override) -> GateVerdict:
    """`verdict` opened by an override of exactly what holds it; as it was when one cause more, or another basis, is there."""
    held_by = {(reason.subject, reason.rule) for reason in verdict.reasons}
    if verdict.state == "open" or not override.basis or override.basis != verdict.basis or not held_by <= override.causes:
        return verdict
    released = tuple(replace(reason, verdict="overridden", words=f"{reason.words}; {override.words}") for reason in verdict.reasons)
    return replace(verdict, state="open", reasons=(), warnings=(*verdict.warnings, *released), overridden_by=override.entry)


def _judge(item: Required, found: list[Check], as_of: dt.date) -> HoldReason | None:
    """Why this expectation does not let the trigger through; None when it does, a `warned` reason when it only warns."""
    if not found:
        return _reason(item, "not_evaluated", "it was declared and did not run", "Read the run's summary: a step before it stopped.", "data_engineer")
    if len(found) > 1:
        return _reason(item, "errored", "it has more than one result tonight", "Report it to the data engineer.", "data_engineer")
    check = found[0]
    if check.as_of != as_of or check.inputs != item.inputs or check.suite != item.suite:
        return _reason(item, "not_evaluated", "it ran on other data or definitions than the decision would use", "Run the night again.", "data_engineer")
    return _judge_result(item, check)


def _judge_result(item: Required, check: Check) -> HoldReason | None:
    """Judge what the one check of tonight said. A verdict that its severity or its rows do not allow is no pass."""
    if check.verdict in HOLDING:
        words = check.reason or check.observed or NO_WORDS
        return HoldReason(item.subject, item.rule, check.verdict, words, check.remedy, check.cured_by)
    if check.denominator is None or check.denominator <= 0:
        return HoldReason(item.subject, item.rule, "not_evaluated", "it looked at no rows", check.remedy, check.cured_by)
    if check.verdict == "warned" and check.severity == "warning":
        return HoldReason(item.subject, item.rule, "warned", check.observed, check.remedy, check.cured_by)
    if check.verdict != "passed":
        return _reason(item, "errored", "its result is neither a pass nor a warning that it may give", "Report it to the data engineer.", "data_engineer")
    return None


def _reason(item: Required, verdict: str, words: str, remedy: str, cured_by: str) -> HoldReason:
    return HoldReason(item.subject, item.rule, verdict, words, remedy, cured_by)


def _causes_first(reasons: list[HoldReason]) -> list[HoldReason]:
    """Failures and errors before what merely did not run because of them."""
    return sorted(reasons, key=lambda reason: reason.verdict == "not_evaluated")
