"""Every defect of the catalogue against every claim: found by the rule that it names, and exactly what rests on it held; and what the matrix
itself rests on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gate.nights_of_defects import NEEDS, NIGHTS, RESTS_ON, every_claim_comes_as_it_must, is_alone, matrix_at

from pipelines.bench_matrix import Matrix, unneeded
from pipelines.bench_nights import seen
from pipelines.night import Night
from pipelines.payments.vocabulary import catalogue
from pipelines.quality.registers import register_suite
from pipelines.settings import Home
from pipelines.steps import run_steps
from pipelines.synthetic import tarp
from pipelines.synthetic.defects import DEFECTS, KNOWN_ALREADY, NOTHING, QUARANTINE, VINTAGES, plant
from pipelines.synthetic.home import make

ELSEWHERE = {QUARANTINE, KNOWN_ALREADY, VINTAGES, NOTHING}


@pytest.fixture(scope="module")
def matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    with matrix_at(tmp_path_factory.mktemp("matrix")) as made:
        yield made


def test_a_claim_rests_on_what_one_reads_in_its_contract() -> None:
    assert {needs.column for needs in NEEDS} == set(RESTS_ON)
    for needs in NEEDS:
        assert needs.registers == RESTS_ON[needs.column], needs.key


def test_every_defect_has_its_night_and_shares_it_only_where_no_claim_needs_its_register() -> None:
    assert sorted(name for names in NIGHTS for name in names) == sorted(DEFECTS)
    assert all(is_alone(names) for names in NIGHTS)
    assert all(len({DEFECTS[name].register for name in names}) == len(names) for names in NIGHTS)


def test_the_catalogue_names_rules_that_there_are_where_they_are() -> None:
    """A mistyped rule or subject would read as a defect that nothing has to hold."""
    found = catalogue()
    rules = {rule for needs in NEEDS for rule in needs.severities}
    rules |= {(suite.subject, item.rule) for register in found.registers.values() for suite in [register_suite(found, register)] for item in suite.expectations}
    for defect in DEFECTS.values():
        named = [(defect.holds, defect.held_on)] if defect.holds else []
        named += [(defect.found_by, defect.on)] if defect.found_by not in ELSEWHERE else []
        missing = [(rule, on) for rule, ons in named for on in ons if not any(rule == other and (subject == on or subject.startswith(f"{on}/")) for subject, other in rules)]
        assert missing == [], defect.name


def test_rules_that_no_delivery_needs_are_about_our_own_work_or_what_the_sample_cannot_have() -> None:
    """Each of them is killed by a defect that is planted in the warehouse, in test_expectations. The others are needed by a defect here."""
    arithmetic = {"lines_add_up", "lines_are_of_counted_people", "nobody_above_the_cap", "amount_is_whole_multiples", "values_are_plausible"}
    agreed_by_no_shipped_contract = {"nobody_is_counted_by_two_contracts", "success_implies_success", "totals_agree", "eligibility_is_known", "placebos_stand_still"}
    of_a_second_night_or_two_arms = {
        "comparison_stays_apart",
        "frozen_cohort_unchanged",
        "few_are_excluded",
        "paid_lines_stand",
        "referrals_are_only_added",
        "referrals_come_in_time",
    }
    assert set(unneeded(catalogue())) == arithmetic | agreed_by_no_shipped_contract | of_a_second_night_or_two_arms


def test_nothing_is_found_in_the_clean_sample_but_what_is_planted_there(matrix: Matrix) -> None:
    """One label claims more than its data cover, one settlement waits for that, and some claims came corrected; nobody decides the second year."""
    clean = matrix.clean
    not_due = {rule for rule in clean.not_passed if rule[0] == "outcome:tarp/rearrest_104_weeks"}
    assert {rule: verdict for rule, verdict in clean.not_passed.items() if rule not in not_due} == {
        ("register:buaf", "label_within_coverage"): "warned",
        ("outcome:trygt_hjem/hjemmedage/2025H1", "coverage_reaches_windows"): "failed",
    }
    assert {register for register, people in clean.changed.items() if people} == {"claims"}
    assert ({state for states in clean.receipts.values() for state in states}, clean.problems) == (set(), [])
    assert {decision.state for decision in clean.decisions.values()} == {"due", "not_met", "held", "not_due"}


def test_a_copy_with_a_defect_decides_to_the_byte_what_a_home_made_with_it_does(matrix: Matrix, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Who dies is in four registers, so that most of the copy's people have other numbers than the made home's."""
    folder, shared = tmp_path_factory.mktemp("copied"), matrix.clean_home.shared
    made = Home(folder / "made")
    make(made, "person_dies", reader=shared.reader)
    extracts, _ = plant("person_dies", list(matrix.clean_home.extracts))
    copied = matrix.clean_home.copy(folder / "copied", extracts)
    said = [seen(run_steps(Night(home, tarp.AS_OF, shared.checker, shared.reader))) for home in (made, copied)]
    assert said[0].decisions == said[1].decisions
    assert said[0].not_passed == said[1].not_passed
    assert made.ledger.read_bytes() == copied.ledger.read_bytes()


@pytest.mark.parametrize("names", NIGHTS, ids=lambda names: names[0])
def test_a_defect_is_found_by_its_name_and_holds_exactly_what_rests_on_it(matrix: Matrix, names: tuple[str, ...]) -> None:
    every_claim_comes_as_it_must(matrix, names)
