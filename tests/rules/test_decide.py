"""How a trigger is decided: what comes before what, what is never asked, and what a hold says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, NoReturn

import pytest

from indicators.result import Estimate, Quantity, Result, RoleCount
from pipelines.canonical import canonical
from pipelines.contracts.outcome import ClaimPeriod, OutcomeContract, Payment
from pipelines.payments.decide import Decision, Known, decide_trigger, hold_words, unprovable, unreadable
from pipelines.payments.rule import rules
from pipelines.quality.gate import GateVerdict, HoldReason

DUE_FROM = dt.date(2025, 5, 1)
DAY_BEFORE = dt.date(2025, 4, 30)
FAILED = HoldReason("register:arrests", "label_within_coverage", "failed", "the label claims 135 days more than the data", "Ask for the whole register.", "data_supplier")
NOT_RUN = HoldReason("outcome:tarp/rearrest", "follow_up_is_complete", "not_evaluated", "it was declared and did not run", "Read the summary.", "data_engineer")
WARNED = HoldReason("cohort:tarp/released", "cohort_is_linked", "warned", "210 of 216", "Ask for the missing keys.", "data_supplier")
THRESHOLD = {"threshold@1": {"measure": "relative_reduction", "at_least": Decimal("0.10"), "amount": {dt.date(2024, 7, 1): Decimal("250000.00")}}}
PER_PERSON = {"per_person@1": {"price": {dt.date(2024, 7, 1): Decimal("500.00")}, "role": "treatment"}}


def contract(rule: dict[str, Any] | None = None) -> OutcomeContract:
    return OutcomeContract.model_validate(
        {
            "contract": "tarp",
            "version": 1,
            "title": "Financial aid",
            "model": "payment_by_results",
            "currency": "USD",
            "term": {"from": dt.date(2024, 6, 1), "to": dt.date(2028, 7, 1)},
            "parties": [{"id": "state", "name": "The state", "roles": ["payer"]}, {"id": "programme", "name": "The programme", "roles": ["provider"]}],
            "cohorts": [
                {
                    "id": "released",
                    "clause": "Schedule 1",
                    "from": "releases",
                    "enrolled": {"from": dt.date(2024, 7, 1), "to": dt.date(2025, 4, 1)},
                    "enrolled_on": "released_on",
                    "arms": {"column": "arm", "treatment": "aid", "comparison": "no_aid"},
                }
            ],
            "outcomes": [{"id": "rearrest", "clause": "Schedule 1", "kind": "outcome", "cohort": "released", "indicator": "rearrest@1"}],
            "payments": [
                {
                    "id": "reduction",
                    "clause": "Schedule 2 §2",
                    "pays_for": "rearrest",
                    "payer": "state",
                    "payee": "programme",
                    "rule": rule or THRESHOLD,
                    "claim_periods": [{"id": "2024-25", "from": dt.date(2024, 7, 1), "to": dt.date(2025, 4, 1), "decided_from": DUE_FROM}],
                }
            ],
            "gate": {"profile": "standard@1"},
        }
    )


def parts(made: OutcomeContract) -> tuple[OutcomeContract, Payment, ClaimPeriod]:
    return made, made.payments[0], made.payments[0].claim_periods[0]


def verdict(state: str = "open", *reasons: HoldReason, warnings: tuple[HoldReason, ...] = (), fingerprint: str = "f1") -> GateVerdict:
    return GateVerdict("open" if state == "open" else "held", fingerprint, 7, reasons, warnings)


def result(treated: int, compared: int = 66, *, with_estimate: bool = True) -> Result:
    roles = {"treatment": RoleCount(216, 216, Decimal(treated), 0), "comparison": RoleCount(216, 216, Decimal(compared), 0)}
    reduction = 1 - roles["treatment"].mean / roles["comparison"].mean
    estimate = Estimate("trial@1", {"relative_reduction": Quantity(Decimal(0), reduction)}) if with_estimate else None
    return Result("tarp", "rearrest", "Schedule 1", "outcome", "rearrest@1", "released", roles, estimate=estimate)


def never(*_: object) -> NoReturn:
    raise AssertionError("this may not be asked")


def decide(
    *, as_of: dt.date = DUE_FROM, gate: Callable[[], GateVerdict] = verdict, found: Callable[[], Result | None] = lambda: result(48), made: OutcomeContract | None = None
) -> Decision:
    return decide_trigger(*parts(made or contract()), Known(verdict=gate, result=found, condition=never, units=never), as_of=as_of)


def test_a_result_that_meets_the_rule_behind_an_open_gate_is_due_with_its_sum_and_clause() -> None:
    made = decide()
    assert (made.state, made.amount, made.currency, made.payer, made.payee) == ("due", Decimal("250000.00"), "USD", "state", "programme")
    assert (made.gate, made.required, made.fingerprint, made.holds) == ("open", 7, "f1", ())
    assert made.reason == "relative reduction 27.27 % reaches 10.00 %"
    assert made.arithmetic == (
        "48 of 216 (22.2 %) against 66 of 216 (30.6 %): relative reduction 27.27 %   (Schedule 2 §2)",
        "27.27 % >= 10.00 % (compared unrounded) -> 250,000.00 due   (Schedule 2 §2)",
    )


def test_a_result_that_misses_the_rule_behind_an_open_gate_is_not_met_and_nought() -> None:
    made = decide(found=lambda: result(66))
    assert (made.state, made.amount, made.gate) == ("not_met", Decimal("0.00"), "open")
    assert made.arithmetic[1] == "0.00 % < 10.00 % (compared unrounded) -> nothing due   (Schedule 2 §2)"


def test_the_day_before_its_day_a_claim_is_not_due_and_neither_gate_nor_result_is_asked() -> None:
    made = decide(as_of=DAY_BEFORE, gate=never, found=never)
    assert (made.state, made.amount, made.gate, made.fingerprint, made.holds, made.arithmetic) == ("not_due", Decimal("0.00"), "", "", (), ())
    assert made.reason == "claim period 2024-25 (2024-07-01 up to, not including, 2025-04-01) is decided from 2025-05-01"


def test_from_its_day_on_a_claim_is_decided() -> None:
    assert decide(as_of=DUE_FROM).state == "due"
    assert decide(as_of=dt.date(2030, 1, 1)).state == "due"


def test_before_its_day_a_claim_is_not_held_however_bad_the_data() -> None:
    assert decide(as_of=DAY_BEFORE, gate=lambda: verdict("held", FAILED)).state == "not_due"


@pytest.mark.parametrize("treated", [48, 66])
def test_a_held_gate_neither_pays_nor_refuses_and_no_result_is_asked(treated: int) -> None:
    made = decide(gate=lambda: verdict("held", FAILED, warnings=(WARNED,)), found=never)
    assert (made.state, made.amount, made.gate, made.fingerprint, made.required) == ("held", Decimal("0.00"), "held", "f1", 7)
    assert made.holds == (FAILED.as_data(),)
    assert made.warnings == (WARNED.as_data(),)
    assert made.reason == "the label claims 135 days more than the data"
    assert made.arithmetic == ()
    assert decide(gate=lambda: verdict("held", FAILED), found=lambda: result(treated)).state == "held"


def test_the_gate_is_asked_before_the_result_and_each_once() -> None:
    asked: list[str] = []

    def gate() -> GateVerdict:
        asked.append("gate")
        return verdict()

    def found() -> Result:
        asked.append("result")
        return result(48)

    decide(gate=gate, found=found)
    assert asked == ["gate", "result"]


def test_a_warning_is_shown_and_does_not_hold() -> None:
    made = decide(gate=lambda: verdict(warnings=(WARNED,)))
    assert (made.state, made.warnings, made.holds) == ("due", (WARNED.as_data(),), ())


def is_held_with(made: Decision, words: str) -> bool:
    """Held in every field: no amount, no open gate for the ledger to take, one cause with its words."""
    assert (made.state, made.gate, made.amount, made.arithmetic) == ("held", "held", Decimal("0.00"), ())
    assert [hold["words"] for hold in made.holds] == [words]
    assert made.holds[0]["remedy"]
    assert made.holds[0]["cured_by"]
    return words in made.reason


def test_an_open_gate_without_a_result_is_held() -> None:
    assert is_held_with(decide(found=lambda: None), "there is no result to decide from")


@pytest.mark.parametrize("error", [ValueError, KeyError, ZeroDivisionError, TypeError, AssertionError, IndexError])
def test_a_rule_that_raises_holds_its_trigger_and_says_no_value(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def assess(*_: object, **__: object) -> NoReturn:
        raise error("person 4711")

    broken = replace(rules()["threshold@1"], assess=assess)
    monkeypatch.setattr(type(broken), "parameters", {})
    monkeypatch.setattr("pipelines.payments.decide.rules", lambda: {"threshold@1": broken})
    monkeypatch.setattr("pipelines.payments.decide.arguments", lambda *_: {})
    made = decide()
    assert is_held_with(made, f"the rule could not be computed ({error.__name__})")
    assert "4711" not in str(made.as_data())


def test_a_rule_that_nobody_has_holds_its_trigger() -> None:
    assert is_held_with(decide(made=contract({"threshold@9": {}})), "the rule could not be computed (KeyError)")


def test_a_rule_given_what_it_does_not_take_holds_its_trigger() -> None:
    made = decide(made=contract({"threshold@1": {**THRESHOLD["threshold@1"], "treshold": 1}}))
    assert is_held_with(made, "the rule could not be computed (ValidationError)")


def test_a_comparing_rule_without_an_estimate_holds_its_trigger() -> None:
    assert decide(found=lambda: result(48, with_estimate=False)).state == "held"


def test_a_price_that_does_not_hold_yet_holds_its_trigger() -> None:
    late = {"per_person@1": {**PER_PERSON["per_person@1"], "price": {dt.date(2024, 7, 2): Decimal("500.00")}}}
    assert is_held_with(
        decide(made=contract(late)),
        "the rule could not be computed: no amount holds on 2024-07-01; the first holds from 2024-07-02",
    )
    assert decide(made=contract(PER_PERSON)).amount == Decimal("24000.00")


def hold(words: str, *, verdict: str = "failed", cured_by: str = "data_supplier", subject: str = "register:arrests", rule: str = "label_within_coverage") -> dict[str, Any]:
    return {"subject": subject, "rule": rule, "verdict": verdict, "words": words, "remedy": "", "cured_by": cured_by}


def test_words_that_stand_alone_are_said_alone() -> None:
    assert hold_words((hold("arrests covers too little"),)) == "arrests covers too little"
    assert hold_words((hold("the cohort released is not frozen", subject="cohort:tarp/released"),)) == "the cohort released is not frozen"


@pytest.mark.parametrize("words", ["9 of 216", "fewer than 5 of 216", "all but fewer than 5 of 216", "it was declared and did not run"])
def test_a_bare_count_is_said_with_its_rule_and_what_it_was_counted_over(words: str) -> None:
    assert hold_words((hold(words),)) == f"arrests fails 'label within coverage': {words}"


def test_a_hold_says_its_causes_and_not_what_did_not_run_because_of_them() -> None:
    said = hold_words((FAILED.as_data(), NOT_RUN.as_data(), hold("arrests raised", verdict="errored")))
    assert said == "the label claims 135 days more than the data; arrests raised"


def test_a_hold_of_nothing_but_what_did_not_run_says_the_first_of_it() -> None:
    second = {**NOT_RUN.as_data(), "rule": "cohort_is_linked"}
    assert hold_words((NOT_RUN.as_data(), second)) == "tarp/rearrest fails 'follow up is complete': it was declared and did not run"


def test_the_same_words_are_said_once() -> None:
    assert hold_words((hold("arrests is late"), hold("arrests is late", rule="other"))) == "arrests is late"


@pytest.mark.parametrize(
    ("causes", "expected"),
    [
        (3, "arrests 0; arrests 1; arrests 2"),
        (4, "arrests 0; arrests 1; arrests 2; and 1 more"),
        (6, "arrests 0; arrests 1; arrests 2; and 3 more"),
    ],
)
def test_of_many_causes_three_are_said_and_the_rest_counted(causes: int, expected: str) -> None:
    assert hold_words(tuple(hold(f"arrests {number}") for number in range(causes))) == expected


def test_a_contract_that_does_not_load_is_held_by_its_first_finding() -> None:
    made = unreadable("tarp", DUE_FROM, ["data_contracts/outcomes/tarp.yaml:41: there is no rule 'x'"])
    assert is_held_with(made, "the contract does not load: data_contracts/outcomes/tarp.yaml:41: there is no rule 'x'")
    assert (made.contract, made.trigger, made.holds[0]["cured_by"]) == ("tarp", "-", "commissioner")


def test_a_contract_with_three_findings_says_how_many_more() -> None:
    assert unreadable("tarp", DUE_FROM, ["a:1: one", "a:2: two", "a:3: three"]).reason.endswith("a:1: one (and 2 more)")
    assert unreadable("tarp", DUE_FROM, ["a:1: one", "a:2: two"]).reason.endswith("a:1: one (and 1 more)")


def test_of_several_findings_an_unknown_key_tells_most() -> None:
    assert unreadable("tarp", DUE_FROM, ["a:1: a key is missing", "a:9: unknown key 'treshold'"]).reason.endswith("a:9: unknown key 'treshold' (and 1 more)")


def test_what_could_not_be_looked_at_is_held_from_its_day_and_not_due_before() -> None:
    words = "tarp could not be decided: KeyError at pipelines.night:1 (message withheld)"
    assert is_held_with(unprovable(*parts(contract()), DUE_FROM, words), words)
    before = unprovable(*parts(contract()), DAY_BEFORE, words)
    assert (before.state, before.holds, before.amount) == ("not_due", (), Decimal("0.00"))
    assert before.reason == decide(as_of=DAY_BEFORE).reason


def test_the_posting_key_is_contract_trigger_claim_period_beneficiaries_and_kind() -> None:
    assert decide().posting_key == "tarp/reduction/2024-25/all/final"


def test_the_posting_key_ignores_fingerprint_day_version_and_answer() -> None:
    made = [
        decide(),
        decide(gate=lambda: verdict(fingerprint="f2")),
        decide(as_of=dt.date(2026, 1, 1)),
        decide(as_of=DAY_BEFORE),
        decide(made=contract().model_copy(update={"version": 2})),
        decide(found=lambda: result(66)),
        decide(gate=lambda: verdict("held", FAILED)),
    ]
    assert {item.posting_key for item in made} == {"tarp/reduction/2024-25/all/final"}
    assert made[0].fingerprint != made[1].fingerprint


def test_the_posting_key_follows_each_of_its_parts() -> None:
    made = decide()
    others = [replace(made, **{name: "other"}) for name in ("contract", "trigger", "claim_period", "beneficiary_group", "kind")]
    assert len({made.posting_key, *(item.posting_key for item in others)}) == 6


def test_a_decision_has_one_canonical_form_with_its_posting_key_and_amount_in_two_decimals() -> None:
    data = decide().as_data()
    assert data["posting_key"] == "tarp/reduction/2024-25/all/final"
    assert b'"amount":"250000.00"' in canonical(data)
    assert canonical(decide().as_data()) == canonical(data)
