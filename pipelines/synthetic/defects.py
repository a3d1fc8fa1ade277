"""Defects planted by name: each takes the clean extracts and returns them with one thing wrong, and a note of what that is.

The note goes into the truth file: what was changed, to whom by pseudonym, and what must happen, in words. What happens to a person
always happens to the same kind of child, one that is at home and stays there, so that a test can say what a night must make of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.errors import HomeError
from pipelines.synthetic import tarp
from pipelines.synthetic.extract import Change, Extract

COHORT_FROM, COHORT_TO = dt.date(2024, 7, 1), dt.date(2025, 1, 1)
ENROLLED_BY, BORN_AFTER = dt.date(2024, 9, 30), dt.date(2010, 6, 1)
DAY_OF_DEATH, LAST_SEEN, MOVED_BY = dt.date(2024, 10, 15), dt.date(2024, 9, 30), dt.date(2025, 3, 31)
NEW_KOM = "751"
NOBODY = "311299-9998"
"""What looks like a CPR number with a date that exists; modulus 11 fails, so that it is nobody's."""
MISSING = tuple(f"Y_24{week}" for week in range(21, 31))
DAYS_TO_SECOND = 61


@dataclass(frozen=True)
class Note:
    """What the truth file says of a defect. `whom` is empty when it happens to nobody."""

    register: str
    what: str
    whom: str
    must_happen: str


Planted = tuple[list[Extract], Note]


def plant(name: str, clean: Sequence[Extract]) -> Planted:
    """The extracts with the defect of that name. Raises HomeError, with the names there are, for another one."""
    check(name)
    return DEFECTS[name](clean)


def check(name: str) -> None:
    """Raise HomeError when there is no defect called `name`."""
    if name not in DEFECTS:
        raise HomeError(f"there is no defect called '{name}'", next_step=f"known: {', '.join(sorted(DEFECTS))}")


def table(extracts: Sequence[Extract], register: str) -> pl.DataFrame:
    """All rows of a register among `extracts`."""
    return next(item for item in extracts if item.register == register).table()


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


def _with(extracts: Sequence[Extract], **changes: Change) -> list[Extract]:
    """The extracts with a change made to the registers named, and all others as they are."""
    return [item.changed(changes[item.register]) if item.register in changes else item for item in extracts]


def _put(column: str, value: pl.Expr, when: pl.Expr) -> Change:
    return lambda rows: rows.with_columns(pl.when(when).then(value).otherwise(column).alias(column))


def _without(when: pl.Expr) -> Change:
    return lambda rows: rows.filter(~when)


def label_beyond_coverage(clean: Sequence[Extract]) -> Planted:
    what = "the search was made on 2025-12-31 and its label claims 2026-05-15"
    return tarp.label_beyond_coverage(list(clean)), Note("arrests", what, "", "what needs a search after 2025-12-31 is held; the intake is due as usual")


def cpr_in_referrals(clean: Sequence[Extract]) -> Planted:
    whom = str(table(clean, "referrals").get_column("pnr")[0])
    what = "the pseudonym in the first row is replaced by what looks like a CPR number"
    then = "the file is quarantined, the number is in no message, and what rests on referrals is held"
    return _with(clean, referrals=_put("pnr", pl.lit(NOBODY), pl.int_range(pl.len()) == 0)), Note("referrals", what, whom, then)


def dream_lacks_ten_weeks(clean: Sequence[Extract]) -> Planted:
    what = f"the columns {MISSING[0]} to {MISSING[-1]} are missing"
    then = "weeks that nobody delivered are never read as self-supporting; what pays for windows that hold them is held"
    return _with(clean, dream=lambda rows: rows.drop(MISSING)), Note("dream", what, "", then)


