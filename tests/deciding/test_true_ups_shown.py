"""What board, explanation, investors' waterfall and open tables make of a claim that was restated."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from true_ups_given import CLAIM, FIRST_DAYS, PAID_ON, RESTATED_DAYS, RESTATED_ON, WINDOW_ENDS, RestatedTown, six

from pipelines.canonical import plain
from pipelines.payments.decide import Decision
from pipelines.reports import explain
from pipelines.reports.board import Row, rows
from pipelines.reports.flows import inflows
from pipelines.reports.phrases import Language
from pipelines.reports.publication import tells_of_few

DAY = dt.timedelta(days=1)


@pytest.fixture
def town(tmp_path: Path) -> RestatedTown:
    made = six(tmp_path)
    made.night(PAID_ON)
    made.restate(RESTATED_DAYS, "first", "second")
    return made


def row_of(town: RestatedTown, decisions: list[Decision]) -> Row:
    (row,) = rows(decisions, town.entries, {})
    return row


def explained(town: RestatedTown, decisions: list[Decision]) -> str:
    (made,) = decisions
    entries = [explain._entry(entry) for entry in town.entries if entry.about == made.posting_key]
    told: dict[str, Any] = {**plain(made.as_data()), "entries": entries, "waits": [], "made_of": {"unreadable": "it is not asked here"}}
    return explain.words({"contract": {"id": "hjem", "version": 1}, "trigger": made.trigger, "as_of": str(made.as_of), "decisions": [told]})


def test_the_board_shows_what_the_claim_comes_to_and_each_true_up(town: RestatedTown) -> None:
    row = row_of(town, town.night(RESTATED_ON))
    assert (row.state, str(row.amount), row.tonight, row.entry) == ("due", "252500.53", "", 2)
    assert row.reason == "settled again at 252,500.53, of which 255,445.66 was posted: 2,945.13 to be paid back"
    (item,) = row.true_ups
    assert (item["entry"], item["amount"], item["moved"]["no_money"]) == (3, "-2945.13", 1)
    said = str(Language("da").say(row.reason))
    assert said == "efterreguleret til 252.500,53, heraf 255.445,66 indført: 2.945,13 skal tilbagebetales"


def test_outside_the_window_the_board_shows_an_open_claim_question(town: RestatedTown) -> None:
    decisions = town.night(WINDOW_ENDS)
    row = row_of(town, decisions)
    assert (str(row.amount), row.true_ups) == ("255445.66", ())
    assert row.tonight.endswith("; an open claim question, 0.00 paid: it is settled again before 2026-01-01, and not from then on")
    assert 'lang="en"' not in str(Language("da").say(row.tonight))
    assert "Open claim question, 0.00 paid: it is settled again before 2026-01-01, and not from then on; it would now be due 252,500.53" in explained(town, decisions)


def test_the_explanation_says_amount_cause_delivery_and_people(town: RestatedTown) -> None:
    said = explained(town, town.night(RESTATED_ON))
    for line in (
        "True-up of -2,945.13 DKK: settled again at 252,500.53, of which 255,445.66 was posted: 2,945.13 to be paid back",
        "Cause: data error",
        "Delivery of buaf: sha256 second",
        "People: 1 up, 1 down, 1 changed with no money because of a cap, 3 unchanged",
    ):
        assert line in said


def test_what_is_paid_back_is_set_off_in_the_next_distribution(town: RestatedTown) -> None:
    town.night(RESTATED_ON)
    town.restate(FIRST_DAYS, "first", "second", "third")
    town.night(RESTATED_ON + DAY)
    assert [(item.day, item.amount) for item in inflows(town.made, town.entries)] == [
        (PAID_ON, Decimal("255445.66")),
        (RESTATED_ON, Decimal("0.00")),
        (RESTATED_ON + DAY, Decimal("0.00")),
    ]
    town.restate({**FIRST_DAYS, "C": 53}, "first", "second", "third", "fourth")
    town.night(RESTATED_ON + 2 * DAY)
    assert sum(item.amount for item in inflows(town.made, town.entries)) == sum(map(Decimal, town.amounts().values())) == Decimal("256683.11")


@pytest.mark.parametrize(
    ("up", "down", "is_hidden"),
    [(0, 0, False), (1, 0, True), (4, 0, True), (5, 0, False), (5, 5, False), (5, 4, True), (0, 4, True), (2, 3, True)],
)
def test_in_open_tables_a_claim_whose_true_up_tells_of_few_is_hidden(up: int, down: int, is_hidden: bool) -> None:
    assert tells_of_few({"up": up, "down": down, "no_money": 0, "unchanged": 90}, 5) == is_hidden


def test_the_lines_kept_say_what_a_cap_cut_and_name_the_file_anew(town: RestatedTown) -> None:
    town.night(RESTATED_ON)
    sha256 = {entry.body["lines_sha256"] for entry in town.posted.values()}
    assert len(sha256) == 2
    assert town.posted[f"{CLAIM}/final"].body["lines_sha256"] in sha256
