"""What a contract's history teaches, worked by hand: days of holds, claims by quarter, who was left out, what was released and restated."""

from __future__ import annotations

import datetime as dt

from reports.sheets_given import AS_OF, PERSON, cause, decided, entry, ledger, results

from pipelines.reports.learned import Hold, LeftOut, claims, days_by, holds, left_out, overrides, quarters, restatements

CLAIM = "ungebro/selvforsoergelse/2025Q1/all/final"
ON_TIME, LINKED = "register_is_on_time", "cohort_is_linked"


def day(number: int) -> dt.date:
    return dt.date(2026, 2, number)


def test_each_cause_of_a_hold_lasts_from_its_first_night_to_the_one_without_it() -> None:
    found = {(hold.rule, hold.since): hold for hold in holds(ledger(), AS_OF)}
    late, linked, covered = found[ON_TIME, day(1)], found[LINKED, day(5)], found["coverage_reaches_windows", dt.date(2026, 6, 20)]
    assert (late.until, late.days, late.cured_by) == (day(8), 7, "kommune")
    assert (linked.until, linked.days, linked.cured_by) == (day(10), 5, "udfoerer")
    assert (covered.until, covered.days) == (None, 10)
    assert len(found) == 3


def test_a_cause_that_goes_and_comes_again_is_two_holds() -> None:
    entries = [
        entry(1, "hold", "2026-02-01", "ungebro", CLAIM, causes=[cause(ON_TIME)], reason=""),
        entry(2, "hold", "2026-02-03", "ungebro", CLAIM, causes=[cause(LINKED)], reason=""),
        entry(3, "hold", "2026-02-04", "ungebro", CLAIM, causes=[cause(ON_TIME)], reason=""),
        decided(4, "2026-02-10", CLAIM, "1.00"),
    ]
    assert [(hold.rule, hold.days) for hold in holds(entries, AS_OF)] == [(ON_TIME, 6), (ON_TIME, 2), (LINKED, 1)]


def test_an_override_between_leaves_causes_standing_until_the_decision() -> None:
    assert [hold.until for hold in holds(ledger()[:7], AS_OF) if hold.rule == LINKED] == [day(10)]


def test_what_came_after_the_as_of_day_is_not_known() -> None:
    assert [(hold.rule, hold.days) for hold in holds(ledger(), day(6))] == [(ON_TIME, 5), (LINKED, 1)]


def test_days_are_summed_by_who_can_cure() -> None:
    held = [Hold("c", "k", "s", rule, party, day(1), None, days) for rule, party, days in (("a", "x", 3), ("b", "y", 9), ("a", "x", 4))]
    assert days_by(held, "cured_by") == [("y", 9, 1), ("x", 7, 2)]
    assert days_by(held, "rule") == [("b", 9, 1), ("a", 7, 2)]


def test_claims_belong_to_the_quarter_of_their_first_possible_day_and_to_that_of_their_decision() -> None:
    periods = [{"id": "a", "decided_from": "2025-03-31"}, {"id": "b", "decided_from": "2025-04-01"}]
    payment = {"id": "pay", "on_account": {"share": "0.8"}, "claim_periods": [{**period, "on_account_from": "2024-12-31"} for period in periods]}
    entries = [decided(1, "2025-03-31", "c/pay/a/all/on_account", "5.00"), decided(2, "2025-07-01", "c/pay/a/all/final", "0.00", "not_met")]
    found = claims({"contract": "c", "payments": [payment]}, entries)
    assert [(item.name, item.expected, item.due, item.not_met) for item in quarters(found)] == [("2024Q4", 2, 0, 0), ("2025Q1", 1, 1, 0), ("2025Q2", 1, 0, 0), ("2025Q3", 0, 0, 1)]
    assert {claim.key: claim.late for claim in found} == {"c/pay/a/all/on_account": 90, "c/pay/b/all/on_account": None, "c/pay/a/all/final": 92, "c/pay/b/all/final": None}
    assert quarters([]) == []


def test_who_waits_for_data_is_not_left_out() -> None:
    assert left_out(results()) == [
        LeftOut("uger", "2025Q1", "treatment", "ineligible", "too_young", 3, 64),
        LeftOut("uger", "2025Q1", "treatment", "not_observed", "unlinked", 11, 64),
    ]


def test_overrides_say_parties_and_never_people() -> None:
    (found,) = overrides(ledger())
    assert (found["entry"], found["rules"], found["parties"]) == (6, [LINKED], ["kommune", "udfoerer"])
    assert PERSON not in str(found)


def test_true_ups_and_questions_are_told_apart() -> None:
    trued, asked = restatements(ledger())
    assert (trued["entry"], trued["is_question"], trued["cause"], str(trued["amount"]), trued["people"]) == (12, False, "late_report", "-200000.00", 2)
    assert (asked["entry"], asked["is_question"], asked["why"], str(asked["amount"]), asked["people"]) == (13, True, "the window is over", "0.00", None)
