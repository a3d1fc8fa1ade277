"""The lists a municipality keeps itself, and BUAF: referrals, placements and answers to WHO-5, as delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.synthetic.children import END_DAY, EXTRACTED, Programme, Spell
from pipelines.synthetic.drawing import NEVER, Keys, Part, birthday, date_of, day, draws, happens, picks, weekday
from pipelines.synthetic.population import HOME_KOM, dates
from pipelines.synthetic.youth import Referred

REFUSERS = ("kommune", "udfoerer", "borger")
ROUNDS = ((day("2024-12-01"), END_DAY), (day("2025-05-01"), day("2025-07-01")), (day("2025-11-01"), day("2026-01-01")), (day("2026-05-01"), day("2026-06-15")))
RESPONSE = 0.86
ITEMS = [f"who5_{number}" for number in range(1, 6)]


def referrals(seed: int, pnr: Keys, referred: Programme, young: Referred, first_young: int) -> pl.DataFrame:
    """One row a referral, by day and pseudonym: the enrolled of both programmes, the refused, and the later ones."""
    rng, count = draws(seed, Part.REFERRAL, 1), len(referred.born)
    fate = [*referred.fate, *(name for name, number in zip(("enrolled", "refused", "later"), young.sizes, strict=True) for _ in range(number))]
    days, is_refused = np.concatenate([referred.days, young.days]), np.array(fate) == "refused"
    person = np.concatenate([np.arange(count), np.arange(first_young, first_young + len(young.days))])
    waited = rng.integers(3, 25, len(days), dtype=np.int32)
    refuser = pl.Series(REFUSERS).gather(picks(rng, len(days), (0.35, 0.25, 0.4)))
    table = pl.DataFrame(
        {
            "pnr": pnr.gather(person),
            "indsats": ["trygt_hjem"] * count + ["ungebro"] * len(young.days),
            "gruppe": [*referred.group, *["unge"] * len(young.days)],
            "henvist_dato": dates(weekday((days - waited).astype(np.int32))),
            "indskrevet_dato": dates(np.where(is_refused, NEVER, days).astype(np.int32)),
            "afslag_af": refuser.set(pl.Series(~is_refused), None),
            "udtraeksdato": pl.repeat(date_of(EXTRACTED), len(days), dtype=pl.Date, eager=True),
        }
    )
    return table.sort("henvist_dato", "pnr")


def _spells(pnr: Keys, spells: Sequence[Spell], names: tuple[str, str, str, str]) -> pl.DataFrame:
    """Person, start, end (null while open) and type under the register's names, by person and start."""
    starts, ends = (np.array([getattr(spell, side) for spell in spells], dtype=np.int32) for side in ("start", "end"))
    columns = [pnr.gather([spell.child for spell in spells]), dates(starts), dates(ends), pl.Series([spell.type for spell in spells])]
    return pl.DataFrame(dict(zip(names, columns, strict=True))).sort(names[0], names[1])


def buaf(pnr: Keys, spells: Sequence[Spell]) -> pl.DataFrame:
    """One row a placement. VARIGHED is its days, null while it is open."""
    made = _spells(pnr, spells, ("PNR", "STARTDATO", "SLUTDATO", "ANSTED_KLAS"))
    length = (pl.col("SLUTDATO") - pl.col("STARTDATO")).dt.total_days().cast(pl.Int32)
    return made.select("PNR", "STARTDATO", "SLUTDATO", length.alias("VARIGHED"), "ANSTED_KLAS", NYKOM=pl.lit(HOME_KOM))


def case_placements(pnr: Keys, spells: Sequence[Spell]) -> pl.DataFrame:
    """One row a placement of the municipality's case system."""
    made = _spells(pnr, spells, ("pnr", "anbragt_fra", "anbragt_til", "anbringelsestype"))
    return made.with_columns(udtraeksdato=pl.lit(date_of(EXTRACTED)))


@dataclass(frozen=True)
class Answer:
    """One answer to WHO-5: the child, the day, and five items of which one may be empty. `round` is 0 for the baseline."""

    child: int
    round: int
    on: int
    items: tuple[int | None, ...]

    @property
    def score(self) -> int | None:
        """0 to 100, when all items are there."""
        given = [item for item in self.items if item is not None]
        return 4 * sum(given) if len(given) == len(self.items) else None


def answers(seed: int, referred: Programme) -> list[Answer]:
    """A baseline within a fortnight of enrolment and an answer in most half-years after, of every enrolled child while under 18."""
    rng, made = draws(seed, Part.WHO5), []
    for child in [number for number, fate in enumerate(referred.fate) if fate != "refused"]:
        enrolled, base = int(referred.days[child]), int(picks(rng, 1, (0.15, 0.4, 0.35, 0.1))[0]) + 1
        made.append(Answer(child, 0, min(enrolled + int(rng.integers(0, 15)), EXTRACTED - 1), _items(rng, base, later=False)))
        grown = int(birthday(referred.born[[child]], 18)[0])
        for number, (first, end) in enumerate(ROUNDS, start=1):
            begin, responds, drawn = max(first, enrolled + 15), happens(rng, RESPONSE), rng.random()
            items = _items(rng, base, later=True)
            if responds and begin < min(end, grown):
                made.append(Answer(child, number, begin + int(drawn * (min(end, grown) - begin)), items))
    return made


def _items(rng: np.random.Generator, base: int, *, later: bool) -> tuple[int | None, ...]:
    """Five items about a child's own level; later ones are more often a step up than a step down."""
    steps = picks(rng, 5, (0.25, 0.5, 0.25)) - 1
    lift = picks(rng, 5, (0.06, 0.58, 0.36)) - 1 if later else np.zeros(5, dtype=np.intp)
    items: list[int | None] = [int(item) for item in (base + steps + lift).clip(0, 5)]
    if happens(rng, 0.01):
        items[int(rng.integers(5))] = None
    return tuple(items)


def who5(seed: int, pnr: Keys, given: Sequence[Answer]) -> pl.DataFrame:
    """One row an answer, by day and pseudonym. Interviewers belong to neither the municipality nor the provider."""
    interviewer = picks(draws(seed, Part.WHO5, 1), len(given), (0.3, 0.3, 0.25, 0.15))
    table = pl.DataFrame(
        {
            "pnr": pnr.gather([answer.child for answer in given]),
            "besvaret_dato": dates(np.array([answer.on for answer in given], dtype=np.int32)),
            "instrument_version": pl.repeat("who5_dk_1998", len(given), dtype=pl.String, eager=True),
            "interviewer": pl.Series([f"maaler_{number}" for number in range(1, 5)]).gather(interviewer),
            **{name: pl.Series([answer.items[place] for answer in given], dtype=pl.Int8) for place, name in enumerate(ITEMS)},
            "udtraeksdato": pl.repeat(date_of(EXTRACTED), len(given), dtype=pl.Date, eager=True),
        }
    )
    return table.sort("besvaret_dato", "pnr")
