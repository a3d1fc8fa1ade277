"""One claim settled twice, on account and finally; what else must hold before it pays; and what of it anyone may read."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from home_days_given import AFTER_ALL, CAP, CONDITION, DEADWEIGHT, FAILED, PER_DAY, ROUNDED, answered, contract, decide, gate, never, payment, result_of, unit

from pipelines.canonical import canonical
from pipelines.contracts.outcome import OutcomeContract
from pipelines.payments.decide import FINAL, ON_ACCOUNT, Decision, Known, Standing, decide_trigger, unprovable

PEOPLE = tuple(unit(f"p{number}", 10) for number in range(6))
"""Six people of ten days each: 600.00 in all."""


def on_account(*units: Any, **more: Any) -> Decision:
    return decide(*(units or PEOPLE), kind=ON_ACCOUNT, **more)


def final(paid: str, *units: Any, **more: Any) -> Decision:
    return decide(*(units or PEOPLE), standing=Standing(Decimal(paid)), **more)


def test_on_account_pays_the_agreed_share_of_what_the_faster_source_gives() -> None:
    made = on_account()
    assert (made.state, str(made.amount), made.kind) == ("due", "480.00", "on_account")
    assert made.reason == "on account 0.80 of 600.00"
    assert made.arithmetic[0] == "60 days of 6 persons x 10.00 (price on 2024-07-01) = 600.00   (Bilag 3 §1)"
    assert made.arithmetic[-1] == "on account 0.80 of 600.00 = 480.00   (Bilag 3 §1)"
    assert made.posting_key == "hjem/hjemmedage/2024H2/all/on_account"


def test_the_share_is_rounded_once_from_the_whole_and_half_up() -> None:
    agreed = contract(payment(on_account={"clause": "c", "pays_for": "foreloebig", "share": Decimal("0.5")}))
    assert str(on_account(unit("a", "10.001"), made=agreed).amount) == "50.01"
    assert str(on_account(unit("a", "10.003"), made=agreed).amount) == "50.02"


def test_the_lines_of_an_account_are_whole_so_that_later_claims_count_from_the_whole() -> None:
    assert {line.key: line.amount for line in on_account().lines} == {f"p{number}": Fraction(100) for number in range(6)}


def test_when_nothing_counts_nothing_is_paid_on_account() -> None:
    made = on_account(unit("a", 0))
    assert (made.state, str(made.amount), made.reason) == ("not_met", "0.00", "no day counts")


@pytest.mark.parametrize(
    ("paid", "rest", "reason"),
    [
        ("480.00", "120.00", "settled at 600.00, of which 480.00 on account: 120.00 more"),
        ("600.00", "0.00", "settled at 600.00, of which 600.00 on account: nothing more is due"),
        ("600.01", "-0.01", "settled at 600.00, of which 600.01 on account: 0.01 to be paid back"),
        ("800.00", "-200.00", "settled at 600.00, of which 800.00 on account: 200.00 to be paid back"),
    ],
)
def test_the_final_settlement_pays_what_the_account_did_not(paid: str, rest: str, reason: str) -> None:
    made = final(paid)
    assert (made.state, str(made.amount), made.reason) == ("due", rest, reason)
    assert made.arithmetic[-1] == f"less paid on account {Decimal(paid):,.2f} = {rest}   (Bilag 3 §1)"
    assert sum(line.amount for line in made.lines) == 600


def test_account_and_remainder_come_to_the_final_sum() -> None:
    account = on_account(unit("a", "33.337"))
    rest = final(str(account.amount), unit("a", "41.003"))
    assert account.amount + rest.amount == Decimal("410.03")


def test_when_nothing_was_paid_on_account_the_final_settlement_is_the_whole() -> None:
    made = final("0.00")
    assert (str(made.amount), made.reason) == ("600.00", "60 days at 10.00 each")
    assert "account" not in " ".join(made.arithmetic)


def test_when_nothing_counts_finally_the_whole_account_is_paid_back() -> None:
    made = final("480.00", unit("a", 0))
    assert (made.state, str(made.amount)) == ("due", "-480.00")
    assert made.reason == "settled at 0.00, of which 480.00 on account: 480.00 to be paid back"


def test_when_nothing_counts_finally_and_nothing_was_paid_nothing_is_met() -> None:
    assert (final("0.00", unit("a", 0)).state, str(final("0.00", unit("a", 0)).amount)) == ("not_met", "0.00")


def test_a_trigger_without_an_account_pays_the_whole_less_what_an_earlier_text_paid_on_account() -> None:
    periods = [{name: value for name, value in period.items() if name != "on_account_from"} for period in payment()["claim_periods"]]
    agreed = contract(payment(on_account=None, claim_periods=periods))
    assert (str(final("0.00", made=agreed).amount), final("0.00", made=agreed).reason) == ("600.00", "60 days at 10.00 each")
    assert str(final("480.00", made=agreed).amount) == "120.00"


@pytest.mark.parametrize(
    ("kind", "day", "words"),
    [
        (ON_ACCOUNT, dt.date(2025, 2, 28), "claim period 2024H2 (2024-07-01 up to, not including, 2025-01-01) is decided on account from 2025-03-01"),
        (FINAL, dt.date(2025, 3, 1), "claim period 2024H2 (2024-07-01 up to, not including, 2025-01-01) is decided from 2025-12-01"),
        (FINAL, dt.date(2025, 11, 30), "claim period 2024H2 (2024-07-01 up to, not including, 2025-01-01) is decided from 2025-12-01"),
    ],
)
def test_each_settlement_has_its_own_day_and_says_it(kind: str, day: dt.date, words: str) -> None:
    made = decide(kind=kind, as_of=day, verdict=never)
    assert (made.state, made.reason, made.kind, made.gate) == ("not_due", words, kind, "")
    assert unprovable(contract(), contract().payments[0], contract().payments[0].claim_periods[0], day, "x", kind).reason == words


@pytest.mark.parametrize(("kind", "day"), [(ON_ACCOUNT, dt.date(2025, 3, 1)), (FINAL, dt.date(2025, 12, 1))])
def test_from_its_day_on_each_settlement_is_decided(kind: str, day: dt.date) -> None:
    assert decide(*PEOPLE, kind=kind, as_of=day).state == "due"
    held = unprovable(contract(), contract().payments[0], contract().payments[0].claim_periods[0], day, "x", kind)
    assert (held.state, held.kind) == ("held", kind)


def test_nothing_is_paid_on_account_once_the_claim_is_settled_finally() -> None:
    made = on_account(standing=Standing(settled_by=12), verdict=never)
    assert (made.state, str(made.amount)) == ("not_due", "0.00")
    assert made.reason == "claim period 2024H2 is settled finally by entry 12; nothing more is paid on account"


def test_a_held_gate_holds_account_and_remainder_alike() -> None:
    for kind in (ON_ACCOUNT, FINAL):
        made = decide(*PEOPLE, kind=kind, standing=Standing(Decimal("480.00")), verdict=lambda: gate(FAILED))
        assert (made.state, str(made.amount), made.lines, made.kind) == ("held", "0.00", (), kind)


def conditional(**changes: Any) -> OutcomeContract:
    return contract(payment(requires=[CONDITION], **changes))


def test_a_condition_that_is_met_is_said_before_the_sum_with_its_own_clause() -> None:
    made = decide(*PEOPLE, made=conditional(), conditions={"trivsel": answered("0.5")})
    assert (made.state, str(made.amount)) == ("due", "600.00")
    assert made.arithmetic[0] == "trivsel: mean change 0.50 (80.0 % answered) is not below 0   (Bilag 3 §4)"
    assert made.arithmetic[1].startswith("60 days of 6 persons")


def test_a_condition_that_fails_is_not_met_whatever_the_sum_would_be() -> None:
    made = decide(*PEOPLE, made=conditional(), conditions={"trivsel": answered("-0.5")})
    assert (made.state, str(made.amount), made.gate, made.lines) == ("not_met", "0.00", "open", ())
    assert made.reason == "trivsel: mean change -0.50 (80.0 % answered) is below 0"
    assert made.arithmetic == ("trivsel: mean change -0.50 (80.0 % answered) is below 0   (Bilag 3 §4)",)


@pytest.mark.parametrize("found", [answered("0.5", answers=6), answered("-0.5", answers=6), None])
def test_an_unanswered_condition_holds_with_its_outcome_as_subject(found: Any) -> None:
    made = decide(*PEOPLE, made=conditional(), conditions={"trivsel": found})
    (hold,) = made.holds
    assert (made.state, str(made.amount), made.gate, made.arithmetic, made.lines) == ("held", "0.00", "held", (), ())
    assert (hold["subject"], hold["rule"], hold["verdict"], hold["cured_by"]) == ("outcome:hjem/trivsel", "response_is_enough", "failed", "provider")
    assert hold["words"] == ("trivsel: 60.0 % answered, and 70.0 % is needed" if found else "there is no result of the condition to decide from")
    assert made.reason == hold["words"]
    assert hold["remedy"]


def test_an_unanswered_condition_comes_before_one_that_fails() -> None:
    second = {**CONDITION, "outcome": "foreloebig", "min_response": Decimal("0.90")}
    made = decide(*PEOPLE, made=contract(payment(requires=[CONDITION, second])), conditions={"trivsel": answered("-0.5"), "foreloebig": answered("0.5")})
    assert (made.state, made.holds[0]["subject"]) == ("held", "outcome:hjem/foreloebig")


def test_every_condition_that_fails_is_said() -> None:
    made = decide(
        *PEOPLE, made=contract(payment(requires=[CONDITION, {**CONDITION, "outcome": "foreloebig"}])), conditions={"trivsel": answered("-1"), "foreloebig": answered("-2")}
    )
    assert (made.state, made.reason.count("is below 0"), len(made.arithmetic)) == ("not_met", 2, 2)


def test_when_a_condition_fails_finally_the_whole_account_is_paid_back() -> None:
    made = final("480.00", made=conditional(), conditions={"trivsel": answered("-0.5")})
    assert (made.state, str(made.amount), made.lines) == ("due", "-480.00", ())
    assert made.reason == "settled at 0.00, of which 480.00 on account: 480.00 to be paid back"
    assert made.arithmetic == (
        "trivsel: mean change -0.50 (80.0 % answered) is below 0   (Bilag 3 §4)",
        "less paid on account 480.00 = -480.00   (Bilag 3 §1)",
    )


def test_a_condition_holds_the_account_too() -> None:
    made = on_account(made=conditional(), conditions={"trivsel": answered("-0.5")})
    assert (made.state, str(made.amount)) == ("not_met", "0.00")
    assert on_account(made=conditional(), conditions={"trivsel": answered("0")}).state == "due"


def test_conditions_are_not_asked_behind_a_held_gate_and_come_before_result_and_units() -> None:
    agreed, asked = conditional(), []

    def noted(name: str, value: Any) -> Any:
        asked.append(name)
        return value

    known = Known(
        verdict=lambda: noted("gate", gate()),
        result=lambda: noted("result", result_of(PEOPLE)),
        condition=lambda name: noted(name, answered("1")),
        units=lambda: noted("units", PEOPLE),
    )
    decide_trigger(agreed, agreed.payments[0], agreed.payments[0].claim_periods[0], known, as_of=AFTER_ALL)
    assert asked == ["gate", "trivsel", "result", "units"]
    shut = replace(known, verdict=lambda: gate(FAILED), condition=never, result=never, units=never)
    assert decide_trigger(agreed, agreed.payments[0], agreed.payments[0].claim_periods[0], shut, as_of=AFTER_ALL).state == "held"


CHANGES = ": the price changes inside the claim period; end one claim period on that day and begin the next"
NONE_YET = ": no amount holds on 2024-07-01; the first holds from 2024-07-02"


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({"per_unit@1": {**PER_DAY["per_unit@1"], "price": {dt.date(2024, 7, 1): Decimal(1), dt.date(2024, 9, 1): Decimal(2)}}}, CHANGES),
        ({"per_unit@1": {**PER_DAY["per_unit@1"], "price": {dt.date(2024, 7, 2): Decimal(1)}}}, NONE_YET),
        ({"per_unit@2": {}}, " (KeyError)"),
        ({"per_unit@1": {"role": "treatment"}}, " (ValidationError)"),
    ],
)
def test_a_rule_that_raises_holds_and_says_no_value(rule: dict[str, Any], error: str) -> None:
    for kind in (ON_ACCOUNT, FINAL):
        made = decide(*PEOPLE, made=contract(payment(rule=rule)), kind=kind, standing=Standing(Decimal("480.00")))
        assert (made.state, str(made.amount), made.lines) == ("held", "0.00", ())
        assert made.reason == f"the rule could not be computed{error}"


@pytest.mark.parametrize(
    ("steps", "error"), [([{"deadweight@1": {"shares": {"in_care": Decimal(0)}}}], "KeyError"), ([{"indexed@1": {}}], "KeyError"), ([{"rounded@1": {}}], "ValidationError")]
)
def test_an_adjuster_that_raises_holds(steps: list[dict[str, Any]], error: str) -> None:
    assert decide(*PEOPLE, made=contract(payment(adjust=steps))).reason == f"the rule could not be computed ({error})"


def few(count: int, days: int = 200) -> tuple[Any, ...]:
    """Eight people, of whom so many go over the cap."""
    return tuple(unit(f"p{number}", days if number < count else 10) for number in range(8))


@pytest.mark.parametrize(("cut", "smallest", "discloses"), [(0, 5, False), (1, 5, True), (4, 5, True), (5, 5, False), (4, 4, False), (8, 5, False)])
def test_a_sum_discloses_when_its_cap_cuts_fewer_people_than_anyone_may_be_shown(cut: int, smallest: int, discloses: bool) -> None:
    agreed = contract(payment(), smallest=smallest)
    for kind in (ON_ACCOUNT, FINAL):
        assert decide(*few(cut), made=agreed, kind=kind).discloses is discloses
    assert final("480.00", *few(cut), made=agreed).discloses is discloses


def test_a_sum_discloses_when_its_deadweight_speaks_of_few_people() -> None:
    agreed = contract(payment(adjust=[DEADWEIGHT, ROUNDED, CAP]))
    assert decide(*few(0), made=agreed).discloses is False
    assert decide(*few(0)[:4], made=agreed).discloses is True


@pytest.mark.parametrize(("reaching", "discloses"), [(0, False), (1, True), (4, True), (5, False), (6, True), (9, True), (10, False)])
def test_a_sum_discloses_when_few_people_reach_a_number_or_few_do_not(reaching: int, discloses: bool) -> None:
    rule = {
        "per_person_reaching@1": {"at_least": Decimal("26.0"), "unit": "week", "price": {dt.date(2024, 7, 1): Decimal("10.00")}, "priced_at": "window_end", "role": "treatment"}
    }
    people = [unit(f"p{number}", 30 if number < reaching else 2) for number in range(10)]
    assert decide(*people, made=contract(payment(rule=rule, adjust=[]))).discloses is discloses


def test_a_failing_condition_does_not_make_a_sum_of_few_people_readable() -> None:
    assert decide(*few(1), made=conditional(), conditions={"trivsel": answered("-1")}).discloses is True


@pytest.mark.parametrize("kind", [ON_ACCOUNT, FINAL])
def test_no_person_is_in_what_a_decision_carries(kind: str) -> None:
    people = tuple(unit(f"LEAKME-{number}", 10 + 50 * number, before=number) for number in range(8))
    for agreed, conditions in ((contract(), {}), (conditional(), {"trivsel": answered("1")}), (conditional(), {"trivsel": answered("-1")}), (conditional(), {"trivsel": None})):
        made = decide(*people, made=agreed, kind=kind, standing=Standing(Decimal("480.00")), conditions=conditions)
        data = made.as_data()
        assert b"LEAKME" not in canonical(data)
        assert "LEAKME" not in f"{data}{made.reason}"
        assert "lines" not in data
        assert {"lines_sha256", "discloses", "kind", "posting_key"} <= set(data)
    assert "LEAKME" in str(decide(*people).lines)


def test_an_error_over_a_person_names_nobody() -> None:
    made = decide(unit("LEAKME-1", -1))
    assert made.state == "held"
    assert "LEAKME" not in str(made.as_data())
