"""What the comparisons of the sample contracts could come to, made by hand: a trial with published figures and a matched comparison, with everything
that the evaluator's page can show."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any

from pipelines.contracts.comparison import AllowedErrors
from pipelines.contracts.payment import PinnedRule
from pipelines.payments.vocabulary import catalogue
from pipelines.reports.evaluated import Evaluated
from pipelines.reports.knowing import evaluated

Data = dict[str, Any]
INTERVAL = "welch"


def role(n: int, counted: int, value: str, *reasons: tuple[str, str, int]) -> Data:
    return {"n": n, "n_counted": counted, "value": value, "exposure": counted * 364, "squares": "0", "reasons": [list(reason) for reason in reasons]}


def quantity(value: str, error: str | None = None, level: str = "0.95", **ends: tuple[str, str]) -> Data:
    return {"value": value, "exact": None, "std_error": error, "intervals": {name: {"level": level, "low": low, "high": high} for name, (low, high) in ends.items()}}


def estimate(method: str, assumed: list[list[str]], told: list[list[str]], **quantities: Data) -> Data:
    return {"method": method, "quantities": quantities, "assumptions": assumed, "diagnostics": told}


def result(outcome: str, period: str, roles: Data, made: Data | None) -> Data:
    return {"outcome": outcome, "kind": "outcome", "indicator": "x@1", "claim_period": period, "roles": roles, "estimate": made}


ASSUMED = [["comparison", "matched exactly on the contract's variables, known before enrolment"], ["analysis", "by intention to treat"]]
BY_LOT = [["assignment", "by lot, as the contract's cohort states"], ["analysis", "by intention to treat"]]
FOUND = {
    "2025Q1": ("3.412000", "1.301000", ("0.821000", "6.003000")),
    "2025Q2": ("1.250000", "1.402000", ("-1.540000", "4.040000")),
    "2025Q3": ("4.105000", "1.210000", ("1.700000", "6.510000")),
    "2025Q4": ("2.000000", "1.350000", ("-0.690000", "4.690000")),
}
"""Difference in weeks, its standard error and its interval, by claim period."""
STATES = {"2025Q1": "due", "2025Q2": "not_met", "2025Q3": "held", "2025Q4": "not_due"}


def matched_results() -> Data:
    """Four claim periods of the bond: 64 in each, of whom some are lost."""
    made = {}
    for period, (value, error, ends) in FOUND.items():
        treated = role(64, 58, "1480", ("ineligible", "too_young", 2), ("not_observed", "unlinked", 4), ("counted", "reached", 58))
        others = role(120, 118, "2600", ("not_observed", "unlinked", 2), ("counted", "reached", 118))
        told = [["mean_comparison", "22.033898"], ["mean_treatment", "25.517241"], ["attrition_comparison", "2"], ["attrition_treatment", "4"], ["never_heard_of", "7"]]
        found = estimate("matched@1", ASSUMED, told, difference=quantity(value, error, welch=ends))
        made[f"uger/{period}"] = result("uger", period, {"treatment": treated, "comparison": others}, found)
    return made


def row(contract: str, trigger: str, period: str, state: str, amount: str = "0.00", reason: str = "") -> Data:
    return {"contract": contract, "trigger": trigger, "claim_period": period, "kind": "final", "state": state, "amount": amount, "currency": "DKK", "reason": reason}


def matched_rows() -> list[Data]:
    """Both payments of the bond by claim period; the newest is not due yet."""
    words = "Welch 95 % interval of the difference [0.821000, 6.003000] lies above 0.0"
    made = [row("ungebro", "effekt", period, state, "300000.00" if state == "due" else "0.00", words) for period, state in STATES.items()]
    return [*made, *(row("ungebro", "selvforsoergelse", period, state, "0.00", "31 of 64 persons reach 26 weeks") for period, state in STATES.items())]


def people() -> list[Data]:
    """Counts of a cohort's list: 300 listed, 20 never enrolled, 24 too young, 256 counted, 480 drawn to compare with."""
    rows = [("treatment", "eligible", "enrolled", 256), ("none", "ineligible", "never_enrolled", 20), ("treatment", "ineligible", "too_young", 24)]
    return [
        {"cohort": "unge", "role": role, "status": status, "reason": reason, "people": count} for role, status, reason, count in [*rows, ("comparison", "eligible", "matched", 480)]
    ]


def balanced(covariate: str, *figures: str | None, n: tuple[int | None, ...] = (256, 5200, 480)) -> Data:
    """A row of the table `balance` of a cohort in which everybody treated is matched; `figures` are three means, two differences and two ratios of
    variances, `n` the people treated, those to choose from, and those chosen."""
    names = ("mean_treatment", "mean_before", "mean_after", "smd_before", "smd_after", "variance_ratio_before", "variance_ratio_after")
    found, counts = dict(zip(names, figures, strict=True)), dict(zip(("n_treatment", "n_before", "n_after"), n, strict=True))
    matched = {"mean_treatment_after": found["mean_treatment"], "n_treatment_after": counts["n_treatment"]}
    return {"cohort": "unge", "covariate": covariate, **found, **counts, **matched}


