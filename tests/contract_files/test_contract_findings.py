"""What is wrong in an outcome contract is said with file, line, what it is and what was probably meant."""

from __future__ import annotations

import pytest
from contract_files.planted import TARP, Contracts

INTAKE, REDUCTION, CERTAIN = "id: intake", "id: reduction", "id: certain_reduction"
PERIOD = "      - {id: 2024-25, from: 2024-07-01, to: 2025-04-01, decided_from: 2025-05-01}"


def in_tarp(line: int, message: str) -> str:
    return f"data_contracts/{TARP}:{line}: {message}"


def test_an_unknown_key_is_named_with_its_line_and_the_nearest_known_key(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "payee: aid_programme", "payee: aid_programme\n    treshold: 1", after=INTAKE) + 1
    assert contracts.said() == [
        in_tarp(line, "unknown key 'treshold' in payments[0]; known: adjust, claim_periods, clause, id, on_account, payee, payer, pays_for, requires, rule, split, unless_paid"),
    ]


def test_a_misspelt_key_says_both_what_it_is_near_and_what_is_missing(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "at_least", "at_leest", after=REDUCTION)
    assert contracts.said() == [
        in_tarp(line, "'at_least' is missing from payments[1].rule.threshold@1"),
        in_tarp(line, "unknown key 'at_leest' in payments[1].rule.threshold@1; did you mean 'at_least'?"),
    ]


def test_an_unknown_key_at_the_top_stands_on_its_own_line(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "gate:", "gates: {}\ngate:")
    assert contracts.said() == [in_tarp(line, "unknown key 'gates' in the file; did you mean 'gate'?")]


@pytest.mark.parametrize(("part", "place"), [("id: released", "cohorts[0]"), ("id: enrolment", "outcomes[0]"), (INTAKE, "payments[0]")])
def test_whatever_moves_money_cites_its_clause(contracts: Contracts, part: str, place: str) -> None:
    item = contracts.text(TARP)[: contracts.text(TARP).index(part)].count("\n") + 1
    clause = next(text for text in contracts.text(TARP).split(part, 1)[1].splitlines() if text.startswith("    clause:"))
    contracts.replace(TARP, clause + "\n", "", after=part)
    assert contracts.said() == [in_tarp(item, f"'clause' is missing from {place}")]


@pytest.mark.parametrize("price", ["500.00", "{}", "[500.00]"])
def test_a_price_without_a_date_is_refused(contracts: Contracts, price: str) -> None:
    line = contracts.replace(TARP, "{2024-07-01: 500.00}", price)
    assert contracts.said() == [in_tarp(line, "payments[0].rule.per_person@1.price: an amount needs the day it holds from, as {2024-01-01: 1000.00}")]


def test_a_price_keyed_by_a_quoted_date_is_not_keyed_by_a_date(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "{2024-07-01: 500.00}", '{"2024-07-01": 500.00}')
    (said,) = contracts.said()
    assert said.startswith(in_tarp(line, "payments[0].rule.per_person@1.price: '2024-07-01' is not a date; an amount is keyed by the day it holds from"))


@pytest.mark.parametrize("amount", ["1e5", "-1.00", "1.005", "true", "'500.00'", "1000000000000000.00", "9" * 30])
def test_what_is_no_amount_of_money_is_refused(contracts: Contracts, amount: str) -> None:
    line = contracts.replace(TARP, "500.00", amount)
    (said,) = contracts.said()
    assert said.startswith(in_tarp(line, "payments[0].rule.per_person@1.price: '"))
    assert "is not an amount of money below 1,000,000,000,000,000 with at most two decimals" in said


@pytest.mark.parametrize("amount", ["999999999999999.99", "0.00", "500", "0.10"])
def test_an_amount_at_the_edge_of_what_is_allowed_loads(contracts: Contracts, amount: str) -> None:
    contracts.replace(TARP, "500.00", amount)
    assert contracts.said() == []


