"""Placebos: what moves that the effort cannot move, of the same people by the same method; and whether both groups lost people alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from indicators.evaluation.attrition import ALIKE, FEWER, MORE, attrition_by_arm
from indicators.evaluation.placebo import WITHOUT, placebo_of
from indicators.result import Estimate, Interval, Quantity, Result, RoleCount, result_from_data
from pipelines.canonical import canonical
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.source import read
from pipelines.evidencing import estimated
from pipelines.settings import PACKAGE_ROOT, Home
from pipelines.warehouse.writer import Warehouse, open_warehouse

LEVEL = Decimal("0.95")
OWN, BEFORE = "outcome:tarp/rearrest_52_weeks", "outcome:tarp/then"


def found(name: str, *ends: tuple[str, str]) -> Estimate:
    intervals = tuple(Interval(f"i{number}", LEVEL, Decimal(low), Decimal(high)) for number, (low, high) in enumerate(ends))
    return Estimate("x@1", {name: Quantity(Decimal("0.5"), None, None, intervals)})


@pytest.mark.parametrize(
    ("estimate", "moves"),
    [
        pytest.param(found("difference", ("-0.1", "1.1")), False, id="nought inside"),
        pytest.param(found("difference", ("0.0", "1.0")), False, id="nought at its end"),
        pytest.param(found("difference", ("0.1", "0.9")), True, id="wholly above"),
        pytest.param(found("difference", ("-0.9", "-0.1")), True, id="wholly below"),
        pytest.param(found("difference", ("-0.1", "1.1"), ("0.1", "0.9")), True, id="one of two"),
        pytest.param(found("rate_ratio", ("0.8", "1.3")), False, id="a ratio of one is no effect"),
        pytest.param(found("rate_ratio", ("0.2", "0.8")), True, id="a ratio below one"),
    ],
)
def test_a_placebo_moves_where_an_interval_lies_to_one_side_of_no_effect(estimate: Estimate, moves: bool) -> None:
    made = placebo_of("then", lambda: estimate)
    assert (made.moves, made.is_still, made.failure) == (moves, not moves, "")


def test_what_has_no_estimate_is_not_known_to_stand_still() -> None:
    def fails() -> Estimate:
        raise ValueError("everybody in each group has the same value, so how sure the difference is cannot be said")

    made = placebo_of("then", fails)
    assert (made.is_still, made.moves, made.quantity) == (False, False, None)
    assert made.failure.startswith("everybody in each group has the same value")
    assert placebo_of("then", lambda: found("mean", ("1", "2"))).failure == WITHOUT


def test_a_placebo_is_stored_with_its_result_and_read_again() -> None:
    placebos = (placebo_of("then", lambda: found("difference", ("0.1", "0.9"))), replace(placebo_of("other", lambda: found("mean")), failure="why"))
    roles = {"treatment": RoleCount(2, 2, Decimal(1), 2)}
    whole = Result("c", "o", "§1", "outcome", "i@1", "k", roles, estimate=replace(found("difference", ("0.2", "0.8")), placebos=placebos))
    assert result_from_data(json.loads(canonical(whole.as_data()))) == whole
    plain = replace(whole, estimate=found("difference", ("0.2", "0.8")))
    assert "placebos" not in plain.as_data()["estimate"], "what names no placebo says what it always said"


def contract(**placebos: Any) -> OutcomeContract:
    """The published experiment with a comparison of means, and the same outcome before as a placebo."""
    folder = PACKAGE_ROOT / "data_contracts"
    value = read(folder / "outcomes" / "tarp.yaml", root=folder).value
    own = value["outcomes"][1]
    earlier = {name: own[name] for name in ("clause", "kind", "cohort", "indicator", "with")} | {"id": "then", "months_before": 12}
    compare = own["compare"] | {"method": "trial_means@1", "intervals": ["welch"], "placebos": {"clause": "§9", "outcomes": ["then"], **placebos}}
    value["outcomes"] = [own | {"compare": compare | {"lacking_at_most": Decimal("0.25")}}, earlier]
    return OutcomeContract.model_validate(value)


def add(warehouse: Warehouse, subject: str, values: dict[int, int]) -> None:
    """Counted unit rows: the odd are treated."""
    people = list(values)
    frame = pl.DataFrame({"person_id": pl.Series(people, dtype=pl.Int32)}).with_columns(
        role=pl.Series(["treatment" if person % 2 else "comparison" for person in people]),
        value=pl.Series([Decimal(value) for value in values.values()], dtype=pl.Decimal(18, 6)),
        subject=pl.lit(subject),
        cohort=pl.lit("released"),
        status=pl.lit("counted"),
        reason=pl.lit("seen"),
        window_start=pl.lit(0, dtype=pl.Int32),
        window_end=pl.lit(9, dtype=pl.Int32),
        exposure=pl.lit(9, dtype=pl.Int64),
    )
    warehouse.add("outcomes.indicator_values", frame)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(Home(tmp_path / "home")) as made:
        yield made


def roles(lost: int = 0) -> dict[str, RoleCount]:
    """Those of AFTER, with seven in each group who were ineligible and so many of the treated lost."""
    made = {}
    for role, side in (("treatment", 1), ("comparison", 0)):
        values = [Decimal(value) for person, value in AFTER.items() if person % 2 == side]
        gone = lost * side
        reasons = (("counted", "seen", len(values)), ("ineligible", "old", 7), ("not_observed", "gone", gone))
        made[role] = RoleCount(len(values) + gone + 7, len(values), sum(values, Decimal(0)), 90, reasons, sum((value * value for value in values), Decimal(0)))
    return made


AFTER = {person: 10 * (person % 2) + person % 3 for person in range(1, 21)}


def test_a_placebo_is_estimated_on_the_people_who_are_counted_and_says_what_was_there_before(warehouse: Warehouse) -> None:
    """The treated had 10 more afterwards, and 4 more before: person 99, whom the outcome does not count, is not in it either."""
    add(warehouse, OWN, AFTER)
    add(warehouse, BEFORE, {person: 4 * (person % 2) + person % 3 for person in AFTER} | {99: 500})
    made = estimated(warehouse, contract(), contract().outcomes[0], OWN, roles())
    (placebo,) = made.placebos
    assert placebo.quantity is not None
    treated, others = ([person % 3 for person in AFTER if person % 2 == side] for side in (1, 0))
    by_hand = 4 + Decimal(sum(treated)) / 10 - Decimal(sum(others)) / 10
    assert placebo.quantity.value == by_hand
    assert (placebo.outcome, placebo.name, placebo.moves) == ("then", "difference", True)
    assert made.quantities["difference"].value == by_hand + 6, "the estimate itself is what it was"


def test_one_that_was_alike_before_stands_still(warehouse: Warehouse) -> None:
    add(warehouse, OWN, AFTER)
    add(warehouse, BEFORE, {person: person % 5 for person in AFTER})
    assert estimated(warehouse, contract(), contract().outcomes[0], OWN, roles()).placebos[0].is_still


def test_more_who_lack_the_placebo_than_agreed_leave_it_without_an_estimate_and_the_estimate_as_it_is(warehouse: Warehouse) -> None:
    add(warehouse, OWN, AFTER)
    add(warehouse, BEFORE, {person: person % 5 for person in AFTER if person > 6})
    made = estimated(warehouse, contract(), contract().outcomes[0], OWN, roles())
    assert made.placebos[0].failure == "6 of 20 counted people lack value, and the contract lets at most 25.0 % be left out"
    assert made.quantities["difference"].intervals
    add(warehouse, BEFORE, {5: 1, 6: 0})
    assert estimated(warehouse, contract(), contract().outcomes[0], OWN, roles()).placebos[0].is_still, "4 of 20 may"


def test_the_result_notes_for_the_gate_which_placebos_stand_still(warehouse: Warehouse) -> None:
    placebos = (
        placebo_of("still", lambda: found("difference", ("-1", "1"))),
        placebo_of("moving", lambda: found("difference", ("1", "2"))),
        placebo_of("lost", lambda: found("mean")),
    )
    whole = Result("c", "o", "§1", "outcome", "i@1", "k", {}, estimate=replace(found("difference"), placebos=placebos))
    for _ in range(2):
        warehouse.set_result(OWN, whole.as_data())
        noted = warehouse.connection.execute("select placebo, is_still from quality.placebos order by placebo").fetchall()
        assert noted == [("lost", False), ("moving", False), ("still", True)]
    warehouse.set_result(OWN, None, "why")
    assert warehouse.connection.execute("select count(*) from quality.placebos").fetchall() == [(0,)]


def test_attrition_by_arm_is_a_difference_with_its_interval_and_words() -> None:
    """10 of 100 lost against 5 of 100, by Newcombe's formula from the two Wilson intervals (0.0552, 0.1744) and (0.0215, 0.1118)."""
    said = dict(attrition_by_arm((10, 100), (5, 100), level=LEVEL, decimals=4))
    low = 0.05 - ((0.10 - 0.05522914) ** 2 + (0.11175044 - 0.05) ** 2) ** 0.5
    high = 0.05 + ((0.17436566 - 0.10) ** 2 + (0.05 - 0.02154367) ** 2) ** 0.5
    assert (said["attrition_difference"], said["attrition_by_arm"]) == ("0.0500", ALIKE)
    assert (float(said["attrition_difference_low"]), float(said["attrition_difference_high"])) == pytest.approx((low, high), abs=2e-4)
    assert dict(attrition_by_arm((40, 100), (5, 100), level=LEVEL, decimals=4))["attrition_by_arm"] == MORE
    assert dict(attrition_by_arm((5, 100), (40, 100), level=LEVEL, decimals=4))["attrition_by_arm"] == FEWER
    assert attrition_by_arm((0, 0), (5, 100), level=LEVEL, decimals=4) == ()


