"""`udbytte bench --ledger N`: how long deciding N posted claims again takes, from stored results, by everything that a night decides with but data.

The contracts are rate cards made from the shipped experiment: of PRICED outcomes, each paid for in one claim period. Results and passed
checks are given; the gate, the fingerprints, the rules and the comparison with what stands in the ledger are the night's own.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from indicators.result import Result, RoleCount
from pipelines.canonical import canonical
from pipelines.cohorts import Frozen
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.loading import load
from pipelines.contracts.outcome import OutcomeContract
from pipelines.deciding import Deciding, Results
from pipelines.fingerprint import Claim, Inputs, period_of
from pipelines.ledger.journal import Journal, read
from pipelines.metering import Step, metered
from pipelines.payments.decide import FINAL, Decision
from pipelines.payments.vocabulary import vocabulary
from pipelines.quality.checks import Check
from pipelines.quality.suites import outcome_subject
from pipelines.settings import PACKAGE_ROOT, Home

PRICED = 250
SIGNED_ON, DAY = dt.date(2024, 6, 1), dt.date(2026, 6, 30)
FROZEN = Frozen(SIGNED_ON, "c" * 64, pl.DataFrame())


def measure_deciding(folder: Path, claims: int) -> dict[str, Any]:
    """Decide at least so many claims and post them; then seconds of deciding them all again over a ledger that has them, how many were, and how many of
    those gave another amount, state or fingerprint than what stands."""
    folder.mkdir()
    home, catalogue, steps = Home(folder / "home").prepare(), _contracts(folder, -(-claims // PRICED)), list[Step]()
    journal, inputs = Journal(home), Inputs(catalogue, [])
    with journal.together():
        for name, contract in catalogue.contracts.items():
            journal.execute(name, contract.version, catalogue.digest_of(f"outcomes/{name}.yaml"), ["state"], SIGNED_ON, catalogue.bound_profiles(contract))
    results, checks = _results(catalogue), _passed(catalogue, inputs)
    _post(home, _decided(home, catalogue, inputs, checks, results))
    with metered(steps, "decide"):
        again = list(_decided(home, catalogue, inputs, checks, results))
    standing = {entry.posting_key: entry.body for entry in read(home).entries}
    other = sum(any(json.loads(canonical(getattr(made, name))) != standing[made.posting_key][name] for name in ("amount", "state", "fingerprint")) for made in again)
    return {"decided": len(again), "otherwise": other, "decide_seconds": round(steps[0].seconds, 2)}


def _decided(home: Home, catalogue: Catalogue, inputs: Inputs, checks: list[Check], results: Results) -> Iterator[Decision]:
    deciding = Deciding(home, DAY, catalogue, read(home), inputs, checks, results, lambda *_: FROZEN, lambda _: [])
    for contract in catalogue.contracts.values():
        yield from deciding.contract(contract)


def _post(home: Home, decisions: Iterator[Decision]) -> None:
    made, journal = [json.loads(canonical(decision.as_data())) for decision in decisions], Journal(home)
    with journal.together():
        for decision in made:
            journal.post_decision(decision, "0" * 64)


def _results(catalogue: Catalogue) -> Results:
    """A result for every outcome and claim period, as a night stores it."""
    return {
        outcome_subject(name, payment.pays_for, period_of(contract.outcome(payment.pays_for), period)): (json.loads(canonical(_result(contract, payment.pays_for).as_data())), "")
        for name, contract in catalogue.contracts.items()
        for payment in contract.payments
        for period in payment.claim_periods
    }


def _result(contract: OutcomeContract, outcome: str) -> Result:
    counts = {role: RoleCount(300, 300, Decimal(10 + number), 300) for number, role in enumerate(("treatment", "comparison"))}
    return Result(contract.contract, outcome, contract.outcome(outcome).clause, "activity", "enrolled@1", "released", counts)


def _passed(catalogue: Catalogue, inputs: Inputs) -> list[Check]:
    """Every check that any claim needs, passed on what the claim is made of."""
    needed = dict.fromkeys(
        item
        for contract in catalogue.contracts.values()
        for payment in contract.payments
        for period in payment.claim_periods
        for item in inputs.required(contract, payment, {"released": FROZEN.sha256}, Claim(period, FINAL))
    )
    return [Check(item.subject, item.rule, "passed", "error", 9, 9, "", "", "", "", "", "", "", item.inputs, item.suite, DAY) for item in needed]


def _contracts(folder: Path, count: int) -> Catalogue:
    made = Path(shutil.copytree(PACKAGE_ROOT / "data_contracts", folder / "data_contracts"))
    text = (made / "outcomes" / "tarp.yaml").read_text(encoding="utf-8")
    for path in (made / "outcomes").glob("*.yaml"):
        path.unlink()
    outcomes = "".join(f"  - {{id: o{number}, clause: §{number}, kind: activity, cohort: released, indicator: enrolled@1}}\n" for number in range(PRICED))
    pays = "".join(_payment(number) for number in range(PRICED))
    for number in range(count):
        name = f"card_{number:03}"
        head = text[: text.index("outcomes:\n")].replace("contract: tarp", f"contract: {name}")
        (made / "outcomes" / f"{name}.yaml").write_text(f"{head}outcomes:\n{outcomes}payments:\n{pays}gate: {{profile: standard@1}}\n", encoding="utf-8")
    return load(made, vocabulary())


def _payment(number: int) -> str:
    rule = f"{{per_person@1: {{price: {{2024-07-01: {100 + number}.00}}, role: treatment}}}}"
    period = "{id: 2024-25, from: 2024-07-01, to: 2025-04-01, decided_from: 2025-05-01}"
    return f"  - {{id: p{number}, clause: §{number}, pays_for: o{number}, payer: state, payee: aid_programme, rule: {rule}, claim_periods: [{period}]}}\n"
