"""UDD_FOLKESKOLE_FRAVAER_STIL: absence of pupils of school age, a row a pupil and month, more in winter and by some pupils than by others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from pipelines.synthetic.drawing import Index, Part, draws, picks
from pipelines.synthetic.linked import Linked, on, year_of

MONTHS = (8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6)
SCHOOL_DAYS = np.array([15, 21, 17, 21, 15, 21, 15, 21, 16, 18, 19])
SEASON = np.array([0.6, 0.9, 1.0, 1.2, 1.3, 1.3, 1.3, 1.1, 0.9, 0.8, 0.7])
YOUNGEST, OLDEST = 6, 15
TENDENCIES = np.array([0.5, 1.0, 2.5])
SCHOOLS = 24


def skolefravaer(linked: Linked, year: int) -> Iterator[pl.DataFrame]:
    """The school year that begins in August of `year`, by pseudonym and month, in pieces. Nobody has absence in July."""
    begins, people = int(on(year, 8, 1)), linked.people
    for piece, everyone in linked.pieces():
        age = year - year_of(people.born[everyone])
        pupils = everyone[(age >= YOUNGEST) & (age <= OLDEST) & people.is_resident(begins)[everyone]]
        yield _rows(linked, piece, pupils, year)


def _rows(linked: Linked, piece: int, pupils: Index, year: int) -> pl.DataFrame:
    """All figures are halves of days, in whole numbers until the last step."""
    rng, shape = draws(linked.seed, Part.ABSENCE, year * 1000 + piece), (len(pupils), len(MONTHS))
    tendency = TENDENCIES[picks(rng, len(pupils), (0.5, 0.38, 0.12))][:, None]
    room = np.broadcast_to(2 * SCHOOL_DAYS, shape)
    ill = np.minimum((rng.random(shape) ** 3 * 8 * tendency * SEASON).astype(np.int64), room)
    leave = np.minimum((rng.random(shape) ** 6 * 7).astype(np.int64), room - ill)
    unexcused = np.minimum((rng.random(shape) ** 8 * 6 * tendency).astype(np.int64), room - ill - leave)
    months = np.array([(year + (month < MONTHS[0])) * 100 + month for month in MONTHS])
    figures = {"DAGESYG": ill, "DAGELOVFRA": leave, "DAGEULOVFRA": unexcused, "DAGEIALTFRA": ill + leave + unexcused, "DAGEAKTIV": room}
    school = linked.people.families.of[pupils] % SCHOOLS + 851_001
    return pl.DataFrame(
        {
            "PNR": linked.keys(np.repeat(pupils, len(MONTHS))),
            "INSTITUTIONSNUMMER": pl.Series(np.repeat(school, len(MONTHS))).cast(pl.String),
            "SKOLEAAR": pl.repeat(f"{year}/{year + 1}", shape[0] * shape[1], dtype=pl.String, eager=True),
            "MAANED": pl.Series(np.tile(months, len(pupils)).astype(np.int32)),
            **{name: pl.Series(halves.ravel() / 2) for name, halves in figures.items()},
        }
    )
