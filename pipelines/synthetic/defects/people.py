"""Defects that happen to one person, and the first ones of the sample.

What happens to a person always happens to the same kind of child, one that is at home and stays there, so that a test can say what a
night must make of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

import polars as pl

from pipelines.synthetic import tarp
from pipelines.synthetic.defects.planting import NOTHING, QUARANTINE, Wrong, changed, defect, put, table, without
from pipelines.synthetic.extract import Change, Extract

COHORT_FROM, COHORT_TO = dt.date(2024, 7, 1), dt.date(2025, 1, 1)
ENROLLED_BY, BORN_AFTER = dt.date(2024, 9, 30), dt.date(2010, 6, 1)
DAY_OF_DEATH, LAST_SEEN, MOVED_BY = dt.date(2024, 10, 15), dt.date(2024, 9, 30), dt.date(2025, 3, 31)
NEW_KOM = "751"
NOBODY = "311299-9998"
"""What looks like a CPR number with a date that exists; modulus 11 fails, so that it is nobody's."""
MISSING = tuple(f"Y_24{week}" for week in range(21, 31))
DAYS_TO_SECOND = 61


def child_at_home(extracts: Sequence[Extract]) -> str:
    """The first edge child by pseudonym that enrolled by ENROLLED_BY, was born after BORN_AFTER, lives here at every quarter and was never placed since COHORT_FROM."""
    edge = table(extracts, "referrals").filter((pl.col("gruppe") == "edge") & (pl.col("indskrevet_dato") <= ENROLLED_BY)).get_column("pnr").implode()
    whole = next(item for item in extracts if item.register == "bef")
    seen = pl.concat([piece.select("PNR", "FOED_DAG", "REFERENCETID").filter(pl.col("PNR").is_in(edge)) for piece in whole.pieces()])
    present = seen.group_by("PNR").agg(pl.len(), pl.col("FOED_DAG").first())
    fitting = present.filter((pl.col("len") == seen.get_column("REFERENCETID").n_unique()) & (pl.col("FOED_DAG") > BORN_AFTER))
    in_case_system = _placed(table(extracts, "case_placements"), "pnr", "anbragt_fra", "anbragt_til")
    return str(min(set(fitting.get_column("PNR")) - in_case_system - _placed(table(extracts, "buaf"), "PNR", "STARTDATO", "SLUTDATO")))


def _placed(spells: pl.DataFrame, person: str, start: str, end: str) -> set[str]:
    """Who is placed on some day since COHORT_FROM."""
    return set(spells.filter((pl.col(start) >= COHORT_FROM) | pl.col(end).is_null() | (pl.col(end) > COHORT_FROM)).get_column(person))


@defect(
    "arrests",
    "the search was made on 2025-12-31 and its label claims 2026-05-15",
    "what needs a search after 2025-12-31 is held; the intake is due as usual",
    "label_within_coverage",
    holds="coverage_reaches_windows",
    held_on=("outcome:tarp/rearrest_52_weeks",),
)
def label_beyond_coverage(clean: Sequence[Extract]) -> Wrong:
    return Wrong(tarp.label_beyond_coverage(list(clean)))


@defect(
    "referrals",
    "the pseudonym in the first row is replaced by what looks like a CPR number",
    "the file is quarantined, the number is in no message, and what rests on referrals is held",
    QUARANTINE,
)
def cpr_in_referrals(clean: Sequence[Extract]) -> Wrong:
    whom = str(table(clean, "referrals").get_column("pnr")[0])
    return Wrong(changed(clean, referrals=put("pnr", pl.lit(NOBODY), pl.int_range(pl.len()) == 0)), whom)


def _lacks_weeks(clean: Sequence[Extract]) -> Wrong:
    return Wrong(changed(clean, dream=lambda rows: rows.drop(MISSING)))


WEEKS_GONE = (
    "dream",
    f"the columns {MISSING[0]} to {MISSING[-1]} are missing",
    "weeks that nobody delivered are never read as self-supporting; what pays for windows that hold them is held",
    QUARANTINE,
)


@defect(*WEEKS_GONE)
def dream_lacks_ten_weeks(clean: Sequence[Extract]) -> Wrong:
    return _lacks_weeks(clean)


@defect(*WEEKS_GONE)
def missing_weeks(clean: Sequence[Extract]) -> Wrong:
    """The same under the name that the catalogue is asked for."""
    return _lacks_weeks(clean)


