"""What a contract, a register or a profile may not do however well it is written: pay twice, pay unproved, use data for another purpose."""

from __future__ import annotations

import pytest
from contract_files.planted import ARRESTS, STANDARD, TARP, Contracts

SECOND_INTAKE = """
  - id: intake_later
    clause: Schedule 2 §5
    pays_for: enrolment
    payer: state
    payee: aid_programme
    rule: {per_person@1: {price: {2024-07-01: 500.00}, role: treatment}}
    claim_periods:
      - {id: 2025-26, from: 2025-04-01, to: 2026-04-01, decided_from: 2026-05-01}
gate:"""


def test_a_second_trigger_that_pays_the_same_party_for_the_same_result_by_the_same_rule_is_refused(contracts: Contracts) -> None:
    contracts.replace(TARP, "\ngate:", SECOND_INTAKE)
    (said,) = contracts.said()
    assert said.endswith("'intake_later' pays aid_programme for 'enrolment' by per_person@1, and 'intake' does already; one result is paid once")
    assert "tarp" in contracts.load().broken_contracts


@pytest.mark.parametrize("rule", ["cohort_period_covered", "coverage_reaches_windows", "follow_up_is_complete", "frozen_cohort_unchanged"])
def test_a_profile_that_only_warns_of_what_no_payment_can_do_without_does_not_load(contracts: Contracts, rule: str) -> None:
    contracts.replace(STANDARD, "severity: error", "severity: warning", after=f"rule: {rule}")
    assert any(f"the rule '{rule}' is missing or only warns; no payment is proved without it" in said for said in contracts.said())
    assert contracts.load().contracts == {}


def test_rules_for_registers_in_a_profile_that_registers_are_not_held_to_are_refused(contracts: Contracts) -> None:
    contracts.write("profiles/strict.yaml", contracts.text(STANDARD).replace("profile: standard", "profile: strict"))
    (said,) = contracts.said()
    assert said.endswith("rules for registers stand in standard@1, which holds every register; here they would not be run")


def test_a_register_for_statistics_only_pays_nothing_here(contracts: Contracts) -> None:
    contracts.replace(ARRESTS, "        relationships:\n          - to: releases.odcs.yaml#/schema/releases/properties/person_id\n", "")
    contracts.replace(ARRESTS, "{property: permittedUse, value: administration}", "{property: permittedUse, value: statistics}")
    said = contracts.said()
    assert len(said) == 2, "one finding an outcome that needs it"
    assert all("the register 'arrests' may be used for statistics only" in words for words in said)
    assert contracts.load().contracts == {}


@pytest.mark.parametrize("status", ["draft", "deprecated"])
def test_a_register_contract_that_is_not_active_is_not_acted_on(contracts: Contracts, status: str) -> None:
    line = contracts.replace(ARRESTS, "status: active", f"status: {status}")
    assert f"data_contracts/{ARRESTS}:{line}: the register contract is '{status}'; only an active one is acted on" in contracts.said()
    assert "arrests" not in contracts.load().registers


def test_the_digest_of_a_contract_is_that_of_the_bytes_that_were_read(contracts: Contracts) -> None:
    loaded = contracts.load()
    before = loaded.digest_of(TARP)
    contracts.replace(TARP, "500.00", "900.00")
    assert loaded.digest_of(TARP) == before
    assert contracts.load().digest_of(TARP) != before
