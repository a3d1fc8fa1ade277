"""What the tests of plans share: contracts with a term changed, a plan as data, and everything that a home holds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from support import here, only

Data = dict[str, Any]
UNCHANGED, WOULD_CHANGE = 0, 11


def changed(folder: Path, contracts: Path, *changes: tuple[str, str, str]) -> Path:
    """A copy of contracts in which, file by file, one text stands for another that was there once."""
    made = Path(shutil.copytree(contracts, folder / "data_contracts"))
    for name, was, now in changes:
        text = (made / name).read_text(encoding="utf-8")
        assert text.count(was) == 1, (name, was)
        (made / name).write_text(text.replace(was, now), encoding="utf-8")
    return made


def plan(home: Path, proposed: Path, *arguments: str, contracts: Path | None = None, code: int = WOULD_CHANGE) -> Data:
    """A plan as data."""
    done = here(home, "plan", "--json", "--contracts", str(proposed), *arguments, contracts=contracts)
    assert done.returncode == code, (done.stdout, done.stderr)
    made: Data = json.loads(done.stdout)
    return made


def claim(row: Data) -> str:
    return f"{row['contract']}/{row['trigger']}/{row['claim_period']}/{row['kind']}"


def side(made: Data, which: str) -> dict[str, tuple[str, str]]:
    """State and amount by claim, of the claims that a plan tells of."""
    return {claim(row): (row[which]["state"], row[which]["amount"]) for row in made["rows"]}


def decided(board: Data) -> dict[str, tuple[str, str]]:
    """State and amount by claim, of a night."""
    return {claim(row): (row["state"], row["amount"]) for row in board["rows"]}


def differing(before: Data, after: Data) -> set[str]:
    """The claims that two nights decide differently."""
    was, now = decided(before), decided(after)
    return {name for name in {*was, *now} if was.get(name) != now.get(name)}


def everything(home: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Every file of a home, its lock left out: inode, mode, time of change and content."""
    files = [path for path in sorted(home.rglob("*")) if path.is_file() and path.name != ".lock"]
    return {path.relative_to(home).as_posix(): (path.stat().st_ino, path.stat().st_mode, path.stat().st_mtime_ns, path.read_bytes()) for path in files}


def beside(home: Path) -> set[str]:
    """What lies beside a home."""
    return {path.name for path in home.parent.iterdir()} - {home.name}


def tarp(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """The contracts of the experiment, changed."""
    return changed(folder, only("tarp"), *changes)
