"""The page about cohorts: its contract loads, and each of its people and lists comes out as it says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import polars as pl
import pytest
from support import ROOT
from test_eligible_members import Given

from indicators.cohort import BY_LIST
from indicators.eligibility import BY_REGISTERS
from indicators.referrals import HISTORY, LOGGED, departed
from indicators.spells import day_number
from pipelines.contracts.outcome import Cohort
from pipelines.contracts.source import parsed
from pipelines.measuring import enrolled, last_day
from pipelines.settings import Home
from pipelines.warehouse.writer import Warehouse, open_warehouse

PAGE = (ROOT / "docs" / "cohorts.md").read_text(encoding="utf-8")
COUNTED, UNTIL = dt.date(2023, 12, 31), dt.date(2024, 7, 1)


def table(first: str) -> list[list[str]]:
    """The rows of the table whose head begins with a word."""
    lines = PAGE.split(f"| {first} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def the_cohort() -> Cohort:
    found = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return Cohort.model_validate(parsed(found[1]).value)


PEOPLE = table("person")


def home_of(said: str) -> tuple[dt.date, dt.date, str]:
    """From when to when the population register counts a person, and where."""
    return (dt.date(2024, 3, 31) if said == "none" else COUNTED, UNTIL, said if said.isdigit() else "851")


def put(made: Given, row: list[str], *, is_first: bool) -> None:
    person, referred, on, group, refused, born, died, home, *_ = row
    number = int(person)
    if is_first and home != "unknown":
        life = dt.date.fromisoformat(born or "2002-01-01")
        made.person(number, born=life, home=home_of(home), died=dt.date.fromisoformat(died) if died else None, in_care=home == "in care")
        if not born:
            made.run("update staged.bef_person set birth_day = null where person_id = ?", [number])
    made.run("insert into staged.referrals values (?, 'ungebro', ?, ?, ?, ?)", [number, group, referred or None, on or None, refused or None])


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A warehouse with the people of the page."""
    with open_warehouse(Home(tmp_path_factory.mktemp("page"))) as warehouse:
        made, seen = Given(warehouse), set[str]()
        for row in PEOPLE:
            put(made, row, is_first=row[0] not in seen)
            seen.add(row[0])
        yield warehouse


@pytest.fixture(scope="module")
def members(warehouse: Warehouse) -> dict[int, str]:
    """What comes out of the people of the page, as the page writes it."""
    return {person: f"{role}, `{reason}`" for person, role, _, _, reason in enrolled(warehouse, the_cohort()).iter_rows()}


def test_a_cohort_of_the_page_that_closes_by_size_is_full_on_the_day_it_says(warehouse: Warehouse, members: dict[int, str]) -> None:
    cohort, (closes,) = the_cohort(), re.findall(r"`closes: (\{.*?\})`", PAGE)
    made = Cohort.model_validate({**cohort.model_dump(by_alias=True), "closes": parsed(closes).value})
    found = enrolled(warehouse, made)
    assert last_day(made, found) == dt.date(2024, 3, 1)
    changed = {number: reason for number, reason in found.select("person_id", "reason").iter_rows() if not members[number].endswith(f"`{reason}`")}
    assert changed == {23: "enrolled_after_closing"}
    assert found.filter(pl.col("status") == "eligible").height == 4


SAID = {int(row[0]): row[8] for row in PEOPLE if row[8]}


@pytest.mark.parametrize("person", sorted(SAID))
def test_each_person_of_the_page_comes_out_as_it_says(members: dict[int, str], person: int) -> None:
    assert members[person] == SAID[person]


def test_the_page_has_every_reason_there_is_and_nobody_vanishes(members: dict[int, str]) -> None:
    assert set(members) == set(SAID)
    reasons = set(re.findall(r"`(\w+)`", " ".join(SAID.values())))
    assert reasons == {*BY_LIST, *BY_REGISTERS, "in_buaf", "enrolled"}


def listed(said: str, before: str = "") -> list[tuple[str, int, str | None, int | None, bool]]:
    """The row of a list as the page says it: the words of `before` stand where it says that it is the same."""
    if said == "nothing of the person":
        return []
    words = said.replace("the same", before)
    days = {name: day_number(dt.date.fromisoformat(day)) for name, day in re.findall(r"(referred|enrolled) ([0-9-]{10})", words)}
    arm = next((name for name in ("in_care", "edge") if name in words), None)
    return [("p", days["referred"], arm, days.get("enrolled"), "withdrawn" in words)]


@pytest.mark.parametrize(("before", "newest", "said"), [tuple(row) for row in table("a list before had")])
def test_each_list_of_the_page_has_lost_what_it_says(before: str, newest: str, said: str) -> None:
    earlier = pl.DataFrame([(*row, 0) for row in listed(before)], schema=HISTORY, orient="row")
    lost = departed(earlier, pl.DataFrame(listed(newest, before), schema=LOGGED, orient="row"))
    assert lost["departure"].to_list() == ([] if said.startswith("nothing") else [said.split(":", maxsplit=1)[0]])
