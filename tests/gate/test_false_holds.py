"""The other side of the gate: over twenty clean samples nothing is held for no reason, and no rule of a register that they need fails; and
what is counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from gate.clean_samples import SEEDS, helpers_of_the_drawn, is_held_by_nothing_else

from pipelines.bench_nights import Helpers
from pipelines.bench_seeds import PLANTED, CleanNight, counted, rate, seeds_table, summed
from pipelines.payments.decide import Decision
from pipelines.quality.checks import Check
from pipelines.synthetic.danish import PEOPLE

CLAIM, SUBJECT, RULE = PLANTED


@pytest.fixture(scope="module")
def shared() -> Iterator[Helpers]:
    with helpers_of_the_drawn() as made:
        yield made


@pytest.mark.parametrize("seed", SEEDS)
def test_a_clean_sample_is_held_by_what_is_planted_in_it_and_by_nothing_else(shared: Helpers, seed: int) -> None:
    is_held_by_nothing_else(shared, seed)


def decision(key: str, state: str = "due", *causes: tuple[str, str]) -> Decision:
    contract, trigger, period, group, kind = key.split("/")
    holds = tuple({"subject": subject, "rule": rule, "verdict": "failed", "words": ""} for subject, rule in causes)
    blank = Decision(contract, 1, trigger, "", period, group, kind, dt.date(2026, 6, 30), "due", Decimal(0), "DKK", "", "", "", (), (), (), "", 0, "")
    return replace(blank, state=state, holds=holds)  # type: ignore[arg-type]  # the states that there are


OTHER, PUBLISHED = "ungebro/effekt/2025Q1/all/final", "tarp/intake/2024-25/all/final"
BEF = ("register:bef", "kom_has_three_digits")
WAITS = decision(CLAIM, "held", (SUBJECT, RULE))


def check(subject: str, rule: str, verdict: str) -> Check:
    return Check(subject, rule, verdict, "error", 1, 9, "", "0", "", "", "", "completeness", "", "", "", dt.date(2026, 6, 30))  # type: ignore[arg-type]


def night(*decisions: Decision, checks: tuple[Check, ...] = (), problems: tuple[str, ...] = ()) -> CleanNight:
    return counted(7, decisions, checks, {"outcome:ungebro/later"}, list(problems), lambda: 2.0)


def test_the_planted_hold_is_none_of_the_claims_that_are_counted_and_a_claim_that_is_not_due_neither() -> None:
    found = night(WAITS, decision(OTHER), decision(OTHER, "not_met"), decision(OTHER, "not_due"), decision(PUBLISHED))
    assert (found.decided, found.held, found.is_planted_held) == (2, {}, True)


def test_any_other_hold_is_a_false_one() -> None:
    found = night(WAITS, decision(OTHER, "held", BEF))
    assert (found.decided, found.held) == (1, {OTHER: [BEF]})


def test_the_planted_hold_with_another_cause_beside_its_own_is_a_false_one() -> None:
    found = night(decision(CLAIM, "held", (SUBJECT, RULE), BEF))
    assert (found.decided, list(found.held), found.is_planted_held) == (1, [CLAIM], False)


def test_a_night_that_pays_what_should_wait_is_wrong() -> None:
    found = summed([night(decision(CLAIM))], PEOPLE)
    assert (found["claims"]["found"], found["nights"]["found"], found["planted_hold_missed"]) == (0, 1, [7])


def test_rules_are_counted_by_what_they_said_but_for_the_planted_one_and_outcomes_that_are_not_due() -> None:
    said = (
        check(SUBJECT, RULE, "failed"),
        check("outcome:ungebro/later", RULE, "failed"),
        check(*BEF, "failed"),
        check("register:bef", "x", "warned"),
        check("register:bef", "y", "passed"),
    )
    found = summed([night(WAITS, checks=said), night(WAITS, decision(OTHER), checks=said)], PEOPLE)
    assert found["rules_that_failed"] == {"register:bef kom_has_three_digits": 2}
    assert found["rules_that_warned"] == {"register:bef x": 2}


def test_rates_over_claims_and_over_nights_are_told_with_their_intervals_and_causes() -> None:
    found = summed([night(WAITS, decision(OTHER, "held", BEF), decision(PUBLISHED)), night(WAITS, decision(OTHER), problems=("settling: it stopped",))], PEOPLE)
    assert [(found[name]["found"], found[name]["of"]) for name in ("claims", "nights")] == [(1, 2), (2, 2)]
    words = seeds_table(found)
    assert f"seed 7: {OTHER} held by register:bef kom_has_three_digits" in words
    assert "settling: it stopped" in words
    assert "50.000%" in words


def test_the_interval_of_no_false_hold_is_the_one_that_a_pocket_calculator_gives() -> None:
    """With none of n found, the upper end is the share at which none of n has a chance of 2.5 in 100: 1 - 0.025 to the power of 1/n."""
    found = rate(0, 240)
    assert (found["rate"], found["low"]) == (0.0, 0.0)
    assert found["high"] == pytest.approx(1 - 0.025 ** (1 / 240))
    assert rate(3, 3)["low"] == pytest.approx(0.025 ** (1 / 3))
    with pytest.raises(ValueError, match="a share of nothing"):
        rate(0, 0)
