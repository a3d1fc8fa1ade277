"""`udbytte bench --plan`: how long planning a changed threshold takes over a contract of five years, each plan in a process of its own.

The contract is the sample's on days at home, moved back by four years and claimed by the quarter: twenty quarters, each on account and final,
and a trigger beside them that pays for each child with enough days at home. All of it is decided and posted by one night before.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from pipelines import clock

if TYPE_CHECKING:
    from pipelines.synthetic.danish import Sample
    from pipelines.synthetic.extract import Extract

ROUNDS = 3
QUARTERS, FIRST_YEAR = 20, 2020
YEARS_BACK = 4
QUARTERS_BEFORE = 14
"""Quarters from the first one up to the end of 2023, at which the sample's population begins."""
NAME = "fem_aar"
THRESHOLD, HIGHER = "at_least: 60.0", "at_least: 70.0"
REGISTERS = ("bef", "buaf", "case_placements", "dod", "referrals")
CONTRACT = """contract: fem_aar
version: 1
title: Days at home over five years
model: payment_by_results
currency: DKK
term: {from: 2020-06-01, to: 2027-07-01}
parties:
  - {id: kommune, name: Kommunen, roles: [commissioner, payer, data_supplier]}
  - {id: familiehuset, name: Familiehuset, roles: [provider]}
  - {id: evaluator, name: Instituttet, roles: [evaluator]}
cohorts:
  - id: boern
    clause: Annex 1
    from: referrals
    where: {indsats: trygt_hjem}
    enrolled: {from: 2020-07-01, to: 2021-01-01}
    enrolled_on: indskrevet_dato
    after_enrolment: {died: stop, emigrated: stop, turned_18: stop, moved: keep, withdrew: keep}
outcomes:
  - id: days
    clause: Annex 2 §1
    kind: outcome
    cohort: boern
    indicator: days_out_of_care@1
    reads: {placements: buaf}
    with: {years: 5, end: exclusive, types: {codes: placement_type, counts: [anbragt], does_not_count: [eget_vaerelse]}}
  - id: first_days
    clause: Annex 2 §2
    kind: outcome
    cohort: boern
    indicator: days_out_of_care@1
    reads: {placements: case_placements}
    with: {years: 5, end: exclusive, types: {codes: placement_type, counts: [anbragt], does_not_count: [eget_vaerelse]}}
payments:
  - id: by_day
    clause: Annex 3 §1
    pays_for: days
    payer: kommune
    payee: familiehuset
    on_account: {clause: Annex 3 §2, pays_for: first_days, share: 0.80}
    rule: {per_unit@1: {unit: day, price: {2020-07-01: 1100.00, 2022-01-01: 1150.00, 2024-01-01: 1187.35}, role: treatment}}
    adjust:
      - {rounded@1: {mode: half_up, at: person_line}}
      - {cap_per_person@1: {amount: 1200000.00, over: contract_life}}
    claim_periods:
{on_account}
  - id: enough_days
    clause: Annex 3 §3
    pays_for: days
    payer: kommune
    payee: familiehuset
    rule: {per_person_reaching@1: {at_least: 60.0, unit: day, price: {2020-07-01: 5000.00}, priced_at: window_end, role: treatment}}
    claim_periods:
{final}
gate: {profile: standard@1}
disclosure: {smallest_count: 5}
"""


def measure_plan() -> dict[str, Any]:
    """Decide the contract once, then plan another threshold ROUNDS times: seconds of the night, and of each plan with what its processes worked,
    the claims there are, and how many of them the plan says would change."""
    with tempfile.TemporaryDirectory() as folder:
        contracts = _contracts(Path(folder))
        environment = {**os.environ, "UDBYTTE_HOME": str(Path(folder) / "home"), "UDBYTTE_CONTRACTS": str(contracts)}
        begun = clock.seconds()
        night = _run([sys.executable, "-m", "pipelines.bench_plan"], environment)
        taken, proposed = clock.seconds() - begun, Path(shutil.copytree(contracts, Path(folder) / "proposed" / "data_contracts"))
        path = proposed / "outcomes" / f"{NAME}.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace(THRESHOLD, HIGHER), encoding="utf-8")
        rounds = [_planned(proposed, environment) for _ in range(ROUNDS)]
    return {**night, "night_seconds": round(taken, 2), "plans": rounds}


def _planned(proposed: Path, environment: dict[str, str]) -> dict[str, Any]:
    begun, worked = clock.seconds(), _processor_seconds()
    command = "import sys\nfrom pipelines.cli import main\nsys.argv = ['udbytte', 'plan', '--json', '--contracts', sys.argv[1]]\nmain()"
    found = _run([sys.executable, "-c", command, str(proposed)], environment)
    return {"seconds": round(clock.seconds() - begun, 2), "cpu_seconds": round(_processor_seconds() - worked, 2), "changed": len(found["rows"])}


def _processor_seconds() -> float:
    """What the processes that this one started and that ended have worked, whatever else the machine does."""
    spent = os.times()
    return spent.children_user + spent.children_system


