"""The archive: every accepted delivery as it came, its typed copy and its facts, under the hash of its bytes; never changed after.

`archive/<register>/<sha256>/` holds `original`, `data.parquet` and `delivery.json`; `quarantine/<register>-<sha12>/` holds
`original` and `reason.json`. A folder appears whole, by one rename, or not at all.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.canonical import canonical, digest, file_digest, plain
from pipelines.errors import HomeError
from pipelines.files import sync_file, sync_folder, write_atomically
from pipelines.settings import Home

FORMAT, UNSEALED_FORMAT = "udbytte.delivery/2", "udbytte.delivery/1"


@dataclass(frozen=True)
class Delivery:
    """One received extract, accepted or quarantined. `known_from` is the first as-of day that may use it; `reference_period` is the period
    its sender says it is of; `rejected` rows did not convert and lie in its rejects. `periods` are those that its rows are of, with how many rows each has,
    where the register's deliveries add periods."""

    register: str
    sha256: str
    known_from: dt.date
    is_accepted: bool
    file_name: str
    format: str = ""
    rows: int = 0
    declared_through: dt.date | None = None
    covers_through: dt.date | None = None
    sender: str = ""
    reason: str = ""
    data_sha256: str = ""
    reference_period: str = ""
    rejected: int = 0
    periods: tuple[tuple[str, int], ...] = ()
    rejects_sha256: str = ""

    @property
    def id(self) -> str:
        return f"{self.register}-{self.sha256[:12]}"

    def as_data(self) -> dict[str, Any]:
        return {"format_version": FORMAT, **{name: getattr(self, name) for name in self.__dataclass_fields__}}


def sealed(facts: dict[str, Any]) -> bytes:
    """The facts of a delivery as they are written, with the digest of all of them."""
    return canonical({**facts, "seal": digest(facts)}) + b"\n"


def read_facts(path: Path) -> Delivery:
    """The facts of a delivery. Raises HomeError when they are not what was written; such as were written before they were sealed are taken as they
    stand."""
    try:
        raw = path.read_bytes()
        data = json.loads(raw)
        is_whole = set(data) <= UNSEALED if data["format_version"] == UNSEALED_FORMAT else raw == sealed({name: data[name] for name in data if name != "seal"})
        found = _from_data(data)
    except (ValueError, KeyError, TypeError, RecursionError):
        is_whole = False
    if not is_whole:
        raise HomeError("the facts of a delivery are not what was written", where=f"{path.parent.parent.name}/{path.parent.name[:24]}", next_step="restore them from a backup")
    return found


def _from_data(data: dict[str, Any]) -> Delivery:
    days = {name: dt.date.fromisoformat(data[name]) if data[name] else None for name in ("known_from", "declared_through", "covers_through")}
    periods = tuple((str(text), int(rows)) for text, rows in data.get("periods", ()))
    return Delivery(**{**{name: days.get(name, data[name]) for name in Delivery.__dataclass_fields__ if name in data}, "periods": periods})


UNSEALED = {"format_version", *Delivery.__dataclass_fields__}


def folder_of(home: Home, delivery: Delivery) -> Path:
    """Where a delivery lies for good."""
    return home.archive / delivery.register / delivery.sha256 if delivery.is_accepted else home.quarantine / delivery.id


def data_of(home: Home, delivery: Delivery) -> Path:
    """The typed rows of an accepted delivery. Raises HomeError when they are not what was taken in."""
    path = folder_of(home, delivery) / "data.parquet"
    if not path.exists() or file_digest(path) != delivery.data_sha256:
        raise HomeError("the typed copy of the delivery is not what was taken in", where=f"archive/{delivery.register}", next_step="restore the archive from a backup")
    return path


def find(home: Home, register: str, sha256: str) -> Delivery | None:
    """The accepted delivery with these bytes, or None."""
    facts = home.archive / register / sha256 / "delivery.json"
    return read_facts(facts) if facts.exists() else None


def find_refused(home: Home, register: str, sha256: str) -> Delivery | None:
    """The quarantined delivery with these bytes, or None."""
    facts = home.quarantine / f"{register}-{sha256[:12]}" / "reason.json"
    return read_facts(facts) if facts.exists() else None


def keep(home: Home, delivery: Delivery, working: Path) -> None:
    """Move `working`, which holds `original` and may hold `data.parquet`, to its place, with the facts inside."""
    facts = "delivery.json" if delivery.is_accepted else "reason.json"
    (working / facts).touch(mode=0o600)
    (working / facts).write_bytes(sealed(plain(delivery.as_data())))
    for path in working.iterdir():
        sync_file(path)
    place = folder_of(home, delivery)
    place.parent.mkdir(parents=True, exist_ok=True)
    os.replace(working, place)
    sync_folder(place.parent)


def arrive_again(home: Home, delivery: Delivery, known_from: dt.date) -> None:
    """Record that the same bytes came once more, to be known from a later day: what a supplier sends last is what they stand by."""
    if known_from > delivery.known_from:
        write_atomically(folder_of(home, delivery) / f"again-{known_from}.json", canonical({"known_from": known_from}) + b"\n", mode=0o600)


def _arrivals(facts: Path) -> list[Delivery]:
    """The first arrival of a delivery and every later one of the same bytes."""
    first = read_facts(facts)
    days = [dt.date.fromisoformat(json.loads(path.read_bytes())["known_from"]) for path in sorted(facts.parent.glob("again-*.json"))]
    return [first, *(replace(first, known_from=day) for day in days)]


def deliveries(home: Home) -> list[Delivery]:
    """Every arrival of every delivery, accepted or quarantined, in a fixed order: day known, coverage, hash."""
    places = [*home.archive.glob("[!.]*/*/delivery.json"), *home.quarantine.glob("*/reason.json")]
    return sorted((item for path in places for item in _arrivals(path)), key=order)


def order(item: Delivery) -> tuple[dt.date, str, dt.date, str]:
    """Where an arrival stands among others: what is later is newer."""
    return item.known_from, item.register, item.covers_through or dt.date.min, item.sha256


def known(home: Home, as_of: dt.date) -> list[Delivery]:
    """The deliveries known on `as_of`."""
    return [item for item in deliveries(home) if item.known_from <= as_of]
