"""Who of a comparison group came into the programme afterwards: counted by cohort, from the day they are followed from, and never left out."""

from __future__ import annotations

import polars as pl

from indicators.cohort import MEMBERS
from indicators.contamination import CONTAMINATED, contaminated

FOLLOWED = 100
ENTRIES = {"person_id": pl.Int32, "cohort": pl.String, "enrolled_day": pl.Int32, "referred_day": pl.Int32, "is_withdrawn": pl.Boolean}


def members(*rows: tuple[int, str, str]) -> pl.LazyFrame:
    made = [(person, role, FOLLOWED, status, "x") for person, role, status in rows]
    return pl.LazyFrame(made, schema=MEMBERS, orient="row")


def came(*rows: tuple[int, str, int | None, int | None, bool]) -> pl.LazyFrame:
    return pl.LazyFrame(list(rows), schema=ENTRIES, orient="row")


COMPARED = members((1, "comparison", "eligible"), (2, "comparison", "eligible"), (3, "treatment", "eligible"), (4, "comparison", "ineligible"))


def test_from_the_day_they_are_followed_from_by_enrolment_or_else_by_referral() -> None:
    entries = came((1, "unge", FOLLOWED, None, False), (2, "unge", FOLLOWED - 1, FOLLOWED + 9, False))
    assert contaminated(COMPARED, entries).rows() == [(1, "unge")], "who was enrolled the day before was so already"
    assert contaminated(COMPARED, came((2, "unge", None, FOLLOWED + 50, False))).rows() == [(2, "unge")]


def test_each_cohort_counts_once_and_the_treated_and_ineligible_never() -> None:
    entries = came(*((person, cohort, FOLLOWED + 5, None, False) for person in (1, 1, 3, 4) for cohort in ("unge", "voksne")))
    found = contaminated(COMPARED, entries)
    assert found.rows() == [(1, "unge"), (1, "voksne")]
    assert found.schema == CONTAMINATED


def test_what_was_withdrawn_brought_nobody_into_it_and_who_has_no_day_neither() -> None:
    assert contaminated(COMPARED, came((1, "unge", FOLLOWED + 5, None, True), (2, "unge", None, None, False))).is_empty()
