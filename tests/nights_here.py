"""Commands run in this process: the same command line on the same kind of home, without the seconds that a fresh interpreter, Dagster and Great
Expectations take to start. The engine's child and the reader of deliveries are real and are kept for the next command; the engine reads each home's warehouse anew.

What is about processes themselves (kills, locks, streams, start) runs `support.udbytte`, in a process of its own.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TextIO
from unittest import mock

from alembic.config import Config
from alembic.script import ScriptDirectory
from dagster._core.storage import sql
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from dagster._core.storage.schedules.sqlite import sqlite_schedule_storage
from pebble import ProcessPool
from sqlalchemy import event
from sqlalchemy.engine import Engine

from pipelines.assets import resources
from pipelines.canonical import file_digest
from pipelines.cli import main
from pipelines.deliveries import intake
from pipelines.deliveries.intake import readers
from pipelines.quality import checker
from pipelines.quality.checker import Checker


class _KeptWarm(Checker):
    """A checker that one night hands to the next; one that died or hung is let go, as ever."""

    def stop(self) -> None:
        if self.child is not None and self.child.poll() is not None:
            super().stop()

    def _give_up(self, reason: str) -> dict[str, str]:
        super().stop()
        return {"error": reason}

    def end(self) -> None:
        super().stop()


@event.listens_for(Engine, "connect")
def _without_waiting(connection: object, _: object) -> None:
    """Dagster's list of runs need not outlive a test: it does not wait for the disk, as it does some 150 times a night. What a night itself writes does."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("pragma synchronous = off")


def _made_once() -> None:
    """Dagster makes an engine of SQLAlchemy anew for every event that it notes, and reads the history of its tables anew for every home. Here both
    are made once: an engine keeps no connection, and the history is that of the package."""
    make, read = sql.create_engine, ScriptDirectory.from_config

    @lru_cache(maxsize=8)
    def kept(url: str, connect_args: tuple[tuple[str, Any], ...], options: tuple[tuple[str, Any], ...]) -> Engine:
        return make(url, connect_args=dict(connect_args), **dict(options))

    def create_engine(url: str, connect_args: Mapping[str, Any] | None = None, **options: Any) -> Engine:
        return kept(url, tuple((connect_args or {}).items()), tuple(options.items()))

    @cache
    def history(place: str) -> ScriptDirectory:
        config = Config()
        config.set_main_option("script_location", place)
        return read(config)

    for module in (sqlite_event_log, sqlite_run_storage, sqlite_schedule_storage):
        module.create_engine = create_engine
    ScriptDirectory.from_config = staticmethod(lambda config: history(config.get_main_option("script_location")))


_made_once()


@cache
def _warm_reader() -> ProcessPool:
    """The reader that intakes here share: a file that kills it has it start anew, as ever."""
    kept = contextlib.ExitStack()
    atexit.register(kept.close)
    return kept.enter_context(readers())


@contextlib.contextmanager
def _shared_reader() -> Iterator[ProcessPool]:
    yield _warm_reader()


_warm = _KeptWarm()
atexit.register(_warm.end)


def warm_checker() -> Checker:
    """The checker that nights here share, started."""
    return _warm.start()


@contextlib.contextmanager
def _surroundings(environment: Mapping[str, str]) -> Iterator[None]:
    """The environment, warnings, and a checker as a process of its own would have them."""
    with mock.patch.dict(os.environ, environment, clear=True), mock.patch.object(intake, "readers", _shared_reader), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        checker._early[:] = [warm_checker()]
        try:
            yield
        finally:
            checker._early.clear()
            resources.nights.clear()


def command(environment: Mapping[str, str], *arguments: str, terminal: TextIO | None = None) -> subprocess.CompletedProcess[str]:
    """Run `udbytte` with arguments here and return what it printed and its exit code. A sample that was made before, with the same arguments by
    the same contracts, is copied into a home that is not there yet. Where there is a terminal, standard error is written to it and not returned."""
    home = Path(environment["UDBYTTE_HOME"])
    if arguments[:1] != ("sample",) or home.exists() or terminal:
        return _command(environment, *arguments, terminal=terminal)
    key = (arguments, _texts(Path(environment["UDBYTTE_CONTRACTS"])))
    if key not in _samples:
        done = _command(environment, *arguments)
        if done.returncode or not home.exists():
            return done
        place = _kept() / str(len(_samples))
        _samples[key] = (Path(shutil.copytree(home, place)), done.stdout.replace(str(home), HOME))
        return done
    place, said = _samples[key]
    shutil.copytree(place, home)
    return subprocess.CompletedProcess(["udbytte", *arguments], 0, said.replace(HOME, str(home)), "")


HOME = "<home>"
_samples: dict[tuple[tuple[str, ...], str], tuple[Path, str]] = {}


@cache
def _kept() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="samples-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _texts(folder: Path) -> str:
    """The digest of everything that a contracts folder says."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(f"{path.relative_to(folder)}:{file_digest(path)}".encode())
    return total.hexdigest()


def _command(environment: Mapping[str, str], *arguments: str, terminal: TextIO | None = None) -> subprocess.CompletedProcess[str]:
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with _surroundings(environment), mock.patch.object(sys, "argv", ["udbytte", *arguments]), contextlib.redirect_stdout(out), contextlib.redirect_stderr(terminal or err):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return subprocess.CompletedProcess(["udbytte", *arguments], code, out.getvalue(), err.getvalue())
