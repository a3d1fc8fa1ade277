"""Words and estimates as anyone may read them: no count of few people in the words of a hold, in diagnostics, or in what is said of placebos."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from disclosing.night_given import AS_OF, QUARTERS, decision, given, weeks

from indicators.result import Estimate, Interval, Placebo, Quantity
from pipelines.payments.decide import Decision, hold_words
from pipelines.reports import tables
from pipelines.reports.disclosing.guarding import Guarded, guard
from pipelines.reports.disclosing.words import without_counts, without_numbers

QUARTER = "2025Q1"
ONE = {QUARTER: QUARTERS[QUARTER]}
OF_FEW = [
    "matched_sets@1 gives no estimate: a group has 2 events, and the interval robust needs 5",
    "matched@2 gives no estimate: the treatment group of the cohort unge_a has 1 people",
    "pooled@1 gives no estimate: the cohort unge_a gives no estimate: an arm has 3 people",
    "event_rate_ratio@1 gives no estimate: 1.4 people would be expected",
    "matched@2 gives no estimate: 8 of 12 treated people have nobody beside them; the parties let 0.2 pass",
    "no estimate of institut can be used: its file counts 3 treated people",
]


def held(*holds: tuple[str, str], state: str = "held") -> Decision:
    causes = tuple({"subject": "outcome:ungebro/uger/2025Q1", "rule": rule, "verdict": "failed", "words": words, "remedy": "", "cured_by": ""} for rule, words in holds)
    return replace(decision(QUARTER, 0, 44, lines=()), state=state, amount=Decimal(0), holds=causes, reason=hold_words(causes), arithmetic=("3 people at 24,000",))


def told_of(folder: Path, made: Decision) -> tuple[str, str]:
    """The reason that parties read, and the one that anyone reads."""
    night, exact, rows_alone = given(ONE, [made])
    told = guard(folder, night, exact, rows_alone).tables["payment_decisions"]
    assert told["arithmetic"].to_list() == [""]
    return exact["payment_decisions"]["reason"][0], told["reason"][0]


@pytest.mark.parametrize("words", OF_FEW)
def test_why_there_is_no_estimate_is_told_to_the_parties_and_to_nobody_else(tmp_path: Path, words: str) -> None:
    parties, anyone = told_of(tmp_path, held(("estimate_exists", words)))
    assert parties == words
    assert anyone == f"{words.partition(':')[0]}; why is told to the parties"
    assert without_counts(f"{words}; 3 more") == anyone, "nor where nothing but the words is known"


def test_that_everybody_has_the_same_value_is_left_out_too_and_other_causes_stay(tmp_path: Path) -> None:
    same = ("estimate_exists", "trial_means@1 gives no estimate: everybody in each group has the same value")
    _, anyone = told_of(tmp_path, held(same, ("register_is_on_time", "dream covers through 2025-06-28; 3 people lack a week")))
    assert anyone == "trial_means@1 gives no estimate; why is told to the parties; dream covers through 2025-06-28; a suppressed number people lack a week"


def test_words_of_no_known_form_that_there_is_no_estimate_are_left_out_whole(tmp_path: Path) -> None:
    assert told_of(tmp_path, held(("estimate_exists", "both people of the group moved away")))[1] == "there is no estimate; why is told to the parties"


@pytest.mark.parametrize(
    "words",
    [
        "2 people of 44 answered",
        "the groups have 3, 4 and 12.5 people (-2 %)",
        "n=3 people",
        "4-7 people",
        "a share of 3/44",
        "fewer than 5 of 44 are missing",
        "and 2 more people",
        "and 2 more",
    ],
)
def test_no_number_of_people_is_left_in_the_words_of_any_other_hold(tmp_path: Path, words: str) -> None:
    _, anyone = told_of(tmp_path, held(("response_is_enough", words)))
    assert not re.search(r"\d", anyone.replace("ungebro/uger/2025Q1", "")), anyone


@pytest.mark.parametrize(
    "words",
    [
        "claim period 2024-25 (2024-07-01 up to, not including, 2025-04-01) is decided from 2027-06-01",
        "claim period 2025 is settled finally by entry 12; nothing more is paid on account",
        "version 2 of ungebro is not executed",
        "ungebro.yaml:41 does not load; and 2 more",
        "uger_26 of 2025Q1 was measured by trial@1",
    ],
)
def test_days_and_names_with_numbers_in_them_stay(words: str) -> None:
    assert without_counts(words) == words


def test_words_of_what_is_not_due_lose_their_numbers_as_well(tmp_path: Path) -> None:
    made = replace(held(state="not_due"), reason="4 people wait until 2027-06-01")
    assert told_of(tmp_path, made)[1] == "a suppressed number people wait until 2027-06-01"


@pytest.mark.parametrize("is_counted", [True, False])
def test_words_of_a_check_tell_no_more_than_its_counts(tmp_path: Path, is_counted: bool) -> None:
    """Three gone and two changed make five, which may be told, and neither of them may."""
    night, exact, rows_alone = given(ONE)
    of_lists = pl.col("rule") == "cohort_is_large_enough"
    counts = {name: pl.when(of_lists & pl.lit(not is_counted)).then(None).otherwise(name) for name in ("numerator", "denominator")}
    made = rows_alone["gate_checks"].with_columns(**counts, observed=pl.when(of_lists).then(pl.lit("3 gone and 2 changed since 2025-06-28")).otherwise("observed"))
    told = guard(tmp_path, night, exact, {**rows_alone, "gate_checks": made}).tables["gate_checks"].filter(of_lists)
    assert told.select("numerator", "observed").row(0) == (324 if is_counted else None, "a suppressed number gone and a suppressed number changed since 2025-06-28")
    assert without_numbers("324 of 966 are counted") == "324 of 966 are counted"


def estimated() -> Estimate:
    """Of 44 and 96 people, in two cohorts of which one has two; one placebo moves, of another there is no estimate."""
    few = (("n_treatment_unge_a", "2"), ("difference_unge_a", "1.5"), ("unmatched", "2"), ("attrition_treatment", "3"), ("comparison_in_programme_afterwards", "1"), ("low", "-3"))
    figure = Quantity(Decimal("9.000000"), Fraction(9), Decimal("1.200000"), (Interval("welch", Decimal("0.95"), Decimal("6.6"), Decimal("11.4")),))
    placebos = (Placebo("born_early", "difference", Quantity(Decimal("0.045455"), Fraction(2, 44)), moves=True), Placebo("born_late", failure="an arm has 3 people"))
    return Estimate("pooled@1", {"difference": figure}, (("analysis", "by intention to treat"),), few, placebos)


def estimates(smallest: dict[str, int]) -> dict[str, Any]:
    data = json.loads(json.dumps(replace(weeks(QUARTER, QUARTERS[QUARTER]), estimate=estimated()).as_data(), default=str))
    found = tables.results({"outcome:ungebro/uger/2025Q1": data}, AS_OF, smallest)
    assert found["counts_state"].unique().to_list() == ["shown"]
    return dict(json.loads(found["estimates"][0]))


def test_an_estimate_is_told_with_its_intervals_and_without_what_counts_few() -> None:
    parties, anyone = estimates({}), estimates({"ungebro": 5})
    assert [anyone[name] == parties[name] for name in ("method", "quantities", "assumptions")] == [True] * 3
    assert len(parties["diagnostics"]) == 6
    assert anyone["diagnostics"] == []
    assert parties["placebos"][1]["failure"] == "an arm has 3 people"
    assert [(item["outcome"], item["moves"], item["quantity"], item["failure"]) for item in anyone["placebos"]] == [
        ("born_early", True, None, ""),
        ("born_late", False, None, "there is no estimate; why is told to the parties"),
    ]


def test_what_was_told_of_an_estimate_before_is_told_again_without_its_diagnostics(tmp_path: Path) -> None:
    """A night entered its diagnostics in the register; the next tells the same figures and none of them, and calls nothing restated for that."""

    def after(smallest: dict[str, int]) -> Guarded:
        night, exact, rows_alone = given(ONE)
        said = json.dumps(estimates(smallest), sort_keys=True)
        return guard(tmp_path, night, exact, {**rows_alone, "indicator_results": rows_alone["indicator_results"].with_columns(estimates=pl.lit(said))})

    after({})
    told = after({"ungebro": 5}).tables["indicator_results"]
    assert [json.loads(text) == estimates({"ungebro": 5}) for text in told["estimates"]] == [True, True]
    assert told["counts_state"].to_list() == ["shown", "shown"]
