"""Commands in processes of their own that have imported everything before they begin: this process imports once, and each command is a fork of it.

A process started from nothing spends most of a night on imports, in which a kill can harm nothing. A fork has a number, a memory, locks and
children of its own, and dies of a signal as any other; the engine that it starts is a fork of it in turn, and ends with it.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO


class Forge:
    """The test's side: one command at a time, each in a fork of a process that is ready."""

    def __init__(self) -> None:
        quiet = {"_RJEM_MALLOC_CONF": "background_thread:false", "OPENBLAS_NUM_THREADS": "1"}  # as few threads as can be: none of them is in a fork
        self.ready = subprocess.Popen([sys.executable, __file__], env={**os.environ, **quiet}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pid = 0
        assert self._said() == {"ready": True}

    def start(self, environment: Mapping[str, str], *arguments: str, printed: tuple[str, str] = (os.devnull, os.devnull)) -> None:
        """Begin a command. What it prints and what it says of errors goes into the files `printed`."""
        assert self.ready.stdin is not None
        self.ready.stdin.write(json.dumps({"environment": dict(environment), "arguments": arguments, "printed": printed}).encode() + b"\n")
        self.ready.stdin.flush()
        self.pid = int(self._said()["pid"])

    def run(self, environment: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end and return what it and its children printed; no exit code is an error here."""
        with tempfile.TemporaryDirectory() as folder:
            printed = (f"{folder}/out", f"{folder}/err")
            self.start(environment, *arguments, printed=printed)
            code = self.wait(300)
            assert code is not None, f"udbytte {' '.join(arguments)} ran for five minutes"
            out, err = (Path(path).read_text(encoding="utf-8") for path in printed)
        return subprocess.CompletedProcess(["udbytte", *arguments], code, out, err)

    def wait(self, seconds: float | None = None) -> int | None:
        """The exit code of the command, as subprocess has it, or None when it runs for longer than this."""
        found, _, _ = select.select([self.ready.stdout], [], [], seconds)
        return int(self._said()["code"]) if found else None

    def kill(self) -> None:
        """Kill the command and wait until it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def end(self) -> None:
        self.ready.kill()
        self.ready.communicate()

    def _said(self) -> dict[str, Any]:
        assert self.ready.stdout is not None
        said: dict[str, Any] = json.loads(self.ready.stdout.readline())
        return said


@contextlib.contextmanager
def forge() -> Iterator[Forge]:
    """A forge that is ended with the block."""
    made = Forge()
    try:
        yield made
    finally:
        made.end()


class Forked:
    """A child as `Popen` would give it, forked and not started anew: the engine, with Great Expectations imported already."""

    def __init__(self, command: list[str], *, env: Mapping[str, str], **_: int) -> None:
        assert command[1:] == ["-m", "pipelines.quality.engine"]
        asked, answered = os.pipe(), os.pipe()
        self.pid = os.fork()
        if not self.pid:
            _end_with(lambda: _be_engine(env, asked[0], answered[1]))
        os.close(asked[0])
        os.close(answered[1])
        self.stdin: BinaryIO = os.fdopen(asked[1], "wb")
        self.stdout: BinaryIO = os.fdopen(answered[0], "rb")
        self.code: int | None = None

    def poll(self) -> int | None:
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code

    def wait(self) -> int:
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code

    def kill(self) -> None:
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


def _be_engine(environment: Mapping[str, str], source: int, target: int) -> None:
    from pipelines.quality import engine

    _take_on(environment, source, target, os.open(os.devnull, os.O_WRONLY))
    engine.main()


def _be_command(environment: Mapping[str, str], arguments: list[str], printed: list[str]) -> None:
    from pipelines.cli import main

    _take_on(environment, os.open(os.devnull, os.O_RDONLY), *(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600) for path in printed))
    sys.argv = ["udbytte", *arguments]
    main()


def _take_on(environment: Mapping[str, str], *streams: int) -> None:
    """This environment, and these for standard input, output and error. All others are closed: who reads them waits for their end."""
    os.environ.clear()
    os.environ.update(environment)
    for place, stream in enumerate(streams):
        os.dup2(stream, place)
    os.closerange(3, 256)
    sys.stdin, sys.stdout, sys.stderr = (os.fdopen(place, mode, closefd=False) for place, mode in enumerate("rww"))


def _end_with(work: Any) -> None:
    """Do what a fork is for, and end it: it must never go on as its parent would."""
    code = 1
    try:
        work()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def main() -> None:
    """Import what a night imports and what its engine does, and fork for every line of standard input. Nothing has run here yet, so that no lock is held."""
    import pipelines.definitions
    import pipelines.reports.publication
    import pipelines.run  # noqa: F401
    from pipelines.quality import checker, engine

    engine.Engine()
    checker.subprocess.Popen = Forked  # type: ignore[misc, assignment]
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if not pid:
            _end_with(lambda asked=asked: _be_command(**asked))  # type: ignore[misc]
        print(json.dumps({"pid": pid}), flush=True)
        print(json.dumps({"code": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}), flush=True)


if __name__ == "__main__":
    main()
