"""A contract may use each indicator whose registers it names itself: it loads with the register it binds, and each mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_files.planted import Contracts, copied

NAME = "outcomes/boligtrin.yaml"
HEAD = """\
contract: boligtrin
version: 1
title: Boligtrin, fra herberg til egen bolig
language: da
model: conditional_grant
currency: DKK
term: {from: 2024-06-01, to: 2029-01-01}
parties:
  - {id: kommune, name: Kommunen, roles: [commissioner, payer, data_supplier]}
  - {id: fond, name: Fonden, roles: [investor]}
  - {id: hjemmet, name: Hjemmet, roles: [provider]}
cohorts:
  - id: hjemloese
    clause: Bilag 1 §1
    from: referrals
    where: {indsats: ungebro, gruppe: unge}
    enrolled: {from: 2024-07-01, to: 2025-01-01}
    enrolled_on: indskrevet_dato
outcomes:
"""
TAIL = """\
payments:
  - id: betaling
    clause: Bilag 3 §1
    pays_for: maal
    payer: kommune
    payee: hjemmet
    rule: {per_person@1: {price: {2024-07-01: 20000.00}, role: treatment}}
    claim_periods:
      - {id: 2025Q3, from: 2025-07-01, to: 2025-10-01, decided_from: 2026-06-15}
      - {id: 2025Q4, from: 2025-10-01, to: 2026-01-01, decided_from: 2026-06-15}
gate: {profile: standard@1}
"""
STATUS = """\
  - id: maal
    clause: Bilag 2 §1
    kind: outcome
    cohort: hjemloese
    indicator: status_on_day@1
    reads: {states: claims}
    claimed_by: window_end
    with:
      months: 12
      types: {codes: stay_type, counts: [tenancy], does_not_count: [supported_housing, shelter]}
      no_state: does_not_count
"""
CLAIMED = """\
  - id: maal
    clause: Bilag 2 §1
    kind: outcome
    cohort: hjemloese
    indicator: documented_claims@1
    with:
      outcome: tenancy_6
      months: 36
      claim_within_days: 30
      sample: {seed: "aftalt den 1. maj 2024", share: 0.20}
"""
HOUSED = """\
  - id: maal
    clause: Bilag 2 §1
    kind: outcome
    cohort: hjemloese
    indicator: housing_sustained@1
    reads: {stays: claims}
    with:
      months: 6
      within_months: 36
      tolerated_gap_days: 28
      housed_at_enrolment: does_not_count
      types: {codes: stay_type, counts: [bolig], does_not_count: [herberg]}
"""
HAPPENED = """\
  - id: maal
    clause: Bilag 2 §1
    kind: outcome
    cohort: hjemloese
    indicator: event_within@1
    reads: {events: claims}
    claimed_by: window_end
    with:
      window: {unit: months, from: 0, to: 12}
      is_wanted: true
      no_row: no_event
      kinds: {codes: stay_type, counts: [bolig], does_not_count: [herberg]}
      known_within: 1
"""
COUNTED = """\
  - id: maal
    clause: Bilag 2 §1
    kind: outcome
    cohort: hjemloese
    indicator: event_count@1
    reads: {events: arrests}
    claimed_by: window_end
    with:
      window: {unit: calendar_quarters, from: 0, to: 4}
      count: days
      is_wanted: false
      no_row: not_observed
"""
STAYED = """\
  - id: maal
    clause: Bilag 2 §1
    kind: outcome
    cohort: hjemloese
    indicator: time_in_state@1
    reads: {states: claims}
    claimed_by: window_end
    with:
      window: {unit: iso_weeks, from: 0, to: 52}
      pause_at_most: 91
      counted_in: iso_weeks
      treatments: {codes: stay_type, success: [bolig], failure: [], pause: [herberg]}
      no_state: failure
"""
SCORED = """\
  - id: maal
    clause: Bilag 2 §1
    kind: experienced
    cohort: hjemloese
    indicator: score_change@1
    reads: {answers: who5}
    claimed_by: window_end
    with:
      scale:
        items: [who5_1, who5_2, who5_3, who5_4, who5_5]
        lowest: 0
        highest: 5
        points: 4
        least_items: 5
        better: higher
        threshold: {change: 10, met_by: 12}
      months: 12
      baseline_days: 42
      follow_up_days: 42
