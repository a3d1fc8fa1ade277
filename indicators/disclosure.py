"""Disclosure control: which numbers may be read by anyone. A suppressed value is a state, never a nought."""

from __future__ import annotations

from collections.abc import Iterable

SHOWN = "shown"
SUPPRESSED = "suppressed"


def is_small(count: int, smallest: int) -> bool:
    """Whether a count of people discloses: one to `smallest` less one. Nought people disclose nobody."""
    return 0 < count < smallest


def state_of(total: int, parts: Iterable[int], smallest: int) -> str:
    """`suppressed` when the total, any part of it, or what is left of it beside one part or beside all of them is small; else `shown`.

    Every number of one row shares one state: a part hidden beside a shown total could be worked out by subtraction. A part inside
    another part is for the caller to take apart.
    """
    named = list(parts)
    left = [*(total - part for part in named), total - sum(named)]
    return SUPPRESSED if any(is_small(count, smallest) for count in (total, *named, *left)) else SHOWN
