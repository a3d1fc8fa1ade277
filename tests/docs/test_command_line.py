"""The command line as its users meet it: help with examples, `--json` everywhere, completion, progress for people alone, and answers at once."""

from __future__ import annotations

import json
import os
import pty
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nights_here
import pytest
import typer.main
from support import TOOLS, environment, here

from pipelines.cli import app
from pipelines.metering import metered, watched

AT_ONCE = 0.5
"""Seconds of a processor that help, the board and what comes next may take."""
MANY_ROWS = 1.0
"""Seconds for a board of fifty contracts and five years: a machine that does other things as well is half as fast."""


def every(group: Any = None, before: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every command, commands of commands too, by what is typed for it."""
    made: dict[tuple[str, ...], Any] = {}
    for name, command in (group or typer.main.get_command(app)).commands.items():
        made |= every(command, (*before, name)) if hasattr(command, "commands") else {(*before, name): command}
    return made


COMMANDS = every()


def examples(command: Any) -> list[list[str]]:
    """The words of each example of a command's help, without what is set before it."""
    shown = " ".join((command.help or "").partition("Example:")[2].split())
    lines = [shlex.split(part) for part in shown.split(";") if part.strip()]
    return [line[next(at for at, word in enumerate(line) if word == "udbytte") + 1 :] for line in lines]


@pytest.mark.parametrize("typed", COMMANDS, ids=" ".join)
def test_every_command_has_an_example_that_can_be_typed(typed: tuple[str, ...]) -> None:
    found = examples(COMMANDS[typed])
    assert any(tuple(line[: len(typed)]) == typed for line in found)
    for line in found:
        name = next((name for name in COMMANDS if tuple(line[: len(name)]) == name), None)
        if name is None:
            assert line == [], line
            continue
        known = {option for par in COMMANDS[name].params for option in par.opts}
        assert {word for word in line if word.startswith("-")} <= known
        COMMANDS[name].make_context("udbytte", list(line[len(name) :]))


@pytest.mark.parametrize("typed", COMMANDS, ids=" ".join)
def test_every_command_gives_json_when_it_is_asked_for(typed: tuple[str, ...]) -> None:
    assert any("--json" in par.opts for par in COMMANDS[typed].params)


def test_what_was_done_is_said_as_data(tmp_path: Path) -> None:
    home = tmp_path / "home"

    def said(*typed: str) -> Any:
        done = here(home, *typed, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert said("sample") == {"home": str(home), "inbox": ["inbox/releases/releases_2024_25.csv", "inbox/arrests/arrest_searches_2026_05.parquet"]}
    assert {item["name"] for item in said("sample", "--list-defects")["defects"]} >= {"label_beyond_coverage"}
    (tmp_path / "more.csv").write_text("person_id\n", encoding="utf-8")
    placed = said("deliver", str(tmp_path / "more.csv"), "--register", "arrests")
    assert placed["register"] == "arrests"
    assert (home / placed["file"]).is_file()
    assert said("execute", "tarp")["entries"] == []
    assert {Path(path).suffix for path in said("annex", "tarp", "--out", str(tmp_path))["files"]} == {".html", ".pdf"}
    assert said("trust", "ab" * 32, "--name", "Another home") == {"key": "ab" * 32, "name": "Another home", "is_taken": True, "is_new": True}
    key = said("pseudonymise", "--key", str(tmp_path / "made.key"), "--new-key")
    assert key["file"] == str(tmp_path / "made.key")
    assert (tmp_path / "made.key").read_text(encoding="ascii").strip() not in json.dumps(key)


def completed(shell: dict[str, str], home: Path) -> str:
    done = subprocess.run([str(TOOLS / "udbytte")], env={**environment(home), **shell}, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param(["udbytte", "expl"], {"explain"}, id="a command"),
        pytest.param(["udbytte", "explain", ""], {"tarp"}, id="a contract"),
        pytest.param(["udbytte", "deliver", "x.csv", "--register", "rel"], {"releases"}, id="a register"),
        pytest.param(["udbytte", "verify", "--de"], {"--deep"}, id="an option"),
    ],
)
def test_a_shell_completes(words: list[str], expected: set[str], tmp_path: Path) -> None:
    asked = {"_UDBYTTE_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    assert set(completed(asked, tmp_path / "home").split()) == expected


def test_the_script_that_completes_is_printed_for_the_shell(tmp_path: Path) -> None:
    done = subprocess.run([str(TOOLS / "udbytte"), "--show-completion", "bash"], env=environment(tmp_path), capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "complete -o default -F _udbytte_completion udbytte" in done.stdout) == (0, True)


def at_a_terminal(home: Path, *typed: str) -> tuple[str, str]:
    """What a command writes to its standard output, a pipe, and to its standard error, a terminal. The terminal is read meanwhile, lest it fills."""
    ours, theirs = pty.openpty()
    with ThreadPoolExecutor(1) as pool:
        seen = pool.submit(all_of, ours)
        with os.fdopen(theirs, "w") as terminal:
            done = nights_here.command({**environment(home), "TERM": "xterm"}, *typed, terminal=terminal)
    assert done.returncode == 0
    return done.stdout, seen.result().decode(errors="replace")


def all_of(terminal: int) -> bytes:
    """What comes out of a terminal until nobody writes to it."""
    seen = b""
    with os.fdopen(terminal, "rb", buffering=0) as read:
        while True:
            try:
                seen += read.read(65536)
            except OSError:
                return seen


def test_a_person_at_a_terminal_sees_what_is_done_and_a_script_only_what_came_of_it(tmp_path: Path) -> None:
    said, seen = at_a_terminal(tmp_path / "home", "sample", "--json")
    assert "Drawing the sample" in seen
    assert json.loads(said)["home"] == str(tmp_path / "home")


def test_without_a_terminal_nothing_is_shown(tmp_path: Path) -> None:
    done = here(tmp_path / "home", "sample")
    assert (done.returncode, done.stderr, "Drawing" in done.stdout) == (0, "", False)


def test_each_step_of_a_night_is_told_to_whoever_watches_and_to_nobody_after() -> None:
    steps: list[Any] = []
    told: list[str] = []
    with watched(told.append):
        for name in ("deciding", "settling"):
            with metered(steps, name):
                pass
    with metered(steps, "report page"):
        pass
    assert told == ["deciding", "settling"]
    assert [step.name for step in steps] == ["deciding", "settling", "report page"]


def seconds_of(home: Path, *typed: str) -> float:
    """Seconds of a processor that a command takes in a process of its own: not how busy the machine is."""
    child = subprocess.Popen([str(TOOLS / "udbytte"), *typed], env=environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, typed
    return used.ru_utime + used.ru_stime


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shown(tmp_path_factory.mktemp("three"), contracts=3)


def soonest(home: Path, *typed: str, within: float) -> float:
    """The least seconds of at most three times: the first that is soon enough is the last."""
    taken: list[float] = []
    while len(taken) < 3 and min(taken, default=within) >= within:
        taken.append(seconds_of(home, *typed))
    return min(taken)


@pytest.mark.parametrize("typed", [("--help",), ("status",), (), ("run", "--help"), ("bench", "--help")], ids=" ".join)
def test_help_the_board_and_what_comes_next_are_there_at_once(typed: tuple[str, ...], three: Path) -> None:
    assert soonest(three, *typed, within=AT_ONCE) < AT_ONCE


def test_a_board_of_fifty_contracts_and_five_years_is_there_soon(tmp_path: Path) -> None:
    assert soonest(shown(tmp_path, contracts=50), "status", within=MANY_ROWS) < MANY_ROWS


def shown(folder: Path, contracts: int) -> Path:
    """A home with a board to show: twenty claims a contract."""
    from pipelines.reports import kept
    from pipelines.settings import Home

    home = Home(folder / "home").prepare().settle_in()
    claim = {"state": "due", "amount": "500.00", "currency": "DKK", "kind": "final", "reason": "1 person at 500.00", "is_overridden": False, "tonight": "", "waits": []}
    rows = [{**claim, "contract": f"c{n}", "trigger": "intake", "claim_period": f"p{m}"} for n in range(contracts) for m in range(20)]
    nothing = {name: [] for name in ("receipts", "quarantined", "changes", "findings", "problems", "notes", "posted")}
    kept.save(home, {"as_of": "2026-06-30", "is_what_if": False, "rows": rows, "ledger": {"entries": 1000, "head": "0" * 64}, "validation": "2026-06-30-x", **nothing})
    return home.root
