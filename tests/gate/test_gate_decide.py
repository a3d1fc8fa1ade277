"""The gate: open only when all that is required was proved tonight, on the same data, by the same suite; anything else holds, in words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.quality.checks import Check, counted_words, verdict_of
from pipelines.quality.gate import GateVerdict, HoldReason, Required, decide

AS_OF = dt.date(2026, 6, 30)
REGISTER = Required("register:arrests", "newest_delivery_accepted", "a1", "s1")
LABEL = Required("register:arrests", "label_within_coverage", "a1", "s1")
OUTCOME = Required("outcome:tarp/rearrest", "follow_up_is_complete", "b2", "s2")
REQUIRED = (REGISTER, LABEL, OUTCOME)
DECIDES_NOTHING = ("numerator", "observed", "reason", "threshold", "protects", "remedy", "dimension", "cured_by")


def check(item: Required, **changes: Any) -> Check:
    """A check of `item` that passed, with changes."""
    plain = Check(
        item.subject, item.rule, "passed", "error", 0, 432, "0 of 432", "0", "", "Nobody is lost.", "Ask the supplier.", "completeness", "police", item.inputs, item.suite, AS_OF
    )
    return replace(plain, **changes)


OPEN = (check(REGISTER), check(LABEL, verdict="warned", severity="warning", observed="12 days too many", remedy="Mend the label."), check(OUTCOME))


def verdict(checks: Any, required: Any = REQUIRED, **more: Any) -> GateVerdict:
    return decide(required, checks, fingerprint="f" * 64, as_of=AS_OF, **more)


def only_reason(found: GateVerdict) -> HoldReason:
    assert found.state == "held"
    (reason,) = found.reasons
    return reason


def test_the_gate_opens_when_everything_required_passed_or_merely_warned_tonight() -> None:
    found = verdict(OPEN)
    assert (found.state, found.reasons, found.required, found.fingerprint) == ("open", (), 3, "f" * 64)
    assert found.warnings == (HoldReason("register:arrests", "label_within_coverage", "warned", "12 days too many", "Mend the label.", "police"),)


def test_checks_that_nothing_requires_neither_hold_nor_open() -> None:
    failed = check(Required("register:other", "newest_delivery_accepted", "", ""), verdict="failed", reason="3 of 9")
    assert verdict([*OPEN, failed]) == verdict(OPEN)
    assert verdict([failed], required=[REGISTER]).state == "held"


def test_requiring_nothing_holds_because_nothing_proves_it() -> None:
    assert "nothing was required of it, so nothing proves it" in only_reason(verdict(OPEN, required=[])).words
    assert verdict([], required=[]).state == "held"


def test_a_reason_from_before_any_data_holds_whatever_the_checks_say() -> None:
    blocked = HoldReason("contract:tarp", "contract_is_executed", "failed", "it is not executed", "Execute it.", "commissioner")
    assert verdict(OPEN, blocked=[blocked]).reasons == (blocked,)
    assert verdict([], required=[], blocked=[blocked]).reasons == (blocked,)


@pytest.mark.parametrize(
    ("tonight", "said", "words"),
    [
        ([], "not_evaluated", "it was declared and did not run"),
        ([check(OUTCOME), check(OUTCOME)], "errored", "it has more than one result tonight"),
        ([check(OUTCOME), check(OUTCOME, verdict="failed")], "errored", "it has more than one result tonight"),
        ([check(OUTCOME, as_of=AS_OF - dt.timedelta(days=1))], "not_evaluated", "it ran on other data or definitions than the decision would use"),
        ([check(OUTCOME, inputs="b3")], "not_evaluated", "it ran on other data or definitions than the decision would use"),
        ([check(OUTCOME, inputs="")], "not_evaluated", "it ran on other data or definitions than the decision would use"),
        ([check(OUTCOME, suite="s1")], "not_evaluated", "it ran on other data or definitions than the decision would use"),
        ([check(OUTCOME, denominator=0)], "not_evaluated", "it looked at no rows"),
        ([check(OUTCOME, denominator=None)], "not_evaluated", "it looked at no rows"),
        ([check(OUTCOME, denominator=-1)], "not_evaluated", "it looked at no rows"),
        ([check(OUTCOME, verdict="warned", severity="warning", denominator=0)], "not_evaluated", "it looked at no rows"),
        ([check(OUTCOME, verdict="warned", severity="warning", denominator=None)], "not_evaluated", "it looked at no rows"),
        ([check(OUTCOME, verdict="failed", reason="12 of 432", observed="12 of 432")], "failed", "12 of 432"),
        ([check(OUTCOME, verdict="failed", observed="12 of 432")], "failed", "12 of 432"),
        ([check(OUTCOME, verdict="failed", observed="")], "failed", "it does not hold, and did not say why"),
        ([check(OUTCOME, verdict="errored", reason="it could not be evaluated: BinderException")], "errored", "it could not be evaluated: BinderException"),
        ([check(OUTCOME, verdict="not_evaluated", reason="it looked at no rows")], "not_evaluated", "it looked at no rows"),
        ([check(OUTCOME, verdict="warned")], "errored", "its result is neither a pass nor a warning that it may give"),
        ([check(OUTCOME, verdict="Passed")], "errored", "its result is neither a pass nor a warning that it may give"),
        ([check(OUTCOME, verdict="")], "errored", "its result is neither a pass nor a warning that it may give"),
    ],
)
def test_each_single_way_of_failing_holds_and_says_so(tonight: list[Check], said: str, words: str) -> None:
    reason = only_reason(verdict([*OPEN[:2], *tonight]))
    assert (reason.subject, reason.rule, reason.verdict, reason.words) == (OUTCOME.subject, OUTCOME.rule, said, words)
    assert reason.remedy
    assert reason.cured_by


def test_a_rule_of_the_same_name_for_another_subject_proves_nothing() -> None:
    other = check(OUTCOME, subject="outcome:tarp/enrolment")
    assert only_reason(verdict([*OPEN[:2], other])).words == "it was declared and did not run"


def test_causes_come_before_what_merely_did_not_run_because_of_them() -> None:
    failed = check(OUTCOME, verdict="failed", reason="12 of 432")
    found = verdict([failed])
    assert [reason.verdict for reason in found.reasons] == ["failed", "not_evaluated", "not_evaluated"]
    assert [reason.rule for reason in found.reasons[1:]] == [REGISTER.rule, LABEL.rule]


def test_a_failed_warning_is_a_warning_and_a_failed_error_holds() -> None:
    assert verdict_of(is_success=False, is_error=False, severity="warning", rows=9) == "warned"
    assert verdict_of(is_success=False, is_error=False, severity="error", rows=9) == "failed"
    assert verdict_of(is_success=False, is_error=False, severity="nonsense", rows=9) == "failed"


@pytest.mark.parametrize("severity", ["error", "warning"])
@pytest.mark.parametrize("rows", [None, 0, 9])
def test_what_raised_or_looked_at_no_rows_never_passes(severity: str, rows: int | None) -> None:
    assert verdict_of(is_success=True, is_error=True, severity=severity, rows=rows) == "errored"
    assert verdict_of(is_success=True, is_error=False, severity=severity, rows=rows) == ("passed" if rows else "not_evaluated")


@pytest.mark.parametrize(
    ("numerator", "denominator", "bound", "words"),
    [
        (0, 432, "at_most", "0 of 432"),
        (1, 432, "at_most", "fewer than 5 of 432"),
        (4, 432, "at_most", "fewer than 5 of 432"),
        (5, 432, "at_most", "5 of 432"),
        (427, 432, "at_most", "427 of 432"),
        (428, 432, "at_most", "all but fewer than 5 of 432"),
        (432, 432, "at_most", "432 of 432"),
        (428, 432, "at_least", "fewer than 5 of 432 are missing"),
        (427, 432, "at_least", "427 of 432"),
        (432, 432, "at_least", "432 of 432"),
    ],
)
def test_a_count_in_words_never_tells_how_few_a_few_are(numerator: int, denominator: int, bound: str, words: str) -> None:
    assert counted_words(numerator, denominator, bound) == words


ANYTHING_ELSE: dict[str, st.SearchStrategy[Any]] = {
    "subject": st.text(),
    "rule": st.text(),
    "verdict": st.one_of(st.sampled_from(["failed", "errored", "not_evaluated", "warned", "PASSED", "passed ", "open"]), st.text()).filter(lambda said: said != "passed"),
    "denominator": st.one_of(st.none(), st.integers(max_value=0)),
    "inputs": st.text(),
    "suite": st.text(),
    "as_of": st.dates(),
}


def test_every_field_of_a_check_is_flipped_or_known_to_decide_nothing() -> None:
    assert {*ANYTHING_ELSE, *DECIDES_NOTHING, "severity"} == set(Check.__dataclass_fields__)


@settings(derandomize=True, deadline=None, max_examples=400)
@given(st.data())
def test_flipping_any_one_field_of_any_one_check_never_leaves_the_gate_open(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(OPEN) - 1))
    field = data.draw(st.sampled_from(sorted(ANYTHING_ELSE)))
    value = data.draw(ANYTHING_ELSE[field].filter(lambda found: found != getattr(OPEN[place], field)))
    flipped = [replace(item, **{field: value}) if index == place else item for index, item in enumerate(OPEN)]
    found = verdict(flipped)
    assert found.state == "held"
    assert all(reason.words and reason.remedy for reason in found.reasons)


@settings(derandomize=True, deadline=None)
@given(st.text().filter(lambda severity: severity != "warning"))
def test_a_warning_from_a_rule_that_may_not_warn_never_leaves_the_gate_open(severity: str) -> None:
    assert verdict([OPEN[0], replace(OPEN[1], severity=severity), OPEN[2]]).state == "held"


@settings(derandomize=True, deadline=None)
@given(place=st.integers(0, 2), field=st.sampled_from(DECIDES_NOTHING), words=st.text())
def test_words_and_numerators_decide_nothing(place: int, field: str, words: str) -> None:
    value: Any = len(words) if field == "numerator" else words
    changed = [replace(item, **{field: value}) if index == place else item for index, item in enumerate(OPEN)]
    assert verdict(changed).state == "open"


@settings(derandomize=True, deadline=None)
@given(st.permutations(OPEN), st.permutations(REQUIRED))
def test_the_order_of_checks_and_of_requirements_changes_no_verdict(checks: list[Check], required: list[Required]) -> None:
    assert verdict(checks, required) == verdict(OPEN)


@settings(derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(OPEN), max_size=5))
def test_only_a_set_with_each_required_check_exactly_once_opens(checks: list[Check]) -> None:
    is_whole = sorted(item.rule for item in checks) == sorted(item.rule for item in OPEN)
    assert verdict(checks).state == ("open" if is_whole else "held")
