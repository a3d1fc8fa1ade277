"""What is handed in: small extracts, a home to drop them into, and readers that misbehave."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.loading import load
from pipelines.contracts.register import RegisterContract
from pipelines.deliveries import intake
from pipelines.deliveries.formats import Reading, read_delivery
from pipelines.deliveries.intake import Receipt
from pipelines.payments.vocabulary import vocabulary
from pipelines.settings import PACKAGE_ROOT, Home

KNOWN_FROM = dt.date(2025, 5, 1)
HEADER = "person_id;released_on;arm;age"
ROWS = ("hush-one;2024-07-01;aid;30", "hush-two;2024-07-14;no_aid;41", "hush-three;2024-09-30;aid;22")
DYING, HANGING, RAISING = b"DYING", b"HANGING", b"RAISING"


@cache
def shipped() -> Catalogue:
    return load(PACKAGE_ROOT / "data_contracts", vocabulary())


def releases() -> RegisterContract:
    return shipped().registers["releases"]


def text_of(*rows: str, header: str = HEADER, end: str = "\n") -> str:
    return end.join([header, *rows]) + end


def good(number: int = 0) -> bytes:
    """An extract that is taken; another `number` gives other bytes."""
    return text_of(*ROWS, f"hush-{number};2024-08-01;aid;{20 + number % 60}").encode()


def frame() -> pl.DataFrame:
    """The three rows as a typed table."""
    return pl.DataFrame(
        {
            "person_id": ["hush-one", "hush-two", "hush-three"],
            "released_on": [dt.date(2024, 7, 1), dt.date(2024, 7, 14), dt.date(2024, 9, 30)],
            "arm": ["aid", "no_aid", "aid"],
            "age": [30, 41, 22],
        }
    )


@dataclass(frozen=True)
class Desk:
    """A home whose inbox is filled by hand."""

    home: Home

    def drop(self, name: str, content: bytes, *, folder: str = "releases", manifest: Any = None) -> Path:
        path = self.home.inbox / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if manifest is not None:
            path.with_name(path.name + ".manifest.json").write_bytes(manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode())
        return path

    def take_in(self, known_from: dt.date = KNOWN_FROM) -> list[Receipt]:
        return intake.take_in(self.home, shipped(), known_from)

    def waiting(self) -> list[str]:
        """Every file of the inbox, as a path below it."""
        return sorted(str(path.relative_to(self.home.inbox)) for path in self.home.inbox.rglob("*") if path.is_symlink() or path.is_file())

    def archived(self) -> list[str]:
        """Every file of the archive by name, with its register."""
        return sorted(f"{path.parts[-3]}/{path.name}" for path in self.home.archive.rglob("*") if path.is_file())

    def quarantined(self) -> dict[str, dict[str, Any]]:
        """reason.json by folder of the quarantine."""
        return {path.parent.name: json.loads(path.read_bytes()) for path in self.home.quarantine.glob("*/reason.json")}


def read_here(path: Path, target: Path, catalogue: Catalogue, register: str, pool: object) -> Reading:
    """Read in this process, for tests of what happens around the reading."""
    return read_delivery(str(path), str(target), catalogue.registers[register])


def misbehave(path: str, target: str, register: RegisterContract) -> Reading:
    """A reader that dies, hangs or raises on files that say so, and reads all others."""
    content = Path(path).read_bytes()
    if content.startswith(DYING):
        os.kill(os.getpid(), signal.SIGKILL)
    if content.startswith(HANGING):
        signal.pause()
    if content.startswith(RAISING):
        raise ValueError(content.decode())
    return read_delivery(path, target, register)


def refuse_to_start() -> None:
    """A worker that never comes up."""
    os._exit(1)
