"""How outcomes are compared, as contracts say it: what is refused, and what is warned of."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from contract_files.planted import Contracts, copied

from pipelines.contracts.comparing import several
from pipelines.payments.rule import rules
from pipelines.payments.vocabulary import vocabulary
from pipelines.quality.suites import trigger_suite

TARP = "outcomes/tarp.yaml"
COMPARE = "compare: {method: trial@1, intervals: [agresti_caffo, newcombe], level: 0.95, decimals: 6}"
BEFORE = """  - id: before_release
    clause: Schedule 1 §3a
    kind: outcome
    cohort: released
    indicator: rearrest@1
    with: {weeks: 52}
    months_before: 12
"""
CHANGED = "compare: {method: difference_in_differences@1, before: before_release, intervals: [robust], level: 0.95, decimals: 6}"
BY_DIFFERENCE = "measure: difference, at_least: 0.10"


@pytest.fixture
def contracts(tmp_path: Path) -> Contracts:
    """The contract of the published experiment, whose first comparison is with what people had before."""
    made = copied(tmp_path, "tarp")
    made.replace(TARP, "  - id: rearrest_104_weeks", BEFORE + "  - id: rearrest_104_weeks")
    made.replace(TARP, COMPARE, CHANGED)
    made.replace(TARP, "measure: relative_reduction, at_least: 0.10", BY_DIFFERENCE)
    made.replace(TARP, "interval: agresti_caffo", "interval: robust")
    return made


def said(contracts: Contracts) -> list[str]:
    return [finding.message for finding in contracts.load().findings()]


def test_a_comparison_with_what_people_had_before_loads_and_nobody_need_be_paid_for_that(contracts: Contracts) -> None:
    assert said(contracts) == []


REFUSED = [
    ("before: before_release, ", "", "'difference_in_differences@1' compares with what people had before; name that outcome in 'before'"),
    ("before: before_release", "before: before_releas", "there is no outcome 'before_releas'; did you mean 'before_release'?"),
    ("    months_before: 12\n", "", "the outcome 'before_release' is measured after enrolment; give it 'months_before', or name one that has it"),
    ("weeks: 52}\n    months", "weeks: 26}\n    months", "the outcome 'before_release' is not measured as 'rearrest_52_weeks' is; give it the same indicator, 'with' and 'reads'"),
    (
        "intervals: [robust]",
        "intervals: [cluster_robust]",
        "'difference_in_differences@1' needs to know who is of one cluster; name the column of the cohort's register in 'clusters'",
    ),
    ("intervals: [robust]", "intervals: [robst]", "there is no interval 'robst'; did you mean 'robust'?"),
    ("method: difference_in_differences@1", "method: trial_means@1", "'trial_means@1' does not look at what people had before; leave 'before' out, or name a method that does"),
    ("before: before_release,", "earlier: before_release,", "'earlier' is the window before the one 'before' enrolment, and there is no 'before'"),
    (
        "before: before_release,",
        "before: before_release, covariates: [enrolment],",
        "the outcome 'enrolment' is measured after enrolment; give it 'months_before', or name one that has it",
    ),
]


STAGGERED = "compare: {method: staggered_differences@1, before: before_release, intervals: [robust], level: 0.95, decimals: 6}"
POOLED = "compare: {method: pooled@1, with: {of: difference_in_differences@1}, before: before_release, intervals: [normal], level: 0.95, decimals: 6}"


@pytest.mark.parametrize(("pin", "compare"), [("staggered_differences@1", STAGGERED), ("pooled@1", POOLED)])
def test_cohorts_are_held_apart_where_there_are_several(contracts: Contracts, pin: str, compare: str) -> None:
    """The second cohort is the first one's next year."""
    contracts.replace(TARP, CHANGED, compare)
    if "normal" in compare:
        contracts.replace(TARP, "interval: robust", "interval: normal")
    assert said(contracts)[0] == f"'{pin}' holds cohorts apart, and the outcome has one; give it two or more in 'cohort', or name another method"
    text = contracts.text(TARP)
    cohort = text[text.index("  - id: released\n") : text.index("outcomes:\n")]
    contracts.replace(TARP, "outcomes:\n", cohort.replace("id: released", "id: released_later").rstrip() + "\noutcomes:\n")
    for start in ("  - id: before_release\n", "  - id: rearrest_52_weeks\n"):
        contracts.replace(TARP, "cohort: released\n", "cohort: [released, released_later]\n", after=start)
    assert [words for words in said(contracts) if "pooled" in words or "staggered" in words or "'before'" in words] == []


