"""Who of the enrolled a contract does not count: mistakes in the criteria, each named, and what rests on the registers that they ask."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from contract_files.planted import TARP, TRYGT_HJEM, UNGEBRO, Contracts, copied

from pipelines.canonical import digest
from pipelines.fingerprint import Claim, Inputs

PLACE = "    enrolled_on: indskrevet_dato\n"
GIVEN = """    eligible:
      withdrawn: {clause: Bilag 1 §4, column: afslag_af}
      referral: {clause: Bilag 1 §4, on: henvist_dato, within: P90D}
      age: {clause: Bilag 1 §2, at_least: 16, below: 30}
      residence: {clause: Bilag 1 §2, in: ["851", "751"]}
      not_in: [{clause: Bilag 1 §3, register: buaf}]
"""


@pytest.fixture
def danish(tmp_path: Path) -> Contracts:
    """The Danish contracts without the criteria that they ship with."""
    made = copied(tmp_path, "ungebro", "trygt_hjem")
    for name in (UNGEBRO, TRYGT_HJEM):
        made.write(name, re.sub(r"    eligible:\n(      .*\n)+", "", made.text(name)))
    assert made.said() == []
    return made


def given(danish: Contracts, old: str = "", new: str = "") -> int:
    """The first Danish contract with every criterion, of which `old` reads `new`. Returns the line of the criteria."""
    assert old in GIVEN
    return danish.replace(UNGEBRO, PLACE, PLACE + GIVEN.replace(old, new, 1) if old else PLACE + GIVEN) + 1


def test_a_contract_with_every_criterion_loads_and_needs_the_registers_that_they_ask(danish: Contracts) -> None:
    given(danish)
    assert danish.said() == []
    found = danish.load()
    cohort = found.contracts["ungebro"].cohort("unge")
    assert found.cohort_registers(cohort) == ("referrals", "bef", "dream", "dod", "buaf")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("column: afslag_af", "column: afslag", "there is no column of referrals 'afslag'; did you mean 'afslag_af'?"),
        ("on: henvist_dato", "on: henvist", "there is no column of referrals 'henvist'; did you mean 'henvist_dato'?"),
        ("on: henvist_dato", "on: gruppe", "the column 'gruppe' is not a date"),
        ("on: henvist_dato", "on: indskrevet_dato", "the day of referral and the day of enrolment are the same column"),
        ("within: P90D", "within: 90", "input should be a valid string"),
        ("within: P90D", "within: P0D", "string should match pattern"),
        ("at_least: 16, below: 30", "at_least: 30, below: 30", "nobody is at least 30 and below 30 years old; 'below' is the first age that is too old"),
        (", at_least: 16, below: 30", "", "an age is 'at_least' so many years, or 'below' so many, or both; name one"),
        ("below: 30", "below: 30.5", "valid integer"),
        ("at_least: 16", "at_least: 16, birth_day_unknown: maybe", "input should be 'ineligible' or 'eligible'"),
        ("clause: Bilag 1 §2, at_least", "at_least", "'clause' is missing from cohorts[0].eligible.age"),
        ('in: ["851", "751"]', "in: [851]", "a residence is in 'any' municipality, or in a list of their codes, each three digits in quotes"),
        ('in: ["851", "751"]', "in: []", "each three digits in quotes"),
        ('in: ["851", "751"]', "in: everywhere", "each three digits in quotes"),
        ('in: ["851", "751"]', 'in: ["851", "851"]', "a municipality stands twice in the list"),
        ("register: buaf", "register: dream", "input should be 'buaf', 'case_placements', 'forsorg' or 'kotre'"),
        ("register: buaf}", "register: buaf}, {clause: Bilag 1 §3, register: buaf}", "a register stands twice in 'not_in'"),
        ("residence:", "recidence:", "unknown key 'recidence' in cohorts[0].eligible; did you mean 'residence'?"),
        ('      residence: {clause: Bilag 1 §2, in: ["851", "751"]}\n', "", "'not_in' needs 'residence': that a register does not have somebody says nothing"),
    ],
)
def test_a_mistake_in_a_criterion_is_named_with_its_remedy(danish: Contracts, old: str, new: str, words: str) -> None:
    line = given(danish, old, new)
    said = [sentence for sentence in danish.said() if words in sentence]
    assert said, danish.said()
    assert all(line <= int(sentence.split(":")[1]) <= line + 6 for sentence in said if "same column" not in sentence)


def test_criteria_that_name_nothing_are_refused(danish: Contracts) -> None:
    danish.replace(UNGEBRO, PLACE, PLACE + "    eligible: {}\n")
    assert any("'eligible' names no criterion; take it out, or name one" in sentence for sentence in danish.said())


@pytest.mark.parametrize("register", ["bef", "dod", "buaf"])
def test_a_register_that_criteria_ask_and_nobody_agreed_on_is_named(danish: Contracts, register: str) -> None:
    given(danish)
    (danish.folder / f"registers/{register}.odcs.yaml").unlink()
    assert any(f"there is no register contract for who is eligible named '{register}'" in sentence for sentence in danish.said())


def test_a_period_of_enrolment_that_ends_before_it_starts_is_refused(danish: Contracts) -> None:
    danish.replace(UNGEBRO, "enrolled: {from: 2024-02-01, to: 2025-02-01}", "enrolled: {from: 2025-02-01, to: 2024-02-01}")
    assert any("'to' (2024-02-01) must be after 'from' (2025-02-01)" in sentence for sentence in danish.said())


def of_releases(contracts: Contracts, criteria: str) -> None:
    """The experiment's contract, which needs no register of people, with criteria."""
    contracts.replace(TARP, "    enrolled_on: released_on\n", f"    enrolled_on: released_on\n    eligible: {criteria}\n")
    assert contracts.said() == []


