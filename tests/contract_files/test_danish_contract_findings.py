"""Mistakes in what the Danish contracts use: placings, bindings, conditions, settlement, adjusters, matching, waterfall. Each is named."""

from __future__ import annotations

import pytest
from contract_files.planted import TRYGT_HJEM, UNGEBRO, Contracts


def test_the_shipped_danish_contracts_load_without_a_finding(danish: Contracts) -> None:
    assert danish.said() == []
    assert set(danish.load().contracts) == {"ungebro", "trygt_hjem"}


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        (UNGEBRO, "pause: [barsel]", "pause: []", "the code 881 of the code list dream is placed nowhere; every code has a treatment"),
        (UNGEBRO, "neutral: [su, fleksjob]", "neutral: [su, fleksjob, barsel]", "'barsel' is placed twice; a code has one treatment"),
        (UNGEBRO, "neutral: [su, fleksjob]", "neutral: [su, fleksjob, 651]", "the code 651 is placed, and its group su as well; name one of them"),
        (UNGEBRO, "pause: [barsel]", "pause: [barsel, orlo]", "'orlo' is neither a code nor a group of the code list dream"),
        (UNGEBRO, "codes: dream\n        success", "codes: draem\n        success", "there is no code list 'draem'; did you mean 'dream'?"),
        (UNGEBRO, "benefits: [kontanthjaelp, uddannelseshjaelp]", "benefits: [kontanthjaelp, udannelseshjaelp]", "did you mean 'uddannelseshjaelp'?"),
        (
            UNGEBRO,
            "on: [age, sex, benefit, weeks_on_benefit]",
            "on: [age, shoe_size]",
            "input should be 'age', 'sex', 'benefit', 'weeks_on_benefit', 'weeks_last_year' or 'weeks_year_before'",
        ),
        (UNGEBRO, "on: [age, sex, benefit, weeks_on_benefit]", "on: [benefit, sex]", "a matched comparison is of the same age and sex at least; name both in 'on'"),
        (
            UNGEBRO,
            "where: {indsats: ungebro, gruppe: unge}",
            "where: {indsats: ungbro, gruppe: unge}",
            "there is no code of indsats 'ungbro' in codelists/indsats.csv; did you mean 'ungebro'?",
        ),
        (UNGEBRO, "where: {indsats: ungebro, gruppe: unge}", "where: {indats: ungebro}", "there is no column of referrals 'indats'; did you mean 'indsats'?"),
        (UNGEBRO, "died: stop, ", "died: keep, ", "input should be 'stop' or 'failure'"),
        (UNGEBRO, "priced_at: window_end", "priced_at: weekend", "input should be 'window_end' or 'claim_period_start'"),
        (UNGEBRO, "reverts_to: kommune", "reverts_to: fond", "'fond' stands in the waterfall as commissioner and does not have that role"),
        (UNGEBRO, "investor: fond", "investor: fonde", "there is no party 'fonde'; did you mean 'fond'?"),
        (UNGEBRO, "model: social_impact_bond", "model: payment_by_results", "has no investors to repay; take the waterfall out, or change the model"),
        (UNGEBRO, "claimed_by: window_end", "claimed_by: cohort", "'uger' has one result, over its whole cohort, and 2025Q1 claims it; 2025Q2 would pay it again"),
        (UNGEBRO, "id: 2025Q2, from: 2025-04-01", "id: 2025Q2, from: 2025-03-01", "the claim period 2025Q2 overlaps 2025Q1; a day is claimed once"),
        (TRYGT_HJEM, "reads: {placements: buaf}", "reads: {placements: buaff}", "did you mean 'buaf'?"),
        (TRYGT_HJEM, "reads: {placements: buaf}", "reads: {placement: buaf}", "did you mean 'placements'?"),
        (TRYGT_HJEM, "rule: not_worse@1", "rule: not_worse@2", "there is no condition 'not_worse@2'"),
        (TRYGT_HJEM, "{outcome: trivsel, ", "{outcome: trivsle, ", "there is no outcome 'trivsle'; did you mean 'trivsel'?"),
        (TRYGT_HJEM, "min_response: 0.70", "min_response: 1.70", "less than or equal to 1"),
        (TRYGT_HJEM, "shares: {edge: 0.33, in_care: 0.0}", "shares: {edge: 0.33}", "needs exactly one share for each cohort of 'hjemmedage': edge, in_care"),
        (TRYGT_HJEM, "shares: {edge: 0.33, in_care: 0.0}", "shares: {edge: 33.0, in_care: 0.0}", "less than or equal to 1"),
        (TRYGT_HJEM, "deadweight@1", "deadwait@1", "there is no adjuster 'deadwait@1'; did you mean 'deadweight@1'?"),
        (TRYGT_HJEM, "pays_for: hjemmedage_foreloebig", "pays_for: trivsel", "'trivsel' is not the same indicator over the same cohorts as 'hjemmedage'"),
        (TRYGT_HJEM, "on_account_from: 2025-03-01, ", "", "'on_account_from' and the payment's 'on_account' go together; give both or neither"),
        (TRYGT_HJEM, "on_account_from: 2025-03-01", "on_account_from: 2024-03-01", "needs on_account_from (2024-03-01) not before to (2025-01-01)"),
        (TRYGT_HJEM, "turned_18: stop", "turned_18: keep", "cohorts that are counted together need the same 'after_enrolment'"),
        (TRYGT_HJEM, "counts: [anbragt]", "counts: [anbragt, eget_vaerelse]", "'eget_vaerelse' is placed twice; a code has one treatment"),
        (TRYGT_HJEM, "2025-01-01: 1226.53", "2025-03-01: 1226.53", "the price changes on 2025-03-01, inside the claim period 2025H1; end one claim period on that day"),
        (TRYGT_HJEM, "rule: {per_unit@1: {unit: day, ", "rule: {per_unit@1: {unit: day, pris: 1.0, ", "did you mean 'price'?"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(danish: Contracts, name: str, old: str, new: str, words: str) -> None:
    line = danish.replace(name, old, new)
    said = [sentence for sentence in danish.said() if words in sentence]
    assert said, danish.said()
    assert all(sentence.startswith(f"data_contracts/{name}:") for sentence in said)
    assert line > 1


def test_an_adjuster_needs_a_rule_that_prices_persons(danish: Contracts) -> None:
    danish.replace(UNGEBRO, "    claim_periods:", "    adjust: [{rounded@1: {mode: half_up, at: person_line}}]\n    claim_periods:", after="id: effekt")
    assert any("'interval_excludes@1' prices no persons, so there are no lines that 'rounded@1' could change" in sentence for sentence in danish.said())


def test_a_step_of_lines_stands_before_one_of_their_sum(danish: Contracts) -> None:
    steps = "    adjust: [{share_of_amount@1: {share: 0.80}}, {rounded@1: {mode: half_up, at: person_line}}]\n    claim_periods:"
    danish.replace(UNGEBRO, "    claim_periods:", steps, after="id: selvforsoergelse")
    assert any("'rounded@1' changes persons' lines and stands after 'share_of_amount@1', which changes their sum" in sentence for sentence in danish.said()), danish.said()


def test_an_outcome_that_an_adjuster_weighs_is_there(danish: Contracts) -> None:
    steps = "    adjust: [{mix_cap@1: {share: 0.40, outcomes: [ugre], of: paid}}]\n    claim_periods:"
    danish.replace(UNGEBRO, "    claim_periods:", steps, after="id: effekt")
    assert any("there is no outcome 'ugre'; did you mean 'uger'?" in sentence for sentence in danish.said()), danish.said()


COMBINED = (
    "    rule: {combined@1: {pays: sum, parts: [{weight: 0.80, rule: {interval_excludes@1: {measure: difference, interval: welch, value: 0.0, side: above, "
    "amount: {2025-01-01: 300000.00}}}}, {outcome: uger, weight: 0.20, rule: {threshold@1: {measure: difference, at_least: 1.0, amount: {2025-01-01: 1000.00}}}}]}}\n"
)
EFFECT = "    rule: {interval_excludes@1: {measure: difference, interval: welch, value: 0.0, side: above, amount: {2025-01-01: 300000.00}}}\n"


def test_rules_are_put_together_in_a_contract(danish: Contracts) -> None:
    danish.replace(UNGEBRO, EFFECT, COMBINED)
    assert danish.said() == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("threshold@1:", "treshold@1:", "there is no payment rule 'treshold@1'; did you mean 'threshold@1'?"),
        ("at_least: 1.0", "at_last: 1.0", "at_last"),
        ("outcome: uger", "outcome: ugre", "there is no outcome 'ugre'; did you mean 'uger'?"),
        ("measure: difference, at_least", "measure: differense, at_least", "there is no measure 'differense'; did you mean 'difference'?"),
        (
            "threshold@1: {measure: difference, at_least: 1.0, amount: {2025-01-01: 1000.00}}",
            "per_unit@1: {unit: week, price: {2025-01-01: 1.00}, role: treatment}",
            "'per_unit@1' prices persons, and their lines would be lost inside 'combined@1'; make it a payment of its own",
        ),
    ],
)
def test_a_mistake_inside_rules_put_together_is_named(danish: Contracts, old: str, new: str, words: str) -> None:
    danish.replace(UNGEBRO, EFFECT, COMBINED.replace(old, new))
    assert any(words in sentence for sentence in danish.said()), danish.said()