def test_a_method_that_is_put_together_needs_what_its_parts_do(contracts: Contracts) -> None:
    contracts.replace(TARP, CHANGED, POOLED.replace(" before: before_release,", ""))
    assert "'pooled@1' compares with what people had before; name that outcome in 'before'" in said(contracts)


def test_cohorts_are_not_put_together_twice(contracts: Contracts) -> None:
    contracts.replace(TARP, CHANGED, POOLED.replace("of: difference_in", "of: staggered"))
    assert "'pooled@1' cannot use 'staggered_differences@1', which puts cohorts together itself; name one that compares two groups" in said(contracts)


@pytest.mark.parametrize(("old", "new", "message"), REFUSED, ids=[message for *_, message in REFUSED])
def test_a_comparison_that_cannot_be_made_is_refused(contracts: Contracts, old: str, new: str, message: str) -> None:
    contracts.replace(TARP, old, new)
    assert message in " ".join(said(contracts))


def test_a_method_without_comparison_needs_no_arms(contracts: Contracts) -> None:
    contracts.replace(TARP, CHANGED, "compare: {method: fixed_baseline@1, with: {baseline: 0.3055}, intervals: [wilson], level: 0.95, decimals: 6}")
    contracts.replace(TARP, "interval: robust", "interval: wilson")
    contracts.replace(TARP, BEFORE, "")
    contracts.replace(TARP, COMPARE, "compare: {method: fixed_baseline@1, with: {baseline: 0.3055}, intervals: [wilson], level: 0.95, decimals: 6}")
    contracts.replace(TARP, "    arms: {column: arm, treatment: aid, comparison: no_aid}\n", "")
    assert said(contracts) == []


def test_terms_of_a_method_are_checked_like_those_of_an_indicator(contracts: Contracts) -> None:
    contracts.replace(TARP, CHANGED, "compare: {method: fixed_baseline@1, with: {base_line: 0.3055}, intervals: [wilson], level: 0.95, decimals: 6}")
    assert "unknown key 'base_line' in outcomes[1].compare.with; did you mean 'baseline'?" in " ".join(said(contracts))


def warned(contracts: Contracts, allowed: str, method: str = "difference_in_differences@1") -> list[str]:
    contracts.replace(TARP, f"method: {method},", f"method: {method}, errors: {{clause: Schedule 1 §9, {allowed}}},")
    made = contracts.load()
    assert made.findings() == []
    return [finding.message for finding in made.warnings]


def test_a_method_that_is_wrong_more_often_than_agreed_is_warned_of(contracts: Contracts) -> None:
    """By how much is the shipped table's to say: a comparison of changes is misled where people are enrolled at their worst, and not by a trend."""
    told = warned(contracts, "pays_for_nothing: 0.60")
    assert {scenario for scenario in ("regression_to_the_mean", "selection", "trend", "plain") if any(scenario in words for words in told)} == {
        "regression_to_the_mean",
        "selection",
    }
    assert all("Schedule 1 §9 allows 60.0 %; pay by its interval" in words for words in told)


def test_worlds_the_parties_did_not_name_are_not_warned_of(contracts: Contracts) -> None:
    assert warned(contracts, "pays_for_nothing: 0.60, scenarios: [trend, plain]") == []


TIMED = "compare: {method: time_to_event@1, intervals: [wald], level: 0.95, decimals: 6}"


