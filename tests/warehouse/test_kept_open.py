"""A warehouse that is kept open: each step still has a transaction of its own, and a file that is damaged is still put aside."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from pipelines.settings import Home
from pipelines.warehouse.writer import kept_open, open_warehouse

DAY = dt.date(2026, 6, 30)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.prepare()
    with open_warehouse(made) as warehouse:
        warehouse.note_built("before", "a", DAY)
    return made


def failing_step(home: Home) -> None:
    with open_warehouse(home) as warehouse:
        warehouse.note_built("second", "c", DAY)
        warehouse.connection.execute("select * from nowhere")


def test_a_step_that_fails_undoes_itself_and_no_other(home: Home) -> None:
    with kept_open(home):
        with open_warehouse(home) as warehouse:
            warehouse.note_built("first", "b", DAY)
        with pytest.raises(duckdb.CatalogException):
            failing_step(home)
        with open_warehouse(home) as warehouse:
            assert warehouse.built_subjects(DAY) == {"before", "first"}
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        assert connection.execute("select count(*) from quality.built").fetchone() == (2,), "the file is let go, and holds what was committed"


def test_a_damaged_file_is_put_aside_by_the_step_that_opens_it(home: Home) -> None:
    home.warehouse.write_bytes(b"not a database at all" * 1000)
    with kept_open(home), open_warehouse(home) as warehouse:
        assert warehouse.built_subjects(DAY) == set()
    assert home.warehouse.with_name("warehouse.duckdb.damaged").exists()
