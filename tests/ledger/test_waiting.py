"""Since when a claim is held by each cause, and by when it is to be cured: worked by hand on ledgers of a few holds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from ledger.ledger_acts import DAY, day, decision, executed, held, home_at

from pipelines.ledger.journal import Journal
from pipelines.ledger.waiting import Limits, Waiting, waiting

KEY = "tarp/reduction/2024-25/all/final"
LOST, SMALL = "follow_up_is_complete", "cohort_is_large_enough"
AGREED = Limits(cure_hold=60, long_stop=180)


def journal_at(folder: Path, *nights: tuple[int, tuple[str, ...]]) -> Journal:
    """A ledger in which the claim was held on these nights by these rules."""
    journal = executed(home_at(folder))
    for number, rules in nights:
        journal.post_hold(held("reduction", *rules, as_of=day(number)), f"h{number}")
    return journal


def waits(journal: Journal, number: int, *rules: str, limits: Limits = AGREED) -> list[Waiting]:
    return waiting(held("reduction", *rules)["holds"], KEY, journal.entries, day(number), limits)


def test_a_cause_of_tonight_starts_tonight_and_its_days_are_counted_from_there(tmp_path: Path) -> None:
    (found,) = waits(executed(home_at(tmp_path)), 0, LOST)
    assert found == Waiting("outcome:tarp/rearrest", LOST, DAY, 0, "police", dt.date(2026, 8, 29), dt.date(2026, 12, 27), is_overdue=False)


def test_a_cause_has_stood_since_the_first_of_the_unbroken_holds_that_name_it(tmp_path: Path) -> None:
    journal = journal_at(tmp_path, (0, (LOST,)), (10, (LOST, SMALL)), (20, (SMALL,)), (30, (LOST, SMALL)))
    lost, small = waits(journal, 33, LOST, SMALL)
    assert (lost.since, lost.days, lost.cure_by) == (day(30), 3, day(90))
    assert (small.since, small.days, small.cure_by) == (day(10), 23, day(70))
    assert {item.long_stop for item in (lost, small)} == {day(180)}, "the claim has been held since the first night, by one cause or another"


def test_a_day_agreed_for_curing_is_overdue_the_day_after_it(tmp_path: Path) -> None:
    journal = journal_at(tmp_path, (0, (LOST,)))
    assert [waits(journal, number, LOST)[0].is_overdue for number in (59, 60, 61)] == [False, False, True]


def test_a_new_cause_is_overdue_once_the_claims_long_stop_is_past(tmp_path: Path) -> None:
    journal = journal_at(tmp_path, (0, (LOST,)), (170, (SMALL,)))
    assert [waits(journal, number, SMALL)[0].is_overdue for number in (180, 181)] == [False, True]


def test_without_agreed_deadlines_nothing_is_overdue(tmp_path: Path) -> None:
    (found,) = waits(journal_at(tmp_path, (0, (LOST,))), 900, LOST, limits=Limits())
    assert (found.days, found.cure_by, found.long_stop, found.is_overdue) == (900, None, None, False)


def test_holds_of_other_claims_of_later_days_and_from_before_a_decision_do_not_count(tmp_path: Path) -> None:
    journal = journal_at(tmp_path, (0, (LOST,)))
    journal.post_hold(held("certain_reduction", SMALL, as_of=day(1)), "h1")
    assert waits(journal, 2, SMALL)[0].since == day(2)
    journal.post_decision(decision("reduction", as_of=day(5)), "h5")
    assert waits(journal, 6, LOST)[0].since == day(6)
    assert waits(journal, 3, LOST)[0].since == DAY, "as of an earlier day, later entries are not known"


def test_an_override_leaves_the_day_a_cause_began(tmp_path: Path) -> None:
    journal = journal_at(tmp_path, (0, (LOST,)))
    journal.post_override(KEY, "tarp", {"basis": "b" * 64, "causes": [], "by": [], "because": "x"}, day(4))
    assert waits(journal, 8, LOST)[0].since == DAY
