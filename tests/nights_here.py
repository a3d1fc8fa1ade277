"""Commands run in this process: the same command line on the same kind of home, without the seconds that a fresh interpreter, Dagster and Great
Expectations take to start. The engine's child is real and is kept for the next command; it reads each home's warehouse anew.

What is about processes themselves (kills, locks, streams, start) runs `support.udbytte`, in a process of its own.
"""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from unittest import mock

from pipelines.assets import resources
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


def command(environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `udbytte` with arguments here and return what it printed and its exit code."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with _surroundings(environment), mock.patch.object(sys, "argv", ["udbytte", *arguments]), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return subprocess.CompletedProcess(["udbytte", *arguments], code, out.getvalue(), err.getvalue())
