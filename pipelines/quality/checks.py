"""What an expectation said: one of five verdicts, with what was counted and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from indicators.disclosure import is_small

Verdict = Literal["passed", "warned", "failed", "not_evaluated", "errored"]
HOLDING = ("failed", "not_evaluated", "errored")


@dataclass(frozen=True)
class Check:
    """One expectation, evaluated. `inputs` is the digest of the data and definitions it looked at, read beside them; `suite` the
    digest of the suite it belongs to. `numerator` of `denominator` is what was counted."""

    subject: str
    rule: str
    verdict: Verdict
    severity: str
    numerator: int | None
    denominator: int | None
    observed: str
    threshold: str
    reason: str
    protects: str
    remedy: str
    dimension: str
    cured_by: str
    inputs: str
    suite: str
    as_of: dt.date

    def as_data(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True)
class Tally:
    """Of one subject's suite, how many expectations were declared, how many of them Great Expectations gave a result for, and how many could not
    be asked, since nothing is delivered of what they look at."""

    subject: str
    declared: int
    run: int
    unasked: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether everything declared ran that could be asked."""
        return self.declared == self.run + self.unasked

    def words(self) -> str:
        """What was declared and what ran."""
        said = f"{self.declared} expectations declared, {self.run} run"
        return f"{said}, {self.unasked} not asked for want of a delivery" if self.unasked else said


def verdict_of(*, is_success: bool, is_error: bool, severity: str, rows: int | None) -> Verdict:
    """`errored` when it raised, `not_evaluated` when it looked at no rows, else `passed`, `warned` or `failed`."""
    if is_error:
        return "errored"
    if not rows:
        return "not_evaluated"
    if is_success:
        return "passed"
    return "warned" if severity == "warning" else "failed"


def counted_words(numerator: int, denominator: int, bound: str, smallest: int = 5) -> str:
    """`3 of 432` with the small side of it hidden: a report may not tell how few a few are."""
    other = denominator - numerator
    if is_small(numerator, smallest) and bound == "at_least":
        return f"fewer than {smallest} of {denominator}"
    if bound == "at_least":
        return f"fewer than {smallest} of {denominator} are missing" if is_small(other, smallest) else f"{numerator} of {denominator}"
    if is_small(numerator, smallest):
        return f"fewer than {smallest} of {denominator}"
    return f"all but fewer than {smallest} of {denominator}" if is_small(other, smallest) else f"{numerator} of {denominator}"
