"""Milestones by hand, to the day, and against a second reading that walks through the window a day at a time."""

from __future__ import annotations

import datetime as dt
import random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from reading import FEWER, ORACLE

from indicators.milestones import milestones
from indicators.spells import SHARDS, SPELL_SCHEMA, day_number, day_of

WINDOWS = pl.Schema({"person_id": pl.Int32, "window_start": pl.Int32, "window_end": pl.Int32})
MONTHS = (0, 3, 6, 12, 18)
Stays = list[tuple[int, int, int | None]]
Windows = list[tuple[int, int, int]]


def reached(stays: Stays, windows: Windows, months: tuple[int, ...], gap: int) -> pl.DataFrame:
    frame = milestones(pl.LazyFrame(stays, schema=SPELL_SCHEMA, orient="row"), pl.LazyFrame(windows, schema=WINDOWS, orient="row"), months=months, tolerated_gap_days=gap)
    return frame.collect()


def by_hand(stays: list[str], *, referred: str, as_of: str, months: tuple[int, ...] = MONTHS, gap: int = 28) -> dict[int, str]:
    """Milestone and day of one person, from stays written `from to`, in a window of 36 months from the referral, known through a day."""
    first, last = dt.date.fromisoformat(referred), dt.date.fromisoformat(as_of)
    end = min(first.replace(year=first.year + 3), last + dt.timedelta(days=1))
    spells: Stays = []
    for stay in stays:
        begins, ends = stay.split()
        spells.append((1, day_number(dt.date.fromisoformat(begins)), None if ends == "open" else day_number(dt.date.fromisoformat(ends))))
    rows = reached(spells, [(1, day_number(first), day_number(end))], months, gap)
    return {row["month"]: day_of(row["reached_day"]).isoformat() for row in rows.iter_rows(named=True)}


def test_person_p_has_a_tolerated_gap_then_a_long_one_and_reaches_the_rest_on_a_new_clock() -> None:
    stays = ["2023-08-31 2024-01-10", "2024-02-01 2024-05-20", "2024-07-15 open"]
    expected = {0: "2023-08-31", 3: "2023-11-30", 6: "2024-02-29", 12: "2025-07-15", 18: "2026-01-15"}
    assert by_hand(stays, referred="2023-06-01", as_of="2026-03-31") == expected


def test_person_q_is_in_a_tolerated_gap_on_the_day_of_the_milestone_and_reaches_it_on_re_entry() -> None:
    stays = ["2024-03-01 2024-05-25", "2024-06-10 2024-09-20"]
    assert by_hand(stays, referred="2024-03-01", as_of="2025-01-31") == {0: "2024-03-01", 3: "2024-06-10", 6: "2024-09-01"}


def test_person_r_is_away_for_28_days_and_the_clock_runs_on() -> None:
    assert by_hand(["2024-01-01 2024-02-10", "2024-03-09 open"], referred="2024-01-01", as_of="2024-04-30") == {0: "2024-01-01", 3: "2024-04-01"}


def test_person_r_away_for_29_days_begins_again() -> None:
    assert by_hand(["2024-01-01 2024-02-10", "2024-03-10 open"], referred="2024-01-01", as_of="2024-04-30") == {0: "2024-01-01"}
    assert by_hand(["2024-01-01 2024-02-10", "2024-03-10 open"], referred="2024-01-01", as_of="2024-06-10")[3] == "2024-06-10"


@pytest.mark.parametrize(
    ("stays", "as_of", "expected"),
    [
        pytest.param(["2024-01-01 2024-04-01"], "2025-01-01", {0: "2024-01-01"}, id="who leaves on the day of the milestone does not stay on it"),
        pytest.param(["2024-01-01 2024-04-02"], "2025-01-01", {0: "2024-01-01", 3: "2024-04-01"}, id="who leaves the day after does"),
        pytest.param(["2024-01-01 open"], "2024-03-31", {0: "2024-01-01"}, id="known through the day before, it is not reached"),
        pytest.param(["2024-01-01 open"], "2024-04-01", {0: "2024-01-01", 3: "2024-04-01"}, id="known through the day itself, it is"),
        pytest.param(["2023-11-30 open"], "2024-02-29", {0: "2024-01-01"}, id="a stay from before the window begins with the window"),
        pytest.param(["2024-01-01 2024-03-20", "2024-04-10 open"], "2024-04-09", {0: "2024-01-01"}, id="in a gap that may yet be tolerated it is not reached"),
        pytest.param(["2024-01-01 2024-03-20", "2024-04-10 open"], "2024-04-10", {0: "2024-01-01", 3: "2024-04-10"}, id="it is on re-entry"),
        pytest.param(["2024-01-01 2024-02-01", "2024-02-01 open"], "2024-04-01", {0: "2024-01-01", 3: "2024-04-01"}, id="two that touch are one"),
        pytest.param(
            ["2024-01-01 2024-06-01", "2024-01-05 2024-01-06", "2024-06-20 2024-07-02"], "2025-01-01", {0: "2024-01-01", 3: "2024-04-01", 6: "2024-07-01"}, id="one in another"
        ),
        pytest.param(["2024-01-01 2024-01-01", "2024-01-09 2024-01-03", "2024-02-29 open"], "2024-06-30", {0: "2024-02-29", 3: "2024-05-29"}, id="stays without days are none"),
        pytest.param(["2024-01-01 2024-04-02", "2024-07-01 open"], "2024-12-31", {0: "2024-01-01", 3: "2024-04-01"}, id="a new clock takes nothing back"),
        pytest.param(["2024-01-01 2024-04-02", "2024-07-01 open"], "2025-01-01", {0: "2024-01-01", 3: "2024-04-01", 6: "2025-01-01"}, id="nor need the third month come again"),
        pytest.param([], "2025-01-01", {}, id="nobody without a stay"),
    ],
)
def test_an_edge_of_the_milestones(stays: list[str], as_of: str, expected: dict[int, str]) -> None:
    assert by_hand(stays, referred="2024-01-01", as_of=as_of, months=(0, 3, 6)) == expected


