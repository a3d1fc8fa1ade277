"""The Danish sample: a municipality's extract of seven registers, others beside it, and the truth that was planted in it.

Nobody in it is anybody: every person, family and history is drawn from the seed. Cohorts keep their sizes from 10,000
people on, and the rest grows; below, everything shrinks alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

import numpy as np
import polars as pl

from pipelines.errors import HomeError
from pipelines.synthetic import beside, children, lists, youth
from pipelines.synthetic.children import Programme, Spell
from pipelines.synthetic.drawing import FIRST_MONDAY, date_of, day, monday_from
from pipelines.synthetic.dream import LAST_SUNDAY, background_lives, dream
from pipelines.synthetic.extract import DATE_IN_LISTS, Extract
from pipelines.synthetic.histories import codes
from pipelines.synthetic.linked import Linked, linked
from pipelines.synthetic.packed import Kept, joined, kept
from pipelines.synthetic.population import QUARTERS, Group, Population, adults, assemble, bef, dod
from pipelines.synthetic.shelters import Stays, stays
from pipelines.synthetic.sizes import FEWEST, Sizes, sizes_for
from pipelines.synthetic.youth import Referred

REGISTERS = ("bef", "buaf", "case_placements", "dod", "dream", "referrals", "who5", *beside.REGISTERS)
PEOPLE, SEED = 10_000, 1
SHARE_YOUNG, SHARE_CHILDREN = 0.30, 0.15
LABEL = dt.date(2025, 12, 31)
REACHED = 26
BUAF_ENDS, WHOLE_BUAF_ENDS = day("2025-06-30"), day("2026-05-31")
HALF_YEARS = {"2024H2": ("2024-07-01", "2025-01-01"), "2025H1": ("2025-01-01", "2025-07-01"), "2025H2": ("2025-07-01", "2026-01-01")}


@dataclass(frozen=True)
class Sample:
    """Everything drawn from one seed. Large registers are made when they are written."""

    seed: int
    people: int
    has_effect: bool
    programme: Programme
    other_children: Group
    referred: Referred
    pool: Kept
    sizes: Sizes

    @property
    def first_young(self) -> int:
        """The number of the first young person; children come before."""
        return len(self.programme) + len(self.other_children.born)

    @cached_property
    def young(self) -> Kept:
        """The referred young people and the pool, with the histories that are delivered."""
        return joined([kept(self.referred.young), self.pool])

    @cached_property
    def population(self) -> Population:
        kept = [Group(self.programme.born, self.programme.is_girl), Group(self.referred.young.born, self.referred.young.is_woman)]
        rest = self.people - self.first_young - len(self.young.born)
        return assemble(self.seed, kept, self.other_children, Group(self.pool.born, self.pool.is_woman), adults(self.seed, rest))

    @cached_property
    def linked(self) -> Linked:
        """What the registers beside each other know of one person."""
        lives = background_lives(self.seed, Group(self.population.born, self.population.is_woman))
        return linked(self.seed, self.population, self.young, self.first_young, lives)

    @cached_property
    def stays(self) -> Stays:
        return stays(self.linked)

    @cached_property
    def placements(self) -> list[Spell]:
        return children.placements(self.seed, self.programme, self.other_children.born)

    @cached_property
    def case_system(self) -> list[Spell]:
        spells = children.in_case_system(self.seed, self.programme, self.placements)
        return children.known(spells, children.EXTRACTED - 1, children.EXTRACTED)

    @cached_property
    def answers(self) -> list[lists.Answer]:
        return lists.answers(self.seed, self.programme)

    def extracts(self) -> list[Extract]:
        """All deliveries without a defect."""
        pnr, extracted = self.population.pnr, date_of(children.EXTRACTED)
        referrals = lists.referrals(self.seed, pnr, self.programme, self.referred, self.first_young)
        return [
            Extract("bef", "bef_2026_03_31.parquet", date_of(QUARTERS[-1]), partial(bef, self.population)),
            Extract("dod", "dod_2025_12_31.parquet", LABEL, dod(self.population)),
            Extract("dream", "dream_2026_w20.parquet", date_of(LAST_SUNDAY), self._dream()),
            self._buaf("buaf_2025_12_31.parquet", LABEL, children.LAST_STARTS[0], BUAF_ENDS),
            Extract("case_placements", "anbringelser_2026_06_15.csv", extracted, lists.case_placements(pnr, self.case_system), DATE_IN_LISTS),
            Extract("who5", "who5_2026_06_15.csv", extracted, lists.who5(self.seed, pnr, self.answers), DATE_IN_LISTS),
            Extract("referrals", "henvisninger_2026_06_15.csv", extracted, referrals, DATE_IN_LISTS),
            *beside.extracts(self.linked, self.stays, self._dream()),
        ]

    def _dream(self) -> Callable[[], Iterator[pl.DataFrame]]:
        return partial(dream, self.seed, self.population, self.young, self.first_young)

    def whole_buaf(self) -> Extract:
        """BUAF as a later delivery brings it: to the end of May 2026, as its label says."""
        return self._buaf("buaf_2026_05_31.parquet", date_of(WHOLE_BUAF_ENDS), children.LAST_STARTS[1], WHOLE_BUAF_ENDS)

    def _buaf(self, name: str, label: dt.date, last_start: int, last_day: int) -> Extract:
        return Extract("buaf", name, label, lists.buaf(self.population.pnr, children.known(self.placements, last_start, last_day)))

    def truth(self) -> dict[str, Any]:
        """What was planted, counted by plain loops over what was drawn."""
        return {
            "sizes": "as agreed" if self.sizes.is_whole else "in proportion: cohorts are smaller than agreed, and some of the treated may have nobody alike",
            "ungebro": _ungebro(self.referred, has_effect=self.has_effect),
            "trygt_hjem": _trygt_hjem(self),
            "beside": beside.truth(self.linked, self.stays),
        }


def draw(people: int = PEOPLE, seed: int = SEED, *, effect: bool = True) -> Sample:
    """Draw the sample. Raises HomeError for fewer people than the cohorts need to be compared with, and for a negative seed."""
    if people < FEWEST:
        raise HomeError(f"a sample of {people} people is too small for its cohorts to be compared with others", next_step=f"give --people {FEWEST} or more")
    if seed < 0:
        raise HomeError("a seed is a whole number from 0 on", next_step="give another --seed")
    sizes, pool = sizes_for(people), joined(map(kept, youth.pool(seed, round(people * SHARE_YOUNG))))
    referred = youth.referred(seed, pool.take(np.arange(min(youth.POOL_BLOCK, len(pool)))), sizes, effect=effect)
    born, is_girl = children.births(seed, round(people * SHARE_CHILDREN) - sizes.programme)
    return Sample(seed, people, effect, children.programme(seed, sizes), Group(born, is_girl), referred, pool, sizes)


def whole_buaf(people: int = PEOPLE, seed: int = SEED) -> Extract:
    """The BUAF of the sample with this seed, with data to the end of May 2026."""
    return draw(people, seed).whole_buaf()


def _mean(values: Iterable[int]) -> Decimal:
    """The mean to four decimals."""
    given = list(values)
    return round(Decimal(sum(given)) / Decimal(len(given)), 4) if given else Decimal(0)


@dataclass(frozen=True)
class _Counted:
    """Weeks of one treated person with what was planted and without."""

    quarter: str
    weeks: int
    at_risk: int
    weeks_without: int
    at_risk_without: int


def _counted(referred: Referred) -> list[_Counted]:
    """One element an enrolled person; the quarter is that of the window's end."""
    lives, starts = referred.young.lives, monday_from(referred.days)
    with_, without = codes(referred.young.states, lives), codes(referred.without, lives)
    made = []
    for person in range(referred.sizes[0]):
        start = int(starts[person])
        weeks, at_risk, paused = youth.weeks_counted(with_[:, person].tolist(), start)
        weeks_without, at_risk_without, _ = youth.weeks_counted(without[:, person].tolist(), start)
        end = date_of(FIRST_MONDAY + 7 * (start + youth.YEAR + min(paused, youth.PAUSES)))
        made.append(_Counted(f"{end.year}Q{(end.month + 2) // 3}", weeks, at_risk, weeks_without, at_risk_without))
    return made