def buaf_ends_before_start(clean: Sequence[Extract]) -> Planted:
    listed = table(clean, "referrals").filter((pl.col("gruppe") == "in_care") & (pl.col("indskrevet_dato") < COHORT_TO)).get_column("pnr").implode()
    spells = table(clean, "buaf")
    place = spells.select((pl.col("PNR").is_in(listed) & pl.col("SLUTDATO").is_not_null()).arg_true().first()).item()
    wrong = _put("SLUTDATO", pl.col("STARTDATO").dt.offset_by("-5d"), pl.int_range(pl.len()) == place)
    what, whom = "one placement's SLUTDATO is five days before its STARTDATO", str(spells.get_column("PNR")[place])
    then = "the register fails its check and what is final from BUAF is held; what is on account from the case system goes on"
    return _with(clean, buaf=wrong), Note("buaf", what, whom, then)


def person_dies(clean: Sequence[Extract]) -> Planted:
    whom = child_at_home(clean)
    dead = pl.DataFrame({"PNR": [whom], "DODDATO": [DAY_OF_DEATH]})
    gone = _without((pl.col("PNR") == whom) & (pl.col("REFERENCETID") >= DAY_OF_DEATH))
    silent = _without((pl.col("pnr") == whom) & (pl.col("besvaret_dato") >= DAY_OF_DEATH))
    what = f"a child at home dies on {DAY_OF_DEATH}; it is in DOD, in no later BEF, and answers no more"
    then = "its days at home count up to the day before it died, and none after"
    return _with(clean, bef=gone, dod=lambda rows: pl.concat([rows, dead]).sort("DODDATO", "PNR"), who5=silent), Note("dod", what, whom, then)


def person_moves(clean: Sequence[Extract]) -> Planted:
    whom = child_at_home(clean)
    what = f"a child at home lives in municipality {NEW_KOM} at {MOVED_BY} and after"
    moved = _put("KOM", pl.lit(NEW_KOM), (pl.col("PNR") == whom) & (pl.col("REFERENCETID") >= MOVED_BY))
    return _with(clean, bef=moved), Note("bef", what, whom, "nothing changes: days at home count wherever in the country they are lived")


def person_emigrates(clean: Sequence[Extract]) -> Planted:
    whom = child_at_home(clean)
    gone = _without((pl.col("PNR") == whom) & (pl.col("REFERENCETID") > LAST_SEEN))
    silent = _without((pl.col("pnr") == whom) & (pl.col("besvaret_dato") > LAST_SEEN))
    what = f"a child at home is in no BEF after {LAST_SEEN}, not in DOD, and answers no more"
    return _with(clean, bef=gone, who5=silent), Note("bef", what, whom, "days on which BEF does not show it as resident are not counted as days at home")


def person_unlinked(clean: Sequence[Extract]) -> Planted:
    known = child_at_home(clean)
    whom = "dk-" + hashlib.sha256(f"unlinked {known}".encode()).hexdigest()[:16]
    what = f"the child {known} is referred under a pseudonym that no other register has"
    then = "the child is not observed and nothing is paid for it; the others count as usual"
    return _with(clean, referrals=_put("pnr", pl.lit(whom), pl.col("pnr") == known)), Note("referrals", what, whom, then)


def person_referred_twice(clean: Sequence[Extract]) -> Planted:
    whom = child_at_home(clean)
    later = [pl.col(name).dt.offset_by(f"{DAYS_TO_SECOND}d") for name in ("henvist_dato", "indskrevet_dato")]
    what = f"a child at home has a second referral and enrolment {DAYS_TO_SECOND} days after the first"
    twice: Change = lambda rows: pl.concat([rows, rows.filter(pl.col("pnr") == whom).with_columns(later)]).sort("henvist_dato", "pnr")  # noqa: E731
    return _with(clean, referrals=twice), Note("referrals", what, whom, "the child is one person of the cohort, counted from its first enrolment")


DEFECTS: dict[str, Callable[[Sequence[Extract]], Planted]] = {
    made.__name__: made
    for made in (
        label_beyond_coverage,
        cpr_in_referrals,
        dream_lacks_ten_weeks,
        buaf_ends_before_start,
        person_dies,
        person_moves,
        person_emigrates,
        person_unlinked,
        person_referred_twice,
    )
}