@pytest.fixture
def timed(contracts: Contracts) -> Contracts:
    """The published experiment, by the time to an arrest."""
    contracts.replace(TARP, CHANGED, TIMED)
    contracts.replace(TARP, BY_DIFFERENCE, "measure: hazard_ratio, at_least: 0.10")
    contracts.replace(TARP, "interval: robust", "interval: wald")
    contracts.replace(TARP, "measure: difference", "measure: log_hazard_ratio")
    return contracts


def of_time(contracts: Contracts) -> list[str]:
    return [words for words in said(contracts) if "time to an event" in words]


def test_a_time_to_an_event_is_that_of_an_indicator_whose_exposure_ends_there(timed: Contracts) -> None:
    assert of_time(timed) == []
    timed.replace(TARP, "indicator: rearrest@1", "indicator: enrolled@1", after="id: rearrest_52_weeks")
    (words,) = of_time(timed)
    assert words.startswith("'time_to_event@1' looks at the time to an event, and the exposure of 'enrolled@1' does not end at one; name another method")
    assert words.endswith("or an indicator that does: entered_care@1, event_within@1, rearrest@1, reoffence@1")


def test_a_time_to_an_event_is_one_persons(timed: Contracts) -> None:
    timed.replace(TARP, "    cohort: released\n", "    cohort: released\n    unit: household\n    combine: anybody\n", after="id: rearrest_52_weeks")
    assert of_time(timed) == ["'time_to_event@1' looks at one person's time to an event, and 'rearrest_52_weeks' counts households; count persons, or name another method"]


def test_what_is_computed_for_each_claim_period_is_not_looked_at(contracts: Contracts) -> None:
    """Nothing is claimed by it, so it would never be computed and the claim would be held for good."""
    contracts.replace(TARP, "before: before_release,", "before: before_release, covariates: [schooling],")
    contracts.replace(TARP, BEFORE, BEFORE + BEFORE.replace("before_release", "schooling").replace("rearrest@1", "education_entered@1"))
    assert (
        "the outcome 'schooling' is computed for each claim period by 'education_entered@1', and no claim period is its own; name one with an indicator of a whole window"
        in said(contracts)
    )


PLACEBOS = "compare: {method: trial_means@1, placebos: {clause: Schedule 1 §3b, outcomes: [before_release], then: hold}, intervals: [welch], level: 0.95, decimals: 6}"


@pytest.fixture
def with_placebo(contracts: Contracts) -> Contracts:
    """The same contract, whose first comparison is of means and is held by what people had before."""
    contracts.replace(TARP, CHANGED, PLACEBOS)
    contracts.replace(TARP, "interval: robust", "interval: welch")
    return contracts


def test_a_placebo_loads_and_is_measured_although_nobody_pays_for_it(with_placebo: Contracts) -> None:
    assert said(with_placebo) == []
    made = with_placebo.load().contracts["tarp"]
    assert made.resting_on(["rearrest_52_weeks"]) == ("rearrest_52_weeks", "before_release")
    with_placebo.replace(TARP, "then: hold", "then: note")
    noted = with_placebo.load().contracts["tarp"]
    assert noted.resting_on(["rearrest_52_weeks"]) == ("rearrest_52_weeks",), "what is only noted holds no claim"
    assert noted.seen_by("rearrest_52_weeks") == ("before_release",)


UNFIT = [
    ("outcomes: [before_release]", "outcomes: [before_releas]", "there is no outcome 'before_releas'; did you mean 'before_release'?"),
    ("outcomes: [before_release]", "outcomes: [rearrest_52_weeks]", "the outcome 'rearrest_52_weeks' is looked at by the comparison itself, so it cannot move"),
    ("outcomes: [before_release]", "outcomes: [rearrest_104_weeks]", "the outcome 'rearrest_104_weeks' is compared itself or claimed apart for each claim period"),
    ("    months_before: 12\n", "", "the outcome 'before_release' is what the effort is to move; give it 'months_before', or name one of another indicator"),
    ("    months_before: 12\n", "    months_before: 11\n", "the window of 'before_release' ends after enrolment; give it 'months_before' as long as its window"),
    ("method: trial_means@1", "method: fixed_baseline@1, with: {baseline: 0.3}", "'fixed_baseline@1' has no placebo: it compares with what people had before, or with nobody"),
    ("method: trial_means@1,", "method: difference_in_differences@1, before: before_release,", "'difference_in_differences@1' has no placebo"),
    ("clause: Schedule 1 §3b, outcomes", "outcomes", "'clause' is missing"),
]