@pytest.mark.parametrize("number", ["1.0e+5", "1_000.00", "0x10", "0o17", "017", "+5.00", ".5", "5.", "1:30", ".inf", ".nan"])
def test_a_number_that_programs_read_differently_is_refused_where_it_stands(contracts: Contracts, number: str) -> None:
    line = contracts.replace(TARP, "500.00", number)
    said = contracts.said()
    assert said
    assert all(sentence.startswith(in_tarp(line, "")) for sentence in said)
    assert repr(number) in said[0]


def test_a_number_of_thousands_of_digits_is_refused_without_being_printed(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "version: 1", "version: " + "9" * 5000)
    assert contracts.said() == [in_tarp(line, "a number of 5000 characters is longer than anything a contract counts; write digits with a decimal point, or put it in quotes")]


@pytest.mark.parametrize("word", ["no", "yes", "on", "off", "No", "TRUE"])
def test_a_word_that_some_programs_read_as_a_boolean_is_refused(contracts: Contracts, word: str) -> None:
    line = contracts.replace(TARP, "role: treatment", f"role: {word}")
    assert in_tarp(line, f"'{word}' is read as a yes or no by some programs; write true or false, or put it in quotes") in contracts.said()


def test_a_key_that_reads_as_a_boolean_stays_a_word(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "gate:", "on: 1\ngate:")
    (said,) = contracts.said()
    assert said.startswith(in_tarp(line, "unknown key 'on' in the file"))


@pytest.mark.parametrize("day", ["2024-06-31", "2023-02-29", "2024-13-01", "2024-06-01 10:00:00"])
def test_a_date_that_does_not_exist_is_refused_where_it_stands(contracts: Contracts, day: str) -> None:
    line = contracts.replace(TARP, "2024-06-01", day)
    assert contracts.said() == [in_tarp(line, f"'{day}' is not a date that exists; write YYYY-MM-DD")]


def test_a_date_key_that_does_not_exist_is_refused_where_it_stands(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "{2024-07-01: 500.00}", "{2024-02-30: 500.00}")
    assert contracts.said() == [in_tarp(line, "'2024-02-30' is not a date that exists; write YYYY-MM-DD")]


def test_a_whole_number_where_a_decimal_is_agreed_is_refused_in_words(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "at_least: 0.10", "at_least: 1")
    assert contracts.said() == [in_tarp(line, "payments[1].rule.threshold@1.at_least: a number with a decimal point is needed here, as 1.0")]


