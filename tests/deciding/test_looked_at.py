"""An outcome that the comparison of another looks at: due when that one is, heard when it fails, and required of its payment."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.source import read
from pipelines.fingerprint import Claim, Inputs
from pipelines.night import Night
from pipelines.payments.vocabulary import catalogue
from pipelines.quality import gate
from pipelines.quality.checks import Check, Tally
from pipelines.quality.record import save_checks
from pipelines.settings import PACKAGE_ROOT, Home
from pipelines.warehouse.writer import open_warehouse

DUE = dt.date(2026, 6, 1)
"""The day from which the payment is decided whose outcome is compared with what people had before."""
THEN = "outcome:tarp/then"
FAILED = Check(THEN, "values_are_plausible", "failed", "error", 9, 9, "", "", "nine of nine", "", "", "", "", "i", "s", DUE)


def contract() -> OutcomeContract:
    folder = PACKAGE_ROOT / "data_contracts"
    value = read(folder / "outcomes" / "tarp.yaml", root=folder).value
    own = value["outcomes"][1]
    before = {name: own[name] for name in ("clause", "kind", "cohort", "indicator", "with")} | {"id": "then", "months_before": 12}
    own["compare"] |= {"method": "difference_in_differences@1", "intervals": ["robust"], "before": "then"}
    value["outcomes"].append(before)
    return OutcomeContract.model_validate(value)


@pytest.fixture(scope="module")
def known() -> Catalogue:
    return replace(catalogue(), contracts={"tarp": contract()})


def night(home: Path, known: Catalogue, as_of: dt.date) -> Night:
    made = Night(Home(home), as_of, None)  # type: ignore[arg-type]
    made.catalogue = known
    return made


@pytest.mark.parametrize(("as_of", "is_due"), [(DUE - dt.timedelta(days=1), False), (DUE, True)])
def test_it_is_due_from_the_day_that_what_looks_at_it_is(tmp_path: Path, known: Catalogue, as_of: dt.date, *, is_due: bool) -> None:
    not_due = night(tmp_path / "home", known, as_of).not_due_subjects()
    assert (THEN not in not_due, "outcome:tarp/rearrest_52_weeks" not in not_due) == (is_due, is_due)
    assert "outcome:tarp/rearrest_104_weeks" in not_due


def test_what_fails_for_it_is_heard(tmp_path: Path, known: Catalogue) -> None:
    made = night(tmp_path / "home", known, DUE)
    with open_warehouse(made.home) as warehouse:
        save_checks(warehouse, Tally(THEN, 1, 1), [FAILED])
    assert made.checks_of(known.contracts["tarp"]) == [FAILED]


def test_what_fails_for_it_holds_the_payment(known: Catalogue) -> None:
    """Everything else that the payment needs has passed."""
    made = known.contracts["tarp"]
    payment = next(item for item in made.payments if item.id == "reduction")
    required = Inputs(known, []).required(made, payment, {"released": "f" * 64}, Claim(payment.claim_periods[0], "final"))
    passed = [replace(FAILED, subject=item.subject, rule=item.rule, verdict="passed", inputs=item.inputs, suite=item.suite) for item in required]
    assert gate.decide(required, passed, fingerprint="x", as_of=DUE).state == "open"
    for place, check in enumerate(passed):
        if check.subject == THEN:
            some = [*passed[:place], replace(check, verdict="failed"), *passed[place + 1 :]]
            verdict = gate.decide(required, some, fingerprint="x", as_of=DUE)
            assert (verdict.state, [item.subject for item in verdict.reasons]) == ("held", [THEN])
    assert any(check.subject == THEN for check in passed)
