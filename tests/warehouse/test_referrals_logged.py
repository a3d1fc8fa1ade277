"""A list of referrals delivered anew: what a night notes of it beside the lists before, from staged rows made by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_eligible_members import Given, cohort

from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.counting import InUse, alone
from pipelines.referral_log import lists
from pipelines.referring import log_referrals
from pipelines.settings import Home
from pipelines.warehouse.writer import Warehouse, open_warehouse

MARCH, APRIL, MAY = (dt.date(2024, month, 1) for month in (3, 4, 5))
Referral = tuple[int, str, str | None, str | None]
"""Person, day of referral, day of enrolment and who refused."""
FIRST: list[Referral] = [(1, "2024-02-01", "2024-02-10", None), (2, "2024-02-02", None, None), (3, "2024-02-03", "2024-02-20", None), (4, "2024-02-04", None, "borger")]
EXPECTED = ("referrals", "logged", "gone", "changed", "late", "repeated", "withdrawn", "since")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Warehouse]:
    home = Home(tmp_path).prepare(key=b"k" * 32)
    with open_warehouse(home) as warehouse:
        made = Given(warehouse)
        for number in range(1, 10):
            made.person(number)
        yield warehouse


def used(known_from: dt.date) -> InUse:
    """A list that covers through the day before it became known."""
    return alone(Delivery("referrals", "a" * 64, known_from, True, "list.csv", rows=4, covers_through=known_from - dt.timedelta(days=1)))


def night(warehouse: Warehouse, known_from: dt.date, rows: list[Referral], *, as_of: dt.date | None = None, is_kept: bool = True, **more: Any) -> dict[str, Any]:
    """What is noted of a list, by the name of its column."""
    warehouse.connection.execute("delete from staged.referrals")
    for person, referred, enrolled, refused in rows:
        warehouse.connection.execute("insert into staged.referrals values (?, 'ungebro', 'edge', ?, ?, ?)", [person, referred, enrolled, refused])
    asked = cohort(where={"indsats": "ungebro"}, **more)
    log_referrals(warehouse, "ungebro", asked, used(known_from), as_of or known_from, is_kept=is_kept)
    found = warehouse.connection.execute("select * exclude (subject) from quality.referral_log where subject = 'cohort:ungebro/unge'")
    row = found.fetchone()
    assert row
    return dict(zip([column[0] for column in found.description], row, strict=True))


def noted(found: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(found[name] for name in EXPECTED)


def test_the_first_list_has_lost_nothing_and_nothing_was_late(town: Warehouse) -> None:
    assert noted(night(town, MARCH, FIRST)) == (4, 0, 0, 0, 0, 0, 1, None)
    assert [item.rows.height for item in lists(town.home, "ungebro", "unge", MARCH)] == [4]


def test_the_same_night_run_again_and_later_ones_say_the_same(town: Warehouse) -> None:
    first = night(town, MARCH, FIRST)
    assert night(town, MARCH, FIRST) == night(town, MARCH, FIRST, as_of=APRIL) == first
    assert len(lists(town.home, "ungebro", "unge", MAY)) == 1


def test_a_list_that_lost_one_changed_one_and_brought_one_late_says_so_night_after_night(town: Warehouse) -> None:
    night(town, MARCH, FIRST)
    second = [
        (1, "2024-02-01", "2024-02-11", None),
        (2, "2024-02-02", "2024-03-15", None),
        (4, "2024-02-04", None, "borger"),
        (5, "2024-02-29", None, None),
        (6, "2024-03-01", None, None),
    ]
    expected = (5, 4, 1, 1, 1, 0, 1, MARCH)
    assert noted(night(town, APRIL, second)) == expected
    assert noted(night(town, APRIL, second, as_of=APRIL + dt.timedelta(days=1))) == expected
    mended = [FIRST[0], *second[1:], FIRST[2]]
    assert noted(night(town, MAY, mended)) == (6, 6, 0, 0, 1, 0, 1, None)


def test_what_an_earlier_list_had_is_asked_for_for_good(town: Warehouse) -> None:
    night(town, MARCH, FIRST)
    assert noted(night(town, APRIL, FIRST[1:]))[2:4] == (1, 0)
    assert noted(night(town, MAY, FIRST[1:]))[2:4] == (1, 0)
    assert noted(night(town, MAY, FIRST))[2:4] == (0, 0)


def test_a_second_referral_of_somebody_is_repeated_and_no_change(town: Warehouse) -> None:
    night(town, MARCH, FIRST)
    again: Referral = (2, "2024-03-20", "2024-04-01", None)
    assert noted(night(town, APRIL, [*FIRST, again])) == (5, 4, 0, 0, 0, 2, 1, None)


def test_what_belongs_to_a_later_period_is_no_part_of_the_log(town: Warehouse) -> None:
    later: Referral = (7, "2024-07-01", None, None)
    night(town, MARCH, [*FIRST, later])
    assert noted(night(town, APRIL, FIRST)) == (4, 4, 0, 0, 0, 0, 1, None)


def test_a_what_if_logs_nothing_and_still_says_what_was_lost(town: Warehouse) -> None:
    night(town, MARCH, FIRST)
    assert noted(night(town, APRIL, FIRST[1:], is_kept=False))[2:4] == (1, 0)
    assert len(lists(town.home, "ungebro", "unge", MAY)) == 1


def test_without_a_delivery_nothing_is_noted(town: Warehouse) -> None:
    night(town, MARCH, FIRST)
    log_referrals(town, "ungebro", cohort(where={"indsats": "ungebro"}), None, APRIL, is_kept=True)
    assert town.connection.execute("select count(*) from quality.referral_log").fetchone() == (0,)
