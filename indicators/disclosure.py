"""Disclosure control: which numbers may be read by anyone. A suppressed value is a state, never a nought."""

from __future__ import annotations

from collections.abc import Iterable

SHOWN = "shown"
SUPPRESSED = "suppressed"


def is_small(count: int, smallest: int) -> bool:
    """Whether a count of people discloses: one to `smallest` less one. Nought people disclose nobody."""
    return 0 < count < smallest


def state_of(total: int, parts: Iterable[int], smallest: int) -> str:
    """`suppressed` when any part of a total, what is left of the total beside it, or the total itself is small; else `shown`.

    Every number of one row shares one state: a part hidden beside a shown total could be worked out by subtraction.
    """
    for part in parts:
        if is_small(part, smallest) or is_small(total - part, smallest):
            return SUPPRESSED
    return SUPPRESSED if is_small(total, smallest) else SHOWN
