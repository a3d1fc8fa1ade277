"""`udbytte bench --quote N`: how long quoting a contract of N outcomes takes, in a process of its own, and what of it is the quote.

The contract is a rate card made from the shipped experiment: N outcomes, each with its own price a person, paid for in one claim period.
"""

from __future__ import annotations

import io
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
NAME = "rate_card"
PEOPLE = 300
COMMAND = "from pipelines.cli import main; main()"


def measure_quote(outcomes: int) -> dict[str, Any]:
    """Quote such a contract ROUNDS times. Seconds of the fastest round: reading what contracts may name, loading the contracts, reading and
    quoting the results, looking for cliffs, writing the page; the whole command as people type it; and peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        results = _made(Path(folder), outcomes)
        environment = {**os.environ, "UDBYTTE_CONTRACTS": str(Path(folder) / "data_contracts")}
        parts = [json.loads(_run(["-m", "pipelines.bench_quote", str(results)], environment)[1]) for _ in range(ROUNDS)]
        worked = _processor_seconds()
        whole = [_run(["-c", COMMAND, "quote", NAME, "--results", str(results)], environment)[0] for _ in range(ROUNDS)]
        worked = (_processor_seconds() - worked) / ROUNDS
    best = min(parts, key=lambda found: sum(found["seconds"].values()))
    return {"outcomes": outcomes, **best, "whole_seconds": round(min(whole), 2), "whole_cpu_seconds": round(worked, 2)}


def _made(folder: Path, outcomes: int) -> Path:
    """A contracts folder with the rate card alone, and results for it; the path of these."""
    made = Path(shutil.copytree(PACKAGE_ROOT / "data_contracts", folder / "data_contracts"))
    text = (made / "outcomes" / "tarp.yaml").read_text(encoding="utf-8")
    for path in (made / "outcomes").glob("*.yaml"):
        path.unlink()
    head = text[: text.index("outcomes:\n")].replace("contract: tarp", f"contract: {NAME}")
    terms = "".join(f"  - {{id: o{number}, clause: §{number}, kind: activity, cohort: released, indicator: enrolled@1}}\n" for number in range(outcomes))
    pays = "".join(_payment(number) for number in range(outcomes))
    (made / "outcomes" / f"{NAME}.yaml").write_text(f"{head}outcomes:\n{terms}payments:\n{pays}gate: {{profile: standard@1}}\n", encoding="utf-8")
    results = folder / "results.csv"
    rows = "".join(f"o{number},released,2024-25,{PEOPLE},{PEOPLE - 7 * number % PEOPLE}\n" for number in range(outcomes))
    results.write_text(f"outcome,cohort,period,enrolled,persons\n{rows}", encoding="utf-8")
    return results


def _payment(number: int) -> str:
    rule = f"{{per_person@1: {{price: {{2024-07-01: {100 + number}.00}}, role: treatment}}}}"
    period = "{id: 2024-25, from: 2024-07-01, to: 2025-04-01, decided_from: 2025-05-01}"
    return f"  - {{id: p{number}, clause: §{number}, pays_for: o{number}, payer: state, payee: aid_programme, rule: {rule}, claim_periods: [{period}]}}\n"


def _run(arguments: list[str], environment: dict[str, str]) -> tuple[float, str]:
    begun = clock.seconds()
    done = subprocess.run([sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True)
    return clock.seconds() - begun, done.stdout


def _processor_seconds() -> float:
    """What processes of this one's making have worked so far, whatever else the machine does."""
    spent = os.times()
    return spent.children_user + spent.children_system


def _measured_here(results: Path) -> dict[str, Any]:
    marks = [clock.seconds()]
    from pipelines.payments.vocabulary import catalogue, vocabulary
    from pipelines.reports.quoting import shown, told

    vocabulary()
    marks.append(clock.seconds())
    found = catalogue()
    marks.append(clock.seconds())
    quoted = shown(told(found, NAME, results))
    marks.append(clock.seconds())
    with_cliffs = shown(told(found, NAME, results, has_cliffs=True))
    marks.append(clock.seconds())
    from pipelines.reports.quote_page import page

    size = len(page(with_cliffs))
    marks.append(clock.seconds())
    names = ("import", "load", "quote", "quote_with_cliffs", "page")
    seconds = {name: round(after - before, 3) for name, before, after in zip(names, marks, marks[1:], strict=False)}
    return {"seconds": seconds, "amount": quoted["amount"], "page_bytes": size, "peak_mib": round(peak_mib(PROCESS))}


def quote_table(found: dict[str, Any]) -> str:
    """The measurement as a table for people."""
    console = Console(width=110, record=True, file=io.StringIO(), highlight=False)
    made = Table(f"A quote of {found['outcomes']} outcomes", "Seconds")
    named = {
        "import": "importing what contracts may name",
        "load": "loading the contracts",
        "quote": "reading the results and quoting them",
        "quote_with_cliffs": "the same with cliffs",
        "page": "the page with its drawings",
    }
    for name, words in named.items():
        made.add_row(words, f"{found['seconds'][name]:.3f}")
    made.add_row("the whole command without cliffs, with starting Python", f"{found['whole_seconds']:.2f}")
    console.print(made)
    console.print(f"{found['whole_cpu_seconds']:.2f} processor seconds of the whole command; {found['amount']} quoted; {found['peak_mib']} MiB at most")
    return console.export_text()


def tell(outcomes: int, *, as_json: bool) -> None:
    """Measure and print."""
    found = measure_quote(outcomes)
    print(json.dumps(found, indent=2) if as_json else quote_table(found))


if __name__ == "__main__":
    print(json.dumps(_measured_here(Path(sys.argv[1]))))
