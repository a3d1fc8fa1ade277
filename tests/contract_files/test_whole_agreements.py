"""What only a whole agreement can tell, planted one by one: each is an error, or a warning, on its line, by its clause, with what to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from contract_files.planted import ARMS, TARP, TRYGT_HJEM, UNGEBRO, Contracts, copied

from pipelines.contracts.source import Finding

UNPAID = """\
  - id: ogsaa
    clause: Bilag 2 §9
    kind: experienced
    cohort: [edge, in_care]
    indicator: who5_change@1
    with: {years: 1, baseline_days: 42}
"""
BESIDE = "  - id: beside\n    clause: Bilag 1 §9\n    from: referrals\n    enrolled: {from: 2024-07-01, to: 2025-01-01}\n    enrolled_on: indskrevet_dato\n"
FULL_TERM = "term: {from: 2024-01-15, to: 2029-01-01, repaid_by: 2028-06-29}"


def findings(contracts: Contracts, words: str) -> list[Finding]:
    made = contracts.load()
    return [finding for finding in (*made.findings(), *made.warnings) if words in finding.message]


@pytest.mark.parametrize(
    ("name", "old", "new", "clause", "words"),
    [
        (
            TRYGT_HJEM,
            "payments:\n",
            f"{UNPAID}payments:\n",
            "Bilag 2 §9",
            "nobody pays for the outcome 'ogsaa', so it would never be measured; name it in a payment, or take it out",
        ),
        (TRYGT_HJEM, "enrolled: {from: 2024-07-01,", "enrolled: {from: 2024-05-31,", "Bilag 1 §1", "the cohort 'edge' is enrolled from 2024-05-31 to 2025-01-01, outside the term"),
        (
            TRYGT_HJEM,
            "term: {from: 2024-06-01, to: 2027-07-01}",
            "term: {from: 2024-06-01, to: 2024-12-31}",
            "Bilag 1 §1",
            "outside the term from 2024-06-01 to 2024-12-31; enrol inside it",
        ),
        (TRYGT_HJEM, "payee: familiehuset", "payee: evaluator", "Bilag 3 §1", "'evaluator' is paid and has no role that is; give it one of provider, intermediary, investor"),
        (TRYGT_HJEM, "payee: familiehuset", "payee: kommune", "Bilag 3 §1", "'kommune' pays itself; name who pays, or who is paid"),
        (TRYGT_HJEM, "id: 2024H2, from: 2024-07-01, to: 2025-01-01", "id: 2024H2, from: 2024-06-01, to: 2024-07-01", "Bilag 3 §1", "and nobody is enrolled before 2024-07-01"),
        (UNGEBRO, "term: {from: 2024-01-15, to: 2029-01-01}", FULL_TERM, "Bilag 4", "2028-06-30 comes after 2028-06-29, by which investors are repaid; distribute earlier"),
        (UNGEBRO, "term: {from: 2024-01-15, to: 2029-01-01}", 'term: {from: "2024-01-15", to: 2029-01-01}', "", "term.from: input should be a valid date"),
        (UNGEBRO, "return_cap: 0.15", "return_cap: 0.08", "Bilag 4", "the floor of 0.03 for 3 years comes to more than the return cap of 0.08"),
        (UNGEBRO, "return_split: {senior: 0.40, junior: 0.60}", "return_split: {senior: 0.40, junior: 0.61}", "Bilag 4", "the shares sum to 1.01 and must sum to one"),
        (UNGEBRO, "pays_for: uger", "pays_for: ugerne", "Bilag 3 §1", "there is no outcome 'ugerne'; did you mean 'uger'?"),
        (UNGEBRO, "indicator: weeks_self_supporting@1", "indicator: weeks_self_supporting@2", "Bilag 2 §1", "there is no indicator 'weeks_self_supporting@2'"),
        (UNGEBRO, "per_person_reaching@1", "per_person_reaching@3", "Bilag 3 §1", "there is no payment rule 'per_person_reaching@3'"),
        (UNGEBRO, "{2025-01-01: 24000.00, 2025-07-01: 24840.00}", "{2025-01-01: 24000.00, 2025-01-01: 24840.00}", "Bilag 3 §1", "the key '2025-01-01' stands twice"),
    ],
)
def test_a_contradiction_is_an_error_on_its_line_by_its_clause(danish: Contracts, name: str, old: str, new: str, clause: str, words: str) -> None:
    line = danish.replace(name, old, new)
    found = findings(danish, words)
    assert found
    assert {finding.severity for finding in found} == {"error"}
    assert found[0].clause == clause
    assert found[0].file == f"data_contracts/{name}"
    assert found[0].line >= line
    assert Path(name).stem not in danish.load().contracts


def test_the_first_day_of_the_term_may_be_the_first_of_enrolment_and_its_last_the_last(danish: Contracts) -> None:
    danish.replace(TRYGT_HJEM, "enrolled: {from: 2024-07-01, to: 2025-01-01}", "enrolled: {from: 2024-06-01, to: 2027-07-01}")
    assert danish.said() == []


def test_an_investor_repaid_on_the_last_day_that_is_agreed_is_repaid_in_time(danish: Contracts) -> None:
    danish.replace(UNGEBRO, "term: {from: 2024-01-15, to: 2029-01-01}", FULL_TERM.replace("06-29", "06-30"))
    assert danish.said() == []


@pytest.mark.parametrize("model", ["conditional_grant", "payment_by_results"])
def test_a_conditional_grant_alone_is_paid_back_to_who_gave_it(danish: Contracts, model: str) -> None:
    danish.replace(TRYGT_HJEM, "model: payment_by_results", f"model: {model}")
    danish.replace(TRYGT_HJEM, "roles: [provider]", "roles: [payer, provider]")
    danish.replace(TRYGT_HJEM, "payer: kommune\n    payee: familiehuset", "payer: familiehuset\n    payee: kommune")
    assert bool(findings(danish, "'kommune' is paid and has no role that is")) == (model == "payment_by_results")


def test_outcomes_that_imply_each_other_in_a_ring_are_named_once(danish: Contracts) -> None:
    first = danish.replace(TRYGT_HJEM, "indicator: days_out_of_care@1", "implies: hjemmedage_foreloebig\n    indicator: days_out_of_care@1") - 4
    danish.replace(TRYGT_HJEM, "indicator: days_out_of_care@1", "implies: hjemmedage\n    indicator: days_out_of_care@1", after="id: hjemmedage_foreloebig")
    (found,) = findings(danish, "imply each other in a ring")
    assert "hjemmedage -> hjemmedage_foreloebig -> hjemmedage imply each other in a ring; take one 'implies' out" in found.message
    assert found.line > first
    assert found.clause == "Bilag 2 §1"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    requires:\n", "    requires:\n      - {outcome: ogsaa, rule: not_worse@1, clause: Bilag 3 §8, min_response: 0.70}\n"),
        ("    indicator: days_out_of_care@1\n", "    implies: ogsaa\n    indicator: days_out_of_care@1\n"),
    ],
    ids=["a condition", "what a paid outcome implies"],
)
def test_an_outcome_that_payments_rest_on_need_not_be_paid_for_itself(danish: Contracts, old: str, new: str) -> None:
    danish.replace(TRYGT_HJEM, "payments:\n", f"{UNPAID}payments:\n")
    danish.replace(TRYGT_HJEM, old, new)
    assert danish.said() == []


def test_a_misspelt_outcome_is_told_of_once_and_not_also_as_one_that_nobody_pays_for(contracts: Contracts) -> None:
    contracts.replace(TARP, "pays_for: enrolment", "pays_for: enrolments")
    (said,) = contracts.said()
    assert "there is no outcome 'enrolments'" in said


@pytest.mark.parametrize(
    ("name", "old", "new", "clause", "words"),
    [
        (TRYGT_HJEM, "outcomes:\n", f"{BESIDE}outcomes:\n", "Bilag 1 §9", "no outcome is measured over the cohort 'beside'; name it in one, or take it out"),
        (TRYGT_HJEM, "roles: [evaluator]", "roles: [evaluator, payer]", "", "'evaluator' is payer, and nothing in the contract says what it does as one"),
        (UNGEBRO, "roles: [evaluator]", "roles: [evaluator, investor]", "", "'evaluator' is investor, and nothing in the contract says what it does as one"),
        (UNGEBRO, "roles: [evaluator]", "roles: [evaluator, guarantor]", "", "'evaluator' is guarantor, and nothing in the contract says what it does as one"),
        (TRYGT_HJEM, "model: payment_by_results", "model: social_impact_bond", "", "a social impact bond without a waterfall repays no investor"),
        (
            UNGEBRO,
            "drawn_on: 2024-02-01, return_cap: 0.30",
            "drawn_on: 2024-02-02, return_cap: 0.30",
            "Bilag 4",
            "the class 'junior' is first drawn on 2024-02-02, and people are enrolled from 2024-02-01 on; draw it before",
        ),
        (
            UNGEBRO,
            "drawn_on: 2024-02-01, return_cap: 0.30",
            "drawn_on: 2024-02-01, drawn: [{on: 2024-02-02, amount: 2000000.00}], return_cap: 0.30",
            "Bilag 4",
            "2000000.00 of what the class 'junior' was to put in by 2024-02-01 was missing then and came on 2024-02-02; settle with the parties",
        ),
        (
            UNGEBRO,
            "drawn_on: 2024-02-01, return_cap: 0.30",
            "drawn_on: 2024-02-01, drawn: [{on: 2024-02-01, amount: 1999999.99}], return_cap: 0.30",
            "Bilag 4",
            "0.01 of what the class 'junior' was to put in by 2024-02-01 was missing then and has not come as far as is told",
        ),
        (
            TRYGT_HJEM,
            "id: 2025H1, from: 2025-01-01",
            "id: 2025H1, from: 2025-01-02",
            "Bilag 3 §1",
            "from 2025-01-01 up to 2025-01-02 no claim period of 'hjemmedage' runs, between 2024H2 and 2025H1; let one begin where the other ends",
        ),
        (UNGEBRO, "limit: 500000.00", "limit: 8000000.01", "Bilag 4", "the guarantee of 8000000.01 is above the 8000000.00 that investors put in; write a lower 'limit'"),
        (
            UNGEBRO,
            "return_cap: 0.30}",
            "return_cap: 0.30, protection: {by: stiftelse, of: loss, share: 0.5, limit: 2000000.01}}",
            "Bilag 4",
            "the protection of 2000000.01 is above the 2000000.00 that 'junior' puts in; write a lower 'limit'",
        ),
        (
            TRYGT_HJEM,
            "gate: {",
            "change_in_law: {clause: §9, notice: P90D, then: renegotiated}\ngate: {",
            "§9",
            "a change in law has its consequences, which is not carried out; the parties keep count of it themselves",
        ),
    ],
)
def test_what_is_seldom_meant_is_a_warning_and_breaks_nothing(danish: Contracts, name: str, old: str, new: str, clause: str, words: str) -> None:
    line = danish.replace(name, old, new)
    (found,) = findings(danish, words)
    assert (found.severity, found.clause, found.line) == ("warning", clause, line)
    assert danish.said() == []
    assert Path(name).stem in danish.load().contracts


def test_a_guarantee_of_all_that_is_put_in_and_claim_periods_end_to_end_are_meant(danish: Contracts) -> None:
    danish.replace(UNGEBRO, "limit: 500000.00", "limit: 8000000.00")
    assert danish.load().warnings == []


@pytest.mark.parametrize("name", ["tarp", "ungebro", "trygt_hjem"])
def test_the_shipped_contracts_have_no_warnings(tmp_path: Path, name: str) -> None:
    assert copied(tmp_path, name).load().warnings == []


def test_a_code_in_two_groups_on_one_day_is_refused_and_one_that_moves_is_not(contracts: Contracts) -> None:
    contracts.write(ARMS, "code,label,group,valid_from,valid_to\naid,Aid,with,,2024-06-30\naid,Aid,paid,2024-07-01,\nno_aid,None,without,,\n")
    assert contracts.said() == []
    contracts.replace(ARMS, "2024-06-30", "2024-07-01")
    (said,) = (sentence for sentence in contracts.said() if "trial_arm" in sentence and "groups" in sentence)
    assert said == f"data_contracts/{ARMS}:3: the code 'aid' is in the groups 'with' and 'paid' on one day; let the earlier period end before the later begins"


@pytest.mark.parametrize("name", [TARP, ARMS, "profiles/standard.yaml", "registers/arrests.odcs.yaml"])
def test_a_file_of_a_hundred_megabytes_is_refused_unread(contracts: Contracts, name: str) -> None:
    """The file is a hole of zeroes: reading it would show in the finding, as it is no text of any use."""
    os.truncate(contracts.folder / name, 100_000_000)
    assert [sentence for sentence in contracts.said() if sentence.startswith(f"data_contracts/{name}:1: the file is larger than ")]


def test_the_clause_of_a_finding_is_the_nearest_one_above_it(danish: Contracts) -> None:
    danish.replace(TRYGT_HJEM, "min_response: 0.70", "min_response: 1.70")
    danish.replace(TRYGT_HJEM, "share: 0.80", "share: no")
    danish.replace(TRYGT_HJEM, "currency: DKK", "currency: kroner")
    found = {finding.message.split(":")[0]: finding.clause for finding in danish.load().findings() if "trygt_hjem" in finding.file}
    assert found == {"'no' is read as a yes or no by some programs; write true or false, or put it in quotes": "Bilag 3 §5"}
    danish.replace(TRYGT_HJEM, "share: no", "share: 0.80")
    found = {finding.message.split(":")[0]: finding.clause for finding in danish.load().findings() if "trygt_hjem" in finding.file}
    assert found == {"payments[0].requires[0].min_response": "Bilag 3 §4", "currency": ""}


DRAW_BEFORE = "draw it before, or let the service begin later"


@pytest.mark.parametrize(("latest", "is_late"), [("2024-01-31", True), ("2024-02-01", False), ("2024-02-02", False)])
def test_money_is_late_that_comes_after_the_day_by_which_the_service_begins(danish: Contracts, latest: str, is_late: bool) -> None:
    danish.replace(UNGEBRO, "term: {from: 2024-01-15, ", f"term: {{from: 2024-01-15, latest_start: {latest}, ")
    said = [finding.message for finding in findings(danish, "is first drawn on")]
    assert said == (
        [f"the class '{name}' is first drawn on 2024-02-01, and the service begins on {latest} at the latest; {DRAW_BEFORE}" for name in ("senior", "junior")] if is_late else []
    )