def test_a_comparison_needs_a_comparison_group(danish: Contracts) -> None:
    text = danish.text(UNGEBRO)
    begin, end = text.index("    matched:"), text.index("    after_enrolment:")
    danish.write(UNGEBRO, text[:begin] + text[end:])
    assert any("the cohort has no comparison group; give it 'arms' or 'matched'" in sentence for sentence in danish.said())


def test_a_claim_period_has_the_same_days_in_the_whole_contract(danish: Contracts) -> None:
    danish.replace(UNGEBRO, "id: 2026H1, from: 2026-01-01, to: 2026-07-01", "id: 2026H1, from: 2026-01-01, to: 2026-06-30", after="id: effekt")
    assert any("the claim period 2026H1 is 2026-01-01 to 2026-07-01 in the payment 'selvforsoergelse', and has other days here" in sentence for sentence in danish.said())


def test_a_code_list_with_days_that_run_backwards_is_named(danish: Contracts) -> None:
    danish.append("codelists/afslag.csv", "naevn,Nævnet,,2025-01-01,2024-01-01,The sample\n")
    assert any("the code 'naevn' is valid to 2024-01-01, before it is valid from 2025-01-01" in sentence for sentence in danish.said())


def test_a_code_list_with_a_day_that_does_not_exist_is_named(danish: Contracts) -> None:
    danish.append("codelists/afslag.csv", "naevn,Nævnet,,2025-02-30,,The sample\n")
    assert any("'2025-02-30' in valid_from is not a date that exists; write YYYY-MM-DD" in sentence for sentence in danish.said())
