"""Terms beside cohorts, outcomes and payments: a contract that agrees on all of them loads, each mistake is named, and what the program does not
carry out holds every payment instead of paying half of what was agreed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from contract_files.planted import TRYGT_HJEM, Contracts

from pipelines.contracts.agreed import Span
from pipelines.contracts.carried import uncarried

COHORT = "    enrolled_on: indskrevet_dato\n"
CLOSES = f"{COHORT}    closes: {{clause: Bilag 1 §5, at_size: 120}}\n    too_few: {{clause: Bilag 1 §6, below: 80, then: not_met}}\n"
PAYEE = "    payee: familiehuset\n"
SPLIT = f"{PAYEE}    split: {{clause: Bilag 3 §7, shares: {{kommune: 0.70, fond: 0.30}}}}\n"
FOND = "  - {id: fond, name: Fonden, roles: [investor, payer]}\n"
TERM = "term: {from: 2024-06-01, to: 2027-07-01}"
FULL_TERM = "term: {clause: §2, from: 2024-06-01, to: 2027-07-01, latest_start: 2024-08-01, service_until: 2026-07-01, repaid_by: 2028-07-01}"
DEADLINES = "deadlines: {clause: Bilag 4 §2, cure_hold: P60D, long_stop: P180D}"
FULL_DEADLINES = "deadlines: {clause: Bilag 4 §2, cure_hold: P60D, long_stop: P180D, then: expert, approve: P30D, silence: approves, object: P14D, pay: P30D}"
BESIDE = """\
amounts: {clause: Bilag 3 §8, vat: exempt, caps: without_vat}
caps:
  in_all: {clause: Bilag 3 §9, amount: 6000000.00}
  per_year: {clause: Bilag 3 §9 stk. 2, amount: 2500000.00, year: calendar, by: service_day, excess: lapses}
  per_payer: {fond: {clause: Bilag 3 §9 stk. 3, amount: 2000000.00}}
true_up: {clause: Bilag 3 §11, until: P24M, from: claim_period_end, below: 1000.00, settle: next_statement}
referrals: {clause: Bilag 1 §7, by: kommune, minimum: 120, shortfall_price: 9000.00}
change_in_law: {clause: §9, notice: P90D, then: renegotiated}
refunds:
  clause: Bilag 5 §1
  amounts_are: net
  schedules:
    ydelser: {clause: Bilag 5 §2, by: week, from: 2024-01-01, steps: [{at: 1, share: 0.80}, {at: 5, share: 0.40}, {at: 27, share: 0.30}, {at: 53, share: 0.20}]}
    anbringelser:
      clause: Bilag 5 §3
      by: amount_a_year
      from: 2022-01-01
      price_level: 2022
      steps: [{at: 860000.00, share: 0.25}, {at: 1680000.00, share: 0.50}, {at: 2120000.00, share: 0.75}]