@pytest.mark.parametrize(("old", "new", "message"), UNFIT, ids=[message for *_, message in UNFIT])
def test_a_placebo_that_can_say_nothing_is_refused(with_placebo: Contracts, old: str, new: str, message: str) -> None:
    with_placebo.replace(TARP, old, new)
    assert message in " ".join(said(with_placebo))


def test_an_outcome_of_another_indicator_may_be_a_placebo_whenever_it_is_measured(with_placebo: Contracts) -> None:
    with_placebo.replace(TARP, "outcomes: [before_release]", "outcomes: [enrolment]")
    with_placebo.replace(TARP, BEFORE, "")
    assert said(with_placebo) == []


def test_several_comparisons_are_counted_with_the_chance_that_one_pays_for_nothing(contracts: Contracts) -> None:
    """Two outcomes are paid for, one by two payments: two estimates. Each pays for nothing as often as its method does by its estimate alone, since not
    every payment asks for the whole interval."""
    made, known = contracts.load(), vocabulary()
    found = several(made.contracts["tarp"], known)
    assert (found.compared, found.paid, found.estimates) == (2, 2, 2)
    first, second = (known.methods[pin].paid_for_nothing["plain"][0] for pin in ("difference_in_differences@1", "trial@1"))
    assert found.chance == Decimal(f"{1 - (1 - first) * (1 - second):.3f}")
    assert 0.5 < found.chance < 1, "about a half each"


def test_each_claim_period_with_an_estimate_of_its_own_counts(tmp_path: Path) -> None:
    """Five claim periods are paid by the whole interval of one outcome: 1 - (1 - p)^5."""
    found = several(copied(tmp_path, "ungebro").load().contracts["ungebro"], vocabulary())
    assert (found.compared, found.paid, found.estimates) == (1, 1, 5)
    assert found.chance is not None
    by_interval = vocabulary().methods["matched@1"].paid_for_nothing["plain"][1]
    assert found.chance == Decimal(f"{1 - (1 - by_interval) ** 5:.3f}")
    assert 0.02 < found.chance < 0.25, "the payment by persons' weeks asks for no estimate"


@pytest.mark.parametrize(
    ("then", "trigger", "is_asked"), [("hold", "reduction", True), ("note", "reduction", False), ("hold", "intake", False), ("hold", "lasting_reduction", False)]
)
def test_a_placebo_holds_the_payments_that_go_by_its_estimate_where_that_is_agreed(with_placebo: Contracts, then: str, trigger: str, is_asked: bool) -> None:
    with_placebo.replace(TARP, "then: hold", f"then: {then}")
    found = with_placebo.load()
    contract = found.contracts["tarp"]
    payment = next(item for item in contract.payments if item.id == trigger)
    suite = trigger_suite(contract, found.gate_of(contract), payment, payment.claim_periods[0], "final", **rules()[payment.rule.pin].traits)
    assert ("placebos_stand_still" in {item.rule for item in suite.expectations}) == is_asked


def test_what_pays_for_people_one_by_one_does_not_go_by_the_estimate() -> None:
    """Of the sample's contract with a matched comparison one payment looks at the interval, and one at nobody but those it pays for."""
    from pipelines.contracts.comparing import paid_by_interval
    from pipelines.payments.vocabulary import catalogue

    (contract,) = [item for name, item in catalogue().contracts.items() if name == "ungebro"]
    assert paid_by_interval(contract, contract.outcome("uger"))
