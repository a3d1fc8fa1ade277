"""What the defect matrix would say of a gate that does not do as it must: hand-made nights, judged against a hand-made clean one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from gate.nights_of_defects import NEEDS

from pipelines.bench_matrix import Matrix, Row, matrix_table
from pipelines.bench_nights import Seen
from pipelines.payments.decide import Decision
from pipelines.payments.rule import Line
from pipelines.synthetic.defects import DEFECTS

AS_OF = dt.date(2026, 6, 30)
FINAL, NEXT = "trygt_hjem/hjemmedage/2024H2/all/final", "trygt_hjem/hjemmedage/2025H2/all/on_account"
INTAKE, REDUCTION = "tarp/intake/2024-25/all/final", "tarp/reduction/2024-25/all/final"
BACKWARDS = ("register:buaf", "placement_runs_forward")
CAP = Fraction(400_000)


def decision(key: str, state: str = "due", amount: str = "100.00", **more: Any) -> Decision:
    contract, trigger, period, group, kind = key.split("/")
    words = {"held": "held", "due": "as counted"}.get(state, state)
    blank = Decision(contract, 1, trigger, "", period, group, kind, AS_OF, "due", Decimal(0), "DKK", "", "", words, (), (), (), "", 0, "")
    return replace(blank, state=state, amount=Decimal(amount), **more)


def held(key: str, *rules: tuple[str, str]) -> Decision:
    causes = tuple({"subject": subject, "rule": rule, "verdict": "failed", "words": "fewer than 5 of 167"} for subject, rule in rules)
    return decision(key, "held", "0.00", holds=causes, reason="buaf fails")


def seen(*others: Decision, not_passed: dict[tuple[str, str], str] | None = None, problems: list[str] | None = None) -> Seen:
    """A night in which every claim is due as in the clean one, but for these."""
    decisions = {needs.key: decision(needs.key, lines=(Line("a", "edge", Fraction(100)),)) for needs in NEEDS}
    return Seen({**decisions, **{item.posting_key: item for item in others}}, not_passed or {}, {}, {}, problems or [])


def judged(name: str, night: Seen, clean: Seen | None = None) -> Row:
    """The row of a defect in a hand-made night."""
    matrix = Matrix(None, NEEDS)  # type: ignore[arg-type]  # no night is run
    matrix.__dict__["clean"] = clean or seen()
    return matrix._row(DEFECTS[name], night, {DEFECTS[name].register})


FINALS = [needs.key for needs in NEEDS if needs.column == "trygt_hjem/hjemmedage final"]
FOUND = {BACKWARDS: "failed"}
AS_IT_MUST = tuple(held(key, BACKWARDS) for key in FINALS)


def wrong(row: Row) -> list[str]:
    return [cell.needs.key for cell in row.cells if not cell.is_right]


def test_a_defect_that_is_found_and_holds_what_rests_on_it_is_right() -> None:
    row = judged("buaf_ends_before_start", seen(*AS_IT_MUST, not_passed=FOUND))
    assert (row.found, wrong(row), row.is_right) == ("failed", [], True)
    assert {cell.needs.column for cell in row.cells if cell.came == "held"} == {"trygt_hjem/hjemmedage final"}


@pytest.mark.parametrize(
    ("night", "claims"),
    [
        pytest.param(seen(*AS_IT_MUST[1:], not_passed=FOUND), [FINAL], id="a claim that rests on it is paid"),
        pytest.param(seen(*AS_IT_MUST, held(INTAKE, BACKWARDS), not_passed=FOUND), [INTAKE], id="a claim that does not rest on it is held"),
        pytest.param(seen(*AS_IT_MUST, decision(INTAKE, amount="100.01"), not_passed=FOUND), [INTAKE], id="another claim comes to a cent more"),
        pytest.param(seen(*AS_IT_MUST, decision(INTAKE, reason="other words"), not_passed=FOUND), [INTAKE], id="another claim comes to the same for another reason"),
        pytest.param(seen(*AS_IT_MUST, decision(INTAKE, "not_due", "0.00"), not_passed=FOUND), [INTAKE], id="another claim is not due any more"),
        pytest.param(seen(*AS_IT_MUST[1:], held(FINAL, ("register:bef", "kom_has_three_digits")), not_passed=FOUND), [FINAL], id="a claim is held by another rule"),
        pytest.param(
            seen(*AS_IT_MUST[1:], held(FINAL, ("register:case_placements", BACKWARDS[1])), not_passed=FOUND), [FINAL], id="a claim is held by the rule of another register"
        ),
    ],
)
def test_a_claim_that_does_not_come_as_it_must_is_named(night: Seen, claims: list[str]) -> None:
    row = judged("buaf_ends_before_start", night)
    assert (wrong(row), row.is_right) == (claims, False)


def test_a_defect_that_its_rule_did_not_find_is_wrong_whatever_held() -> None:
    for not_passed in ({}, {("register:case_placements", BACKWARDS[1]): "failed"}, {BACKWARDS: "not_evaluated"}):
        row = judged("buaf_ends_before_start", seen(*AS_IT_MUST, not_passed=not_passed))
        assert (row.found, wrong(row), row.is_right) == ("", [], False)


def test_what_was_red_in_the_clean_night_already_finds_nothing() -> None:
    assert judged("buaf_ends_before_start", seen(*AS_IT_MUST, not_passed=FOUND), clean=seen(not_passed=FOUND)).found == ""


def test_a_night_with_a_problem_is_wrong() -> None:
    assert not judged("buaf_ends_before_start", seen(*AS_IT_MUST, not_passed=FOUND, problems=["settling: it stopped"])).is_right


def test_a_warning_that_holds_is_wrong() -> None:
    found = {("register:buaf", "restatement_is_small"): "warned"}
    assert judged("rows_rewritten", seen(not_passed=found)).is_right
    assert wrong(judged("rows_rewritten", seen(held(FINAL, ("register:buaf", "restatement_is_small")), not_passed=found))) == [FINAL]


def test_only_what_rests_on_the_outcome_that_holds_is_held_by_it() -> None:
    late = ("outcome:tarp/rearrest_52_weeks", "coverage_reaches_windows")
    three = [held(REDUCTION, late), held("tarp/certain_reduction/2024-25/all/final", late)]
    assert judged("label_beyond_coverage", seen(*three, not_passed={("register:arrests", "label_within_coverage"): "warned"})).is_right
    lasting = "tarp/lasting_reduction/2024-25/all/final"
    assert wrong(judged("label_beyond_coverage", seen(*three, held(lasting, late), not_passed={("register:arrests", "label_within_coverage"): "warned"}))) == [lasting]


def lined(key: str, amount: int, before: int) -> Decision:
    return decision(key, amount=str(amount), lines=(Line("a", "edge", Fraction(amount), Fraction(before)), Line("b", "edge", Fraction(0), CAP)))


@pytest.mark.parametrize(
    ("night", "clean", "is_right"),
    [
        pytest.param((100, 399_900), (90, 399_910), True, id="at the cap in both nights"),
        pytest.param((100, 399_800), (90, 399_910), True, id="at the cap where it is less"),
        pytest.param((100, 399_900), (90, 399_909), False, id="a crown below the cap where it is less"),
        pytest.param((90, 399_909), (100, 399_900), False, id="a crown below the cap where it is less, the other way round"),
    ],
)
def test_a_later_claim_may_come_out_otherwise_only_by_the_rest_that_the_cap_leaves(night: tuple[int, int], clean: tuple[int, int], is_right: bool) -> None:
    row = judged("buaf_ends_before_start", seen(*AS_IT_MUST, lined(NEXT, *night), not_passed=FOUND), clean=seen(lined(NEXT, *clean)))
    assert (wrong(row) == [], row.is_right) == (is_right, is_right)


def test_the_rest_under_a_cap_excuses_nothing_where_every_earlier_claim_came_as_before() -> None:
    row = judged("rows_rewritten", seen(lined(NEXT, 100, 399_900), not_passed={("register:buaf", "restatement_is_small"): "warned"}), clean=seen(lined(NEXT, 90, 399_910)))
    assert wrong(row) == [NEXT]


def test_a_defect_that_should_move_something_and_moves_nothing_is_wrong() -> None:
    assert not judged("person_dies", seen()).is_right
    assert judged("person_dies", seen(decision(FINAL, amount="90.00"))).is_right
    assert wrong(judged("person_dies", seen(decision(INTAKE, amount="90.00")))) == [INTAKE]


def test_the_table_marks_what_is_wrong_and_says_how_many_are_right() -> None:
    right, broken = judged("buaf_ends_before_start", seen(*AS_IT_MUST, not_passed=FOUND)), judged("unknown_code", seen(held(INTAKE, BACKWARDS)))
    clean = {needs.key: {"column": needs.column, "state": "due", "amount": "100.00"} for needs in NEEDS}
    words = matrix_table({"clean": clean, "rows": [right.as_data(), broken.as_data()], "wrong": ["unknown_code"], "needed_by_no_delivery": {"lines_add_up": "trigger"}})
    assert "1 of 2 defects come as they must; not unknown_code" in words
    assert words.count("!! held") == 1
    assert words.count("!! same") == 1
    assert "!! not" in words
    assert "lines add up (trigger)" in words
