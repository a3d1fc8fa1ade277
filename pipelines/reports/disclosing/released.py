"""The register of everything that was ever told to anyone: `released.jsonl` in the home, append-only, each line chained to the one before.

A line is written and flushed before the tables that tell it are published, so that nothing is told that is not in it; what was written and not
published is taken for told. A line holds only what anyone may read, and no person.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.canonical import canonical, digest
from pipelines.files import sync_folder
from pipelines.reports.disclosing.problem import Row

FILE = "released.jsonl"
GENESIS = "0" * 64
MODE = 0o644


@dataclass
class Released:
    """What was told, by row, in the order it was told in; `fault` says why the register cannot be trusted, and nothing may be told then."""

    path: Path
    told: dict[Row, list[dict[str, str]]] = field(default_factory=dict)
    head: str = GENESIS
    sound_bytes: int = 0
    fault: str = ""

    def of(self, place: Row) -> list[dict[str, str]]:
        return self.told.get(place, [])

    def add(self, as_of: dt.date, said: Iterable[tuple[Row, Mapping[str, str]]]) -> int:
        """Write what was not told before. Returns how many lines; raises OSError when it cannot be written, and then nothing may be published."""
        lines = []
        for place, numbers in said:
            if dict(numbers) not in self.of(place):
                line = {"as_of": as_of, "row": list(place), "said": dict(numbers), "before": self.head}
                self.head = digest(line)
                lines.append(canonical({**line, "hash": self.head}) + b"\n")
                self.told.setdefault(place, []).append(dict(numbers))
        if lines:
            self._write(b"".join(lines))
        return len(lines)

    def _write(self, content: bytes) -> None:
        is_new = not self.path.exists()
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT, MODE)
        try:
            os.ftruncate(handle, self.sound_bytes)
            os.lseek(handle, self.sound_bytes, os.SEEK_SET)
            with os.fdopen(os.dup(handle), "wb") as stream:
                stream.write(content)
            os.fsync(handle)
        finally:
            os.close(handle)
        self.sound_bytes += len(content)
        if is_new:
            sync_folder(self.path.parent)


def released(folder: Path) -> Released:
    """Read the register of a home. Never raises for a damaged file: the fault says which line. A torn last line was never told, and is written over."""
    found = Released(folder / FILE)
    try:
        raw = found.path.read_bytes() if found.path.exists() else b""
    except OSError as error:
        found.fault = f"{FILE} cannot be read ({type(error).__name__})"
        return found
    *lines, _ = raw.split(b"\n")
    for number, line in enumerate(lines, 1):
        if not _take(found, line):
            found.fault = f"{FILE}, line {number}, is not what was written, so restore it from a backup"
            return found
        found.sound_bytes += len(line) + 1
    return found


def _take(found: Released, line: bytes) -> bool:
    """Add one line. Returns whether it is sound and follows the one before."""
    with contextlib.suppress(ValueError, KeyError, TypeError, RecursionError):
        data = json.loads(line)
        said = data.pop("hash")
        if data["before"] == found.head and digest(data) == said:
            found.head = said
            found.told.setdefault(tuple(data["row"]), []).append(data["said"])
            return True
    return False
