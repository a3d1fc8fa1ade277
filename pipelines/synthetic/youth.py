"""Young people on benefits: those referred to `ungebro`, the effect planted on them, and the others they are compared with.

Who may be referred and who is left to compare with is drawn before anybody's history, by nothing but chance. One referable person has
one day; whoever is on help in the week before it may be referred then, more often the young, men and those long on help. So
referral depends on age, sex, kind of help and weeks on help alone, and what the others do later tells the effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from pipelines.errors import HomeError
from pipelines.synthetic.drawing import (
    FIRST_MONDAY,
    NEVER,
    WEEKS,
    Codes,
    Days,
    Flags,
    Index,
    Part,
    Small,
    age_on,
    birthday,
    by_age,
    chance,
    day,
    draws,
    monday_from,
    picks,
    uniform_days,
    weekday,
)
from pipelines.synthetic.histories import IS_HELP, STATE, Kind, Lives, simulate, starting
from pipelines.synthetic.sizes import Sizes

REFERABLE, NEWCOMERS = 7000, 400
FIRST_DAY, END_DAY = day("2024-02-01"), day("2025-02-01")
LAST_LATER, LAST_KNOWN = day("2026-06-13"), day("2026-05-15")
LATEST_WINDOW_END = day("2026-04-01")
POOL_BLOCK = 3000
FACTOR = 2.25
"""How many times as large the hazard to leave help is after enrolment."""
CANDIDATES, MATCHES = 4, 2
SHARE_WOMEN = 0.48
YOUNGEST, OLDEST = 18, 29
QUARTER = 13
YEAR, PAUSES = 52, 13
SUCCESS, NEUTRAL, PAUSE, STOP = (0, 100, 121, 122, 123, 511), (651, 652, 771), (881,), (997, 998, 999)
TENDENCIES = np.array([0.6, 1.0, 1.5], dtype=np.float32)
RETURNS = np.array([1.2, 1.0, 0.8], dtype=np.float32)


@dataclass(frozen=True)
class Young:
    """Young people with their histories: `states` has the shape (WEEKS, people)."""

    born: Days
    is_woman: Flags
    lives: Lives
    states: Codes

    @cached_property
    def help_weeks(self) -> Small:
        """How many weeks on help somebody has had before each week, shape (WEEKS + 1, people)."""
        none = np.zeros((1, len(self.born)), dtype=np.int16)
        return np.concatenate([none, np.cumsum(IS_HELP[self.states], axis=0, dtype=np.int16)])

    def before(self, person: Index, week: Index) -> tuple[Codes, Small]:
        """State in the week before `week` and weeks on help in the YEAR up to then, of each person and week."""
        return self.states[week - 1, person], self.help_weeks[week, person] - self.help_weeks[week - YEAR, person]

    def take(self, index: Index) -> Young:
        return Young(self.born[index], self.is_woman[index], self.lives.take(index), self.states[:, index])


@dataclass(frozen=True)
class Referred:
    """The referred of `ungebro` in this order: the enrolled, the refused, the later ones; `sizes` says how many. `without` holds the states without any effect."""

    young: Young
    days: Days
    without: Codes
    sizes: tuple[int, int, int]


def _born(rng: np.random.Generator, count: int, first: str = "1994-03-01", end: str = "2006-10-01") -> Days:
    return uniform_days(rng, count, day(first), day(end))


def _lives(rng: np.random.Generator, born: Days, is_woman: Flags, opens: Small | None = None) -> Lives:
    """Drawn lives of young people; some have benefits from the first week on, those not yet 18 from some time after their birthday."""
    count, age = len(born), age_on(born, day("2024-08-01"))
    adult_from = monday_from(birthday(born, 18)).astype(np.int16)
    tendency = picks(rng, count, (0.3, 0.45, 0.25))
    is_trained = chance(rng, count, by_age(age, (20, 23, 26), (0.03, 0.15, 0.35, 0.5)))
    takes_leave = chance(rng, count, np.where(is_woman, by_age(age, (19,), (0.0, 0.45)), 0.06))
    first = starting(rng, is_trained, {"help": 0.56, "su": 0.06, "dagpenge": 0.04, "sick": 0.03})
    is_late = adult_from > 0 if opens is None else np.ones(count, dtype=np.bool_)
    return Lives(
        kind=np.where(takes_leave, Kind.YOUNG_WITH_LEAVE, Kind.YOUNG).astype(np.uint8),
        start=np.where(is_late, STATE["blank"], first).astype(np.uint8),
        opens=adult_from if opens is None else opens,
        thirty=monday_from(birthday(born, 30)).astype(np.int16),
        is_fresh=is_late,
        is_trained=is_trained,
        leaves_help=TENDENCIES[tendency],
        comes_back=RETURNS[tendency],
    )


def pool(seed: int, count: int) -> Iterator[Young]:
    """Those who are never referred, simulated a block at a time: the first block is the same however many there are."""
    for number in range(-(-count // POOL_BLOCK)):
        yield _block(seed, number, min(POOL_BLOCK, count - number * POOL_BLOCK))


def together(parts: list[Young]) -> Young:
    """The people of all parts, in their order."""
    lives = Lives(**{item.name: np.concatenate([getattr(part.lives, item.name) for part in parts]) for item in fields(Lives)})
    born, is_woman = (np.concatenate([getattr(part, name) for part in parts]) for name in ("born", "is_woman"))
    return Young(born, is_woman, lives, np.concatenate([part.states for part in parts], axis=1))


def _block(seed: int, number: int, count: int) -> Young:
    rng = draws(seed, Part.POOL, number)
    born, is_woman = _born(rng, count), chance(rng, count, SHARE_WOMEN)
    lives = _lives(rng, born, is_woman)
    return Young(born, is_woman, lives, simulate(lives, draws(seed, Part.POOL_WEEKS, number)))


def referred(seed: int, others: Young, sizes: Sizes, *, effect: bool) -> Referred:
    """Draw who is referred, when, and what becomes of them. `others` are the first block of the pool."""
    early, early_days, early_with = _in_time(seed, others, sizes, effect=effect)
    late, late_days, late_with = _newcomers(seed, sizes.young[2], effect=effect)
    delivered = together([replace(early, states=early_with), replace(late, states=late_with)])
    return Referred(delivered, np.concatenate([early_days, late_days]), np.concatenate([early.states, late.states], axis=1), sizes.young)


def _in_time(seed: int, others: Young, sizes: Sizes, *, effect: bool) -> tuple[Young, Days, Codes]:
    """The enrolled and the refused: who they are without effect, their days, and their states with what was planted."""
    rng = draws(seed, Part.REFERABLE)
    born, is_woman = _born(rng, REFERABLE), chance(rng, REFERABLE, SHARE_WOMEN)
    lives, days = _lives(rng, born, is_woman), weekday(uniform_days(rng, REFERABLE, FIRST_DAY, END_DAY))
    everyone = Young(born, is_woman, lives, simulate(lives, draws(seed, Part.REFERABLE_WEEKS)))
    may_be = _may_be_referred(everyone, days)
    willing = draws(seed, Part.REFERRAL).random(REFERABLE) < _weight(everyone, days)
    chosen = _matchable(everyone, days, np.flatnonzero(may_be & willing), others, sizes)
    helped_from = np.full(REFERABLE, NEVER, dtype=np.int32)
    helped_from[chosen[: sizes.young[0]]] = monday_from(days[chosen[: sizes.young[0]]])
    helped = _helped(lives, seed, Part.REFERABLE_WEEKS, helped_from, effect=effect)
    return everyone.take(chosen), days[chosen], helped[:, chosen]


def _newcomers(seed: int, count: int, *, effect: bool) -> tuple[Young, Days, Codes]:
    """Those referred after the cohort closed; they came to benefits after that, so that they were nobody's match before."""
    rng = draws(seed, Part.NEWCOMERS)
    born, is_woman = _born(rng, NEWCOMERS, "1997-01-01", "2007-01-01"), chance(rng, NEWCOMERS, SHARE_WOMEN)
    opens = monday_from(uniform_days(rng, NEWCOMERS, END_DAY + 7, day("2025-10-01"))).astype(np.int16)
    lives, days = _lives(rng, born, is_woman, opens), weekday(uniform_days(rng, NEWCOMERS, END_DAY + 30, LAST_LATER))
    everyone = Young(born, is_woman, lives, simulate(lives, draws(seed, Part.NEWCOMER_WEEKS)))
    may_be = np.flatnonzero(IS_HELP[_states_before(everyone, np.minimum(days, LAST_KNOWN).astype(np.int32))[0]])
    _enough(len(may_be), count)
    chosen = may_be[:count]
    helped = _helped(lives, seed, Part.NEWCOMER_WEEKS, monday_from(days), effect=effect)
    return everyone.take(chosen), days[chosen], helped[:, chosen]


