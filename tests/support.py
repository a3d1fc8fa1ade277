"""What tests share: running the command line as a user would, in a process of its own, on a home of its own."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

ROOT = Path(__file__).resolve().parent.parent
TOOLS = Path(sys.executable).parent
AS_OF = "2026-06-30"


SHIPPED = ROOT / "data_contracts"
REGISTERS = {
    "tarp": ("arrests", "releases"),
    "trygt_hjem": ("bef", "buaf", "case_placements", "dod", "referrals", "who5"),
    "ungebro": ("bef", "dod", "dream", "referrals"),
}


@cache
def only(*contracts: str) -> Path:
    """The shipped contracts of these names with the registers they need: nights on them are short, and do not depend on the others."""
    folder = Path(tempfile.mkdtemp(prefix="contracts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = Path(shutil.copytree(SHIPPED, folder / "data_contracts"))
    kept = {*contracts, *(register for name in contracts for register in REGISTERS[name])}
    for path in [*(made / "outcomes").iterdir(), *(made / "registers").iterdir()]:
        if path.name.split(".")[0] not in kept:
            path.unlink()
    return made


def environment(home: Path, contracts: Path | None = None) -> dict[str, str]:
    """The environment of a command: its home, and its contracts: those of the experiment alone when nothing else is said."""
    made = {name: value for name, value in os.environ.items() if not name.startswith(("UDBYTTE", "DAGSTER"))}
    return {**made, "UDBYTTE_HOME": str(home), "UDBYTTE_CONTRACTS": str(contracts or only("tarp"))}


def udbytte(home: Path, *arguments: str, contracts: Path | None = None, timeout: int = 300) -> subprocess.CompletedProcess[str]:
    """Run `udbytte` with arguments and return what it printed; no exit code is an error here."""
    return subprocess.run([str(TOOLS / "udbytte"), *arguments], env=environment(home, contracts), capture_output=True, text=True, timeout=timeout, check=False)


def here(home: Path, *arguments: str, contracts: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `udbytte` with arguments in this process, some seconds faster, and return what it printed; no exit code is an error here."""
    from nights_here import command

    return command(environment(home, contracts), *arguments)


def night(home: Path, *arguments: str, contracts: Path | None = None) -> dict[str, Any]:
    """Run a night in this process and return its board."""
    return _board(here(home, "run", "--json", *arguments, contracts=contracts))


def night_apart(home: Path, *arguments: str, contracts: Path | None = None) -> dict[str, Any]:
    """Run a night in a process of its own, as a user would, and return its board."""
    return _board(udbytte(home, "run", "--json", *arguments, contracts=contracts))


def _board(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.stdout, done.stderr
    board: dict[str, Any] = json.loads(done.stdout)
    return {**board, "exit_code": done.returncode}


def states(board: dict[str, Any]) -> dict[str, str]:
    """State by `contract/trigger`."""
    return {f"{row['contract']}/{row['trigger']}": row["state"] for row in board["rows"]}


def reason(board: dict[str, Any], trigger: str) -> str:
    """The reason of one `contract/trigger`."""
    return next(str(row["reason"]) for row in board["rows"] if f"{row['contract']}/{row['trigger']}" == trigger)


def ledger_lines(home: Path) -> list[str]:
    return (home / "ledger.jsonl").read_text(encoding="utf-8").splitlines()


def contracts_copy(folder: Path) -> Path:
    """A copy of the contracts of the experiment to plant things in."""
    return Path(shutil.copytree(only("tarp"), folder / "data_contracts"))


GATE = "gate: {profile: standard@1}"
SHARED = GATE.replace("}", ", thresholds: [{rule: nobody_is_counted_by_two_contracts, threshold: 216.0, clause: Schedule 3, because: Both count the same people}]}")


def second_contract(contracts: Path, name: str = "intake_only") -> Path:
    """A contract that depends on releases alone: the sample's, with nothing but the intake in it. Both agree to count the same people."""
    first = contracts / "outcomes" / "tarp.yaml"
    first.write_text(first.read_text(encoding="utf-8").replace(GATE, SHARED), encoding="utf-8")
    text = (contracts / "outcomes" / "tarp.yaml").read_text(encoding="utf-8").replace("contract: tarp", f"contract: {name}")
    head, outcomes = text.split("  - id: rearrest_52_weeks", 1)
    payments = outcomes.split("payments:\n", 1)[1].split("  - id: reduction", 1)[0]
    path = contracts / "outcomes" / f"{name}.yaml"
    path.write_text(f"{head}payments:\n{payments}{SHARED}\n", encoding="utf-8")
    return path


def delivered(home: Path, register: str) -> Path:
    """The sample's file of a register, still in the inbox."""
    return next(path for path in (home / "inbox" / register).iterdir() if not path.name.endswith(".manifest.json"))


def without_manifest(path: Path) -> Path:
    """Drop the manifest beside a file that a test has changed."""
    path.with_name(path.name + ".manifest.json").unlink(missing_ok=True)
    return path


def rewrite(path: Path, change: pl.Expr | list[pl.Expr]) -> None:
    """Change columns of a Parquet delivery in place, manifest dropped."""
    frame = pl.read_parquet(path, memory_map=False)
    frame.with_columns(change).write_parquet(without_manifest(path))