"""
OUTCOMES = {
    "housing_sustained": HOUSED,
    "status_on_day": STATUS,
    "documented_claims": CLAIMED,
    "event_within": HAPPENED,
    "event_count": COUNTED,
    "time_in_state": STAYED,
    "score_change": SCORED,
}


@pytest.fixture
def contracts(tmp_path: Path) -> Contracts:
    return copied(tmp_path)


@pytest.mark.parametrize("outcome", OUTCOMES.values(), ids=OUTCOMES)
def test_a_contract_that_names_its_registers_loads(contracts: Contracts, outcome: str) -> None:
    contracts.write(NAME, HEAD + outcome + TAIL)
    assert contracts.said() == []
    assert set(contracts.load().contracts) == {"boligtrin"}


@pytest.mark.parametrize(
    ("outcome", "old", "new", "words"),
    [
        (STATUS, "states: claims", "states: forsorg", "the register 'forsorg' may be used for statistics only"),
        (STATUS, "reads: {states: claims}", "reads: {state: claims}", "did you mean 'states'?"),
        (STATUS, "    reads: {states: claims}\n", "", "there is no register contract for status_on_day@1 named 'states'"),
        (STATUS, "months: 12", "months: 0", "greater than or equal to 1"),
        (STATUS, "no_state: does_not_count", "no_state: maybe", "'counts', 'does_not_count' or 'not_observed'"),
        (CLAIMED, "share: 0.20", "share: 1.20", "less than or equal to 1"),
        (CLAIMED, "share: 0.20", "part: 0.20", "unknown key 'part' in outcomes[0].with.sample; known: seed, share"),
        (CLAIMED, "outcome: tenancy_6", "outcome: Tenancy 6", "should match pattern"),
        (CLAIMED, "claim_within_days: 30", "claim_within_days: -1", "greater than or equal to 0"),
        (HOUSED, "stays: claims", "stays: forsorg", "the register 'forsorg' may be used for statistics only"),
        (HOUSED, "tolerated_gap_days: 28", "tolerated_gaps: 28", "did you mean 'tolerated_gap_days'?"),
        (HOUSED, "months: 6\n", "months: -1\n", "greater than or equal to 0"),
        (HOUSED, "does_not_count: [herberg]", "does_not_count: [herberge]", "'herberge' is neither a code nor a group of the code list stay_type"),
        (HAPPENED, "events: claims", "events: kraf", "the register 'kraf' may be used for statistics only"),
        (HAPPENED, "    reads: {events: claims}\n", "", "there is no register contract for event_within@1 named 'events'"),
        (HAPPENED, "no_row: no_event", "no_row: nothing", "input should be 'no_event' or 'not_observed'"),
        (HAPPENED, "known_within: 1", "known_within: 61", "less than or equal to 60"),
        (HAPPENED, "counts: [bolig]", "counts: [hus]", "'hus' is neither a code nor a group of the code list stay_type"),
        (COUNTED, "count: days", "count: weeks", "input should be 'events' or 'days'"),
        (COUNTED, "      is_wanted: false\n", "", "is_wanted"),
        (STAYED, ", pause: [herberg]", "", "the code shelter of the code list stay_type is placed nowhere"),
        (STAYED, "counted_in: iso_weeks", "counted_in: weeks", "input should be 'days', 'iso_weeks', 'months' or 'calendar_months'"),
        (STAYED, "pause_at_most: 91", "pause_at_most: 732", "less than or equal to 731"),
        (STAYED, "to: 52", "to: 0", "has no day"),
        (SCORED, "met_by: 12", "met_by: 10", "on a scale in steps of 4 a change of 10 is met by 12; write met_by: 12"),
        (SCORED, "{change: 10, met_by: 12}", "{change: 101, met_by: 104}", "more than the 100 points the scale has"),
        (SCORED, "least_items: 5", "least_items: 6", "'least_items' is at most 5"),
        (SCORED, "lowest: 0", "lowest: 5", "items from 5 to 5 have no step"),
        (SCORED, "who5_4, who5_5", "who5_4, who5_4", "an item stands twice"),
        (SCORED, "better: higher", "better: up", "input should be 'higher' or 'lower'"),
        (STATUS, "[supported_housing, shelter]", "[supported_housing]", "the code shelter of the code list stay_type is placed nowhere"),
    ],
)
def test_a_mistake_is_named(contracts: Contracts, outcome: str, old: str, new: str, words: str) -> None:
    contracts.write(NAME, HEAD + outcome.replace(old, new) + TAIL)
    assert any(words in sentence for sentence in contracts.said()), contracts.said()


def test_a_rule_for_claims_prices_what_the_sample_leaves(contracts: Contracts) -> None:
    rule = "{per_documented_claim@1: {price_a_claim: {2024-07-01: 6000.00}, role: treatment, least_checked: 10, level: 0.95}}"
    contracts.write(NAME, HEAD + CLAIMED + TAIL.replace("{per_person@1: {price: {2024-07-01: 20000.00}, role: treatment}}", rule))
    assert contracts.said() == []
    contracts.write(NAME, HEAD + CLAIMED + TAIL.replace("{per_person@1: {price: {2024-07-01: 20000.00}, role: treatment}}", rule.replace("0.95", "1.95")))
    assert any("less than 1" in sentence for sentence in contracts.said())
