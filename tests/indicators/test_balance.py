"""How alike groups are before and after matching, and where they overlap: worked by hand."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from indicators.balance import design
from indicators.matching import CANDIDATES
from indicators.nearness import Nearest

WEEK = 19_900
TREATED = {"person_id": pl.Int32, "person_key": pl.String, "enrolled_day": pl.Int32, "week": pl.Int32}


def looked_at(person: int, age: int, *, own: bool = False, weeks: int = 30, sex: int = 1) -> tuple[object, ...]:
    return (WEEK, person, person, age, sex, 0, 2, weeks, 10, own)


def given(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=CANDIDATES, orient="row")


def treated(*people: int) -> pl.DataFrame:
    return pl.DataFrame([(person, f"t{person}", WEEK + 8, WEEK) for person in people], schema=TREATED, orient="row")


FIVE = given(looked_at(1, 20, own=True), looked_at(2, 24, own=True), looked_at(11, 20), looked_at(12, 24), looked_at(13, 40))


def test_differences_are_in_the_treated_peoples_own_spread_before_and_after() -> None:
    """The treated are 20 and 24, so they spread the square root of 8; the others are 28 on average. The nearest to each is as old: after matching there is no difference."""
    made = design(treated(1, 2), FIVE, on=["sex"], each=1, nearest=Nearest("mahalanobis", ("age",), 9.0), benefits=["kontanthjaelp"])
    assert sorted(made.matched.select("for_person", "person_id").rows()) == [(1, 11), (2, 12)]
    (age,) = [row for row in made.balance.iter_rows(named=True) if row["covariate"] == "age"]
    assert (age["mean_treatment"], age["mean_before"], age["mean_after"]) == (22, 28, 22)
    assert (age["smd_before"], age["smd_after"]) == (Decimal("-2.121320"), 0)
    assert (age["variance_ratio_before"], age["variance_ratio_after"]) == (14, 1)
    assert (age["n_treatment"], age["n_treatment_after"], age["n_before"], age["n_after"]) == (2, 2, 3, 2)
    assert (made.asked, made.looked_at, made.beside, made.outside) == (2, 2, 2, 0)
    assert made.overlap.is_empty()


def test_everybody_beside_one_treated_person_weighs_one_together() -> None:
    """Beside the first stands one of 20, beside the second 24 and 40: (20 + 32) / 2."""
    rows = given(looked_at(1, 20, own=True), looked_at(2, 24, own=True, sex=2), looked_at(11, 20), looked_at(12, 24, sex=2), looked_at(13, 40, sex=2))
    made = design(treated(1, 2), rows, on=["sex"], each=2, nearest=None, benefits=["kontanthjaelp"])
    balance = {row["covariate"]: row for row in made.balance.iter_rows(named=True)}
    assert balance["age"]["mean_after"] == 26
    assert balance["age"]["smd_after"] == Decimal("-1.414214")
    assert (balance["sex=2"]["mean_before"], balance["sex=2"]["mean_after"]) == (Decimal("0.666667"), Decimal("0.5"))
    assert balance["benefit=kontanthjaelp"]["smd_before"] is None, "everybody has the same, so there is no spread to measure in"


def test_who_has_nobody_near_is_in_the_groups_before_and_not_after() -> None:
    rows = given(looked_at(1, 20, own=True), looked_at(2, 60, own=True), *(looked_at(10 + age, age) for age in (20, 21, 22)))
    made = design(treated(1, 2, 3), rows, on=["sex"], each=1, nearest=Nearest("mahalanobis", ("weeks_last_year", "age"), 99.0, {"age": 5}), benefits=["k"])
    (age,) = [row for row in made.balance.iter_rows(named=True) if row["covariate"] == "age"]
    assert (age["mean_treatment"], age["mean_treatment_after"], age["n_treatment"], age["n_treatment_after"]) == (40, 20, 2, 1)
    assert (made.asked, made.looked_at, made.beside) == (3, 2, 1)


def test_the_overlap_counts_everybody_once_and_says_who_stands_outside() -> None:
    ages = [20, 21, 22, 23, 24, 25, 30]
    rows = given(
        *(looked_at(place, age, own=True) for place, age in enumerate((22, 24, 25, 33), start=1)),
        *(looked_at(10 * age + copy, age) for age in ages for copy in range(2)),
    )
    made = design(treated(1, 2, 3, 4), rows, on=["sex"], each=1, nearest=Nearest("propensity", ("age",), 0.5), benefits=["k"])
    assert made.overlap.height == 10
    assert made.overlap.select(pl.col("n_treatment", "n_before", "n_after").sum()).row(0) == (4, 14, made.matched.height)
    assert made.overlap["low"].to_list()[1:] == made.overlap["high"].to_list()[:-1]
    assert made.outside == 1, "one of the treated is older than everybody there is to choose from"
    assert made.overlap["n_treatment"].to_list()[-1] == 1
    for end in (made.overlap["low"][0], made.overlap["high"][-1]):
        assert end == round(end, 3), "a round number, since everybody's own logit has six decimals"


def test_nobody_to_choose_from_is_nobody_beside() -> None:
    alone = given(looked_at(1, 20, own=True))
    made = design(treated(1), alone, on=["age", "sex"], each=1, nearest=Nearest("propensity", ("weeks_last_year",), 0.2), benefits=["k"])
    assert (made.matched.height, made.beside, made.overlap.height) == (0, 0, 0)
    assert made.balance["mean_after"].null_count() == made.balance.height