def _enough(found: int, wanted: int) -> None:
    if found < wanted:
        raise HomeError(f"only {found} of {wanted} young people to be referred came out of this seed", next_step="take another --seed, or more --people")


def _helped(lives: Lives, seed: int, part: Part, helped_from: Days, *, effect: bool) -> Codes:
    """The same lives with the same draws once more, this time with the effect."""
    return simulate(lives, draws(seed, part), helped_from, FACTOR if effect else 1.0)


def week_of(days: Days) -> Index:
    """The number of the ISO week that holds the day, from 0 in 2022-W01."""
    return (days.astype(np.intp) - FIRST_MONDAY) // 7


def _states_before(young: Young, days: Days) -> tuple[Codes, Small]:
    """Of each person: the state in the week before the one that holds their day, and the weeks on help in the YEAR up to then."""
    return young.before(np.arange(len(days)), week_of(days))


def _may_be_referred(young: Young, days: Days) -> Flags:
    """From 18 to 29, on help the week before, and without a leave that could push the window's end past the last claim period."""
    age, (state, _) = age_on(young.born, days), _states_before(young, days)
    window_end = FIRST_MONDAY + 7 * (monday_from(days) + YEAR + PAUSES)
    is_safe = (window_end < LATEST_WINDOW_END) | (young.lives.kind == Kind.YOUNG)
    made: Flags = (age >= YOUNGEST) & (age <= OLDEST) & IS_HELP[state] & is_safe
    return made


