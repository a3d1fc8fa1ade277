"""The bench of wide registers: the same file every time, and three ways from it that agree."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pipelines.bench import wide_fit
from pipelines.contracts.weeks import missing_between, week_of
from pipelines.synthetic import wide


def test_the_wide_file_is_drawn_alike_and_has_every_week(tmp_path: Path) -> None:
    for name in ("one", "other"):
        wide.write_wide(tmp_path / name, 30, 90)
    made = pl.read_parquet(tmp_path / "one")
    assert made.equals(pl.read_parquet(tmp_path / "other"))
    weeks = [week_of(wide.TEMPLATE, name) for name in made.columns[1:]]
    assert (made.columns[0], made.height, len(weeks), str(weeks[0])) == ("person_id", 30, 90, "1991-W32")
    assert missing_between(week for week in weeks if week is not None) == []


def test_the_three_ways_give_the_same_spells_and_say_what_they_took() -> None:
    found = wide.measure_wide(40, 60)
    assert (found["people"], found["weeks"]) == (40, 60)
    assert 40 < found["spells"] < 40 * 60
    assert all(found[f"{way}_{what}"] > 0 for way in wide.WAYS for what in ("seconds", "peak_mib"))


def test_a_way_that_gives_other_spells_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def pretend(way: str, folder: Path) -> dict[str, float]:
        pl.DataFrame({"code": [way]}).write_parquet(folder / f"{way}.parquet")
        return {"seconds": 1.0, "peak_mib": 1.0}

    monkeypatch.setattr(wide, "_in_own_process", pretend)
    with pytest.raises(ValueError, match="do not give the same spells"):
        wide.measure_wide(2, 3)


def test_a_line_through_the_sizes_says_what_a_whole_country_takes() -> None:
    """A tenth of a second a thousand people after two seconds: 7.2 million people take 722 seconds."""
    found = [{"people": people, "ours_seconds": 2 + people / 10_000, "ours_peak_mib": peak} for people, peak in ((20_000, 400), (50_000, 700), (100_000, 600))]
    fit = wide_fit(found)
    assert fit["seconds_before"] == pytest.approx(2)
    assert fit["seconds_per_million_people"] == pytest.approx(100)
    assert fit["minutes_for_a_nation"] == pytest.approx(722 / 60)
    assert fit["largest_peak_mib"] == 700