def _run(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _contracts(folder: Path) -> Path:
    """A contracts folder with the five-year contract and the registers that it needs."""
    from pipelines.settings import PACKAGE_ROOT

    made = Path(shutil.copytree(PACKAGE_ROOT / "data_contracts", folder / "data_contracts"))
    for path in [*(made / "outcomes").iterdir(), *(made / "registers").iterdir()]:
        if path.name.split(".")[0] not in REGISTERS:
            path.unlink()
    text = CONTRACT.replace("{on_account}", "\n".join(_periods(on_account=True))).replace("{final}", "\n".join(_periods(on_account=False)))
    (made / "outcomes" / f"{NAME}.yaml").write_text(text, encoding="utf-8")
    return made


def _periods(*, on_account: bool) -> Iterator[str]:
    """The claim periods as the contract writes them, a line each."""
    for number in range(QUARTERS):
        start, end = _quarter(number), _quarter(number + 1)
        early = f", on_account_from: {end + dt.timedelta(days=60)}" if on_account else ""
        yield f"      - {{id: {start.year}Q{start.month // 3 + 1}, from: {start}, to: {end}{early}, decided_from: {end + dt.timedelta(days=300)}}}"


def _quarter(number: int) -> dt.date:
    months = 6 + 3 * number
    return dt.date(FIRST_YEAR + months // 12, months % 12 + 1, 1)


def _decided_here() -> dict[str, Any]:
    """Make the home, and run its night: what the process of its own does."""
    from pipelines.bench_nights import helpers
    from pipelines.night import Night
    from pipelines.payments.vocabulary import catalogue
    from pipelines.reports.publication import publish_page
    from pipelines.settings import Home
    from pipelines.steps import run_steps
    from pipelines.synthetic import danish, tarp
    from pipelines.synthetic.home import SAMPLE_KEY, lay

    home, sample = Home.here().prepare(key=SAMPLE_KEY), danish.draw()
    with helpers() as shared:
        lay(home, catalogue(), _earlier(sample), shared.reader)
        _sign(home)
        home.settle_in(pinned_as_of=tarp.AS_OF, sample="five years")
        night = run_steps(Night(home, tarp.AS_OF, shared.checker, shared.reader))
        publish_page(night)
    states = [item.state for item in night.decisions]
    held = sorted({item.reason for item in night.decisions if item.state == "held"})
    return {"claims": {state: states.count(state) for state in sorted(set(states))}, "problems": night.problems, "held_by": held}


def _earlier(sample: Sample) -> list[Extract]:
    """The sample's extracts, the children referred some years before, and those born by then counted in those years where they first were."""
    import polars as pl

    from pipelines.synthetic.drawing import date_of
    from pipelines.synthetic.population import QUARTERS, bef

    counted, first = list(bef(sample.population)), date_of(QUARTERS[0])
    then = [piece for piece in counted if piece["REFERENCETID"][0] == first]
    ends = [_quarter(number) - dt.timedelta(days=1) for number in range(QUARTERS_BEFORE)]
    earlier = [piece.filter(pl.col("FOED_DAG") < day).with_columns(REFERENCETID=pl.lit(day)) for day in ends for piece in then]
    back = [pl.col(name).dt.offset_by(f"-{YEARS_BACK}y") for name in ("henvist_dato", "indskrevet_dato")]
    kept = {item.register: item for item in sample.extracts()}
    referrals = kept["referrals"].changed(lambda rows: rows.with_columns(back))
    return [*({**kept, "referrals": referrals, "buaf": sample.whole_buaf(), "bef": replace(kept["bef"], rows=lambda: iter([*earlier, *counted]))}).values()]


def _sign(home: Any) -> None:
    from pipelines.contracts.resolving import resolved
    from pipelines.ledger.agreeing import agreed
    from pipelines.ledger.journal import Journal
    from pipelines.payments.vocabulary import catalogue

    found = catalogue()
    contract = found.contracts[NAME]
    parties = [party.id for party in contract.parties]
    Journal(home).execute(NAME, 1, found.digest_of(f"outcomes/{NAME}.yaml"), parties, dt.date(2024, 6, 1), found.bound_profiles(contract), resolved(contract), agreed(contract))


def plan_table(found: dict[str, Any]) -> str:
    """The measurement as a table for people."""
    console = Console(width=110, record=True, file=io.StringIO(), highlight=False)
    made = Table(f"A contract of {QUARTERS} quarters", "Seconds", "of them worked")
    made.add_row("the night that decides it first, with its sample", f"{found['night_seconds']:.2f}", "")
    for number, item in enumerate(found["plans"], start=1):
        made.add_row(f"udbytte plan, another threshold ({number})", f"{item['seconds']:.2f}", f"{item['cpu_seconds']:.2f}")
    console.print(made)
    claims = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in found["claims"].items())
    console.print(f"claims: {claims}; {found['plans'][0]['changed']} of them would change")
    return console.export_text()


def tell(*, as_json: bool) -> None:
    """Measure and print."""
    found = measure_plan()
    print(json.dumps(found, indent=2, ensure_ascii=False) if as_json else plan_table(found))


if __name__ == "__main__":
    print(json.dumps(_decided_here()))
