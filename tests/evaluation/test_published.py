"""Methods on data whose answers are published, to the digits that were printed.

- TARP: Rossi, Berk and Lenihan, Money, Work and Crime (1980); 432 people released in Maryland, shipped by lifelines. Cox regression with the
  published covariates: Fox and Weisberg, Cox Proportional-Hazards Regression for Survival Data, appendix to An R Companion to Applied
  Regression: coefficient of aid -0.379, standard error 0.191, hazard ratio 0.684.
- NSW: the National Supported Work trial, males, in the sample of Dehejia and Wahba, Review of Economics and Statistics 84 (2002) 151-161:
  1,794 (633) for the trial, -8,498 (712) against the Current Population Survey. Shipped by causaldata.
- NHEFS: Hernan and Robins, Causal Inference: What If (2020), chapters 12 and 15: people who quit smoking gained 2.5 kg (95 % 1.7 to 3.4) more as
  they stand, and 3.5 kg (2.6 to 4.3) with nine variables held equal. Shipped by causaldata.
- Organ donors: Kessler and Roth, NBER working paper 20378 (2014): the share who registered as donors in 27 states, three quarters before and three after
  California began to ask otherwise. Huntington-Klein, The Effect (2021), chapter 18, prints -0.022 (0.006) for the difference in differences. Shipped by
  causaldata.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from indicators.evaluation.difference_in_differences import difference_in_differences
from indicators.evaluation.evidence import UNITS, Evidence, of_rows
from indicators.evaluation.means import t_reach
from indicators.evaluation.regression_adjusted import regression_adjusted
from indicators.evaluation.time_to_event import time_to_event
from indicators.evaluation.trial_means import trial_means

LEVEL = Decimal("0.95")


def evidence_of(frame: Any, arm: str, value: str, exposure: str | None = None, covariates: tuple[str, ...] = ()) -> Evidence:
    """Evidence from a published table: the treated have one in the column `arm`."""
    known = frame[[name for name in (arm, value, exposure, *covariates) if name]].astype(float)
    made = pl.DataFrame(
        {
            "role": ["treatment" if flag else "comparison" for flag in known[arm]],
            "value": pl.Series([f"{number:.6f}" for number in known[value]]).cast(pl.Decimal(18, 6)),
            "exposure": [int(days) for days in known[exposure]] if exposure else [1] * len(known),
        }
    )
    empty = [pl.lit(None, dtype=kind).alias(name) for name, kind in UNITS.items() if name not in made.columns]
    return of_rows(made.with_columns(empty).with_columns(pl.Series(f"x_{name}", known[name].to_list(), dtype=pl.Float64) for name in covariates))


def test_aid_lowers_the_hazard_of_rearrest_as_published() -> None:
    from lifelines.datasets import load_rossi

    others = ("age", "race", "wexp", "mar", "paro", "prio")
    found = time_to_event.estimate(evidence_of(load_rossi(), "fin", "arrest", "week", others), intervals=["wald"], level=LEVEL, decimals=3)
    log_ratio = found.quantities["log_hazard_ratio"]
    assert (log_ratio.value, log_ratio.std_error) == (Decimal("-0.379"), Decimal("0.191"))
    assert found.quantities["hazard_ratio"].value == Decimal("0.684")
    assert dict(found.diagnostics)["events"] == "114"


@pytest.fixture(scope="module")
def trial() -> Any:
    from causaldata import nsw_mixtape

    return nsw_mixtape.load_pandas().data


def classical_error(evidence: Evidence) -> Decimal:
    """The standard error with equal spread, from the interval that rests on it."""
    found = trial_means.estimate(evidence, intervals=["student"], level=LEVEL, decimals=3).quantities["difference"]
    people = sum(role.n_counted for role in evidence.both())
    return (found.interval("student").high - found.value) / Decimal(t_reach(LEVEL, people - 2))


def test_the_trial_of_supported_work_gave_1794_dollars(trial: Any) -> None:
    given = evidence_of(trial, "treat", "re78")
    assert [role.n_counted for role in given.both()] == [185, 260]
    assert round(trial_means.estimate(given, intervals=[], level=LEVEL, decimals=2).quantities["difference"].value) == 1794
    assert round(classical_error(given)) == 633


def test_the_same_people_against_a_survey_seem_to_lose_8498_dollars(trial: Any) -> None:
    """Why a comparison group matters: the trial says that the effort helped, the survey that it harmed."""
    from causaldata import cps_mixtape
    from pandas import concat

    survey = cps_mixtape.load_pandas().data
    columns = ["treat", "re78"]
    given = evidence_of(concat([trial[trial["treat"] == 1][columns], survey[columns]]), "treat", "re78")
    assert given.both()[1].n_counted == 15992
    assert round(trial_means.estimate(given, intervals=[], level=LEVEL, decimals=2).quantities["difference"].value) == -8498
    assert round(classical_error(given)) == 712


@pytest.fixture(scope="module")
def smokers() -> Any:
    from causaldata import nhefs

    frame = nhefs.load_pandas().data
    known = frame[frame["wt82"].notna()].copy()
    assert len(known) == 1566
    for name in ("age", "smokeintensity", "smokeyrs", "wt71"):
        known[f"{name}_squared"] = known[name] ** 2
    for name in ("education", "exercise", "active"):
        for code in sorted(known[name].unique())[1:]:
            known[f"{name}_{code}"] = (known[name] == code).astype(float)
    return known


def printed(found: Any, interval: str) -> tuple[str, str, str]:
    ends = found.interval(interval)
    return tuple(str(round(number, 1)) for number in (found.value, ends.low, ends.high))  # type: ignore[return-value]


def test_quitters_gained_as_much_more_as_published_as_they_stand(smokers: Any) -> None:
    found = trial_means.estimate(evidence_of(smokers, "qsmk", "wt82_71"), intervals=["student"], level=LEVEL, decimals=6)
    assert printed(found.quantities["difference"], "student") == ("2.5", "1.7", "3.4")


def test_quitters_gained_as_much_more_as_published_with_nine_variables_held_equal(smokers: Any) -> None:
    simple = ("sex", "race", "age", "smokeintensity", "smokeyrs", "wt71")
    made = tuple(name for name in smokers.columns if name.endswith("_squared") or name.startswith(("education_", "exercise_", "active_")))
    given = evidence_of(smokers, "qsmk", "wt82_71", covariates=simple + made)
    found = regression_adjusted.estimate(given, intervals=["classical", "robust"], level=LEVEL, decimals=6)
    assert printed(found.quantities["difference"], "classical") == ("3.5", "2.6", "4.3")
    robust, classical = (found.quantities["difference"].interval(name) for name in ("robust", "classical"))
    assert robust.low < classical.low
    assert robust.high > classical.high


@pytest.fixture(scope="module")
def donors() -> Evidence:
    """A row for each state and pair of quarters: its share before and, three quarters later, after."""
    from causaldata import organ_donations

    rates = pl.DataFrame({name: column.tolist() for name, column in organ_donations.load_pandas().data.items()})
    before = rates.filter(pl.col("Quarter_Num") <= 3).with_columns(pl.col("Quarter_Num") + 3)
    pairs = rates.join(before, on=["State", "Quarter_Num"], suffix="_before")
    exact = {name: pl.Series([f"{rate:.6f}" for rate in pairs[column]]).cast(pl.Decimal(18, 6)) for name, column in (("value", "Rate"), ("before", "Rate_before"))}
    role = pl.when(State="California").then(pl.lit("treatment")).otherwise(pl.lit("comparison"))
    made = pairs.with_columns(role=role, cluster="State", exposure=pl.lit(1), cohort=pl.lit("all"), earlier=pl.lit(None), **exact)
    return of_rows(made.select(pl.col(name).cast(kind) for name, kind in UNITS.items()))


def test_asking_otherwise_lowered_the_share_of_donors_by_what_is_published(donors: Evidence) -> None:
    assert [role.n_counted for role in donors.both()] == [3, 78]
    found = difference_in_differences.estimate(donors, intervals=["robust"], level=LEVEL, decimals=3)
    assert found.quantities["difference"].value == Decimal("-0.022")


def test_the_published_error_rests_on_one_state_and_is_not_given(donors: Evidence) -> None:
    """0.006 is a regression's with errors by state; one state was treated, and how much such states differ from each other cannot be seen in one."""
    with pytest.raises(ValueError, match="the treatment group has one cluster"):
        difference_in_differences.estimate(donors, intervals=["cluster_robust"], level=LEVEL, decimals=3)
