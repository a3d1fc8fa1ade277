"""The indicators of the registers against a second reading of each clause in plain Python, on made-up histories that crowd around every
edge; and what may not change an answer: who else is there, the order of rows, shards, and rows that the clause does not look at.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import polars as pl
import pytest
from absence_read import ABSENCE
from benefit_cost_read import BENEFIT_COST
from claims_read import CLAIMS
from days_in_care_read import DAYS_IN_CARE
from days_read import DAYS
from education_read import ENTERED, SUSTAINED
from employment_read import EMPLOYMENT
from entered_care_read import ENTERED_CARE
from events_read import COUNT, WITHIN
from housing_read import HOUSING
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from qualification_read import QUALIFIED
from reading import FEWER, ORACLE, PEOPLE, Answer, Example, Reading, computed, staged
from reoffence_read import REOFFENCE
from score_read import SCORE
from state_read import STATE
from status_read import STATUS
from weeks_read import WEEKS
from who5_read import WHO5

from indicators.spells import SHARDS

READINGS = (
    ABSENCE,
    WITHIN,
    COUNT,
    DAYS,
    DAYS_IN_CARE,
    ENTERED_CARE,
    REOFFENCE,
    WEEKS,
    EMPLOYMENT,
    BENEFIT_COST,
    ENTERED,
    SUSTAINED,
    QUALIFIED,
    SCORE,
    STATE,
    STATUS,
    CLAIMS,
    HOUSING,
    WHO5,
)
EACH = pytest.mark.parametrize("reading", [pytest.param(reading, id=reading.pin) for reading in READINGS])
OFTEN, MOST_DRAWINGS = 20, 4
OTHERS = 1000
"""What the numbers of other people begin at."""
PAID = ["person_id", "role", "status", "window_start", "window_end", "exposure", "value"]


def said_by(rows: pl.DataFrame) -> dict[int, Answer]:
    names = ("status", "reason", "exposure", "value", "window_start", "window_end")
    return {row["person_id"]: tuple(row[name] for name in names) for row in rows.iter_rows(named=True)}  # type: ignore[misc]


def again(made: Example, number: int) -> tuple[object, ...]:
    """The same histories of other people."""
    return tuple(replace(person, number=number + person.number) for person in made.people)


@EACH
def test_the_indicator_says_what_a_second_reading_says_of_thousands_who_meet_every_reason_often(reading: Reading) -> None:
    """What is drawn changes with any source that the drawing looks at, so that a reason met too seldom is drawn for again."""
    seen: Counter[str] = Counter()

    @given(made=reading.examples)
    @settings(ORACLE, derandomize=False)
    def agree(made: Example) -> None:
        answers = {person.number: reading.read(person, made) for person in made.people}
        seen.update(reason for _, reason, *_ in answers.values())
        rows = computed(reading, made)
        assert said_by(rows) == answers
        assert dict(rows.select("person_id", "role").iter_rows()) == {person.number: person.role for person in made.people}

    for number in range(MOST_DRAWINGS):
        seed(number)(agree)()
        if all(seen[reason] > OFTEN for reason in reading.reasons):
            break
    assert sum(seen.values()) >= 2_000
    assert set(seen) == set(reading.reasons)
    assert all(seen[reason] > OFTEN for reason in reading.reasons), seen


@EACH
def test_shards_computed_apart_say_the_same_as_the_whole(reading: Reading) -> None:
    @given(made=reading.examples)
    @settings(FEWER, max_examples=8)
    def agree(made: Example) -> None:
        rows = staged(reading, made.people)
        parts = []
        for shard in sorted({person.number % SHARDS for person in made.people}):
            people = [person for person in made.people if person.number % SHARDS == shard]
            parts.append(computed(reading, made, people, {name: [row for row in found if row[0] % SHARDS == shard] for name, found in rows.items()}))
        assert_frame_equal(pl.concat(parts).sort("person_id"), computed(reading, made))

    agree()


@EACH
def test_order_categories_other_people_and_rows_outside_the_window_change_nothing(reading: Reading) -> None:
    """What the same people come to is told once, and each change is held against it."""

    @given(made=reading.examples, order=st.integers(0, 999))
    @FEWER
    def agree(made: Example, order: int) -> None:
        alone = computed(reading, made)
        for unchanged in (in_another_order(reading, made, order), beside_others(reading, made), computed(reading, made, kind=pl.Categorical)):
            assert_frame_equal(unchanged, alone)
        assert_frame_equal(with_others(reading, made).filter(pl.col("person_id") < OTHERS), alone)
        assert_frame_equal(with_rows_outside(reading, made).select(PAID), alone.select(PAID))

    agree()


def in_another_order(reading: Reading, made: Example, order: int) -> pl.DataFrame:
    """People and rows come as they fell."""
    chance = random.Random(order)
    people, rows = list(made.people), staged(reading, made.people)
    for found in (people, *rows.values()):
        chance.shuffle(found)
    return computed(reading, made, people, rows)


def beside_others(reading: Reading, made: Example) -> pl.DataFrame:
    """The tables hold rows of people outside the cohort."""
    return computed(reading, made, rows=staged(reading, (*made.people, *again(made, OTHERS))))


def with_others(reading: Reading, made: Example) -> pl.DataFrame:
    """The cohort has more people."""
    both = computed(reading, replace(made, people=(*made.people, *again(made, OTHERS))))
    assert both.height == 2 * PEOPLE
    return both


def with_rows_outside(reading: Reading, made: Example) -> pl.DataFrame:
    """People have rows that the clause does not look at."""
    more = [reading.outside(person, made) for person in made.people]
    assert staged(reading, more) != staged(reading, made.people)
    return computed(reading, made, rows=staged(reading, more))


def test_days_in_care_and_days_out_of_it_are_the_days_at_risk() -> None:
    """Each child has the same row in both but for the value, and the two values are the exposure, whatever the terms."""

    @given(made=DAYS.examples)
    @FEWER
    def agree(made: Example) -> None:
        inside, out = computed(DAYS_IN_CARE, made), computed(DAYS, made)
        assert_frame_equal(inside.drop("value"), out.drop("value"))
        both = inside.select(together=pl.col("value") + out["value"], exposure=pl.col("exposure"))
        assert both["together"].cast(pl.Int64).to_list() == both["exposure"].to_list()

    agree()