def test_every_trigger_is_held_to_the_registers_that_its_cohorts_criteria_ask(contracts: Contracts) -> None:
    """The intake needs nothing but its list; with an age it needs to know who is how old."""
    of_releases(contracts, "{age: {clause: Schedule 1 §1, at_least: 18}}")
    found = contracts.load()
    contract = found.contracts["tarp"]
    intake = next(payment for payment in contract.payments if payment.id == "intake")
    required = Inputs(found, []).required(contract, intake, {"released": ""}, Claim(intake.claim_periods[0], "final"))
    assert {"register:bef", "register:dod", "register:releases"} <= {item.subject for item in required}
    assert set(Inputs(found, []).cohort(contract, "released", "")["eligible_from"]) == {"bef", "dod"}


def test_criteria_of_the_list_alone_need_no_other_register(contracts: Contracts) -> None:
    of_releases(contracts, "{withdrawn: {clause: Schedule 1 §1, column: arm}}")
    found = contracts.load()
    assert found.cohort_registers(found.contracts["tarp"].cohort("released")) == ("releases",)
    assert "eligible_from" not in Inputs(found, []).cohort(found.contracts["tarp"], "released", "")


def test_criteria_are_part_of_what_a_cohort_is_made_of_and_a_contract_without_any_is_what_it_was(danish: Contracts) -> None:
    before = danish.load().contracts["trygt_hjem"].cohort("edge")
    assert "eligible" not in before.terms()
    assert digest(before.terms()) == digest(before.model_dump(mode="json", by_alias=True, exclude={"eligible", "closes", "too_few"}))
    danish.replace(TRYGT_HJEM, PLACE, PLACE + "    eligible: {age: {clause: Bilag 1 §1, below: 18}}\n")
    after = danish.load().contracts["trygt_hjem"].cohort("edge")
    assert after.terms()["eligible"]["age"] == {"clause": "Bilag 1 §1", "at_least": None, "below": 18, "birth_day_unknown": "ineligible"}
    assert digest(after.terms()) != digest(before.terms())
