"""Who may be counted at all, decided on what was true the day before enrolment: of age, alive, resident, in no register that bars.

The same rules hold for the treated, for an arm of comparison and for people who are matched to them: a role is nowhere asked for. Nothing
that a register says of the day of enrolment or of a later one changes an answer, but for a birth, which is before it or impossible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import polars as pl
from annotated_types import Ge, Le
from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from indicators.presence import LONGEST_UNSEEN
from indicators.windows import same_date

Clause = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Years = Annotated[int, Ge(0), Le(120)]
EVERYWHERE: tuple[str, ...] = ()
BY_REGISTERS = (
    "unlinked",
    "died_before_enrolment",
    "born_after_enrolment",
    "born_after_referral",
    "birth_day_unknown",
    "too_young",
    "too_old",
    "residence_unknown",
    "not_resident",
    "lives_elsewhere",
)
"""Reasons why somebody whom the list enrols is not eligible, the first that fits; then `in_<register>` for each register that bars, in the
contract's order. `unlinked`: the population register never had the key. `residence_unknown`: it counted nobody within the 100 days before
enrolment, as before it begins, or not since the person was born."""


class Age(BaseModel):
    """How old somebody is on the day of enrolment: `at_least` so many years, and `below` so many. Who is born on 29 February comes of an
    age on the last day of February. Whoever has no day of birth in the register is `ineligible`, unless the contract says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    clause: Clause
    at_least: Years | None = None
    below: Years | None = None
    birth_day_unknown: Literal["ineligible", "eligible"] = "ineligible"

    @model_validator(mode="after")
    def _some_age(self) -> Age:
        if self.at_least is None and self.below is None:
            raise ValueError("an age is 'at_least' so many years, or 'below' so many, or both; name one")
        if self.at_least is not None and self.below is not None and self.below <= self.at_least:
            raise ValueError(f"nobody is at least {self.at_least} and below {self.below} years old; 'below' is the first age that is too old")
        return self


@dataclass(frozen=True)
class Criteria:
    """What is asked of registers. `age` None asks for none. `municipalities` None does not ask where somebody lives, and EVERYWHERE is
    satisfied with the whole country. `barred_by` are registers in which nobody may be."""

    age: Age | None = None
    municipalities: Sequence[str] | None = None
    barred_by: Sequence[str] = ()


@dataclass(frozen=True)
class Facts:
    """What registers know of the people asked about. `births`: person_id and birth_day, one row each person the population register has.
    `deaths`: one-day spells. `days`: the days on which the population was counted (day). `homes`: spells of days on which each person
    was counted, with `municipality`. `stays`: spells by register. Spells are half-open, in day numbers."""

    births: pl.LazyFrame
    deaths: pl.LazyFrame
    days: pl.LazyFrame
    homes: pl.LazyFrame
    stays: Mapping[str, pl.LazyFrame]


def barred(people: pl.LazyFrame, facts: Facts, criteria: Criteria) -> pl.LazyFrame:
    """Why each of `people` is not eligible: person_id, enrolled_day and `barred`, null for who is.

    `people`: person_id, enrolled_day and referred_day (null where nobody was referred), one row each person and day of enrolment.
    """
    born = facts.births.group_by("person_id").agg(birth_day=pl.col("birth_day").first(), is_known=pl.lit(value=True))
    died = facts.deaths.group_by("person_id").agg(died_day=pl.col("start_day").min())
    asked = people.select(*KEY, "referred_day", before=pl.col("enrolled_day") - 1).join(born, on="person_id", how="left").join(died, on="person_id", how="left")
    found = _counted(asked, facts, criteria.municipalities or EVERYWHERE)
    for name in criteria.barred_by:
        found = found.join(_inside(asked, facts.stays[name], "before", f"in_{name}"), on=KEY, how="left")
    reasons = [*_histories(), *_of_age(criteria.age), *_of_home(criteria.municipalities)]
    reasons += [pl.when(pl.col(f"in_{name}")).then(pl.lit(f"in_{name}")) for name in criteria.barred_by]
    return found.select(*KEY, barred=pl.coalesce(reasons))


KEY = ["person_id", "enrolled_day"]


def _inside(asked: pl.LazyFrame, spells: pl.LazyFrame, day: str, name: str) -> pl.LazyFrame:
    """The keys of `asked` with a spell on the day in column `day`, once each, with a true column `name`."""
    on_day = asked.select(*KEY, day).join(spells, on="person_id").filter((pl.col("start_day") <= pl.col(day)) & (pl.col(day) < pl.col("end_day")))
    return on_day.select(KEY).unique().with_columns(pl.lit(value=True).alias(name))


def _counted(asked: pl.LazyFrame, facts: Facts, municipalities: Sequence[str]) -> pl.LazyFrame:
    """`asked` with `counted_on`, the newest day before enrolment on which the population was counted, whether that has the person
    (`is_resident`), and has them in one of the municipalities (`is_here`): null where it has not."""
    days = facts.days.select(counted_on=pl.col("day").cast(pl.Int32)).sort("counted_on")
    counted = asked.sort("before").join_asof(days, left_on="before", right_on="counted_on", strategy="backward")
    here = facts.homes.filter(pl.col("municipality").is_in(list(municipalities))) if municipalities else facts.homes
    resident = counted.join(_inside(counted, facts.homes, "counted_on", "is_resident"), on=KEY, how="left")
    return resident.join(_inside(counted, here, "counted_on", "is_here"), on=KEY, how="left")


def _histories() -> list[pl.Expr]:
    """Keys that nobody knows, and lives that cannot have been lived."""
    return [
        pl.when(pl.col("is_known").is_null()).then(pl.lit("unlinked")),
        pl.when(pl.col("died_day") <= pl.col("before")).then(pl.lit("died_before_enrolment")),
        pl.when(pl.col("birth_day") > pl.col("enrolled_day")).then(pl.lit("born_after_enrolment")),
        pl.when(pl.col("birth_day") > pl.col("referred_day")).then(pl.lit("born_after_referral")),
    ]


def _of_age(age: Age | None) -> list[pl.Expr]:
    made: list[pl.Expr] = []
    if age is not None and age.birth_day_unknown == "ineligible":
        made.append(pl.when(pl.col("birth_day").is_null()).then(pl.lit("birth_day_unknown")))
    if age is not None and age.at_least is not None:
        made.append(pl.when(pl.col("enrolled_day") < same_date(pl.col("birth_day"), age.at_least)).then(pl.lit("too_young")))
    if age is not None and age.below is not None:
        made.append(pl.when(pl.col("enrolled_day") >= same_date(pl.col("birth_day"), age.below)).then(pl.lit("too_old")))
    return made


def _of_home(municipalities: Sequence[str] | None) -> list[pl.Expr]:
    """Whether the person was counted, and where. Whoever was born since the population was last counted cannot have been."""
    if municipalities is None:
        return []
    is_old = (pl.col("before") - pl.col("counted_on") > LONGEST_UNSEEN).fill_null(value=True)
    return [
        pl.when(is_old | (pl.col("birth_day") > pl.col("counted_on")).fill_null(value=False)).then(pl.lit("residence_unknown")),
        pl.when(pl.col("is_resident").is_null()).then(pl.lit("not_resident")),
        pl.when(pl.col("is_here").is_null()).then(pl.lit("lives_elsewhere")),
    ]
