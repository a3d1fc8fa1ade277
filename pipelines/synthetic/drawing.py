"""Draws that come out the same on every machine, and the days they fall on.

A part of the sample draws from a generator of its own, made from the seed, the part and a piece's number: no part notices what another
one draws. Only uniform and whole numbers are drawn and only sums, products and comparisons are made of them, since logarithms and
their like differ from one machine to the next in the last bit.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Days = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Small = npt.NDArray[np.int16]
Codes = npt.NDArray[np.uint8]
Shares = npt.NDArray[np.float32]
Index = npt.NDArray[np.intp]

EPOCH = dt.date(1970, 1, 1)
FIRST_MONDAY = (dt.date(2022, 1, 3) - EPOCH).days
WEEKS = 228
NEVER = 1 << 20
"""A day, and a week, that does not come."""


class Part(enum.IntEnum):
    """The parts of the sample that draw. A number once given stays with its part, so that old seeds keep their samples."""

    REFERABLE = 1
    REFERABLE_WEEKS = 2
    REFERRAL = 3
    NEWCOMERS = 4
    NEWCOMER_WEEKS = 5
    POOL = 6
    POOL_WEEKS = 7
    PROGRAMME_CHILDREN = 8
    CHILDREN = 9
    ADULTS = 10
    FAMILIES = 11
    ADULT_WEEKS = 12
    PLACEMENTS = 13
    CASE_SYSTEM = 14
    WHO5 = 15
    MIGRATION = 16
    EDUCATION = 17
    JOBS = 18
    JUSTICE = 19
    SHELTERS = 20
    CLAIMS = 21
    ABSENCE = 22
    CLAIM_CHECKS = 23
    INDUSTRY = 31
    CHARGES = 41


def draws(seed: int, part: Part, piece: int = 0) -> np.random.Generator:
    """The generator of one piece of one part."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(int(part), piece)))


def day(text: str) -> int:
    """The day number of a date as YYYY-MM-DD."""
    return (dt.date.fromisoformat(text) - EPOCH).days


def date_of(number: int) -> dt.date:
    return EPOCH + dt.timedelta(days=number)


def uniform_days(rng: np.random.Generator, count: int, first: int, end: int) -> Days:
    """`count` days in [first, end)."""
    return rng.integers(first, end, count, dtype=np.int32)


def weekday(days: Days) -> Days:
    """The day itself, or the Friday before when it falls on a weekend."""
    since_monday = (days - FIRST_MONDAY) % 7
    return (days - np.maximum(since_monday - 4, 0)).astype(np.int32)


def chance(rng: np.random.Generator, count: int, share: float | npt.NDArray[np.float64]) -> Flags:
    """`count` flags, each set with its share of chance."""
    made: Flags = rng.random(count) < share
    return made


def happens(rng: np.random.Generator, share: float) -> bool:
    return bool(rng.random() < share)


def by_age(age: npt.NDArray[np.signedinteger], bounds: Sequence[int], values: Sequence[float]) -> npt.NDArray[np.float64]:
    """The first value below the first bound, and so on; the last from the last bound on."""
    made: npt.NDArray[np.float64] = np.asarray(values, dtype=np.float64)[np.digitize(age, bounds)]
    return made


def picks(rng: np.random.Generator, count: int, shares: Sequence[float]) -> Index:
    """`count` positions in `shares`, each as often as its share says. The last share is what the others leave."""
    made: Index = np.searchsorted(np.cumsum(np.asarray(shares[:-1])), rng.random(count), side="right")
    return made


def birthday(born: Days, years: int) -> Days:
    """The day somebody becomes `years` old; who was born on a leap day has it on 1 March of other years."""
    date = born.astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    moved = (month + 12 * years).astype("datetime64[D]") + (date - month.astype("datetime64[D]"))
    made: Days = moved.astype(np.int64).astype(np.int32)
    return made


def age_on(born: Days, days: Days | int) -> Days:
    """Age in whole years on a day."""
    date, on = born.astype("datetime64[D]"), np.asarray(days, dtype=np.int32).astype("datetime64[D]")
    years = on.astype("datetime64[Y]").astype(np.int64) - date.astype("datetime64[Y]").astype(np.int64)
    return (years - (_in_year(on) < _in_year(date))).astype(np.int32)


def _in_year(date: npt.NDArray[np.datetime64]) -> npt.NDArray[np.int64]:
    """A number that orders the days of a year by month and day."""
    month = date.astype("datetime64[M]")
    made: npt.NDArray[np.int64] = month.astype(np.int64) % 12 * 32 + (date - month.astype("datetime64[D]")).astype(np.int64)
    return made


def monday_from(days: Days) -> Days:
    """The number of the first week, from 0 in 2022-W01, whose Monday is that day or later; WEEKS when that is past the last."""
    return np.clip(-((FIRST_MONDAY - days) // 7), 0, WEEKS).astype(np.int32)


KEY_BYTES, KEYS_A_PIECE = 8, 200_000
_HEX = np.frombuffer(bytes(range(256)).hex().encode(), dtype=np.uint8).reshape(256, 2)


@dataclass(frozen=True)
class Keys:
    """Project pseudonyms, eight bytes each, written out where they are needed: seven million of them as texts would fill the memory."""

    name: str
    numbers: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.numbers)

    def gather(self, index: npt.NDArray[np.integer[Any]] | Sequence[int]) -> pl.Series:
        """The pseudonyms at these places, as texts: `dk-` and sixteen hexadecimal digits."""
        chosen = self.numbers[np.asarray(index, dtype=np.intp)]
        parts = [_written(chosen[start : start + KEYS_A_PIECE]) for start in range(0, max(len(chosen), 1), KEYS_A_PIECE)]
        return pl.concat(parts).alias(self.name)

    def order(self) -> Index:
        """The places in the order of the pseudonyms as texts."""
        return np.argsort(self.numbers, kind="stable")


def _written(numbers: npt.NDArray[np.uint64]) -> pl.Series:
    hexes = _HEX[numbers.astype(">u8").view(np.uint8).reshape(-1, KEY_BYTES)].reshape(-1, 2 * KEY_BYTES)
    letters = np.concatenate([np.broadcast_to(np.frombuffer(b"dk-", dtype=np.uint8), (len(hexes), 3)), hexes], axis=1)
    ends = pa.array(np.arange(0, letters.size + 1, letters.shape[1], dtype=np.int64))
    texts = pa.LargeStringArray.from_buffers(len(hexes), ends.buffers()[1], pa.py_buffer(letters.tobytes()))
    made = pl.from_arrow(texts)
    assert isinstance(made, pl.Series)
    return made


def pseudonyms(seed: int, kind: str, count: int, name: str) -> Keys:
    """`count` different project pseudonyms for a column `name`. Nothing about a person can be read from one, its place in the sample neither."""
    prefix = f"udbytte sample {seed} {kind} "
    made = np.empty(count, dtype=np.uint64)
    for start in range(0, count, KEYS_A_PIECE):
        numbers = range(start, min(start + KEYS_A_PIECE, count))
        hashed = b"".join(hashlib.sha256(f"{prefix}{number}".encode()).digest()[:KEY_BYTES] for number in numbers)
        made[start : start + len(numbers)] = np.frombuffer(hashed, dtype=">u8")
    return Keys(name, made)
