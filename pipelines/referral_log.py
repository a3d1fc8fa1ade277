"""The log of referrals: for each cohort what its list of referrals had, list by list, never written over, so that it can be proved whole.

`archive/referral_logs/<contract>.<cohort>/<number>.json` holds one list under delivered pseudonyms: the day it was logged on, the last day it
covers, its rows, their hash, and a seal; file mode 0600. The hash is over salted hashes of the rows, so that it tells nobody who is in the
list, and who is shown one row with its salt can find it there. The ledger enters hash and number of rows. A list is logged when it is not
the one before it, and only lists that were made by the same terms are compared.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from indicators.referrals import HISTORY, LOGGED
from pipelines.canonical import canonical, digest
from pipelines.contracts.outcome import Cohort
from pipelines.errors import HomeError
from pipelines.files import write_atomically
from pipelines.settings import Home

FORMAT = "udbytte.referral_log/1"
RESTORE = "restore archive/referral_logs from a backup; payments are held until then"


@dataclass(frozen=True)
class Logged:
    """One list as it was logged: LOGGED, and what the ledger says of it."""

    number: int
    as_of: dt.date
    covers_through: dt.date
    terms: str
    sha256: str
    rows: pl.DataFrame

    def as_entered(self) -> dict[str, Any]:
        """What the ledger enters of it."""
        return {"sha256": self.sha256, "referrals": self.rows.height, "covers_through": self.covers_through}


def terms_of(cohort: Cohort) -> str:
    """The digest of what makes a cohort's log: lists that other terms choose from the register are no lists of the same thing."""
    asked = cohort.eligible
    columns = [cohort.enrolled_on, cohort.arms and cohort.arms.column, asked and asked.referral and asked.referral.column, asked and asked.withdrawn and asked.withdrawn.column]
    return digest([cohort.register_name, cohort.where, columns, cohort.enrolled.end])


def row_hash(key: bytes, named: str, row: list[Any]) -> str:
    """The salted hash of one row of the log `named` `<contract>/<cohort>`: `salt_of` with the row gives it, and nothing less does."""
    return hashlib.sha256(canonical([salt_of(key, named, row), row])).hexdigest()


def salt_of(key: bytes, named: str, row: list[Any]) -> str:
    """The salt of one row: what proves to somebody who has the row that it stands in a log, and tells nothing of any other."""
    return hmac.new(key, canonical([named, row]), "sha256").hexdigest()[:32]


def hash_of(key: bytes, named: str, rows: Iterable[list[Any]]) -> str:
    """The hash of a list, whatever the order of its rows."""
    return digest(sorted(row_hash(key, named, row) for row in rows))


def lists(home: Home, contract: str, cohort: str, as_of: dt.date) -> list[Logged]:
    """Every list of a cohort that was logged by a day, from the oldest. Raises HomeError when one is gone or no longer what was logged."""
    paths = sorted(_folder(home, contract, cohort).glob("*.json"))
    if [path.name for path in paths] != [_name(number) for number in range(1, len(paths) + 1)]:
        raise HomeError("a list of the referral log is gone", where=f"{contract}.{cohort}", next_step=RESTORE)
    found = [_read(path, home.key("salt"), f"{contract}/{cohort}", _state(path)) for path in paths]
    return [item for item in found if item.as_of <= as_of]


def earlier(home: Home, contract: str, cohort: Cohort, known_from: dt.date) -> list[Logged]:
    """The lists of a cohort that were logged before what counts now was known (`known_from`), made by the same terms."""
    terms = terms_of(cohort)
    return [item for item in lists(home, contract, cohort.id, known_from - dt.timedelta(days=1)) if item.terms == terms]


def keep(home: Home, contract: str, cohort: Cohort, as_of: dt.date, covers_through: dt.date, rows: pl.DataFrame) -> None:
    """Log a list (LOGGED), unless the newest one logged is the same by the same terms; the first one once somebody is on it. Nothing that was
    logged is written over."""
    known, terms, named = lists(home, contract, cohort.id, dt.date.max), terms_of(cohort), f"{contract}/{cohort.id}"
    is_same = known[-1].terms == terms and known[-1].rows.equals(rows) if known else rows.is_empty()
    if is_same:
        return
    plain = _rows(rows)
    facts = {"format": FORMAT, "as_of": as_of, "covers_through": covers_through, "terms": terms, "sha256": hash_of(home.key("salt"), named, plain)}
    write_atomically(_folder(home, contract, cohort.id) / _name(len(known) + 1), canonical({**facts, "rows": plain, "seal": digest(facts)}) + b"\n", mode=0o600)


def history(every: list[Logged]) -> pl.DataFrame:
    """HISTORY of lists in their order."""
    found = [item.rows.with_columns(place=pl.lit(place)) for place, item in enumerate(every)]
    return pl.concat([HISTORY.to_frame(), *(frame.cast(HISTORY) for frame in found)])


def _folder(home: Home, contract: str, cohort: str) -> Path:
    return home.archive / "referral_logs" / f"{contract}.{cohort}"


def _name(number: int) -> str:
    return f"{number:06d}.json"


def _rows(frame: pl.DataFrame) -> list[list[Any]]:
    return [list(row) for row in frame.select(list(LOGGED)).sort(list(LOGGED)).iter_rows()]


def _state(path: Path) -> tuple[int, int, int]:
    facts = path.stat()
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


@lru_cache(maxsize=256)
def _read(path: Path, key: bytes, named: str, state: tuple[int, int, int]) -> Logged:  # noqa: ARG001
    """A list that was logged, proved; read once for each state of its file."""
    return proved(path, key, named)


def proved(path: Path, key: bytes, named: str) -> Logged:
    """The list in a file of the log of a cohort, `named` as contract/cohort. Raises HomeError when it is not what was logged."""
    try:
        raw = path.read_bytes()
        data = json.loads(raw)
        facts = {name: data[name] for name in ("format", "as_of", "covers_through", "terms")} | {"sha256": hash_of(key, named, data["rows"])}
        is_whole = data["format"] == FORMAT and canonical({**facts, "rows": data["rows"], "seal": digest(facts)}) + b"\n" == raw
        days = [dt.date.fromisoformat(data[name]) for name in ("as_of", "covers_through")]
    except (ValueError, KeyError, TypeError, RecursionError):
        is_whole = False
    if not is_whole:
        raise HomeError(
            "a list of the referral log is not what was logged",
            where=f"{named.replace('/', '.')}/{path.name}",
            next_step=RESTORE,
        )
    return Logged(int(path.stem), days[0], days[1], data["terms"], data["sha256"], pl.DataFrame(data["rows"], schema=LOGGED, orient="row"))