def test_who_was_never_to_be_counted_is_nobody_lost(warehouse: Warehouse) -> None:
    add(warehouse, OWN, AFTER)
    add(warehouse, BEFORE, dict.fromkeys(AFTER, 1) | {1: 0, 2: 0})
    said = dict(estimated(warehouse, contract(), contract().outcomes[0], OWN, roles(30)).diagnostics)
    assert (said["attrition_difference"], said["attrition_by_arm"]) == ("0.750000", MORE), "30 of 40 against none of 10; seven in each were ineligible"
    assert said["comparison_in_programme_afterwards"] == "0"


def test_a_placebo_of_matched_sets_is_estimated_set_by_set(warehouse: Warehouse) -> None:
    """Each of the odd stands with the even person after them; before, they differ by what the placebo says and by nothing else."""
    add(warehouse, OWN, AFTER)
    add(warehouse, BEFORE, {person: person % 7 for person in AFTER})
    pairs = pl.DataFrame([(person + 1, person) for person in AFTER if person % 2], schema={"person_id": pl.Int32, "for_person": pl.Int32}, orient="row")
    warehouse.add("outcomes.matched_sets", pairs.with_columns(subject=pl.lit("cohort:tarp/released")))
    made = contract()
    value = made.outcomes[0].compare.model_copy(update={"method": "matched_sets@1", "intervals": ["set_means"]}) if made.outcomes[0].compare else None
    found = estimated(warehouse, made, made.outcomes[0].model_copy(update={"compare": value}), OWN, roles())
    differences = [person % 7 - (person + 1) % 7 for person in AFTER if person % 2]
    (placebo,) = found.placebos
    assert placebo.quantity is not None
    assert placebo.quantity.value == Decimal(sum(differences)) / len(differences)


