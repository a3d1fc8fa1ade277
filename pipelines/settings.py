"""Where things lie: the home folder with its parts, the contracts in force and the SQL.

Two variables decide everything: `UDBYTTE_HOME` (default `var` in the working folder) and `UDBYTTE_CONTRACTS` (default: the
contracts this package ships). `UDBYTTE_RULE_SECONDS` says how long one expectation may take, `PORT` moves the Dagster UI, and
`UDBYTTE_ALERT_...` say where alerts go. Nothing else of the environment is read.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from pipelines import clock
from pipelines.canonical import canonical, text_digest
from pipelines.errors import HomeError
from pipelines.files import write_atomically

PACKAGE_ROOT = Path(__file__).resolve().parent.parent
DEFAULT_MEMORY_LIMIT = "1GB"
DEFAULT_SECONDS_A_RULE = 300
FIRST_AS_OF = dt.date(2024, 1, 1)
"""The first day there can be a night of: as-of days are partitions, and partitions begin somewhere."""


def contracts_folder() -> Path:
    """The folder with `registers/ outcomes/ codelists/ profiles/`."""
    return Path(os.environ.get("UDBYTTE_CONTRACTS") or PACKAGE_ROOT / "data_contracts").resolve()


def seconds_a_rule() -> int:
    """How many seconds one expectation may take before it is ended and errored. Raises HomeError when the environment says nothing sensible."""
    said = os.environ.get("UDBYTTE_RULE_SECONDS") or str(DEFAULT_SECONDS_A_RULE)
    if not said.isascii() or not said.isdigit() or int(said) == 0:
        raise HomeError("UDBYTTE_RULE_SECONDS is no whole number of seconds above nought", next_step="write one, as 300, or leave it out")
    return int(said)


def sql_folder() -> Path:
    return PACKAGE_ROOT / "sql"


def sql_text(name: str) -> str:
    """The text of `sql/<name>`."""
    return (sql_folder() / name).read_text(encoding="utf-8")


@cache
def runtime_lock_digest() -> str:
    """SHA-256 of the runtime lock: the exact versions, with hashes, that this code was locked to."""
    for place in (PACKAGE_ROOT / "pipelines" / "requirements.lock", PACKAGE_ROOT / "requirements.lock"):
        if place.exists():
            return text_digest(place.read_text(encoding="utf-8"))
    raise HomeError("the runtime lock is missing", where="requirements.lock", next_step="reinstall the package from a whole checkout")


@dataclass(frozen=True)
class Home:
    """One home folder. Paths only; `prepare` and `settle_in` create it."""

    root: Path

    @classmethod
    def here(cls) -> Home:
        """The home folder of this process, from `UDBYTTE_HOME`."""
        return cls(Path(os.environ.get("UDBYTTE_HOME") or "var").resolve())

    @property
    def inbox(self) -> Path:
        return self.root / "inbox"

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    @property
    def quarantine(self) -> Path:
        return self.root / "quarantine"

    @property
    def cohorts(self) -> Path:
        return self.archive / "cohorts"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def validation(self) -> Path:
        return self.root / "validation"

    @property
    def verdicts(self) -> Path:
        return self.root / "verdicts"

    @property
    def evidence(self) -> Path:
        return self.root / "evidence"

    @property
    def handover(self) -> Path:
        return self.root / "handover"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def ledger(self) -> Path:
        return self.root / "ledger.jsonl"

    @property
    def alerts(self) -> Path:
        return self.root / "alerts.json"

    @property
    def board(self) -> Path:
        return self.root / "board.json"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def lock(self) -> Path:
        return self.root / ".lock"

    @property
    def facts(self) -> Path:
        return self.root / "home.json"

    def exists(self) -> bool:
        return self.facts.exists()

    def require(self) -> Home:
        """This home, or an error that says how to make one."""
        if not self.exists():
            raise HomeError(
                "there is no home folder here yet", where=str(self.root), next_step="run `udbytte sample` for one with sample data, or `udbytte run` to start an empty one"
            )
        return self

    def prepare(self, *, key: bytes | None = None) -> Home:
        """Create the folders and keys that are missing. `key` seeds the home's keys (a sample's is public); otherwise they are random."""
        for folder in (self.published, self.validation, self.handover, self.reports, self.dagster):
            folder.mkdir(parents=True, exist_ok=True)
        for private in (self.inbox, self.archive, self.quarantine, self.keys):
            private.mkdir(parents=True, exist_ok=True)
            private.chmod(0o700)
        for name in ("salt", "pseudonyms", "handover"):
            path = self.keys / f"{name}.key"
            if not path.exists():
                made = text_digest(f"{key.hex()}/{name}") if key else secrets.token_hex(32)
                write_atomically(path, made.encode(), mode=0o600)
        return self

    def settle_in(self, *, pinned_as_of: dt.date | None = None, sample: str | None = None) -> Home:
        """Write the home's facts, last of all: a home without them is not one yet."""
        if not self.exists():
            write_atomically(self.facts, canonical({"format": "udbytte.home/1", "as_of": pinned_as_of, "sample": sample}) + b"\n")
        return self

    def key(self, name: str) -> bytes:
        """The home's own 32-byte key called `name` (`salt`, `pseudonyms` or `handover`)."""
        return bytes.fromhex((self.keys / f"{name}.key").read_text(encoding="ascii"))

    @cached_property
    def pinned_as_of(self) -> dt.date | None:
        """The as-of day this home is pinned to (samples are), or None."""
        if not self.exists():
            return None
        day = json.loads(self.facts.read_text(encoding="utf-8")).get("as_of")
        return dt.date.fromisoformat(day) if day else None

    def as_of(self, given: dt.date | None) -> dt.date:
        """The as-of day to use: the one given, else the home's pinned one, else today."""
        return given or self.pinned_as_of or clock.today()
