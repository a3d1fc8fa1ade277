"""Weekly benefit histories, as DREAM holds them: a person is in one state a week and leaves it by a hazard.

The hazard depends on the state, on what kind of person it is, on how quickly that person tends to leave and to come back, and a little on the season.
Benefit codes are given when a history is written out, so that the law change of 1 July 2025 changes codes and no one's path.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, fields, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from pipelines.synthetic.drawing import WEEKS, Codes, Days, Flags, Shares, Small, day, monday_from

LAW_CHANGE = int(monday_from(np.array([day("2025-06-30")], dtype=np.int32))[0])
"""The first week in which uddannelseshjaelp is no more: its Sunday is after 1 July 2025."""


class Kind(enum.IntEnum):
    """What kind of person it is: the young who get help, other adults, and others under 30, who study and get none. Only a kind with leave takes parental leave."""

    YOUNG = 0
    YOUNG_WITH_LEAVE = 1
    ADULT = 2
    ADULT_WITH_LEAVE = 3
    STUDENT = 4
    STUDENT_WITH_LEAVE = 5


NAMES = ("blank", "720", "723", "724", "727", "140", "143", "730", "733", "734", "737", "su", "dagpenge", "sick", "leave", "pension", "fleksjob", "efterloen")
STATE = {name: number for number, name in enumerate(NAMES)}
STATES = len(NAMES)
UDDANNELSESHJAELP = ("720", "723", "724", "727", "140", "143")
KONTANTHJAELP = ("730", "733", "734", "737")
CODES_BEFORE = np.array([0, 720, 723, 724, 727, 140, 143, 730, 733, 734, 737, 651, 111, 890, 881, 783, 771, 621], dtype=np.int16)
CODES_AFTER = np.array([0, 730, 733, 734, 737, 130, 133, 730, 733, 734, 737, 651, 111, 890, 881, 783, 771, 621], dtype=np.int16)
IS_HELP = np.array([name in UDDANNELSESHJAELP + KONTANTHJAELP for name in NAMES])
KIND_SHARES = {False: np.cumsum([0.35, 0.30, 0.10, 0.10, 0.08]), True: np.cumsum([0.40, 0.30, 0.12])}
SWITCHES_KIND = 0.06
FRESH = 2.5
SEASON = (0.92, 1.06, 1.02, 1.0, 0.98, 0.96, 0.9, 1.16, 1.12, 1.0, 0.96, 0.92)
"""How hazards vary over the months of a year: most begin work or school in February, August and September."""

HELP = "help"
LEAVING = {
    "young": {"blank": 0.036, HELP: 0.048, "su": 0.016, "dagpenge": 0.04, "sick": 0.09, "leave": 0.03, "fleksjob": 0.002},
    "adult": {"blank": 0.0024, HELP: 0.016, "su": 0.02, "dagpenge": 0.05, "sick": 0.09, "leave": 0.03, "fleksjob": 0.001},
    "student": {"blank": 0.01, "su": 0.008, "dagpenge": 0.06, "sick": 0.09, "leave": 0.03, "fleksjob": 0.002},
}
GOING = {
    "young": {
        "blank": {HELP: 0.82, "su": 0.07, "dagpenge": 0.05, "sick": 0.04, "leave": 0.02},
        HELP: {"blank": 0.68, "su": 0.10, "dagpenge": 0.03, "sick": 0.07, "leave": 0.12},
        "su": {"blank": 0.6, HELP: 0.38, "leave": 0.02},
        "dagpenge": {"blank": 0.7, HELP: 0.2, "su": 0.05, "sick": 0.05},
        "sick": {HELP: 0.65, "blank": 0.35},
        "leave": {HELP: 0.55, "blank": 0.45},
        "fleksjob": {"blank": 0.5, "sick": 0.5},
    },
    "adult": {
        "blank": {"dagpenge": 0.46, "sick": 0.37, HELP: 0.08, "leave": 0.07, "pension": 0.005, "fleksjob": 0.015},
        HELP: {"blank": 0.7, "sick": 0.15, "pension": 0.08, "fleksjob": 0.05, "leave": 0.02},
        "su": {"blank": 0.9, "dagpenge": 0.1},
        "dagpenge": {"blank": 0.85, "sick": 0.1, HELP: 0.05},
        "sick": {"blank": 0.88, "dagpenge": 0.05, HELP: 0.04, "fleksjob": 0.02, "pension": 0.01},
        "leave": {"blank": 0.92, "dagpenge": 0.08},
        "fleksjob": {"sick": 0.6, "blank": 0.4},
    },
    "student": {
        "blank": {"su": 0.82, "dagpenge": 0.08, "sick": 0.07, "leave": 0.03},
        "su": {"blank": 0.93, "dagpenge": 0.05, "leave": 0.02},
        "dagpenge": {"blank": 0.9, "su": 0.1},
        "sick": {"blank": 0.8, "su": 0.2},
        "leave": {"blank": 0.6, "su": 0.4},
        "fleksjob": {"blank": 0.5, "sick": 0.5},
    },
}
PLACES = ("blank", HELP, "su", "dagpenge", "sick", "leave", "pension", "fleksjob")
PLACE_STATES = np.array([STATE.get(place, STATES) for place in PLACES], dtype=np.uint8)


def _of_state(name: str) -> str:
    return HELP if IS_HELP[STATE[name]] else name


def _hazards() -> Shares:
    """The weekly chance to leave, by kind and state, flat."""
    return np.array([[LEAVING[kind].get(_of_state(name), 0.0) for name in NAMES] for kind in LEAVING for _ in range(2)], dtype=np.float32).ravel()


def _roads() -> Shares:
    """Where those who leave go, by kind and state: running shares over PLACES. Who does not take leave stays at home without it."""
    made = []
    for roads in GOING.values():
        for takes_leave in (False, True):
            for name in NAMES:
                shares = dict(roads.get(_of_state(name), {"blank": 1.0}))
                if not takes_leave:
                    shares["blank"] = shares.get("blank", 0.0) + shares.pop("leave", 0.0)
                made.append(np.cumsum([shares.get(place, 0.0) for place in PLACES]))
    return np.array(made, dtype=np.float32)


HAZARDS, ROADS = _hazards(), _roads()
SEASONS = np.array([SEASON[min(11, week % 52 * 12 // 52)] for week in range(WEEKS)], dtype=np.float32)


@dataclass(frozen=True)
class Lives:
    """What a history depends on, one element a person.

    `start` is the state of the first week. Until `opens`, a week number, nobody leaves the blank state; who is `is_fresh` finds the way
    to help sooner the first time. `is_trained` people get kontanthjaelp and not uddannelseshjaelp, and from week `thirty` all do.
    """

    kind: Codes
    start: Codes
    opens: Small
    thirty: Small
    is_fresh: Flags
    is_trained: Flags
    leaves_help: Shares
    comes_back: Shares

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, index: npt.NDArray[np.intp]) -> Self:
        """Some of them, in the order of `index`."""
        return replace(self, **{item.name: getattr(self, item.name)[index] for item in fields(self)})


def simulate(lives: Lives, rng: np.random.Generator, helped_from: Days | None = None, factor: float = 1.0) -> Codes:
    """One state a week and person, shape (WEEKS, people).

    From week `helped_from` on, a person's hazard to leave help is `factor` times as large; the draws are the same with and without.
    """
    count = len(lives)
    state, entry, offset = lives.start.copy(), np.where(lives.is_fresh, np.float32(FRESH), lives.comes_back), lives.kind.astype(np.int32) * STATES
    made = np.empty((WEEKS, count), dtype=np.uint8)
    for week in range(WEEKS):
        made[week] = state
        u, v = rng.random(count, dtype=np.float32), rng.random(count, dtype=np.float32)
        in_help, at_home = IS_HELP[state], state == 0
        hazard = HAZARDS[offset + state] * SEASONS[week]
        hazard *= np.where(in_help, lives.leaves_help, np.where(at_home, entry, np.float32(1.0)))
        hazard[at_home & (lives.opens > week)] = 0.0
        if helped_from is not None:
            hazard[in_help & (helped_from <= week)] *= np.float32(factor)
        moves = np.flatnonzero(u < hazard)
        switches = np.flatnonzero(in_help & (u > 1.0 - SWITCHES_KIND) & (u >= hazard))
        entry[moves] = lives.comes_back[moves]
        places = (v[moves, None] >= ROADS[offset[moves] + state[moves]]).sum(axis=1).clip(max=len(PLACES) - 1)
        state[switches] = _help(lives.is_trained[switches], v[switches])
        state[moves] = np.where(PLACE_STATES[places] == STATES, _help(lives.is_trained[moves], u[moves] / hazard[moves]), PLACE_STATES[places])
    return made


def _help(is_trained: Flags, drawn: Shares) -> Codes:
    """A kind of help for each person, by a number drawn in [0, 1)."""
    young = STATE["720"] + np.searchsorted(KIND_SHARES[False], drawn, side="right")
    trained = STATE["730"] + np.searchsorted(KIND_SHARES[True], drawn, side="right")
    return np.where(is_trained, trained, young).astype(np.uint8)


def starting(rng: np.random.Generator, is_trained: Flags, shares: dict[str, float]) -> Codes:
    """States of the first week, drawn by share; what the shares leave is blank."""
    running = np.cumsum(list(shares.values()))
    place = np.searchsorted(running, rng.random(len(is_trained)), side="right")
    states = np.array([*(STATE.get(name, STATES) for name in shares), STATE["blank"]], dtype=np.uint8)[place]
    return np.where(states == STATES, _help(is_trained, rng.random(len(is_trained), dtype=np.float32)), states).astype(np.uint8)


def codes(states: Codes, lives: Lives) -> Small:
    """The DREAM code of every week and person, 0 for a blank week; shape as `states`."""
    before, after = CODES_BEFORE[states], CODES_AFTER[states]
    week = np.arange(WEEKS, dtype=np.int16)[:, None]
    return np.where((week >= LAW_CHANGE) | (week >= lives.thirty), after, before)