@pytest.mark.parametrize(
    ("came", "said"),
    [
        pytest.param({"released": 0}, {"comparison_in_programme_afterwards": "0"}, id="nobody"),
        pytest.param({"released": 4}, {"comparison_in_programme_afterwards": "fewer than 5"}, id="few"),
        pytest.param({"released": 5}, {"comparison_in_programme_afterwards": "5", "came_by_released": "5"}, id="enough to say"),
        pytest.param({"released": 6, "later": 2}, {"comparison_in_programme_afterwards": "6"}, id="few of one cohort"),
        pytest.param({"released": 11}, {"comparison_in_programme_afterwards": "all but fewer than 5"}, id="nearly all"),
    ],
)
def test_comparison_people_who_came_into_the_programme_are_counted_and_few_are_said_to_be_few(warehouse: Warehouse, came: dict[str, int], said: dict[str, str]) -> None:
    """Twelve are compared. Somebody whom the outcome does not count is not said."""
    values = {person: person % 3 + person % 2 for person in range(1, 25)}
    add(warehouse, OWN, values)
    add(warehouse, BEFORE, dict.fromkeys(values, 1) | {1: 0, 2: 0})
    rows = [(2 * number, cohort) for cohort, people in came.items() for number in range(1, people + 1)] + [(1000, "later")]
    frame = pl.DataFrame(rows, schema={"person_id": pl.Int32, "came_by": pl.String}, orient="row")
    warehouse.add("quality.contaminated", frame.with_columns(subject=pl.lit("cohort:tarp/released")))
    found = dict(estimated(warehouse, contract(), contract().outcomes[0], OWN, roles()).diagnostics)
    assert {name: words for name, words in found.items() if name.startswith(("comparison_in", "came_by"))} == said