@defect(
    "buaf",
    "one placement's SLUTDATO is five days before its STARTDATO",
    "the register fails its check and what is final from BUAF is held; what is on account from the case system goes on",
    "placement_runs_forward",
)
def buaf_ends_before_start(clean: Sequence[Extract]) -> Wrong:
    listed = table(clean, "referrals").filter((pl.col("gruppe") == "in_care") & (pl.col("indskrevet_dato") < COHORT_TO)).get_column("pnr").implode()
    spells = table(clean, "buaf")
    place = spells.select((pl.col("PNR").is_in(listed) & pl.col("SLUTDATO").is_not_null()).arg_true().first()).item()
    wrong = put("SLUTDATO", pl.col("STARTDATO").dt.offset_by("-5d"), pl.int_range(pl.len()) == place)
    return Wrong(changed(clean, buaf=wrong), str(spells.get_column("PNR")[place]))


@defect(
    "dod",
    f"a child at home dies on {DAY_OF_DEATH}; it is in DOD, in no later BEF, and answers no more",
    "its days at home count up to the day before it died, and none after",
    NOTHING,
    moves=True,
)
def person_dies(clean: Sequence[Extract]) -> Wrong:
    whom = child_at_home(clean)
    dead = pl.DataFrame({"PNR": [whom], "DODDATO": [DAY_OF_DEATH]})
    gone = without((pl.col("PNR") == whom) & (pl.col("REFERENCETID") >= DAY_OF_DEATH))
    silent = without((pl.col("pnr") == whom) & (pl.col("besvaret_dato") >= DAY_OF_DEATH))
    no_pupil = without((pl.col("PNR") == whom) & (pl.col("MAANED") > DAY_OF_DEATH.year * 100 + DAY_OF_DEATH.month))
    return Wrong(changed(clean, bef=gone, dod=lambda rows: pl.concat([rows, dead]).sort("DODDATO", "PNR"), who5=silent, skolefravaer=no_pupil), whom)


@defect("bef", f"a child at home lives in municipality {NEW_KOM} at {MOVED_BY} and after", "nothing changes: days at home count wherever in the country they are lived", NOTHING)
def person_moves(clean: Sequence[Extract]) -> Wrong:
    whom = child_at_home(clean)
    return Wrong(changed(clean, bef=put("KOM", pl.lit(NEW_KOM), (pl.col("PNR") == whom) & (pl.col("REFERENCETID") >= MOVED_BY))), whom)


@defect(
    "bef",
    f"a child at home is in no BEF after {LAST_SEEN}, not in DOD, and answers no more",
    "days on which BEF does not show it as resident are not counted as days at home",
    NOTHING,
    moves=True,
)
def person_emigrates(clean: Sequence[Extract]) -> Wrong:
    whom = child_at_home(clean)
    gone = without((pl.col("PNR") == whom) & (pl.col("REFERENCETID") > LAST_SEEN))
    silent = without((pl.col("pnr") == whom) & (pl.col("besvaret_dato") > LAST_SEEN))
    no_pupil = without((pl.col("PNR") == whom) & (pl.col("MAANED") > LAST_SEEN.year * 100 + LAST_SEEN.month))
    return Wrong(changed(clean, bef=gone, who5=silent, skolefravaer=no_pupil), whom)


@defect(
    "referrals",
    "a child is referred under a pseudonym that no other register has",
    "the child is not observed and nothing is paid for it; the others count as usual",
    "pnr_stands_in_referrals",
    on=("register:who5",),
    moves=True,
)
def person_unlinked(clean: Sequence[Extract]) -> Wrong:
    known = child_at_home(clean)
    whom = "dk-" + hashlib.sha256(f"unlinked {known}".encode()).hexdigest()[:16]
    return Wrong(changed(clean, referrals=put("pnr", pl.lit(whom), pl.col("pnr") == known)), whom, f"the others know the child as {known}")


@defect(
    "referrals",
    f"a child at home has a second referral and enrolment {DAYS_TO_SECOND} days after the first",
    "the child is one person of the cohort, counted from its first enrolment",
    NOTHING,
)
def person_referred_twice(clean: Sequence[Extract]) -> Wrong:
    whom = child_at_home(clean)
    later = [pl.col(name).dt.offset_by(f"{DAYS_TO_SECOND}d") for name in ("henvist_dato", "indskrevet_dato")]
    twice: Change = lambda rows: pl.concat([rows, rows.filter(pl.col("pnr") == whom).with_columns(later)]).sort("henvist_dato", "pnr")  # noqa: E731
    return Wrong(changed(clean, referrals=twice), whom)


ALL = (
    label_beyond_coverage,
    cpr_in_referrals,
    dream_lacks_ten_weeks,
    missing_weeks,
    buaf_ends_before_start,
    person_dies,
    person_moves,
    person_emigrates,
    person_unlinked,
    person_referred_twice,
)
