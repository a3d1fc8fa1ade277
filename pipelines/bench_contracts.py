"""`udbytte bench --contracts N`: how long loading and checking N outcome contracts takes, in a process of its own, and what that process imports.

The contracts are the shipped ones over and over, each under a name of its own, beside the shipped registers, gate profiles and code lists.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines import clock
from pipelines.metering import PROCESS, peak_mib
from pipelines.settings import PACKAGE_ROOT

ROUNDS = 3
HEAVY = ("dagster", "great_expectations")
"""What checking contracts must not need."""


def measure_contracts(contracts: int) -> dict[str, Any]:
    """Check so many contracts ROUNDS times: seconds of the fastest round for loading and checking alone, for importing what contracts may name, and
    for the whole command; peak memory; and which of HEAVY it imported."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "UDBYTTE_CONTRACTS": str(_many(Path(folder), contracts))}
        rounds = [_apart(environment) for _ in range(ROUNDS)]
    return {"contracts": contracts, **min(rounds, key=lambda found: found["whole_seconds"])}


def _many(folder: Path, contracts: int) -> Path:
    """A contracts folder with so many outcome contracts."""
    made = Path(shutil.copytree(PACKAGE_ROOT / "data_contracts", folder / "data_contracts"))
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted((made / "outcomes").glob("*.yaml"))}
    for name in texts:
        (made / "outcomes" / f"{name}.yaml").unlink()
    for number, (name, text) in zip(range(contracts), itertools.cycle(texts.items()), strict=False):
        (made / "outcomes" / f"{name}_{number}.yaml").write_text(text.replace(f"contract: {name}\n", f"contract: {name}_{number}\n"), encoding="utf-8")
    return made


def _apart(environment: dict[str, str]) -> dict[str, Any]:
    """One round in a process of its own."""
    begun = clock.seconds()
    done = subprocess.run([sys.executable, "-m", "pipelines.bench_contracts"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    return {**json.loads(done.stdout), "whole_seconds": round(clock.seconds() - begun, 2)}


def _measured_here() -> dict[str, Any]:
    begun = clock.seconds()
    from pipelines.payments.vocabulary import catalogue, vocabulary
    from pipelines.reports.checking import summary

    vocabulary()
    imported, worked = clock.seconds(), _processor_seconds()
    found = summary(catalogue())
    checked = clock.seconds()
    return {
        "errors": found["errors"],
        "warnings": found["warnings"],
        "import_seconds": round(imported - begun, 2),
        "check_seconds": round(checked - imported, 2),
        "check_cpu_seconds": round(_processor_seconds() - worked, 2),
        "peak_mib": round(peak_mib(PROCESS)),
        "heavy": [name for name in HEAVY if name in sys.modules],
    }


def _processor_seconds() -> float:
    """What this process has worked so far, whatever else the machine does."""
    spent = os.times()
    return spent.user + spent.system


def contracts_table(found: dict[str, Any]) -> str:
    """The measurement as a table for people."""
    console = Console(width=110, record=True, file=io.StringIO(), highlight=False)
    made = Table(f"{found['contracts']} contracts", "Seconds")
    made.add_row("importing what contracts may name", f"{found['import_seconds']:.2f}")
    made.add_row("loading and checking", f"{found['check_seconds']:.2f}")
    made.add_row("the whole command, with starting Python", f"{found['whole_seconds']:.2f}")
    console.print(made)
    console.print(f"{found['check_cpu_seconds']:.2f} processor seconds of checking, {found['peak_mib']} MiB at most; {found['errors']} errors, {found['warnings']} warnings")
    console.print(f"imported of {' and '.join(HEAVY)}: {', '.join(found['heavy']) or 'none'}")
    return console.export_text()


def tell(contracts: int, *, as_json: bool) -> None:
    """Measure and print."""
    found = measure_contracts(contracts)
    print(json.dumps(found, indent=2) if as_json else contracts_table(found))


if __name__ == "__main__":
    print(json.dumps(_measured_here()))
