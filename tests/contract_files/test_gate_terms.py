"""What a contract changes in its gate: mistakes are named, and what holds is what the contract says, with its clause and reason."""

from __future__ import annotations

from decimal import Decimal

import pytest
from contract_files.planted import TARP, TRYGT_HJEM, UNGEBRO, Contracts

from pipelines.contracts.catalogue import Catalogue
from pipelines.fingerprint import Claim, Inputs
from pipelines.quality.suites import cohort_suite, outcome_suite, threshold_words, trigger_suite

GATE = "gate: {profile: standard@1}"
CHANGE = "{rule: follow_up_is_complete, threshold: 0.90, clause: Bilag 5 §2, because: Flytninger i kommunen er aftalt}"
ADDED = (
    "{rule: cohort_is_linked, on: cohort, threshold: 0.5, severity: warning, dimension: completeness, protects: Noget., because: Derfor., since: 2026-01-01, "
    "remedy: Spørg., cured_by: commissioner, clause: Bilag 5 §3}"
)


def gate(*changes: str, add: str = "", profile: str = "standard@1") -> str:
    return f"gate: {{profile: {profile}, thresholds: [{', '.join(changes)}], add: [{add}]}}"


@pytest.mark.parametrize(
    ("new", "words"),
    [
        (gate(CHANGE.replace("follow_up", "folow_up")), "the profile standard@1 has no rule 'folow_up_is_complete'; did you mean 'follow_up_is_complete'?"),
        (gate(CHANGE.replace("follow_up_is_complete", "rejects_are_few")), "every register is held to one profile for all contracts"),
        (gate(CHANGE.replace("0.90", "0.95")), "0.95 is the threshold of standard@1 already; take the change out"),
        (gate(CHANGE.replace("follow_up_is_complete", "coverage_reaches_windows")), "no payment is proved without 'coverage_reaches_windows'"),
        (gate(CHANGE.replace("0.90", "0.0")), "no payment is proved without 'follow_up_is_complete'; 0.0 would let everything through"),
        (gate(CHANGE, CHANGE), "the rule 'follow_up_is_complete' is changed twice; which threshold holds is not said"),
        (gate(CHANGE.replace("clause: Bilag 5 §2, ", "")), "clause"),
        (gate(CHANGE.replace(", because: Flytninger i kommunen er aftalt", "")), "because"),
        (gate(add=ADDED), "the rule 'cohort_is_linked' is there already; change its threshold under 'thresholds'"),
        (gate(add=ADDED.replace("cohort_is_linked", "cohort_is_linkt")), "there is no expectation 'cohort_is_linkt'; did you mean 'cohort_is_linked'?"),
        (gate(add=ADDED.replace(", clause: Bilag 5 §3", "")), "a rule that a contract adds cites its 'clause'"),
        (gate(add=ADDED.replace("on: cohort", "on: register")), "every register is held to one profile for all contracts"),
        (gate(add=ADDED.replace("severity", "severityy")), "unknown key 'severityy'"),
        (gate(profile="strict@2"), "there is no gate profile 'strict@2'; did you mean 'strict@1'?"),
    ],
)
def test_a_mistake_in_the_gate_is_named(danish: Contracts, new: str, words: str) -> None:
    line = danish.replace(TRYGT_HJEM, GATE, new)
    said = [sentence for sentence in danish.said() if words in sentence]
    assert said, danish.said()
    assert all(sentence.startswith(f"data_contracts/{TRYGT_HJEM}:{line}:") for sentence in said)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("claimed_by: window_end", "claimed_by: window_end\n    implies: ugerne", "there is no other outcome 'ugerne'"),
        (
            "gate: {profile",
            "totals: [{clause: Bilag 5, register: breff, counts: people, says: 1, source: Nogen}]\ngate: {profile",
            "there is no register contract for a total from outside named 'breff'; did you mean 'bef'?",
        ),
        ("gate: {profile", "totals: [{clause: Bilag 5, register: bef, counts: folk, says: 1, source: Nogen}]\ngate: {profile", "input should be 'rows' or 'people'"),
    ],
)
def test_a_mistake_in_what_the_gate_compares_is_named(danish: Contracts, old: str, new: str, words: str) -> None:
    danish.replace(UNGEBRO, old, new)
    assert [sentence for sentence in danish.said() if words in sentence], danish.said()