WRONG_NAMES = [
    ("indicator: rearrest@1", "indicator: rearest@1", "there is no indicator 'rearest@1'; did you mean 'rearrest@1'?"),
    ("indicator: rearrest@1", "indicator: rearrest@9", "there is no indicator 'rearrest@9'; did you mean 'rearrest@1'?"),
    ("per_person@1", "per_persons@1", "there is no payment rule 'per_persons@1'; did you mean 'per_person@1'?"),
    ("profile: standard@1", "profile: standard@2", "there is no gate profile 'standard@2'; did you mean 'standard@1'?"),
    ("method: trial@1", "method: trail@1", "there is no method 'trail@1'; did you mean 'trial@1'?"),
    ("cohort: released", "cohort: releases", "there is no cohort 'releases'; did you mean 'released'?"),
    ("pays_for: enrolment", "pays_for: enrolments", "there is no outcome 'enrolments'; did you mean 'enrolment'?"),
    ("payer: state", "payer: sate", "there is no party 'sate'; did you mean 'state'?"),
    ("payee: aid_programme", "payee: aid_program", "there is no party 'aid_program'; did you mean 'aid_programme'?"),
    ("from: releases", "from: relases", "there is no register 'relases'; did you mean 'releases'?"),
    ("enrolled_on: released_on", "enrolled_on: release_on", "there is no column of releases 'release_on'; did you mean 'released_on'?"),
    ("column: arm,", "column: amr,", "there is no column of releases 'amr'; did you mean 'arm'?"),
    ("treatment: aid", "treatment: ait", "there is no code for treatment 'ait' in codelists/trial_arm.csv; did you mean 'aid'?"),
    ("comparison: no_aid", "comparison: no_aids", "there is no code for comparison 'no_aids' in codelists/trial_arm.csv; did you mean 'no_aid'?"),
    ("role: treatment", "role: treatments", "there is no role 'treatments'; did you mean 'treatment'?"),
    ("measure: relative_reduction", "measure: relative_reductions", "there is no measure 'relative_reductions'; did you mean 'relative_reduction'?"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG_NAMES, ids=[new for _, new, _ in WRONG_NAMES])
def test_a_name_that_nothing_has_is_refused_with_the_nearest_that_something_has(contracts: Contracts, old: str, new: str, message: str) -> None:
    line = contracts.replace(TARP, old, new)
    assert contracts.said() == [in_tarp(line, message)]


def test_an_interval_that_the_method_does_not_have_is_refused(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "[agresti_caffo, newcombe]", "[agresti_caffo, newcomb]")
    assert contracts.said() == [in_tarp(line, "there is no interval 'newcomb'; did you mean 'newcombe'?")]


def test_a_rule_may_only_pay_on_an_interval_that_its_outcome_computes(contracts: Contracts) -> None:
    contracts.replace(TARP, "[agresti_caffo, newcombe]", "[newcombe]", after="id: rearrest_52_weeks")
    line = contracts.replace(TARP, "interval: agresti_caffo", "interval: agresti_caffo", after=CERTAIN)
    assert contracts.said() == [in_tarp(line, "there is no interval in outcome 'rearrest_52_weeks' called 'agresti_caffo'; known: newcombe")]


def test_a_rule_that_needs_a_comparison_refuses_an_outcome_without_one(contracts: Contracts) -> None:
    contracts.replace(TARP, "pays_for: rearrest_52_weeks", "pays_for: enrolment", after=REDUCTION)
    line = contracts.replace(TARP, "rule: {threshold@1", "rule: {threshold@1", after=REDUCTION)
    assert contracts.said() == [in_tarp(line, "'threshold@1' pays on a comparison, and the outcome 'enrolment' has no 'compare'")]


def test_a_payer_needs_the_role_of_one(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "payer: state", "payer: institute", after=INTAKE)
    assert contracts.said() == [in_tarp(line, "'institute' pays but does not have the role 'payer'")]


@pytest.mark.parametrize("old", ["{from: 2024-06-01, to: 2028-07-01}", "{from: 2024-07-02, to: 2028-07-01}", "{from: 2024-06-01, to: 2025-03-31}"])
def test_a_claim_period_reaches_to_the_edges_of_the_term_and_not_a_day_further(contracts: Contracts, old: str) -> None:
    contracts.replace(TARP, "{from: 2024-06-01, to: 2028-07-01}", old)
    expected = "the claim period 2024-25 reaches outside the contract's term"
    found = [sentence.split(": ", 1)[1] for sentence in contracts.said() if "the cohort" not in sentence]
    assert found == ([] if old == "{from: 2024-06-01, to: 2028-07-01}" else [expected] * 4)


def test_a_term_that_is_just_the_claim_period_is_enough(contracts: Contracts) -> None:
    contracts.replace(TARP, "{from: 2024-06-01, to: 2028-07-01}", "{from: 2024-07-01, to: 2025-04-01}")
    assert contracts.said() == []


def test_a_price_must_hold_on_the_first_day_of_the_claim_period(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "{2024-07-01: 500.00}", "{2024-07-02: 500.00}")
    assert contracts.said() == [in_tarp(line, "no amount holds on 2024-07-01, the first day of a claim period; the first holds from 2024-07-02")]


def test_a_claim_period_that_stands_twice_would_share_one_posting_key_and_is_refused(contracts: Contracts) -> None:
    line = contracts.replace(TARP, PERIOD, f"{PERIOD}\n{PERIOD}") + 1
    assert contracts.said() == [in_tarp(line, "the claim period 2024-25 stands twice in the payment 'intake'")]


def test_claim_periods_that_overlap_would_pay_for_a_day_twice_and_are_refused(contracts: Contracts) -> None:
    line = contracts.replace(TARP, PERIOD, PERIOD + "\n      - {id: late, from: 2025-03-31, to: 2025-06-01, decided_from: 2025-07-01}") + 1
    assert contracts.said() == [in_tarp(line, "the claim period late overlaps 2024-25; a day is claimed once")]


def test_a_second_claim_period_would_pay_the_one_result_again_and_is_refused(contracts: Contracts) -> None:
    line = contracts.replace(TARP, PERIOD, PERIOD + "\n      - {id: late, from: 2025-04-01, to: 2025-06-01, decided_from: 2025-07-01}") + 1
    assert contracts.said() == [in_tarp(line, "'enrolment' has one result, over its whole cohort, and 2024-25 claims it; late would pay it again")]


def test_a_claim_is_not_decided_before_its_period_is_over(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "decided_from: 2025-05-01", "decided_from: 2025-03-31")
    (said,) = contracts.said()
    assert said.startswith(in_tarp(line, "payments[0].claim_periods[0]: needs from (2024-07-01) before to (2025-04-01)"))


def test_a_term_runs_forward(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "{from: 2024-07-01, to: 2025-04-01}", "{from: 2025-04-01, to: 2025-04-01}")
    assert contracts.said() == [in_tarp(line, "cohorts[0].enrolled: 'to' (2025-04-01) must be after 'from' (2025-04-01)")]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("id: institute", "id: police", "the id 'police' stands twice in parties"),
        ("id: rearrest_104_weeks", "id: enrolment", "the id 'enrolment' stands twice in outcomes"),
        ("id: lasting_reduction", "id: reduction", "the id 'reduction' stands twice in payments"),
    ],
)
def test_an_id_stands_once(contracts: Contracts, old: str, new: str, message: str) -> None:
    line = contracts.replace(TARP, old, new)
    assert in_tarp(line, message) in contracts.said()