def balance() -> list[Data]:
    """Four covariates and two levels: one worse after than before, one that three people have, one that nobody varies in."""
    return [
        balanced("age", "23.410", "25.900", "23.480", "-0.830", "-0.023", "0.91", "0.98"),
        balanced("sex", "0.420", "0.510", "0.430", "-0.182", "-0.020", "1.00", "1.00"),
        balanced("weeks_on_benefit", "31.000", "28.500", "34.200", "0.110", "-0.141", "1.20", "0.80"),
        balanced("benefit=kontanthjaelp", "0.610", "0.400", "0.610", "0.431", "0.000", "1.01", "1.00"),
        balanced("benefit=fleksjob", "0.012", "0.011", "0.012", "0.009", "0.000", "1.10", "1.00"),
        balanced("region", "1.000", "1.000", "1.000", None, None, None, None),
    ]


def binned(low: str, high: str, *counts: int | None) -> Data:
    return {"cohort": "unge", "low": low, "high": high, **dict(zip(("n_treatment", "n_before", "n_after"), counts, strict=True))}


def overlap() -> list[Data]:
    """Ten bins of the propensity; the highest has treated people and nobody to compare them with, and two have few people."""
    counts = [(0, 1800, 10), (8, 1200, 40), (20, 900, 60), (40, 600, 90), (60, 400, 110), (55, 200, 100), (40, 80, 55), (20, 18, 14), (3, 2, 1), (10, 0, 0)]
    return [binned(f"{place / 10:.1f}", f"{(place + 1) / 10:.1f}", *found) for place, found in enumerate(counts)]


def trial_results() -> Data:
    """The published trial: 48 of 216 against 66 of 216 re-arrested within 52 weeks."""
    roles = {"treatment": role(216, 216, "48"), "comparison": role(216, 216, "66")}
    intervals = {"agresti_caffo": ("-0.165163", "0.000025"), "newcombe": ("-0.165046", "-0.000151")}
    told = [["attrition_comparison", "0"], ["attrition_treatment", "0"]]
    found = estimate("trial@1", BY_LOT, told, difference=quantity("-0.083333", "0.042193", **intervals), relative_reduction=quantity("0.272727"))
    return {"rearrest_52_weeks": result("rearrest_52_weeks", "", roles, found)}


def trial_rows() -> list[Data]:
    reasons = {"intake": ("due", "108000.00", "216 persons at 500.00 each"), "reduction": ("due", "250000.00", "relative reduction 27.27 % reaches 10.00 %")}
    reasons["certain_reduction"] = ("not_met", "0.00", "Agresti-Caffo 95 % interval of the difference [-0.165163, 0.000025] does not lie wholly below 0.0")
    reasons["lasting_reduction"] = ("not_due", "0.00", "claim period 2024-25 (2024-07-01 up to, not including, 2025-04-01) is decided from 2027-06-01")
    return [row("tarp", trigger, "2024-25", *said) for trigger, said in reasons.items()]


@cache
def matched() -> Evaluated:
    """The bond, matched, with balance and overlap."""
    return evaluated(catalogue().contracts["ungebro"], matched_rows(), {"results": matched_results()}, people(), balance(), overlap())


@cache
def trial() -> Evaluated:
    """The trial."""
    return evaluated(catalogue().contracts["tarp"], trial_rows(), {"results": trial_results()}, [])


@cache
def strict() -> Evaluated:
    """The bond with parties that let its method pay for nothing in at most a twentieth of contracts, paid by its estimate alone."""
    contract = catalogue().contracts["ungebro"]
    outcome = contract.outcome("uger")
    assert outcome.compare is not None
    allowed = AllowedErrors(clause="Bilag 2 §7", pays_for_nothing=Decimal("0.05"), misses=Decimal("0.90"))
    compared = outcome.model_copy(update={"compare": outcome.compare.model_copy(update={"errors": allowed})})
    rule = PinnedRule.model_validate({"threshold@1": {"measure": "difference", "at_least": Decimal("0.0"), "amount": {dt.date(2025, 1, 1): Decimal("300000.00")}}})
    payments = [payment.model_copy(update={"rule": rule}) if payment.id == "effekt" else payment for payment in contract.payments]
    made = contract.model_copy(update={"outcomes": [compared], "payments": payments})
    return evaluated(made, matched_rows(), {"results": matched_results()}, people())


@cache
def bare() -> Evaluated:
    """A contract that compares nothing."""
    return evaluated(catalogue().contracts["trygt_hjem"], [], {}, [])
