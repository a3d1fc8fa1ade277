"""`udbytte bench --flips N`: of N single bits flipped anywhere in a ledger, in carried hand-overs and in an archive, how many are found.

The home is a sample one after its night. One bit of one byte of one file is flipped, what is meant to find it is asked, and the file is put
back. Files are drawn evenly of each kind, bytes evenly in a file, so that small files count as much as large ones.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pipelines.errors import HandoverRefusedError
from pipelines.ledger import carrying, trust
from pipelines.ledger.chain import read
from pipelines.reports import handing_over
from pipelines.reports.evidence.archived import fault_of
from pipelines.settings import Home

COMMAND = "from pipelines.cli import main; main()"
Missed = tuple[str, int, int]
"""A file, a byte and a bit whose flip was not found."""


def measure_flips(flips: int, seed: int = 0) -> dict[str, Any]:
    """Run a night of the sample in a scratch home, and flip so many bits of what it leaves."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        for name in ("sample", "run"):
            subprocess.run([sys.executable, "-c", COMMAND, name], env={**os.environ, "UDBYTTE_HOME": str(home.root)}, stdout=subprocess.DEVNULL, check=True)
        return flipped(home, handing_over.write(home, "", None, Path(folder) / "carried"), flips, seed)


def flipped(home: Home, carried: Sequence[Path], flips: int, seed: int) -> dict[str, Any]:
    """Flip so many bits in a home and in what was carried from it, each drawn, one at a time: how many were flipped and found by kind, and what was
    missed."""
    known = trust.trusted(home)
    finders: dict[str, tuple[list[Path], Callable[[Path], bool]]] = {
        "ledger": ([home.ledger, home.ledger.with_name("ledger.head")], lambda _: bool(read(home).fault)),
        "hand-over": ([*sorted(home.handover.rglob("*.json")), *carried], lambda path: _is_refused(path, known)),
        "archive": (sorted(path for path in home.archive.rglob("*") if path.is_file()), lambda path: bool(fault_of(home, path))),
    }
    draw, made, found, missed = random.Random(seed), Counter[str](), Counter[str](), list[Missed]()  # noqa: S311  places, not secrets
    for number in range(flips):
        kind = tuple(finders)[number % len(finders)]
        places, is_found = finders[kind]
        path = draw.choice(places)
        place, bit = draw.randrange(path.stat().st_size), draw.randrange(8)
        made[kind] += 1
        if _found(path, place, bit, is_found):
            found[kind] += 1
        else:
            missed.append((path.name, place, bit))
    return {"flips": flips, "seed": seed, "found": sum(found.values()), "by_kind": {kind: [found[kind], made[kind]] for kind in finders}, "missed": missed}


def _found(path: Path, place: int, bit: int, is_found: Callable[[Path], bool]) -> bool:
    whole = path.read_bytes()
    raw = bytearray(whole)
    raw[place] ^= 1 << bit
    path.write_bytes(raw)
    try:
        return is_found(path)
    finally:
        path.write_bytes(whole)


def _is_refused(path: Path, known: set[str]) -> bool:
    try:
        carrying.read(path, known)
    except HandoverRefusedError:
        return True
    return False


def flips_table(found: dict[str, Any]) -> str:
    """What was found, for people."""
    by_kind = ", ".join(f"{kind} {these} of {all_of_it}" for kind, (these, all_of_it) in found["by_kind"].items())
    return f"{found['found']} of {found['flips']} flipped bits were found: {by_kind}"