def test_a_profile_cites_no_clause(danish: Contracts) -> None:
    danish.replace("profiles/strict.yaml", "    cured_by: data_supplier", "    cured_by: data_supplier\n    clause: Bilag 1")
    assert [sentence for sentence in danish.said() if "a profile cites no clause" in sentence]


@pytest.mark.parametrize(("given", "said"), [("0.90", "0.9, loosened from 0.95"), ("0.99", "0.99, tightened from 0.95")])
def test_another_threshold_holds_and_says_its_clause_and_reason(danish: Contracts, given: str, said: str) -> None:
    danish.replace(TRYGT_HJEM, GATE, gate(CHANGE.replace("0.90", given)))
    found = danish.load()
    contract = found.contracts["trygt_hjem"]
    suite = outcome_suite(contract, found.gate_of(contract), "hjemmedage")
    (item,) = [item for item in suite.expectations if item.rule == "follow_up_is_complete"]
    assert item.threshold == f"{said} by Bilag 5 §2: Flytninger i kommunen er aftalt"
    (rule,) = [rule for rule in found.gate_of(contract).rules if rule.rule == "follow_up_is_complete"]
    assert (rule.threshold, rule.was) == (Decimal(given), Decimal("0.95"))


def test_a_share_that_may_be_at_most_is_loosened_by_more(danish: Contracts) -> None:
    danish.replace(TRYGT_HJEM, GATE, gate(CHANGE.replace("follow_up_is_complete", "few_are_excluded").replace("0.90", "0.20")))
    found = danish.load()
    contract = found.contracts["trygt_hjem"]
    (item,) = [item for item in cohort_suite(contract, found.gate_of(contract), "edge").expectations if item.rule == "few_are_excluded"]
    assert item.threshold.startswith("0.2, loosened from 0.1 by Bilag 5 §2")


def test_an_added_rule_is_asked_with_its_clause(danish: Contracts) -> None:
    added = ADDED.replace("cohort_is_linked", "response_has_a_floor").replace("on: cohort", "on: trigger")
    danish.replace(TRYGT_HJEM, GATE, gate(add=added.replace("response_has_a_floor", "arms_lose_alike")).replace("standard@1", "strict@1"))
    assert [sentence for sentence in danish.said() if "is there already" in sentence]
    danish.replace(TRYGT_HJEM, "arms_lose_alike", "rejects_are_few")
    found = danish.load()
    assert found.findings() == []
    contract = found.contracts["trygt_hjem"]
    payment = contract.payments[0]
    suite = trigger_suite(contract, found.gate_of(contract), payment, payment.claim_periods[0], "final", prices_persons=True)
    (item,) = [item for item in suite.expectations if item.rule == "rejects_are_few"]
    assert item.threshold == "0.5, added by Bilag 5 §3: Derfor."


def test_the_strict_profile_is_nowhere_looser_than_the_standard_one(danish: Contracts) -> None:
    found = danish.load()
    standard, strict = ({rule.rule: rule for rule in found.profiles[pin].rules if rule.on != "register"} for pin in ("standard@1", "strict@1"))
    assert set(standard) == set(strict)
    looser = [
        name
        for name, rule in strict.items()
        for change in [rule.model_copy(update={"was": standard[name].threshold, "clause": "x"})]
        if rule.threshold != standard[name].threshold and "loosened" in threshold_words(change)
    ]
    assert looser == []
    assert {name for name, rule in strict.items() if rule.severity == "warning"} <= {name for name, rule in standard.items() if rule.severity == "warning"}


