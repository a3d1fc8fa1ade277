"""How soon something happened, in one group against the other: proportional hazards."""

from __future__ import annotations

import warnings
from decimal import Decimal
from math import exp, isfinite
from typing import Any

import polars as pl

from indicators.evaluation.evidence import ROLES, Evidence
from indicators.evaluation.means import normal_reach
from indicators.evaluation.method import COMPARISON, TIME, UNIT_ROWS, method, quantity, rounded
from indicators.result import Estimate

FEWEST_EVENTS_A_TERM = 5
"""Events for each term of the model at least: Vittinghoff and McCulloch (2007)."""
CONVERGED = {"precision": 1e-20, "r_precision": 1e-16}
"""Half the squared step, and the share of the likelihood, below which lifelines stops: its own stop at the seventh decimal of a coefficient."""


@method("time_to_event", version=1, intervals=["wald"], quantities=["log_hazard_ratio", "hazard_ratio"], needs=[COMPARISON, UNIT_ROWS, TIME])
def time_to_event(evidence: Evidence, *, intervals: list[str], level: Decimal, decimals: int) -> Estimate:
    """Cox's proportional hazards (1972) with the arm and every covariate the contract names, ties by Efron (1977): `log_hazard_ratio` is the arm's
    coefficient, negative where the event comes later or more seldom in the treatment group, and `hazard_ratio` its exponential. A person's
    value is one when the event was seen and nought when it was not by the end of their exposure. Interval by Wald. Raises ValueError when a
    group is empty or has no event, events are fewer than five for each term, a covariate separates those with the event from those without, or one
    follows from the others.
    """
    evidence.both()
    rows = evidence.rows("value", "exposure", *evidence.covariates)
    terms = ["arm", *evidence.covariates]
    _enough(rows, terms)
    found = _fitted(rows, terms)
    value, error = float(found.params_["arm"]), float(found.standard_errors_["arm"])
    if not isfinite(error) or error <= 0 or error > _SEPARATED:
        raise ValueError("a covariate or the arm separates those with the event from those without, so there is no estimate")
    reach = normal_reach(level) * error
    ends = [(name, value - reach, value + reach) for name in intervals]
    return Estimate(
        "time_to_event@1",
        {
            "log_hazard_ratio": quantity(value, error, ends, level=level, decimals=decimals),
            "hazard_ratio": quantity(exp(value), None, [(name, exp(low), exp(high)) for name, low, high in ends], level=level, decimals=decimals),
        },
        assumptions=(
            ("hazards", "one group's is the same multiple of the other's throughout"),
            ("censoring", "whoever leaves early is like whoever stays"),
            ("analysis", "by intention to treat"),
        ),
        diagnostics=(*_proportional(found, rows, terms, level, decimals), ("events", str(int(rows["value"].sum()))), *evidence.numbers, *evidence.attrition),
    )


_SEPARATED = 50.0


def _enough(rows: pl.DataFrame, terms: list[str]) -> None:
    if set(rows["value"].unique()) - {Decimal(0), Decimal(1)}:
        raise ValueError("the time to an event needs one yes or no a person, and a person has another value")
    for role in ROLES:
        if rows.filter(role=role)["value"].sum() == 0:
            raise ValueError(f"nobody in the {role} group had the event, so hazards cannot be compared")
    events = int(rows["value"].sum())
    if events < FEWEST_EVENTS_A_TERM * len(terms):
        raise ValueError(f"there are {events} events for {len(terms)} terms, and {FEWEST_EVENTS_A_TERM} are needed for each")


def _frame(rows: pl.DataFrame, terms: list[str]) -> Any:
    arm = (pl.col("role") == ROLES[0]).cast(pl.Float64).alias("arm")
    return rows.select(arm, *(pl.col(name).cast(pl.Float64) for name in terms[1:]), pl.col("exposure").cast(pl.Float64), event=pl.col("value").cast(pl.Float64)).to_pandas()


def _fitted(rows: pl.DataFrame, terms: list[str]) -> Any:
    """The model, fitted. Lifelines' own words are not passed on: they may quote values."""
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError, ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", category=ConvergenceWarning)
        try:
            return CoxPHFitter().fit(_frame(rows, terms), duration_col="exposure", event_col="event", fit_options=CONVERGED)
        except (ConvergenceError, ConvergenceWarning, ValueError) as error:
            raise ValueError("the model gives no estimate: a covariate separates those with the event from those without, or follows from the others") from error


def _proportional(found: Any, rows: pl.DataFrame, terms: list[str], level: Decimal, decimals: int) -> tuple[tuple[str, str], ...]:
    """The test of proportional hazards for the arm (Grambsch and Therneau 1994): its statistic with one degree of freedom, and the value that it exceeds by
    chance in a share of 1 - level. No p-value: there is no interval to stand beside it."""
    from lifelines.statistics import proportional_hazard_test

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        test = proportional_hazard_test(found, _frame(rows, terms), time_transform="rank").summary.loc["arm"]
    statistic, limit = float(test["test_statistic"]), normal_reach(level) ** 2
    words = "hazards move apart by more than chance lets them" if statistic >= limit else "hazards move apart by no more than chance may make them"
    return (("proportional_hazards_chi2", str(rounded(statistic, decimals))), ("proportional_hazards_limit", str(rounded(limit, decimals))), ("proportional_hazards", words))
