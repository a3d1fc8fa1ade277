"""UDDA and KOTRE: what people learn and when. The young on help without an education have begun one at most; nobody learns before their time.

Education codes have the register's shape, four digits with leading noughts; they name levels of the sample alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.synthetic.drawing import NEVER, Days, Flags, Index, Part, chance, day, draws, picks
from pipelines.synthetic.linked import Linked, on, year_of
from pipelines.synthetic.population import dates

SCHOOL, GYMNASIUM = "0010", "0120"
VOCATIONAL = ("3010", "3120", "3245")
HIGHER = ("4060", "5166", "5190", "6240")
LAST_TERM = day("2025-09-30")
CODES = pl.Series([SCHOOL, GYMNASIUM, *VOCATIONAL, *HIGHER])
FIRST_VOCATIONAL, FIRST_HIGHER = 2, 5
LENGTHS = np.array([2, 3, 4, 5])
SCHOOL_YEARS = 16


@dataclass(frozen=True)
class Step:
    """An education somebody takes, one element a person: places in CODES, from and to when (NEVER when it is not begun), and whether it was completed."""

    code: Index
    start: Days
    end: Days
    is_completed: Flags


@dataclass(frozen=True)
class Path:
    """School until a summer, then an upper secondary education, then a higher one."""

    school_end: Days
    second: Step
    higher: Step


def path(linked: Linked, piece: int, who: Index) -> Path:
    """The education of each of a piece's people, the same for every register."""
    rng, count, year = draws(linked.seed, Part.EDUCATION, piece), len(who), year_of(linked.people.born[who]) + SCHOOL_YEARS
    is_trained = linked.is_trained[who]
    begins, year_off = chance(rng, count, np.where(is_trained, 0.93, 0.55)), chance(rng, count, 0.2)
    is_gymnasium = chance(rng, count, np.where(is_trained, 0.62, 0.35))
    completes, quits = is_trained & chance(rng, count, 0.86), rng.integers(60, 800, count)
    starts = on(year + year_off, 8, 12)
    ends = np.where(is_gymnasium, on(year + year_off + 3, 6, 27), on(year + year_off + 4, 1, 31))
    code = np.where(is_gymnasium, 1, FIRST_VOCATIONAL + rng.integers(0, len(VOCATIONAL), count))
    second = _step(code, np.where(begins, starts, NEVER), np.where(completes, ends, starts + quits), completes)
    goes_on, gap, kind = begins & completes & chance(rng, count, np.where(is_gymnasium, 0.78, 0.12)), rng.integers(0, 3, count), picks(rng, count, (0.15, 0.35, 0.25, 0.25))
    finishes, gives_up = chance(rng, count, 0.8), rng.integers(60, 700, count)
    first = year_of(second.end) + gap
    begin = on(first, 9, 1)
    higher = _step(FIRST_HIGHER + kind, np.where(goes_on, begin, NEVER), np.where(finishes, on(first + LENGTHS[kind], 6, 30), begin + gives_up), finishes)
    return Path(on(year, 6, 26), second, higher)


def _step(code: Index, start: Days, end: Days, is_completed: Flags) -> Step:
    return Step(code.astype(np.intp), start.astype(np.int32), end.astype(np.int32), is_completed)


def udda(linked: Linked, year: int) -> Iterator[pl.DataFrame]:
    """One row a resident with an education on 30 September of the year, by pseudonym, in pieces. Who came from abroad has no day."""
    known_on, people = int(on(year, 9, 30)), linked.people
    for piece, everyone in linked.pieces():
        whole = path(linked, piece, everyone)
        code, since = np.zeros(len(everyone), dtype=np.intp), whole.school_end.copy()
        for step in (whole.second, whole.higher):
            is_done = step.is_completed & (step.start < NEVER) & (step.end <= known_on)
            code[is_done], since[is_done] = step.code[is_done], step.end[is_done]
        keep = people.is_resident(known_on)[everyone] & (since <= known_on)
        since[people.arrives[everyone] > people.born[everyone]] = NEVER
        yield pl.DataFrame({"PNR": linked.keys(everyone[keep]), "HFAUDD": CODES.gather(code[keep]), "HF_VFRA": dates(since[keep])})


def kotre(linked: Linked) -> Iterator[pl.DataFrame]:
    """One row a spell of enrolment that began by the last term known, by pseudonym and start, in pieces."""
    for piece, everyone in linked.pieces():
        whole = path(linked, piece, everyone)
        yield pl.concat([_spells(linked, everyone, step) for step in (whole.second, whole.higher)]).sort("PNR", "ELEV3_VFRA")


def _spells(linked: Linked, everyone: Index, step: Step) -> pl.DataFrame:
    """A step as spells of those who were here and alive when it began; it ends with them."""
    last, came = linked.last_day[everyone], linked.first_day[everyone]
    keep = (step.start <= LAST_TERM) & (step.start < last) & (step.start >= came)
    end = np.minimum(step.end, last)[keep]
    is_open = end > LAST_TERM
    how = pl.Series(np.where(is_open, "4", np.where(step.is_completed[keep] | (end % 5 > 0), "1", "3")).tolist(), dtype=pl.String)
    return pl.DataFrame(
        {
            "PNR": linked.keys(everyone[keep]),
            "ELEV3_VFRA": dates(step.start[keep]),
            "ELEV3_VTIL": dates(np.where(is_open, NEVER, end).astype(np.int32)),
            "UDD": CODES.gather(step.code[keep]),
            "AFG_ART": how,
        }
    )
