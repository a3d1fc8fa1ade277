"""Commands run in this process: the same command line on the same kind of home, without the seconds that a fresh interpreter, Dagster and Great
Expectations take to start. The engine's child is real and is kept for the next command; it reads each home's warehouse anew.

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
from functools import cache
from pathlib import Path
from typing import TextIO
from unittest import mock

from sqlalchemy import event
from sqlalchemy.engine import Engine

from pipelines.assets import resources
from pipelines.canonical import file_digest
from pipelines.cli import main
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


_warm = _KeptWarm()
atexit.register(_warm.end)


def warm_checker() -> Checker:
    """The checker that nights here share, started."""
    return _warm.start()


@contextlib.contextmanager
def _surroundings(environment: Mapping[str, str]) -> Iterator[None]:
    """The environment, warnings, and a checker as a process of its own would have them."""
    with mock.patch.dict(os.environ, environment, clear=True), warnings.catch_warnings():
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
