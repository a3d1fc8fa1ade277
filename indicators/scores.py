"""Scores of questionnaires: a scale of items, what is done about missing ones, and a person's baseline.

A score is the points of all items together. It is kept in whole millionths of a point, so that a score reckoned from the items that were
answered is the same on every machine.
"""

from __future__ import annotations

import functools
import operator
from typing import Annotated, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from indicators.events import DAY_COLUMNS
from indicators.indicator import VALUE, spell_list, written
from indicators.ordered import in_order

MILLION = 1_000_000
ItemName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


class Threshold(BaseModel):
    """The change that has to be reached, and the step of the scale that reaches it, written `{change: 10, met_by: 12}`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    change: int = Field(ge=1, le=1000)
    met_by: int = Field(ge=1, le=1000)


class Scale(BaseModel):
    """How a questionnaire is scored: each of `items` is answered from `lowest` to `highest` and counts `points` for each of these, so that
    scores of complete answers move in steps of `points`. An answer is used when at least `least_items` are given; a missing item is then
    the mean of those given. `better` says which way is up. A `threshold` names the step that meets it, so that nobody reads a change of ten
    into a scale that has none."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    items: list[ItemName] = Field(min_length=1, max_length=100)
    lowest: int = Field(ge=-100, le=100)
    highest: int = Field(ge=-100, le=100)
    points: int = Field(ge=1, le=100)
    least_items: int = Field(ge=1)
    better: Literal["higher", "lower"]
    threshold: Threshold | None = None

    @model_validator(mode="after")
    def _sound(self) -> Scale:
        if self.highest <= self.lowest:
            raise ValueError(f"items from {self.lowest} to {self.highest} have no step; 'highest' is above 'lowest'")
        if len(set(self.items)) < len(self.items):
            raise ValueError("an item stands twice among 'items'")
        if self.least_items > len(self.items):
            raise ValueError(f"at least {self.least_items} of {len(self.items)} items are never given; 'least_items' is at most {len(self.items)}")
        if self.threshold is not None:
            self._check(self.threshold)
        return self

    def _check(self, threshold: Threshold) -> None:
        """Whether the step that a threshold names is the first that meets it, and one that the scale has."""
        met_by, most = step_for(threshold.change, self.points), len(self.items) * (self.highest - self.lowest) * self.points
        if met_by > most:
            raise ValueError(f"a change of {threshold.change} is more than the {most} points the scale has from its least score to its most")
        if threshold.met_by != met_by:
            raise ValueError(f"on a scale in steps of {self.points} a change of {threshold.change} is met by {met_by}; write met_by: {met_by}")


def step_for(change: int, step: int) -> int:
    """The least change of at least `change` on a scale that moves in steps of `step`."""
    return -(-change // step) * step


def scored(answers: pl.LazyFrame, scale: Scale) -> pl.LazyFrame:
    """person_id, day and `score` (Int64, millionths of a point) of the answers that are used, one row each. An answer with an item that cannot
    be is none; a score that is no whole millionth is rounded half up. Raises ValueError for a table without a day or without an item."""
    held = answers.collect_schema().names()
    day = next((name for name in DAY_COLUMNS if name in held), None)
    lacking = [name for name in scale.items if name not in held]
    if day is None or lacking:
        raise ValueError(f"the answers have no column {lacking[0] if lacking else ', '.join(DAY_COLUMNS)}; name the items as the register has them")
    if scale.least_items == len(scale.items):
        return _complete(answers, day, scale)
    can_be = pl.all_horizontal(pl.col(name).is_null() | pl.col(name).is_between(scale.lowest, scale.highest) for name in scale.items)
    given = pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int64) for name in scale.items)
    told = answers.filter(can_be).select("person_id", day=day, given=given, total=pl.sum_horizontal(pl.col(name).cast(pl.Int64) for name in scale.items))
    doubled = pl.col("total") * (2 * len(scale.items) * scale.points * MILLION)
    return told.filter(pl.col("given") >= scale.least_items).select("person_id", "day", score=(doubled + pl.col("given")).floordiv(2 * pl.col("given")))


def _complete(answers: pl.LazyFrame, day: str, scale: Scale) -> pl.LazyFrame:
    """`scored` where every item has to be given: such a score is whole, and nothing has to be counted or divided."""
    is_used = pl.all_horizontal(pl.col(name).is_between(scale.lowest, scale.highest) for name in scale.items)
    total = functools.reduce(operator.add, (pl.col(name).cast(pl.Int32, strict=False) for name in scale.items))
    return answers.select("person_id", day=day, score=total.cast(pl.Int64) * (scale.points * MILLION), is_used=is_used).filter("is_used").drop("is_used")


def first_near(answers: pl.LazyFrame, days: int) -> pl.LazyFrame:
    """person_id, baseline_day and `baseline`: each person's first answer at most `days` days before or after enrolment. `answers` are as `scored`
    gives them, with `enrolled_day`."""
    near = answers.filter((pl.col("day") - pl.col("enrolled_day")).abs() <= days).select("person_id", "day", "score")
    return in_order(near, "day", "score").group_by("person_id", maintain_order=True).agg(baseline_day=pl.col("day").first(), baseline=pl.col("score").first())


def last_of(answers: pl.LazyFrame) -> pl.LazyFrame:
    """person_id, follow_day and `follow`: each person's last answer of `answers`, which are as `scored` gives them."""
    told = in_order(answers.select("person_id", "day", "score"), "day", "score")
    return told.group_by("person_id", maintain_order=True).agg(follow_day=pl.col("day").last(), follow=pl.col("score").last())


def points(millionths: pl.Expr) -> pl.Expr:
    """Millionths of a point as points, exactly."""
    return (millionths / MILLION).cast(VALUE)


def score_list(answers: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Every answer of a person with its score, as a spell of its day: one row a person, `spells`. Each score is spelled once: to do
    it for millions of answers takes longer than everything else."""
    said = pl.format("{} {}", pl.lit(name), written(points(pl.col("score"))))
    words = answers.select("score").unique().with_columns(code=said)
    days = in_order(answers.select("person_id", "day", "score", end_day=pl.col("day") + 1), "day", "score").join(words, on="score", how="left", maintain_order="left")
    return days.select("person_id", spells=spell_list("day", "end_day", pl.col("code"))).group_by("person_id", maintain_order=True).agg("spells")
