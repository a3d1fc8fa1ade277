"""The same seed gives the same bytes, in any process and with any number of threads; size and memory stay within bounds."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal
from synthetic.drawn import Delivered, delivered

from pipelines.errors import HomeError
from pipelines.synthetic.danish import REGISTERS, draw

WRITE = """
import json, sys
from pathlib import Path
from pipelines.metering import peak_mib
from pipelines.synthetic.danish import REGISTERS, draw
folder, people, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
sample = draw(people, seed)
for extract in sample.extracts():
    extract.write(folder / extract.file_name)
print(json.dumps({"mib": peak_mib(Path("/proc/self"))}))
"""
LISTS = "anbringelser_2026_06_15.csv", "henvisninger_2026_06_15.csv", "who5_2026_06_15.csv"
LISTS_OF_SEED_ONE = "2b2da8bba5907f9820ffc9b38b1158445a005bf3cfc2c6ada7b58bbc1b098333"


def write(folder: Path, *, people: int = 10_000, seed: int = 1, threads: int | None = None) -> dict[str, float]:
    """Write a sample in a process of its own; returns what it measured."""
    folder.mkdir()
    environment = {**os.environ, **({"POLARS_MAX_THREADS": str(threads)} if threads else {})}
    done = subprocess.run([sys.executable, "-c", WRITE, str(folder), str(people), str(seed)], env=environment, capture_output=True, text=True, check=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "first"
    write(folder)
    return folder


def test_the_same_seed_gives_the_same_bytes_in_another_process_with_one_thread(written: Path, tmp_path: Path) -> None:
    write(tmp_path / "again", threads=1)
    assert hashes(tmp_path / "again") == hashes(written)
    assert len(hashes(written)) == 29


def test_the_lists_of_the_first_seed_are_the_ones_every_machine_draws(written: Path) -> None:
    """A change of the sample changes this; a change of the machine must not."""
    together = hashlib.sha256(b"".join((written / name).read_bytes() for name in LISTS)).hexdigest()
    assert together == LISTS_OF_SEED_ONE


def test_another_seed_gives_other_people_and_other_histories(written: Path, tmp_path: Path) -> None:
    write(tmp_path / "second", seed=2)
    first, second = hashes(written), hashes(tmp_path / "second")
    assert first.keys() == second.keys()
    assert all(first[name] != second[name] for name in first)


def test_a_sample_ten_times_as_large_fits_in_little_memory(tmp_path: Path) -> None:
    measured = write(tmp_path / "large", people=100_000)
    assert measured["mib"] < 700


def test_cohorts_and_their_outcomes_are_the_same_in_a_larger_sample(clean: Delivered) -> None:
    larger = draw(20_000)
    assert larger.truth()["ungebro"] == clean.sample.truth()["ungebro"]
    assert len(larger.population.born) == 20_000
    assert larger.programme.members() == clean.sample.programme.members()


def test_a_tenth_of_the_people_have_a_tenth_of_the_cohorts_and_say_so() -> None:
    small = draw(1_000)
    assert len(small.population.born) == 1_000
    truth = small.truth()
    assert truth["sizes"].startswith("in proportion")
    assert (truth["ungebro"]["enrolled"], truth["ungebro"]["refused"], truth["ungebro"]["later"]) == (32, 4, 6)
    assert truth["trygt_hjem"]["enrolled"] == {"edge": 14, "in_care": 6}
    assert {item.register for item in small.extracts()} == set(REGISTERS)


def test_fewer_people_than_make_a_sample_are_refused_and_so_is_a_negative_seed() -> None:
    with pytest.raises(HomeError, match="999 people is too small") as small:
        draw(999)
    assert "--people 1000 or more" in small.value.sentence()
    with pytest.raises(HomeError, match="seed"):
        draw(seed=-1)


def test_a_sample_drawn_twice_in_one_process_is_the_same(clean: Delivered) -> None:
    again = delivered(draw())
    for register, rows in clean.tables.items():
        assert_frame_equal(again[register], rows)
