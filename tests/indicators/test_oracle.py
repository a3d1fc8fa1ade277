"""Indicators of one or two tables against a second reading of their clause in plain Python, a day at a time, on made-up histories; those of
the Danish registers have theirs in test_second_readings.py.

Windows are a week or two and histories crowd around their ends, so that every edge is met often; many people share one example.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from test_second_readings import READINGS as OF_REGISTERS

from indicators.indicator import COHORT_SCHEMA, library
from indicators.spells import SHARDS, SPELL_SCHEMA, days_inside

PEOPLE = 40
Answer = tuple[str, str, int | None, int | None]
settings.register_profile("oracle", max_examples=50, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
ORACLE = settings.get_profile("oracle")
FEWER = settings(ORACLE, max_examples=15)


@dataclass(frozen=True)
class Person:
    """One made-up history. `searches` are (first day, last day), both searched."""

    number: int
    role: str
    enrolled: int
    arrests: tuple[int, ...]
    searches: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class History:
    weeks: int
    mature_until: int
    people: tuple[Person, ...]


@st.composite
def histories(draw: st.DrawFn) -> History:
    weeks = draw(st.integers(1, 2))
    begins = draw(st.sampled_from([-30, -7, 0, 20_000]))
    first, stride = draw(st.integers(0, 40)), draw(st.integers(1, 17))
    edge = weeks * 7
    offsets = st.one_of(st.sampled_from([-1, 0, edge - 1, edge]), st.integers(-4, edge + 4))
    lengths = st.one_of(st.sampled_from([edge - 1, edge, edge + 1]), st.integers(1, edge + 5))
    whole = st.just(((0, edge - 1),))
    parts = st.lists(st.tuples(offsets, lengths), max_size=3).map(lambda made: tuple((start, start + length - 1) for start, length in made))
    shapes = st.tuples(st.integers(0, 3), st.lists(offsets, max_size=2), st.one_of(whole, parts), st.booleans())
    people = tuple(
        Person(
            first + stride * index,
            "treatment" if is_treated else "comparison",
            begins + later,
            tuple(begins + later + day for day in arrests),
            tuple((begins + later + start, begins + later + end) for start, end in searches),
        )
        for index, (later, arrests, searches, is_treated) in enumerate(draw(st.lists(shapes, min_size=PEOPLE, max_size=PEOPLE + 10)))
    )
    return History(weeks, begins + edge + draw(st.sampled_from([0, 1, 2, 3, 1000])), people)


def read_rearrest(person: Person, weeks: int, mature_until: int) -> Answer:
    """The clause of `rearrest`, a day at a time."""
    window = [person.enrolled + day for day in range(weeks * 7)]
    if any(day >= mature_until for day in window):
        return ("not_mature", "window_not_covered_yet", None, None)
    for at_risk, day in enumerate(window, start=1):
        if day in person.arrests:
            return ("counted", "arrested", at_risk, 1)
    if not person.searches:
        return ("not_observed", "unlinked", None, None)
    if all(any(start <= day <= end for start, end in person.searches) for day in window):
        return ("counted", "no_arrest", len(window), 0)
    is_searched_to_the_end = any(end >= window[-1] for _, end in person.searches)
    return ("not_observed", "follow_up_has_gaps" if is_searched_to_the_end else "follow_up_ends_early", None, None)


def read_enrolled(person: Person, weeks: int, mature_until: int) -> Answer:
    """The clause of `enrolled`."""
    return ("not_mature", "window_not_covered_yet", None, None) if person.enrolled >= mature_until else ("counted", "enrolled", 1, 1)


READINGS = {"rearrest@1": (read_rearrest, True), "enrolled@1": (read_enrolled, False)}
Tables = dict[str, list[tuple[int, int, int]]]


def tables_of(people: tuple[Person, ...]) -> Tables:
    """Staged spells in the order they are stored in: by shard, person and start."""
    arrests = [(person.number, day, day + 1) for person in people for day in person.arrests]
    searched = [(person.number, start, end + 1) for person in people for start, end in person.searches]
    return {name: sorted(rows, key=lambda row: (row[0] % SHARDS, *row)) for name, rows in (("arrests", arrests), ("arrests_searched", searched))}


def computed(pin: str, made: History, people: list[Person] | None = None, tables: Tables | None = None) -> pl.DataFrame:
    """Unit rows by the indicator itself, sorted by person."""
    measure = library()[pin]
    cohort = [(person.number, person.role, person.enrolled) for person in (made.people if people is None else people)]
    staged = tables_of(made.people) if tables is None else tables
    frames = {name: pl.DataFrame(staged[name], schema=SPELL_SCHEMA, orient="row") for name in measure.tables}
    arguments = {"weeks": made.weeks} if READINGS[pin][1] else {}
    return measure.computed(pl.DataFrame(cohort, schema=COHORT_SCHEMA, orient="row"), frames, arguments, made.mature_until).sort("person_id")


def test_every_indicator_has_a_second_reading() -> None:
    assert {*READINGS, *(reading.pin for reading in OF_REGISTERS)} == library().keys()


@given(made=histories())
@ORACLE
def test_the_indicator_says_what_a_second_reading_says(made: History) -> None:
    for pin, (read, _) in READINGS.items():
        rows = computed(pin, made)
        said = {row["person_id"]: (row["status"], row["reason"], row["exposure"], row["value"]) for row in rows.iter_rows(named=True)}
        assert rows.height == len(made.people)
        assert said == {person.number: read(person, made.weeks, made.mature_until) for person in made.people}
        assert dict(rows.select("person_id", "role").iter_rows()) == {person.number: person.role for person in made.people}


def test_the_made_up_histories_meet_every_reason_often() -> None:
    seen: Counter[str] = Counter()

    @given(made=histories())
    @ORACLE
    def look(made: History) -> None:
        seen.update(read_rearrest(person, made.weeks, made.mature_until)[1] for person in made.people)

    look()
    assert sum(seen.values()) >= 2_000
    assert all(seen[reason] > 20 for reason in ("arrested", "no_arrest", "unlinked", "follow_up_ends_early", "follow_up_has_gaps", "window_not_covered_yet")), seen


@given(made=histories())
@FEWER
def test_shards_computed_apart_say_the_same_as_the_whole(made: History) -> None:
    tables = tables_of(made.people)
    for pin in READINGS:
        parts = []
        for shard in sorted({person.number % SHARDS for person in made.people}):
            people = [person for person in made.people if person.number % SHARDS == shard]
            own = {name: [row for row in rows if row[0] % SHARDS == shard] for name, rows in tables.items()}
            parts.append(computed(pin, made, people, own))
        assert_frame_equal(pl.concat(parts).sort("person_id"), computed(pin, made))


@given(made=histories(), order=st.integers(0, 999))
@FEWER
def test_the_order_of_rows_changes_nothing(made: History, order: int) -> None:
    chance = random.Random(order)
    people, tables = list(made.people), tables_of(made.people)
    for rows in (people, *tables.values()):
        chance.shuffle(rows)
    for pin in READINGS:
        assert_frame_equal(computed(pin, made, people, tables), computed(pin, made))


@given(made=histories())
@FEWER
def test_people_outside_the_cohort_change_nothing(made: History) -> None:
    number = 1 + max(person.number for person in made.people)
    strangers = tuple(replace(person, number=number + person.number) for person in made.people)
    for pin in READINGS:
        assert_frame_equal(computed(pin, made, list(made.people), tables_of(made.people + strangers)), computed(pin, made))


@given(made=histories())
@FEWER
def test_more_people_in_the_cohort_change_nobody_elses_row(made: History) -> None:
    number = 1 + max(person.number for person in made.people)
    more = tuple(replace(person, number=number + person.number) for person in made.people)
    both = computed("rearrest@1", replace(made, people=made.people + more))
    assert both.height == 2 * len(made.people)
    assert_frame_equal(both.filter(pl.col("person_id") < number), computed("rearrest@1", made))


@given(made=histories(), before=st.integers(1, 30), after=st.integers(0, 30))
@FEWER
def test_spells_outside_the_window_change_nothing_that_is_paid(made: History, before: int, after: int) -> None:
    days = {person: (person.enrolled - before, person.enrolled + made.weeks * 7 + after) for person in made.people}
    arrested = tuple(replace(person, arrests=person.arrests + days[person]) for person in made.people)
    assert_frame_equal(computed("rearrest@1", made, tables=tables_of(arrested)), computed("rearrest@1", made))
    searched = tuple(replace(person, searches=(*person.searches, *((day, day) for day in days[person]))) for person in made.people)
    paid = ["person_id", "role", "status", "window_start", "window_end", "exposure", "value"]
    assert_frame_equal(computed("rearrest@1", made, tables=tables_of(searched)).select(paid), computed("rearrest@1", made).select(paid))


Spells = list[tuple[int, int, int]]
WINDOWS = pl.Schema({"person_id": pl.Int32, "window_start": pl.Int32, "window_end": pl.Int32})


def inside(spells: Spells, windows: Spells) -> dict[int, int]:
    frame = days_inside(pl.LazyFrame(spells, schema=SPELL_SCHEMA, orient="row"), pl.LazyFrame(windows, schema=WINDOWS, orient="row")).collect()
    assert frame.schema == {"person_id": pl.Int32, "days": pl.Int64}
    assert frame["person_id"].is_unique().all()
    return dict(frame.iter_rows())


def day_sets(spells: Spells, windows: Spells) -> dict[int, int]:
    """Days inside, by putting every single day into a set."""
    found: dict[int, int] = {}
    for person, begins, ends in windows:
        window = set(range(begins, ends))
        days = {day for owner, start, end in spells if owner == person for day in range(start, end)} & window
        if days:
            found[person] = len(days)
    return found


@pytest.mark.parametrize(
    ("spells", "days"),
    [
        pytest.param([(0, 10)], 10, id="the whole window"),
        pytest.param([(-5, 20)], 10, id="more than the window"),
        pytest.param([(2, 5), (4, 8)], 6, id="two that overlap"),
        pytest.param([(1, 9), (3, 5)], 8, id="one inside the other"),
        pytest.param([(1, 9), (3, 5), (6, 7)], 8, id="two inside one"),
        pytest.param([(2, 5), (5, 8)], 6, id="two that touch"),
        pytest.param([(2, 5), (6, 8)], 5, id="a day between two"),
        pytest.param([(2, 5), (2, 5)], 3, id="the same twice"),
        pytest.param([(2, 5), (2, 7)], 5, id="two from the same day"),
        pytest.param([(-5, 1), (9, 12)], 2, id="one over each end"),
        pytest.param([(-5, 0)], None, id="over on the first day"),
        pytest.param([(10, 12)], None, id="from the day after the last"),
        pytest.param([(3, 3)], None, id="a spell without days"),
        pytest.param([], None, id="no spell"),
    ],
)
@pytest.mark.parametrize("begins", [-20_000, -5, 0, 20_000])
def test_days_inside_by_hand(spells: list[tuple[int, int]], days: int | None, begins: int) -> None:
    moved = [(7, begins + start, begins + end) for start, end in spells]
    assert inside(moved, [(7, begins, begins + 10)]) == ({} if days is None else {7: days})


def test_days_inside_of_people_in_the_order_of_shards() -> None:
    assert inside([(16, 0, 4), (32, 0, 3), (1, 0, 2)], [(1, 0, 10), (16, 0, 10), (32, 0, 10)]) == {16: 4, 32: 3, 1: 2}


@st.composite
def crowds(draw: st.DrawFn) -> tuple[Spells, Spells]:
    begins = draw(st.sampled_from([-10, 0, 20_000]))
    people = draw(st.lists(st.integers(0, 200), min_size=20, max_size=30, unique=True))
    starts, lengths = st.integers(-3, 14), st.integers(0, 9)
    spells = [(person, begins + start, begins + start + length) for person in people for start, length in draw(st.lists(st.tuples(starts, lengths), max_size=4))]
    windows = [(person, begins + start, begins + start + length) for person in people for start, length in [draw(st.tuples(st.integers(0, 3), st.integers(1, 10)))]]
    return spells, windows


@given(crowd=crowds(), order=st.integers(0, 999))
@ORACLE
def test_days_inside_are_the_days_of_a_set(crowd: tuple[Spells, Spells], order: int) -> None:
    spells, windows = crowd
    expected = day_sets(spells, windows)
    assert inside(sorted(spells), windows) == expected
    assert inside(sorted(spells, key=lambda row: (row[0] % SHARDS, *row)), windows) == expected
    random.Random(order).shuffle(spells)
    assert inside(spells, windows) == expected


def test_the_unit_rows_of_no_people_are_no_rows() -> None:
    nobody: dict[str, Any] = {"made": History(1, 0, ()), "people": [], "tables": {"arrests": [], "arrests_searched": []}}
    assert [computed(pin, **nobody).height for pin in READINGS] == [0, 0]
