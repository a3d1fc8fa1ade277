"""Frozen cohorts: written once, proved whenever they are read, and deaf to whatever is delivered later."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from ledger_acts import home_at

from indicators.cohort import MEMBERS
from pipelines.canonical import canonical, digest
from pipelines.cohorts import COLUMNS, Frozen, freeze, frozen_of
from pipelines.errors import HomeError
from pipelines.settings import Home
from pipelines.warehouse.writer import Warehouse, open_warehouse

AS_OF = dt.date(2025, 5, 1)
PEOPLE: list[tuple[str, str, int, str, str]] = [
    ("LEAKME-a", "treatment", 20000, "eligible", "enrolled"),
    ("LEAKME-b", "comparison", 20001, "eligible", "enrolled"),
    ("LEAKME-c", "none", 20002, "ineligible", "in_no_named_arm"),
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path)


def frame(*people: tuple[Any, ...]) -> pl.DataFrame:
    schema = {"person_key": pl.String, "role": pl.String, "enrolled_day": pl.Int32, "status": pl.String, "reason": pl.String}
    return pl.DataFrame(list(people), schema=schema, orient="row")


def path_of(home: Home) -> Path:
    return home.cohorts / "tarp.released.json"


def frozen(home: Home, *people: tuple[Any, ...]) -> Frozen:
    freeze(home, "tarp", "released", AS_OF, frame(*(people or PEOPLE)))
    found = frozen_of(home, "tarp", "released", AS_OF)
    assert found
    return found


def test_a_cohort_is_frozen_with_its_day_and_the_hash_of_its_rows(home: Home) -> None:
    found = frozen(home)
    assert (found.as_of, found.sha256) == (AS_OF, digest([list(person) for person in PEOPLE]))
    assert found.rows.rows() == PEOPLE
    assert tuple(found.rows.columns) == COLUMNS


def test_the_order_in_which_people_come_changes_no_byte(home: Home, tmp_path: Path) -> None:
    twin = home_at(tmp_path / "twin")
    frozen(home)
    frozen(twin, *reversed(PEOPLE))
    assert path_of(twin).read_bytes() == path_of(home).read_bytes()


def test_the_list_of_people_is_for_its_owner_alone(home: Home) -> None:
    frozen(home)
    assert path_of(home).stat().st_mode & 0o777 == 0o600


def test_freezing_again_changes_nothing_whatever_was_delivered_since(home: Home) -> None:
    first = frozen(home)
    before = path_of(home).read_bytes()
    freeze(home, "tarp", "released", AS_OF + dt.timedelta(days=30), frame(*PEOPLE[:1], ("LEAKME-z", "treatment", 20003, "eligible", "enrolled")))
    assert path_of(home).read_bytes() == before
    later = frozen_of(home, "tarp", "released", dt.date(2030, 1, 1))
    assert later
    assert (later.as_of, later.sha256, later.rows.rows()) == (first.as_of, first.sha256, first.rows.rows())


def test_a_cohort_is_not_known_before_the_day_it_was_frozen(home: Home) -> None:
    frozen(home)
    assert frozen_of(home, "tarp", "released", AS_OF - dt.timedelta(days=1)) is None
    assert frozen_of(home, "tarp", "other", AS_OF) is None
    assert frozen_of(home, "other", "released", AS_OF) is None


def test_altering_any_byte_of_a_frozen_cohort_is_refused(home: Home) -> None:
    frozen(home)
    raw = path_of(home).read_bytes()
    for place in range(len(raw)):
        for flip in (0x01, 0x20, 0x80):
            path_of(home).write_bytes(raw[:place] + bytes([raw[place] ^ flip]) + raw[place + 1 :])
            for day in (AS_OF, dt.date(1970, 1, 1), dt.date(2999, 1, 1)):
                with pytest.raises(HomeError, match="the frozen cohort is not what was frozen") as caught:
                    frozen_of(home, "tarp", "released", day)
                assert "LEAKME" not in caught.value.sentence()


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"7", b"{}", b'{"as_of":"2025-05-01","rows":[],"sha256":""}', b"\xff"])
def test_what_is_no_frozen_cohort_is_refused(home: Home, raw: bytes) -> None:
    path_of(home).parent.mkdir(parents=True)
    path_of(home).write_bytes(raw)
    with pytest.raises(HomeError, match="restore it from a backup"):
        frozen_of(home, "tarp", "released", AS_OF)


def test_moving_the_day_of_freezing_is_refused(home: Home) -> None:
    frozen(home)
    data = json.loads(path_of(home).read_bytes())
    path_of(home).write_bytes(canonical({**data, "as_of": "2024-05-01"}) + b"\n")
    with pytest.raises(HomeError):
        frozen_of(home, "tarp", "released", AS_OF)


def test_an_altered_cohort_is_not_frozen_anew(home: Home) -> None:
    frozen(home)
    path_of(home).write_bytes(b"{}")
    freeze(home, "tarp", "released", AS_OF, frame(*PEOPLE))
    with pytest.raises(HomeError):
        frozen_of(home, "tarp", "released", AS_OF)


def found_now(warehouse: Warehouse, *people: tuple[Any, ...]) -> pl.DataFrame:
    """The members that tonight's enrolments give, under this warehouse's numbers."""
    warehouse.number(frame(*people).select("person_key"))
    return frame(*people).join(warehouse.persons(), on="person_key").select(list(MEMBERS)).cast(MEMBERS)


def test_a_frozen_cohort_comes_out_alike_under_any_numbering(home: Home) -> None:
    agreed = frozen(home)
    with open_warehouse(home) as warehouse:
        warehouse.number(pl.DataFrame({"person_key": ["LEAKME-0", "LEAKME-c"]}))
        numbered = agreed.with_numbers(warehouse)
        assert numbered.schema == MEMBERS
        assert numbered.join(warehouse.persons(), on="person_id").sort("person_key").select(COLUMNS).rows() == PEOPLE
        assert agreed.with_numbers(warehouse).equals(numbered)
        assert len(warehouse.persons()) == 4


NEWCOMER = ("LEAKME-d", "treatment", 20003, "eligible", "enrolled")
A, B, C = PEOPLE


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (PEOPLE, {}),
        ([C, A, B], {}),
        ([*PEOPLE, NEWCOMER], {"LEAKME-d": "added"}),
        ([A, C], {"LEAKME-b": "gone"}),
        ([A, B], {}),
        ([], {"LEAKME-a": "gone", "LEAKME-b": "gone"}),
        ([*PEOPLE, ("LEAKME-d", "treatment", 20400, "ineligible", "enrolled_outside_period")], {}),
        ([A, B, ("LEAKME-c", "none", 20002, "ineligible", "never_enrolled")], {}),
        ([A, B, ("LEAKME-c", "none", 20009, "ineligible", "in_no_named_arm")], {}),
        ([("LEAKME-a", "comparison", *A[2:]), B, C], {"LEAKME-a": "changed"}),
        ([(*A[:2], 20009, *A[3:]), B, C], {"LEAKME-a": "changed"}),
        ([(*A[:3], "ineligible", "enrolled_outside_period"), B, C], {"LEAKME-a": "changed"}),
        ([A, B, ("LEAKME-c", "treatment", 20002, "eligible", "enrolled")], {"LEAKME-c": "changed"}),
        ([("LEAKME-a", "comparison", *A[2:]), C, NEWCOMER], {"LEAKME-a": "changed", "LEAKME-b": "gone", "LEAKME-d": "added"}),
    ],
)
def test_everyone_that_newer_enrolments_disagree_on_is_found(home: Home, now: list[tuple[Any, ...]], expected: dict[str, str]) -> None:
    agreed = frozen(home)
    with open_warehouse(home) as warehouse:
        changes = agreed.changes(warehouse, found_now(warehouse, *now))
        named = changes.join(warehouse.persons(), on="person_id").select("person_key", "change")
    assert dict(named.rows()) == expected
    assert len(changes) == len(expected)


def test_people_whom_no_register_enrolled_are_not_looked_for_in_it(home: Home) -> None:
    agreed = frozen(home, A, C, ("LEAKME-m", "comparison", 20000, "eligible", "matched"))
    with open_warehouse(home) as warehouse:
        now = found_now(warehouse, A, C)
        assert agreed.changes(warehouse, now, leaving_out="matched").is_empty()
        named = agreed.changes(warehouse, now).join(warehouse.persons(), on="person_id").select("person_key", "change")
        assert dict(named.rows()) == {"LEAKME-m": "gone"}
        newcomer = found_now(warehouse, A, C, NEWCOMER)
        assert agreed.changes(warehouse, newcomer, leaving_out="matched")["change"].to_list() == ["added"]


def test_who_was_matched_and_is_later_enrolled_is_found(home: Home) -> None:
    """Somebody counted in both groups would be compared with themselves."""
    matched = ("LEAKME-m", "comparison", 20000, "eligible", "matched")
    agreed = frozen(home, A, matched)
    with open_warehouse(home) as warehouse:
        changes = agreed.changes(warehouse, found_now(warehouse, A, ("LEAKME-m", "treatment", 20003, "eligible", "enrolled")), leaving_out="matched")
    assert changes["change"].to_list() == ["added"]


OLD = ("LEAKME-e", "treatment", 20004, "ineligible", "too_old")


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param([(*A[:3], "ineligible", "too_old"), B, C, OLD], {}, id="a birthday that was corrected takes nobody out"),
        pytest.param([A, B, C, (*OLD[:3], "eligible", "enrolled")], {}, id="and puts nobody in"),
        pytest.param([A, B, C, (*OLD[:3], "ineligible", "lives_elsewhere")], {}, id="nor does another reason of a register"),
        pytest.param([(*A[:3], "ineligible", "enrolled_before_referral"), B, C, OLD], {"LEAKME-a": "changed"}, id="the list's own reason does"),
        pytest.param([A, B, C], {}, id="who was not eligible and is gone was never counted"),
        pytest.param([A, B, C, OLD, ("LEAKME-f", "treatment", 20005, "ineligible", "unlinked")], {}, id="who comes late and is not eligible changes nothing"),
        pytest.param([(*A[:2], 20009, "ineligible", "too_old"), B, C, OLD], {"LEAKME-a": "changed"}, id="another day of enrolment is a change whatever registers say"),
    ],
)
def test_what_registers_say_later_of_somebody_on_the_list_is_no_change_of_the_list(home: Home, now: list[tuple[Any, ...]], expected: dict[str, str]) -> None:
    agreed = frozen(home, A, B, C, OLD)
    with open_warehouse(home) as warehouse:
        changes = agreed.changes(warehouse, found_now(warehouse, *now))
        named = changes.join(warehouse.persons(), on="person_id").select("person_key", "change")
    assert dict(named.rows()) == expected
