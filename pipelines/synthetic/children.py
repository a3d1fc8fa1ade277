"""The children of `trygt_hjem`: who is referred, when they are placed and when at home, and how they say they are.

A child's placements are drawn once. BUAF and the municipality's case system both report them; now and then one of the two dates of a
placement is some days off in the case system.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipelines.synthetic.drawing import NEVER, Days, Flags, Part, birthday, chance, day, draws, happens, uniform_days, weekday
from pipelines.synthetic.sizes import Sizes

FIRST_DAY, END_DAY = day("2024-07-01"), day("2025-01-01")
EXTRACTED = day("2026-06-15")
SHARE_PLACED = 0.012
SHARE_OFF = 0.02
LONG = 120
MOST_DAYS_OFF = 12
TYPES = ((6, ("familiepleje", "netvaerkspleje")), (13, ("familiepleje", "doegninstitution", "opholdssted")), (15, ("doegninstitution", "opholdssted", "kost_efterskole")))
OWN_ROOM = "eget_vaerelse"
OLDEST_TYPES = ("opholdssted", "kost_efterskole", OWN_ROOM)


@dataclass(frozen=True)
class Spell:
    """One placement, [start, end); `end` is NEVER while nobody knows of one."""

    child: int
    start: int
    end: int
    type: str


@dataclass(frozen=True)
class Programme:
    """The referred children, first the enrolled ones of the cohorts, then the refused, then the later ones; `days` is when they enrolled or were refused."""

    born: Days
    is_girl: Flags
    group: tuple[str, ...]
    fate: tuple[str, ...]
    days: Days

    def __len__(self) -> int:
        return len(self.born)

    def members(self) -> list[int]:
        """The children of the cohorts."""
        return [child for child, fate in enumerate(self.fate) if fate == "enrolled"]


def programme(seed: int, sizes: Sizes) -> Programme:
    """Draw the referred children. Most are from 2 to 15 years old; some become 18 within what the sample knows."""
    rng = draws(seed, Part.PROGRAMME_CHILDREN)
    parts = [(fate, group, count) for fate, groups in sizes.children.items() for group, count in groups.items()]
    total = sizes.programme
    fate = tuple(name for name, _, count in parts for _ in range(count))
    group = tuple(name for _, name, count in parts for _ in range(count))
    early, is_nearly_grown = rng.random(total), chance(rng, total, 0.08)
    in_time = FIRST_DAY + ((END_DAY - FIRST_DAY) * (early + early * early) / 2).astype(np.int32)
    after, anytime = uniform_days(rng, total, day("2025-01-06"), day("2026-06-01")), uniform_days(rng, total, FIRST_DAY, day("2026-06-01"))
    days = weekday(np.select([np.array(fate) == "enrolled", np.array(fate) == "later"], [in_time, after], anytime).astype(np.int32))
    age = np.where(is_nearly_grown, rng.integers(5900, 6480, total), rng.integers(700, 5700, total))
    return Programme((days - age).astype(np.int32), chance(rng, total, 0.47), group, fate, days)


def births(seed: int, count: int) -> tuple[Days, Flags]:
    """Day of birth and whether a girl, of `count` other children in families; some are born while the sample runs."""
    rng = draws(seed, Part.CHILDREN)
    return uniform_days(rng, count, day("2006-07-01"), day("2026-03-20")), chance(rng, count, 0.487)


def placements(seed: int, referred: Programme, others: Days) -> list[Spell]:
    """Every placement that there ever was or will be, of the referred children and of the others, numbered on from them; by child and start."""
    rng = draws(seed, Part.PLACEMENTS)
    made = [spell for child in range(len(referred)) for spell in _of_referred(rng, referred, child)]
    placed = np.flatnonzero(chance(rng, len(others), SHARE_PLACED))
    for child in placed.tolist():
        made += _typed(rng, child + len(referred), int(others[child]), [_some_time(rng, int(others[child]))])
    return made + _last_known(others, set(placed.tolist()), len(referred))


def _of_referred(rng: np.random.Generator, referred: Programme, child: int) -> list[Spell]:
    born, on = int(referred.born[child]), int(referred.days[child])
    stays = _edge(rng, born, on) if referred.group[child] == "edge" else _in_care(rng, born, on)
    return _typed(rng, child, born, stays)


def _days(rng: np.random.Generator, least: int, most: int) -> int:
    return int(rng.integers(least, max(most, least + 1)))


def _edge(rng: np.random.Generator, born: int, on: int) -> list[tuple[int, int]]:
    """At home when enrolled; some were placed before, some are later."""
    stays = []
    if happens(rng, 0.2):
        end = on - _days(rng, 30, 500)
        stays.append((max(born + 30, end - _days(rng, 40, 400)), end))
    if happens(rng, 0.24):
        start = on + _days(rng, 15, 560)
        stays.append((start, start + _days(rng, 40, 500)))
    return stays


def _in_care(rng: np.random.Generator, born: int, on: int) -> list[tuple[int, int]]:
    """Placed when enrolled; half go home within two years, a quarter of them are placed again."""
    start = on - _days(rng, 60, min(1500, on - born - 90))
    if happens(rng, 0.5):
        return [(start, NEVER)]
    soon = rng.random()
    stays = [(start, on + 20 + int(480 * soon * soon))]
    if happens(rng, 0.25):
        again = stays[0][1] + _days(rng, 40, 300)
        stays.append((again, again + _days(rng, 60, 600)))
    return stays


def _some_time(rng: np.random.Generator, born: int) -> tuple[int, int]:
    """A placement at some time between birth and the extraction."""
    start = born + _days(rng, 20, min(6200, EXTRACTED - born))
    return start, start + _days(rng, 60, 1800)


def _typed(rng: np.random.Generator, child: int, born: int, stays: Iterable[tuple[int, int]]) -> list[Spell]:
    """Stays with their types, ending at the 18th birthday; a long one may change its type on the way and is then two placements."""
    grown, made = int(birthday(np.array([born], dtype=np.int32), 18)[0]), []
    for start, stay_end in stays:
        end = min(stay_end, grown)
        middle = start + (min(end, EXTRACTED) - start) // 2
        halves = [(start, middle), (middle, end)] if middle - start > LONG and happens(rng, 0.3) else [(start, end)]
        made += [Spell(child, first, last, _type(rng, (first - born) // 365)) for first, last in halves if first < last]
    return made


def _type(rng: np.random.Generator, age: int) -> str:
    fitting = next((types for below, types in TYPES if age < below), OLDEST_TYPES)
    return fitting[int(rng.integers(len(fitting)))]


LAST_STARTS = (day("2025-06-28"), day("2026-05-29"))


def _last_known(others: Days, placed: set[int], first: int) -> list[Spell]:
    """Two children whose placements begin on the last days that the two BUAF extracts know of."""
    fitting = [child for child in np.flatnonzero((others > day("2010-01-01")) & (others < day("2022-01-01"))).tolist() if child not in placed]
    return [Spell(child + first, start, NEVER, "familiepleje") for child, start in zip(sorted(fitting[:2]), LAST_STARTS, strict=True)]


def known(spells: Iterable[Spell], last_start: int, last_day: int) -> list[Spell]:
    """What an extract shows that knows starts up to `last_start` and ends up to `last_day`."""
    return [spell if spell.end <= last_day else replace(spell, end=NEVER) for spell in spells if spell.start <= last_start]


def in_case_system(seed: int, referred: Programme, spells: Sequence[Spell]) -> list[Spell]:
    """The same placements as the case system has them: SHARE_OFF of them with a date some days off, one per cohort of these where it tells."""
    rng, made = draws(seed, Part.CASE_SYSTEM), list(spells)
    sides = {place: found for place in range(len(spells)) if (found := _movable(spells, place))}
    order = [list(sides)[number] for number in rng.permutation(len(sides)).tolist()]
    telling = {referred.group[spells[place].child]: (place, side) for place in order for side in sides[place] if _tells(spells[place], side, referred)}
    chosen = dict([*telling.values(), *((place, sides[place][0]) for place in order if place not in dict(telling.values()))])
    for place in list(chosen)[: max(len(telling), round(SHARE_OFF * len(spells)))]:
        shift = (2 + int(rng.integers(MOST_DAYS_OFF - 1))) * (1 if happens(rng, 0.5) else -1)
        made[place] = replace(made[place], **{chosen[place]: getattr(made[place], chosen[place]) + shift})
    return made


def _movable(spells: Sequence[Spell], place: int) -> tuple[str, ...]:
    """Which dates of a placement can be some days off without meeting another one, or the other date."""
    spell, room = spells[place], 2 * MOST_DAYS_OFF
    near = [other for other in (*spells[max(0, place - 1) : place], *spells[place + 1 : place + 2]) if other.child == spell.child]
    if spell.end - spell.start <= 2 * room:
        return ()
    starts_free = spell.start <= EXTRACTED - room and all(other.start >= spell.end or other.end <= spell.start - room for other in near)
    ends_free = spell.end <= EXTRACTED - room and all(other.end <= spell.start or other.start >= spell.end + room for other in near)
    return ("start",) * starts_free + ("end",) * ends_free


def _tells(spell: Spell, side: str, referred: Programme) -> bool:
    """Whether a shift of that date changes the days at home that are counted in the first half-year of a cohort."""
    if spell.child >= len(referred) or referred.fate[spell.child] != "enrolled":
        return False
    return int(referred.days[spell.child]) + MOST_DAYS_OFF < int(getattr(spell, side)) < END_DAY - MOST_DAYS_OFF


def days_out_of_care(born: int, spells: Iterable[Spell], first: int, end: int) -> int:
    """Days in [first, end) on which a child is under 18 and in none of the spells, counted one by one."""
    placed = {number for spell in spells for number in range(max(spell.start, first), min(spell.end, end))}
    grown = int(birthday(np.array([born], dtype=np.int32), 18)[0])
    return sum(1 for number in range(first, min(end, grown)) if number not in placed)