def _ungebro(referred: Referred, *, has_effect: bool) -> dict[str, Any]:
    counted = _counted(referred)
    quarters = sorted({one.quarter for one in counted})
    return {
        "what": "weeks self-supporting of the enrolled in their own window, as delivered and as they would have been without the effect, from the same draws",
        **dict(zip(("enrolled", "refused", "later"), referred.sizes, strict=True)),
        "has_effect": has_effect,
        "hazard_factor": str(youth.FACTOR if has_effect else 1.0),
        "overall": _effect(counted),
        "by_claim_quarter": {quarter: _effect([one for one in counted if one.quarter == quarter]) for quarter in quarters},
    }


def _effect(counted: list[_Counted]) -> dict[str, Any]:
    mean, without = _mean(one.weeks for one in counted), _mean(one.weeks_without for one in counted)
    return {
        "people": len(counted),
        "mean_weeks": mean,
        "mean_weeks_without": without,
        "effect_weeks": mean - without,
        "weeks": sum(one.weeks for one in counted),
        "weeks_at_risk": sum(one.at_risk for one in counted),
        "weeks_without": sum(one.weeks_without for one in counted),
        "weeks_at_risk_without": sum(one.at_risk_without for one in counted),
        "never_at_risk": sum(not one.at_risk for one in counted),
        "reached_26_weeks": sum(one.weeks >= REACHED for one in counted),
        "reached_26_weeks_without": sum(one.weeks_without >= REACHED for one in counted),
    }


