"""Who is there to be counted: residence, death and coming of age by hand, and what a contract's three choices do with them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError
from staged_by_hand import table

from indicators.presence import AfterEnrolment, ended_by, is_age_known, until, with_presence
from indicators.spells import day_number, day_of

ENROLLED = dt.date(2024, 7, 1)
LIMITS = {"died_day": pl.Int32, "left_day": pl.Int32, "adult_day": pl.Int32, "birth_day": pl.Int32, "window_end": pl.Int32}


def on(day: int) -> dt.date:
    return ENROLLED + dt.timedelta(days=day)


def presence(
    residence: list[tuple[int, int]], died: list[int] | None = None, born: dt.date | None = dt.date(2015, 1, 1)
) -> tuple[bool, bool, int | None, int | None, dt.date | None]:
    """Known, resident, left and died in days after enrolment, and the eighteenth birthday; person 2 of each table is somebody else."""
    window = pl.LazyFrame([(1, day_number(ENROLLED), 0, 0)], {"person_id": pl.Int32, "enrolled_day": pl.Int32, "window_start": pl.Int32, "window_end": pl.Int32}, orient="row")
    homes = table("bef_residence", [(2, on(-500), on(500)), *((1, on(start), on(end)) for start, end in residence)])
    deaths = table("dod", [(2, on(5)), *((1, on(day)) for day in died or [])])
    births = table("bef_person", [(2, on(-1), 1), *([(1, born, 2)] if born else [])])
    row = with_presence(window, homes, deaths, births).collect().row(0, named=True)
    left, died_day = (None if row[name] is None else row[name] - day_number(ENROLLED) for name in ("left_day", "died_day"))
    return row["is_known"], row["is_resident"], left, died_day, None if row["adult_day"] is None else day_of(row["adult_day"])


@pytest.mark.parametrize(
    ("residence", "said"),
    [
        pytest.param([], (False, False, None), id="unknown"),
        pytest.param([(-90, 90)], (True, True, 90), id="resident"),
        pytest.param([(0, 1)], (True, True, 1), id="on the day alone"),
        pytest.param([(-90, 0)], (True, False, None), id="to the day before"),
        pytest.param([(1, 90)], (True, False, None), id="from the day after"),
        pytest.param([(-90, 0), (1, 90)], (True, False, None), id="around the day"),
        pytest.param([(-90, 30), (60, 90)], (True, True, 30), id="away and back"),
        pytest.param([(60, 90), (-90, 30)], (True, True, 30), id="away and back, the other way round"),
        pytest.param([(-90, 30), (-10, 60)], (True, True, 60), id="two spells that overlap"),
    ],
)
def test_residence_is_proven_on_the_day_of_enrolment_and_until_its_spell_ends(residence: list[tuple[int, int]], said: tuple[bool, bool, int | None]) -> None:
    assert presence(residence)[:3] == said


@pytest.mark.parametrize(
    ("died", "left"),
    [
        pytest.param([89], 90, id="the day before residence ends"),
        pytest.param([90], None, id="the day it ends"),
        pytest.param([190], None, id="a hundred days later"),
        pytest.param([191], 90, id="a hundred and one days later"),
        pytest.param([300, 120], None, id="the earlier of two deaths on record"),
        pytest.param([], 90, id="no death"),
    ],
)
def test_a_death_within_a_hundred_days_says_why_residence_ended(died: list[int], left: int | None) -> None:
    _, _, found, died_day, _ = presence([(-90, 90)], died)
    assert found == left
    assert died_day == min(died, default=None)


@pytest.mark.parametrize(
    ("born", "eighteen"),
    [
        pytest.param(dt.date(2007, 6, 11), dt.date(2025, 6, 11), id="any day"),
        pytest.param(dt.date(2008, 2, 29), dt.date(2026, 2, 28), id="29 February"),
        pytest.param(dt.date(2008, 2, 28), dt.date(2026, 2, 28), id="28 February of a leap year"),
        pytest.param(dt.date(2006, 2, 28), dt.date(2024, 2, 28), id="28 February before a leap year"),
        pytest.param(dt.date(2008, 3, 1), dt.date(2026, 3, 1), id="1 March of a leap year"),
        pytest.param(None, None, id="nobody delivered it"),
    ],
)
def test_the_eighteenth_birthday_is_the_same_date_or_the_last_of_february(born: dt.date | None, eighteen: dt.date | None) -> None:
    assert presence([(-90, 90)], born=born)[4] == eighteen


def limits(died: int | None = None, left: int | None = None, adult: int | None = None, born: int | None = 0) -> pl.DataFrame:
    return pl.DataFrame([(died, left, adult, born, 100)], schema=LIMITS, orient="row")


def said(frame: pl.DataFrame, after: AfterEnrolment) -> tuple[int, int, str | None]:
    """The day time at risk ends, the day from which nothing counts, and the event that ended it."""
    end = pl.col("window_end")
    row: Any = frame.select(risk=until(after, end, counted=False), good=until(after, end, counted=True), word=ended_by(after, end)).row(0)
    return row  # type: ignore[no-any-return]


ALL = {"died": 40, "left": 30, "adult": 20}


@pytest.mark.parametrize(
    ("events", "after", "expected"),
    [
        pytest.param({}, {}, (100, 100, None), id="nothing happened"),
        pytest.param({"died": 40}, {}, (40, 40, "died"), id="a death stops"),
        pytest.param({"died": 40}, {"died": "failure"}, (100, 40, "died"), id="a death fails"),
        pytest.param({"left": 30}, {}, (30, 30, "emigrated"), id="emigration stops"),
        pytest.param({"left": 30}, {"emigrated": "failure"}, (100, 30, "emigrated"), id="emigration fails"),
        pytest.param({"left": 30}, {"emigrated": "keep"}, (100, 100, None), id="emigration is kept"),
        pytest.param({"adult": 20}, {}, (100, 100, None), id="coming of age is kept unless the contract says so"),
        pytest.param({"adult": 20}, {"turned_18": "stop"}, (20, 20, "turned_18"), id="coming of age stops"),
        pytest.param({"adult": 20}, {"turned_18": "failure"}, (100, 20, "turned_18"), id="coming of age fails"),
        pytest.param(ALL, {"turned_18": "stop"}, (20, 20, "turned_18"), id="the first of three"),
        pytest.param(ALL, {}, (30, 30, "emigrated"), id="the first that is not kept"),
        pytest.param(ALL, {"emigrated": "keep"}, (40, 40, "died"), id="the only one that is not kept"),
        pytest.param(ALL, {"emigrated": "failure", "turned_18": "failure"}, (40, 20, "turned_18"), id="failures before a stop"),
        pytest.param({"died": 30, "left": 30, "adult": 30}, {"turned_18": "stop"}, (30, 30, "died"), id="three on one day are a death"),
        pytest.param({"left": 30, "adult": 30}, {"turned_18": "stop"}, (30, 30, "emigrated"), id="two on one day are an emigration"),
        pytest.param({"left": 30, "adult": 30}, {"emigrated": "keep", "turned_18": "stop"}, (30, 30, "turned_18"), id="the one of two that is not kept"),
        pytest.param({"died": 99}, {}, (99, 99, "died"), id="on the last day"),
        pytest.param({"died": 100}, {}, (100, 100, None), id="on the day the window ends"),
        pytest.param({"died": 101}, {"died": "failure"}, (100, 100, None), id="after the window"),
    ],
)
def test_what_an_event_does_is_the_contracts_choice(events: dict[str, int], after: dict[str, Any], expected: tuple[int, int, str | None]) -> None:
    assert said(limits(**events), AfterEnrolment(**after)) == expected


@pytest.mark.parametrize(("born", "turned_18", "known"), [(0, "stop", True), (None, "stop", False), (None, "failure", False), (None, "keep", True)])
def test_a_day_of_birth_is_needed_where_coming_of_age_matters(born: int | None, turned_18: Any, known: bool) -> None:
    assert limits(born=born).select(is_age_known(AfterEnrolment(turned_18=turned_18))).item() == known


@pytest.mark.parametrize("terms", [{"died": "keep"}, {"moved": "stop"}, {"withdrew": "failure"}, {"married": "stop"}])
def test_a_death_is_never_kept_and_moving_or_withdrawing_never_matters(terms: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AfterEnrolment(**terms)
