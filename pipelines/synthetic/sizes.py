"""How many are referred to each programme: the agreed numbers in an extract of WHOLE people or more, in proportion in a smaller one."""

from __future__ import annotations

from dataclasses import dataclass

WHOLE = 10_000
FEWEST = 1_000


@dataclass(frozen=True)
class Sizes:
    """The enrolled, refused and later ones: `young` of ungebro, in that order, and `children` of trygt_hjem, by fate and group."""

    young: tuple[int, int, int]
    children: dict[str, dict[str, int]]
    is_whole: bool

    @property
    def programme(self) -> int:
        """All referred children."""
        return sum(count for groups in self.children.values() for count in groups.values())


def sizes_for(people: int) -> Sizes:
    """The sizes for an extract of that many people."""
    share = min(people, WHOLE) / WHOLE

    def scaled(count: int) -> int:
        return max(1, round(count * share))

    children = {"enrolled": {"edge": 140, "in_care": 60}, "refused": {"edge": 14, "in_care": 6}, "later": {"edge": 20, "in_care": 10}}
    parts = {fate: {group: scaled(count) for group, count in groups.items()} for fate, groups in children.items()}
    return Sizes((scaled(324), scaled(40), scaled(60)), parts, people >= WHOLE)