def _trygt_hjem(sample: Sample) -> dict[str, Any]:
    who, groups, enrolled = sample.programme.members(), sample.programme.group, sample.sizes.children["enrolled"]
    return {
        "what": "days out of care of the enrolled, under 18, from enrolment on, a room of their own being no care; by the case system, and by BUAF once it covers the half-year",
        **sample.sizes.children,
        "days_out_of_care": {
            name: {group: {period: _days(sample, spells, [one for one in who if groups[one] == group], period) for period in HALF_YEARS} for group in enrolled}
            for name, spells in (("case_placements", sample.case_system), ("buaf", sample.placements))
        },
        "who5": _who5(sample, who),
    }


def _days(sample: Sample, spells: list[Spell], who: list[int], period: str) -> int:
    first, end = (day(text) for text in HALF_YEARS[period])
    theirs: dict[int, list[Spell]] = {child: [] for child in who}
    for spell in spells:
        if spell.child in theirs and spell.type != children.OWN_ROOM:
            theirs[spell.child].append(spell)
    born, days = sample.programme.born, sample.programme.days
    return sum(children.days_out_of_care(int(born[child]), theirs[child], max(first, int(days[child])), end) for child in who)


def _who5(sample: Sample, who: list[int]) -> dict[str, Any]:
    """Per half-year: how many of the cohorts answered, and the mean change of score since the baseline of those with two complete answers."""
    score = {(answer.child, answer.round): answer.score for answer in sample.answers}
    made = {}
    for number, period in enumerate((*HALF_YEARS, "2026H1"), start=1):
        pairs = [(score[child, 0], score[child, number]) for child in who if (child, number) in score]
        changes = [after - before for before, after in pairs if before is not None and after is not None]
        made[period] = {"answered": len(pairs), "complete_pairs": len(changes), "mean_change": _mean(changes)}
    return made