def _weight(young: Young, days: Days) -> npt.NDArray[np.float64]:
    """How likely a caseworker refers: what it depends on is what people are matched on."""
    _, weeks = _states_before(young, days)
    made: npt.NDArray[np.float64] = by_age(age_on(young.born, days), (25,), (0.9, 0.7)) * np.where(young.is_woman, 0.85, 1.0) * by_age(weeks, (27,), (0.75, 1.0))
    return made


def _matchable(young: Young, days: Days, order: Index, others: Young, sizes: Sizes) -> Index:
    """The first of those in `order` who leave each other enough candidates: none may be the only match of two. In a small extract there are
    not enough of them; the first others in `order` are taken then."""
    wanted = sum(sizes.young[:2])
    chosen, is_free = [], np.ones(len(others.born), dtype=np.bool_)
    for person in order.tolist():
        alike = _candidates(young, person, int(days[person]), others)
        free = alike[is_free[alike]]
        if len(free) >= CANDIDATES:
            is_free[free[:MATCHES]] = False
            chosen.append(person)
        if len(chosen) == wanted:
            break
    if not sizes.is_whole:
        chosen += [person for person in order.tolist() if person not in set(chosen)][: wanted - len(chosen)]
    _enough(len(chosen), wanted)
    return np.array(chosen, dtype=np.intp)


def _candidates(young: Young, person: int, on: int, others: Young) -> Index:
    """Who of the others are alike in the week before: age and sex, kind of help, and quarters of a year on help in the year up to then."""
    week = int(week_of(np.array([on], dtype=np.int32))[0])
    state, weeks = young.before(np.array([person]), np.array([week]))
    their_state = others.states[week - 1]
    alike = np.flatnonzero((others.is_woman == young.is_woman[person]) & IS_HELP[their_state] & ((their_state < STATE["730"]) == (state < STATE["730"])))
    their_weeks = others.help_weeks[week, alike] - others.help_weeks[week - YEAR, alike]
    alike = alike[(their_weeks - 1) // QUARTER == (weeks - 1) // QUARTER]
    monday = FIRST_MONDAY + 7 * (week - 1)
    made: Index = alike[age_on(others.born[alike], monday) == age_on(young.born[[person]], monday)]
    return made


def weeks_counted(column: list[int], start: int) -> tuple[int, int, int]:
    """Success weeks, weeks at risk and weeks paused of one history of codes, from week `start` on, by the contract's five treatments.

    The window is YEAR weeks and as many more as are paused in it, at most PAUSES; it ends early where somebody is pensioned, gone or dead.
    """
    successes = at_risk = paused = looked_at = 0
    while looked_at < YEAR + min(paused, PAUSES) and start + looked_at < WEEKS:
        code = column[start + looked_at]
        if code in STOP:
            break
        looked_at += 1
        if code in PAUSE:
            paused += 1
        elif code not in NEUTRAL:
            at_risk += 1
            successes += code in SUCCESS
    return successes, at_risk, paused
