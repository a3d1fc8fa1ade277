"""A register of months covers to the last day of its latest month that exists."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from pipelines.deliveries.conversion import first_and_last


@pytest.mark.parametrize(
    ("months", "days"),
    [
        ([202402], ["2024-02-29", "2024-02-29"]),
        ([202506, None, 202408, 202412], ["2024-08-31", "2025-06-30"]),
        ([202412, 202413, 202499, 202400], ["2024-12-31", "2024-12-31"]),
        ([202413, None, -202401, 12], []),
        ([], []),
    ],
)
def test_months_are_measured_by_their_last_days_and_one_that_does_not_exist_measures_nothing(months: list[int | None], days: list[str]) -> None:
    assert first_and_last(pl.Series("maaned", months, dtype=pl.Int64)) == [dt.date.fromisoformat(day) for day in days]
