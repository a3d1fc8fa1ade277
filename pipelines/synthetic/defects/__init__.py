"""Defects planted by name: each takes the clean extracts and returns them with one thing wrong, and a note of what that is.

The note goes into the truth file: what was changed, to whom by pseudonym, what must happen, in words, and what finds it: the rule of a
register's suite, or intake, or the table of vintages.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.errors import HomeError
from pipelines.synthetic.defects import cells, files, people, programme
from pipelines.synthetic.defects.people import MISSING, NOBODY, child_at_home
from pipelines.synthetic.defects.planting import KNOWN_ALREADY, NOTHING, QUARANTINE, VINTAGES, Defect, Note, Planted
from pipelines.synthetic.extract import Extract

__all__ = ["DEFECTS", "KNOWN_ALREADY", "MISSING", "NOBODY", "NOTHING", "QUARANTINE", "VINTAGES", "Defect", "Note", "check", "child_at_home", "plant"]

DEFECTS: dict[str, Defect] = {item.name: item for item in (*people.ALL, *cells.ALL, *files.ALL, *programme.ALL)}


def plant(name: str, clean: Sequence[Extract]) -> Planted:
    """The extracts with the defect of that name. Raises HomeError, with the names there are, for another one."""
    check(name)
    return DEFECTS[name](clean)


def check(name: str) -> None:
    """Raise HomeError when there is no defect called `name`."""
    if name not in DEFECTS:
        raise HomeError(f"there is no defect called '{name}'", next_step=f"known: {', '.join(sorted(DEFECTS))}")