def test_months_are_of_the_calendar() -> None:
    """A year from 29 February ends on the 28th, four years on the 29th again; a month from the 31st of January on the last of February."""
    assert by_hand(["2024-02-29 open"], referred="2024-02-28", as_of="2027-02-27", months=(1, 12)) == {1: "2024-03-29", 12: "2025-02-28"}
    assert by_hand(["2023-01-31 open"], referred="2023-01-31", as_of="2023-12-31", months=(1, 2, 3)) == {1: "2023-02-28", 2: "2023-03-31", 3: "2023-04-30"}


def test_a_longer_gap_may_be_tolerated_and_none_at_all() -> None:
    stays = ["2024-01-01 2024-01-10", "2024-01-11 2024-03-01", "2024-04-30 open"]
    assert by_hand(stays, referred="2024-01-01", as_of="2024-06-01", months=(3,), gap=60) == {3: "2024-04-30"}
    assert by_hand(stays, referred="2024-01-01", as_of="2024-06-01", months=(1,), gap=0) == {1: "2024-02-11"}


@pytest.mark.parametrize(("months", "gap"), [((), 0), ((-1,), 0), ((3,), -1)])
def test_milestones_that_make_no_sense_are_refused(months: tuple[int, ...], gap: int) -> None:
    with pytest.raises(ValueError, match="nought or more"):
        reached([], [], months, gap)


def months_later(day: int, months: int) -> int:
    """The same day number so many months later; while there is no such day, one day number less."""
    date = day_of(day)
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    for number in range(date.day, 0, -1):
        try:
            return day_number(dt.date(year, month + 1, number))
        except ValueError:
            continue
    raise AssertionError


def walked(stays: list[tuple[int, int | None]], window: tuple[int, int], months: tuple[int, ...], gap: int) -> dict[int, tuple[int, int]]:
    """Milestone, the day it is reached and its clock: through the window a day at a time."""
    found: dict[int, tuple[int, int]] = {}
    clock, seen = window[0], None
    for day in range(*window):
        if not any(start <= day and (end is None or day < end) for start, end in stays):
            continue
        if seen is None or day - seen - 1 > gap:
            clock = day
        seen = day
        for month in months:
            if months_later(clock, month) <= day:
                found.setdefault(month, (day, clock))
    return found


Crowd = tuple[Stays, Windows, tuple[int, ...], int]


@st.composite
def crowds(draw: st.DrawFn) -> Crowd:
    """People whose stays crowd around a gap that is just tolerated and around the first months after a start near a month's end."""
    gap = draw(st.sampled_from([0, 1, 3, 28]))
    begins = day_number(draw(st.sampled_from([dt.date(2024, 1, 29), dt.date(2023, 1, 31), dt.date(2024, 2, 29), dt.date(1969, 12, 1), dt.date(2024, 8, 30)])))
    people = draw(st.lists(st.integers(0, 200), min_size=12, max_size=12, unique=True))
    stay = st.tuples(st.one_of(st.sampled_from([0, gap, gap + 1, gap + 2]), st.integers(-8, 40)), st.one_of(st.integers(-1, 12), st.integers(20, 70)))
    stays: Stays = []
    for person in people:
        reached_to = begins - draw(st.integers(-3, 5))
        for later, length in draw(st.lists(stay, max_size=5)):
            is_open = draw(st.integers(0, 9)) == 0
            stays.append((person, reached_to + later, None if is_open else reached_to + later + length))
            reached_to += later + length
    windows = [(person, begins, begins + draw(st.integers(0, 150))) for person in people]
    return stays, windows, (0, 1, 2, 3), gap


@given(crowd=crowds(), order=st.integers(0, 999))
@ORACLE
def test_milestones_are_those_of_a_walk_through_the_window(crowd: Crowd, order: int) -> None:
    stays, windows, months, gap = crowd
    random.Random(order).shuffle(stays)
    rows = reached(stays, windows, months, gap)
    assert rows.schema == {"person_id": pl.Int32, "month": pl.Int32, "reached_day": pl.Int32, "clock_day": pl.Int32}
    assert rows["person_id"].is_sorted()
    said = {(row["person_id"], row["month"]): (row["reached_day"], row["clock_day"]) for row in rows.iter_rows(named=True)}
    assert len(said) == rows.height
    expected = {}
    for person, start, end in windows:
        own = [(first, last) for number, first, last in stays if number == person]
        expected |= {(person, month): found for month, found in walked(own, (start, end), months, gap).items()}
    assert said == expected


@given(crowd=crowds())
@FEWER
def test_shards_apart_and_people_outside_say_the_same(crowd: Crowd) -> None:
    stays, windows, months, gap = crowd
    whole = reached(stays, windows, months, gap)
    parts = [reached([row for row in stays if row[0] % SHARDS == shard], [row for row in windows if row[0] % SHARDS == shard], months, gap) for shard in range(SHARDS)]
    assert_frame_equal(pl.concat(parts).sort("person_id", "month"), whole)
    assert_frame_equal(reached(stays + [(500 + person, start, end) for person, start, end in stays], windows, months, gap), whole)
