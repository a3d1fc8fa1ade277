"""Weekly histories of many people in little memory: the weeks in which somebody's state changes and the state from then on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from pipelines.synthetic.drawing import WEEKS, Codes, Days, Flags, Index
from pipelines.synthetic.histories import IS_HELP, Lives
from pipelines.synthetic.youth import Young


@dataclass(frozen=True)
class Packed:
    """Histories of people who stand side by side: person `i` has the changes `first[i]` to `first[i + 1]`, the first of them in week 0."""

    first: npt.NDArray[np.int64]
    week: Codes
    state: Codes

    def states(self, index: Index) -> Codes:
        """The states of some people, shape (WEEKS, people)."""
        counts = self.first[index + 1] - self.first[index]
        places = np.repeat(self.first[index] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) + np.arange(counts.sum())
        begins = np.repeat(np.arange(len(index)) * WEEKS, counts) + self.week[places]
        lasts = np.diff(begins, append=len(index) * WEEKS)
        return np.repeat(self.state[places], lasts).reshape(len(index), WEEKS).T


def pack(states: Codes) -> Packed:
    """Pack histories of the shape (WEEKS, people)."""
    flat = np.ascontiguousarray(states.T)
    is_change = np.ones(flat.shape, dtype=np.bool_)
    is_change[:, 1:] = flat[:, 1:] != flat[:, :-1]
    week = np.broadcast_to(np.arange(WEEKS, dtype=np.uint8), flat.shape)[is_change]
    return Packed(np.concatenate([[0], np.cumsum(is_change.sum(axis=1))]), week, flat[is_change])


@dataclass(frozen=True)
class Kept:
    """Young people whose histories are packed."""

    born: Days
    is_woman: Flags
    lives: Lives
    histories: Packed
    is_helped: Flags

    def __len__(self) -> int:
        return len(self.born)

    def take(self, index: Index) -> Young:
        """Some of them with their histories, in the order of `index`."""
        return Young(self.born[index], self.is_woman[index], self.lives.take(index), self.histories.states(index))


def kept(part: Young) -> Kept:
    """The same people, packed."""
    return Kept(part.born, part.is_woman, part.lives, pack(part.states), np.any(IS_HELP[part.states], axis=0))


def joined(parts: Iterable[Kept]) -> Kept:
    """The people of all parts, in their order."""
    made = list(parts)
    lives = Lives(**{item.name: np.concatenate([getattr(part.lives, item.name) for part in made]) for item in fields(Lives)})
    born, is_woman, is_helped = (np.concatenate([getattr(part, name) for part in made]) for name in ("born", "is_woman", "is_helped"))
    week, state = (np.concatenate([getattr(part.histories, name) for part in made]) for name in ("week", "state"))
    offsets = np.cumsum([0, *(len(part.histories.week) for part in made)])
    first = [part.histories.first[:-1] + start for part, start in zip(made, offsets[:-1], strict=True)]
    return Kept(born, is_woman, lives, Packed(np.concatenate([*first, offsets[-1:]]), week, state), is_helped)
