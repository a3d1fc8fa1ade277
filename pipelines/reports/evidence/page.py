"""The page of a bundle, read offline in either language: what was decided, why, from what, and how to prove it again."""

from __future__ import annotations

from typing import Any

from pipelines.reports.evidence.bundle import Material, verdicts
from pipelines.reports.pages import render
from pipelines.reports.phrases import LANGUAGES, Language

Data = dict[str, Any]


def page(found: Material, names: list[str]) -> bytes:
    """The page over the files `names`. Pure."""
    inputs = found.proof.inputs if found.proof else {}
    checks = [{**check, "subject": suite["subject"]} for suite in verdicts(found)["suites"] for check in suite["checks"]]
    return render(
        "frame.html",
        title="evidence_title",
        body="evidence.html",
        as_of=found.entry.as_of,
        languages=[Language(code) for code in LANGUAGES],
        entry=found.entry,
        decision=found.decision,
        contract=found.contract,
        handover=found.handover.sha256,
        registers=registers(inputs),
        cohorts=frozen(inputs),
        inputs=inputs,
        passed=sum(check["verdict"] == "passed" for check in checks),
        checks=checks,
        names=names,
    )


def _parts(inputs: Data) -> list[Data]:
    totals = {"registers": inputs.get("totals", {}), "cohorts": {}}
    return [inputs["outcome"], *inputs["requires"].values(), totals] if inputs else []


def registers(inputs: Data) -> list[Data]:
    """What counted of each register: how many deliveries, the newest one's hash, and the day they cover through."""
    used = {name: register["in_use"] for part in _parts(inputs) for name, register in part["registers"].items()}
    return [
        {"register": name, "count": len(item.get("deliveries", [])), "newest": next(iter(reversed(item.get("deliveries", []))), ""), "covers_through": item.get("covers_through")}
        for name, item in sorted(used.items())
    ]


def frozen(inputs: Data) -> dict[str, str]:
    """The hash of each frozen cohort, by its name; empty before freezing."""
    return {name: cohort["frozen"] for part in _parts(inputs) for name, cohort in part["cohorts"].items()}