def test_a_total_from_outside_needs_its_register_to_hold(danish: Contracts) -> None:
    """A contract of young people with a total of BUAF, which nothing else of it reads."""
    danish.replace(UNGEBRO, "gate: {profile", "totals: [{clause: Bilag 5, register: buaf, counts: rows, says: 1, source: Nogen}]\ngate: {profile")
    found = danish.load()
    assert found.findings() == []
    contract = found.contracts["ungebro"]
    inputs, payment = Inputs(found, []), contract.payments[0]
    claim = Claim(payment.claim_periods[0], "final")
    assert "register:buaf" in [suite.subject for suite in inputs.suites(contract, payment, claim)]
    assert any(item.subject == "register:buaf" for item in inputs.required(contract, payment, {"unge": ""}, claim))
    assert set(inputs.trigger(contract, payment, {"unge": ""}, claim)["totals"]) == {"buaf"}


@pytest.mark.parametrize("wrong", ["60", "P60", "P2M", "60D", "P0D", "P10000D"])
def test_a_deadline_is_a_number_of_days(contracts: Contracts, wrong: str) -> None:
    contracts.replace(TARP, "gate:", f"deadlines: {{clause: Schedule 4, cure_hold: {wrong}}}\ngate:")
    (said,) = contracts.said()
    assert "deadlines.cure_hold" in said


def test_a_long_stop_before_the_day_for_curing_is_refused(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "gate:", "deadlines: {clause: Schedule 4, cure_hold: P60D, long_stop: P59D}\ngate:")
    assert contracts.said() == [f"data_contracts/{TARP}:{line}: deadlines: 'long_stop' (P59D) is before 'cure_hold' (P60D)"]


def subjects(found: Catalogue, kind: str) -> list[str]:
    """The subjects of every suite that the first claim of the children's contract must see hold."""
    contract = found.contracts["trygt_hjem"]
    payment = contract.payments[0]
    return [suite.subject for suite in Inputs(found, []).suites(contract, payment, Claim(payment.claim_periods[0], kind))]


def test_a_final_settlement_rests_on_the_source_that_paid_on_account_and_not_the_other_way_round(danish: Contracts) -> None:
    found = danish.load()
    final, account = subjects(found, "final"), subjects(found, "on_account")
    assert {"register:case_placements", "outcome:trygt_hjem/hjemmedage_foreloebig/2024H2"} <= set(final)
    assert not {"register:buaf", "outcome:trygt_hjem/hjemmedage/2024H2"} & set(account)
    contract, claim = found.contracts["trygt_hjem"], Claim(found.contracts["trygt_hjem"].payments[0].claim_periods[0], "final")
    made = Inputs(found, []).trigger(contract, contract.payments[0], {"edge": "", "in_care": ""}, claim)
    assert set(made["compared"]) == {"hjemmedage_foreloebig"}


def test_a_claim_rests_on_the_outcome_that_its_own_implies_which_is_built_for_it(danish: Contracts) -> None:
    """A wider outcome that no payment pays for and no other reads: it is there only to be implied."""
    wider = """  - id: bredere
    clause: Bilag 2 §9
    kind: outcome
    cohort: [edge, in_care]
    indicator: days_out_of_care@1
    reads: {placements: case_placements}
    with: {years: 3, end: exclusive, types: {codes: placement_type, counts: [anbragt], does_not_count: [eget_vaerelse]}}
"""
    danish.replace(TRYGT_HJEM, "payments:\n", f"{wider}payments:\n")
    danish.replace(
        TRYGT_HJEM, "    indicator: days_out_of_care@1\n    reads: {placements: buaf}", "    indicator: days_out_of_care@1\n    implies: bredere\n    reads: {placements: buaf}"
    )
    found = danish.load()
    assert found.findings() == []
    assert "outcome:trygt_hjem/bredere/2024H2" in subjects(found, "final")
    assert "outcome:trygt_hjem/bredere/2024H2" not in subjects(found, "on_account")
    assert [period.id for period in found.contracts["trygt_hjem"].claims_of("bredere")] == ["2024H2", "2025H1", "2025H2", "2026H1"]


def test_a_claim_rests_on_no_comparison_that_its_profile_does_not_make(danish: Contracts) -> None:
    found = danish.load()
    plain = found.profiles["standard@1"]
    found.profiles["standard@1"] = plain.model_copy(update={"rules": [rule for rule in plain.rules if rule.only not in ("settled_twice", "implying")]})
    assert not [subject for subject in subjects(found, "final") if "foreloebig" in subject or "case_placements" in subject]