retention: {clause: §12, person_rows: P5Y, ledger: P10Y, on_expiry: shred}
legal: {authority: Serviceloven § 11, procurement: Udbudsloven § 10, vat: Momsloven § 13}
"""


@pytest.fixture
def full(danish: Contracts) -> Contracts:
    """Everything that can be agreed, in one contract."""
    danish.replace(TRYGT_HJEM, TERM, FULL_TERM)
    danish.replace(TRYGT_HJEM, "cohorts:\n", f"{FOND}cohorts:\n")
    danish.replace(TRYGT_HJEM, COHORT, CLOSES)
    danish.replace(TRYGT_HJEM, PAYEE, SPLIT)
    danish.replace(TRYGT_HJEM, DEADLINES, FULL_DEADLINES)
    danish.append(TRYGT_HJEM, f"\n{BESIDE}")
    return danish


def test_a_contract_that_agrees_on_everything_loads(full: Contracts) -> None:
    assert full.said() == []
    contract = full.load().contracts["trygt_hjem"]
    assert contract.caps is not None
    assert contract.caps.per_year is not None
    assert contract.refunds is not None
    assert [step.share for step in contract.refunds.schedules["ydelser"].steps] == [Decimal("0.80"), Decimal("0.40"), Decimal("0.30"), Decimal("0.20")]
    assert contract.legal.state_aid is None


def test_what_the_program_does_not_carry_out_is_named_with_its_clause(full: Contracts) -> None:
    found = uncarried(full.load().contracts["trygt_hjem"])
    assert [(term.clause, term.holds) for term in found] == [
        ("Bilag 1 §7", False),
        ("§9", False),
        ("§12", False),
    ]


def test_a_cohort_that_is_merged_with_the_next_is_not_carried_out_and_holds(full: Contracts) -> None:
    full.replace(TRYGT_HJEM, "then: not_met", "then: merged_with_next")
    first = uncarried(full.load().contracts["trygt_hjem"])[0]
    assert (first.clause, first.holds) == ("Bilag 1 §6", True)


def test_a_second_chance_waits_for_payments_that_stand_before_it(danish: Contracts) -> None:
    danish.replace(TRYGT_HJEM, PAYEE, f"{PAYEE}    unless_paid: {{clause: Bilag 3 §7, payments: [hjemmedag]}}\n")
    assert any("no payment 'hjemmedag' stands before 'hjemmedage'; what it waits for is decided first" in sentence for sentence in danish.said()), danish.said()


def test_the_shipped_contracts_are_carried_out_in_full(danish: Contracts) -> None:
    assert [uncarried(contract) for contract in danish.load().contracts.values()] == [[], []]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (TERM, FULL_TERM.replace("latest_start: 2024-08-01", "latest_start: 2024-05-01"), "'latest_start' (2024-05-01) is outside the term from 2024-06-01 to 2027-07-01"),
        (TERM, FULL_TERM.replace("service_until: 2026-07-01", "service_until: 2024-08-01"), "'service_until' (2024-08-01) is not after 'latest_start' (2024-08-01)"),
        (TERM, FULL_TERM.replace("repaid_by: 2028-07-01", "repaid_by: 2024-01-01"), "'repaid_by' (2024-01-01) is before the term begins on 2024-06-01"),
        (COHORT, CLOSES.replace("at_size: 120", "at_size: 70"), "'edge' closes at 70 people, and below 80 it is too small"),
        (COHORT, CLOSES.replace("then: not_met", "then: fallback"), "no payment is a fallback; name the others under 'unless_paid' of one"),
        (COHORT, CLOSES.replace("then: not_met", "then: merge"), "input should be 'not_met', 'held', 'merged_with_next' or 'fallback'"),
        (PAYEE, SPLIT, "there is no party 'fond'"),
        (PAYEE, SPLIT.replace("fond: 0.30", "familiehuset: 0.30"), "'familiehuset' stands here as payer and does not have that role"),
        (PAYEE, SPLIT.replace("0.30", "0.31"), "the shares come to 1.01 and not to 1; payers share the whole amount"),
        (PAYEE, SPLIT.replace("kommune: 0.70", "evaluator: 0.70"), "'kommune' pays and has no share in 'split'"),
        (DEADLINES, DEADLINES.replace(", long_stop: P180D", ", then: expert"), "'then' says what follows the 'long_stop', and there is none"),
        (DEADLINES, DEADLINES.replace("cure_hold", "approve: P30D, cure_hold"), "'approve' and 'silence' go together"),
        ("version: 1", "version: 2", "version 2 is an amended one; say under 'amendments' what made it, when and why"),
    ],
)
def test_a_mistake_in_what_stands_is_named(danish: Contracts, old: str, new: str, words: str) -> None:
    danish.replace(TRYGT_HJEM, old, new)
    assert any(sentence.startswith(f"data_contracts/{TRYGT_HJEM}:") and words in sentence for sentence in danish.said()), danish.said()


AMENDED = "amendments: {clause: §14, value_at_signing: 5000000.00, made: [{version: 2, agreed_on: 2025-02-01, clause: Tillæg 1, because: Flere børn, value: 250000.00}]}"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("caps: {}", "'caps' names no cap; take it out, or name one"),
        (
            "caps: {in_all: {clause: a, amount: 1.00}, per_year: {clause: b, amount: 2.00, year: calendar, by: payment, excess: lapses}}",
            "a cap of 2.00 is above the cap in all of 1.00, and so caps nothing",
        ),
        ("caps: {per_payer: {kommunen: {clause: a, amount: 1.00}}}", "there is no party 'kommunen'; did you mean 'kommune'?"),
        ("caps: {in_all: {clause: a, amount: 1.001}}", "caps.in_all.amount"),
        ("caps: {in_all: {amount: 1.00}}", "clause"),
        ("true_up: {clause: a, until: 24 months}", "true_up.until"),
        ("referrals: {clause: a, by: familiehuset, minimum: 120, shortfall_price: 1.00}", "'familiehuset' stands here as commissioner and does not have that role"),
        ("refunds: {clause: a, amounts_are: net}", "amounts that are net of refunds need the schedules they are net of"),
        (
            "refunds: {clause: a, amounts_are: net, schedules: {y: {clause: b, by: week, from: 2024-01-01, steps: [{at: 5, share: 0.4}, {at: 1, share: 0.8}]}}}",
            "the steps of a refund stand in the order of their weeks or amounts, each above the one before",
        ),
        (
            "refunds: {clause: a, amounts_are: net, schedules: {y: {clause: b, by: amount_a_year, from: 2024-01-01, steps: [{at: 5.0, share: 0.4}]}}}",
            "a refund by amount needs its 'price_level'",
        ),
        ("refunds: {clause: a, amounts_are: net, schedules: {y: {clause: b, by: week, from: 2024-01-01, steps: [{at: 1, share: 40.0}]}}}", "less than or equal to 1"),
        ("retention: {clause: a, person_rows: P5Y, ledger: P4Y, on_expiry: shred}", "the ledger is kept for P4Y; accounting records stay for 5 years at least, P5Y"),
        ("retention: {clause: a, person_rows: P5Y, ledger: P59M, on_expiry: shred}", "the ledger is kept for P59M"),
        (AMENDED, "amendments are listed from version 2 up to the version of this text"),
        (AMENDED.replace("version: 2", "version: 1"), "greater than or equal to 2"),
        ("legal: {autority: x}", "unknown key 'autority' in legal; did you mean 'authority'?"),
    ],
)
def test_a_mistake_in_a_further_term_is_named(danish: Contracts, more: str, words: str) -> None:
    danish.append(TRYGT_HJEM, f"\n{more}\n")
    assert any(sentence.startswith(f"data_contracts/{TRYGT_HJEM}:") and words in sentence for sentence in danish.said()), danish.said()


def test_amendments_follow_one_another_and_are_totalled_whichever_way_they_went(danish: Contracts) -> None:
    danish.replace(TRYGT_HJEM, "version: 1", "version: 3")
    third = "{version: 3, agreed_on: 2025-06-01, clause: Tillæg 2, because: Færre uger, value: -200000.00}"
    danish.append(TRYGT_HJEM, f"\n{AMENDED.replace('}]}', '}, ' + third + ']}')}\n")
    assert danish.said() == []
    amendments = danish.load().contracts["trygt_hjem"].amendments
    assert amendments is not None
    assert amendments.share == Decimal("0.09")
    danish.replace(TRYGT_HJEM, "version: 3, agreed", "version: 4, agreed")
    assert any("the amendment that made version 4 does not follow the one that made version 2" in sentence for sentence in danish.said())


@pytest.mark.parametrize(("text", "months"), [("P62D", 2), ("P24M", 24), ("P5Y", 60)])
def test_a_span_is_compared_by_its_months(text: str, months: int) -> None:
    assert Span(text).months == months
