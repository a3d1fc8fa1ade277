"""What a method is given of a night: rows of people joined with what they had before, and what happens with those who lack it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from indicators.result import RoleCount
from pipelines.contracts.outcome import Outcome, OutcomeContract
from pipelines.contracts.source import read
from pipelines.evidencing import evidence
from pipelines.settings import PACKAGE_ROOT, Home
from pipelines.warehouse.writer import Warehouse, open_warehouse

VALUES = {1: 10, 2: 12, 3: 20, 4: 21, 5: 22}
BEFORE = {1: 15, 2: 16, 3: 20, 4: 20}
"""Person 5 has no value before; 1 and 2 are treated."""


def contract(**compare: Any) -> OutcomeContract:
    folder = PACKAGE_ROOT / "data_contracts"
    value = read(folder / "outcomes" / "tarp.yaml", root=folder).value
    own = value["outcomes"][1]
    earlier = {name: own[name] for name in ("clause", "kind", "cohort", "indicator", "with")} | {"id": "then", "months_before": 12}
    value["outcomes"] = [own | {"compare": own["compare"] | {"method": "difference_in_differences@1", "intervals": ["robust"]} | compare}, earlier]
    return OutcomeContract.model_validate(value)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with open_warehouse(Home(tmp_path / "home")) as made:
        for subject, values in (("outcome:tarp/rearrest_52_weeks", VALUES), ("outcome:tarp/then", BEFORE)):
            people = list(values)
            rows = {
                "subject": subject,
                "person_id": pl.Series(people, dtype=pl.Int32),
                "cohort": "released",
                "role": pl.Series(["treatment" if person < 3 else "comparison" for person in people]),
                "status": "counted",
                "reason": "seen",
                "window_start": pl.lit(0, dtype=pl.Int32),
                "window_end": pl.lit(9, dtype=pl.Int32),
                "exposure": pl.lit(9, dtype=pl.Int64),
                "value": pl.Series([Decimal(value) for value in values.values()], dtype=pl.Decimal(18, 6)),
            }
            made.add(
                "outcomes.indicator_values",
                pl.DataFrame({"person_id": rows.pop("person_id")}).with_columns(**{name: pl.lit(value) if isinstance(value, str) else value for name, value in rows.items()}),
            )
        yield made


ROLES = {"treatment": RoleCount(3, 2, Decimal(22), 18), "comparison": RoleCount(4, 3, Decimal(63), 27)}


def given(warehouse: Warehouse, **compare: Any) -> Any:
    made = contract(**compare)
    outcome: Outcome = made.outcomes[0]
    return evidence(warehouse, made, outcome, "outcome:tarp/rearrest_52_weeks", ROLES)


def test_each_person_stands_beside_what_they_had_before(warehouse: Warehouse) -> None:
    made = given(warehouse, before="then", lacking_at_most=Decimal("0.2"))
    rows = {(float(value), float(before)) for value, before in made.units.select("value", "before").iter_rows()}
    assert rows == {(10, 15), (12, 16), (20, 20), (21, 20)}


def test_whoever_lacks_it_is_attrition_of_their_group(warehouse: Warehouse) -> None:
    made = given(warehouse, before="then", lacking_at_most=Decimal("0.2"))
    assert (made.comparison.n, made.comparison.n_counted) == (4, 2)
    assert dict(made.attrition) == {"attrition_treatment": "1", "attrition_comparison": "2"}


def test_more_who_lack_it_than_agreed_give_no_estimate(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match=r"1 of 5 counted people lack before, and the contract lets at most 19.0 % be left out"):
        given(warehouse, before="then", lacking_at_most=Decimal("0.19"))


def test_a_covariate_is_a_column_of_numbers(warehouse: Warehouse) -> None:
    made = given(warehouse, method="regression_adjusted@1", covariates=["then"], lacking_at_most=Decimal("0.2"))
    assert sorted(made.units["x_then"].to_list()) == [15, 16, 20, 20]
    assert made.covariates == ["x_then"]


def test_an_outcome_that_was_not_measured_gives_no_estimate(warehouse: Warehouse) -> None:
    warehouse.connection.execute("delete from outcomes.indicator_values where subject = 'outcome:tarp/then'")
    with pytest.raises(ValueError, match="the outcome 'then', which the method looks at, has nobody counted"):
        given(warehouse, before="then", lacking_at_most=Decimal(1))


def test_a_method_on_sums_is_given_sums_alone(warehouse: Warehouse) -> None:
    made = given(warehouse, method="trial_means@1", intervals=["welch"])
    assert made.units.is_empty()
    assert made.treatment == ROLES["treatment"]


def test_a_method_that_compares_needs_both_arms(warehouse: Warehouse) -> None:
    made = contract()
    with pytest.raises(ValueError, match="one arm of the cohort has nobody in it"):
        evidence(warehouse, made, made.outcomes[0], "outcome:tarp/rearrest_52_weeks", {"treatment": ROLES["treatment"]})


def test_a_persons_cluster_is_that_of_the_row_by_which_they_were_enrolled(warehouse: Warehouse) -> None:
    """Person 1 has an earlier row of another cluster and an undated one; person 2 has two clusters on the day itself, and so none."""
    members = {"person_id": [1, 2, 3, 4, 5], "role": ["treatment"] * 2 + ["comparison"] * 3, "enrolled_day": [20000] * 5}
    frame = pl.DataFrame(members, schema_overrides={"person_id": pl.Int32, "enrolled_day": pl.Int32})
    warehouse.add("outcomes.cohort_members", frame.with_columns(subject=pl.lit("cohort:tarp/released"), status=pl.lit("eligible"), reason=pl.lit("enrolled")))
    rows = [(1, 19990, "a"), (1, 20000, "b"), (1, None, "a"), (2, 20000, "a"), (2, 20000, "b"), (3, 20000, "c"), (4, 20000, "d"), (5, 20000, "e")]
    listed = ", ".join(f"({person}, {'null' if day is None else f'date {chr(39)}1970-01-01{chr(39)} + {day}'}, '{arm}')" for person, day, arm in rows)
    warehouse.connection.execute("create schema if not exists staged")
    warehouse.connection.execute(f"create table staged.releases as from (values {listed}) as t(person_id, released_on, arm)")
    made = given(warehouse, method="cluster_trial@1", intervals=["cluster_means"], clusters="arm", lacking_at_most=Decimal("0.2"))
    found = {float(value): cluster for value, cluster in made.units.select("value", "cluster").iter_rows()}
    assert found == {10: "b", 20: "c", 21: "d", 22: "e"}