def test_both_arms_cannot_be_the_same_code(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "comparison: no_aid", "comparison: aid")
    assert contracts.said() == [in_tarp(line, "cohorts[0].arms: treatment and comparison are the same code 'aid'")]


def test_enrolment_is_counted_from_a_date(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "enrolled_on: released_on", "enrolled_on: age")
    assert contracts.said() == [in_tarp(line, "the column 'age' is not a date")]


def test_a_rule_pins_its_version(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "per_person@1", "per_person")
    assert contracts.said() == [in_tarp(line, "payments[0].rule: 'per_person' does not pin a version; write it as per_person@1")]


@pytest.mark.parametrize("rule", ["{}", "{per_person@1: {price: {2024-07-01: 500.00}, role: treatment}, threshold@1: {}}"])
def test_a_payment_has_exactly_one_rule(contracts: Contracts, rule: str) -> None:
    line = contracts.replace(TARP, "{per_person@1: {price: {2024-07-01: 500.00}, role: treatment}}", rule)
    assert contracts.said() == [in_tarp(line, "payments[0].rule: a payment has exactly one rule, written {name@version: {...}}")]


def test_an_indicator_takes_only_the_arguments_it_has(contracts: Contracts) -> None:
    line = contracts.replace(TARP, "with: {weeks: 52}", "with: {weaks: 52}")
    assert contracts.said() == [
        in_tarp(line, "'weeks' is missing from outcomes[1].with"),
        in_tarp(line, "unknown key 'weaks' in outcomes[1].with; did you mean 'weeks'?"),
    ]


@pytest.mark.parametrize("weeks", ["52.0", "true", "'52'", "2024-01-01"])
def test_an_argument_of_another_type_is_refused_and_never_converted(contracts: Contracts, weeks: str) -> None:
    line = contracts.replace(TARP, "with: {weeks: 52}", f"with: {{weeks: {weeks}}}")
    assert contracts.said() == [in_tarp(line, "outcomes[1].with.weeks: input should be a valid integer")]


def test_every_mistake_is_said_at_once_in_the_order_of_the_lines(contracts: Contracts) -> None:
    first = contracts.replace(TARP, "cohort: released", "cohort: relesed")
    second = contracts.replace(TARP, "payer: state", "payer: stat")
    third = contracts.replace(TARP, "standard@1", "standart@1")
    assert [int(sentence.split(":")[1]) for sentence in contracts.said()] == [first, second, third]
