"""What differs between two folders of contracts, in words that people check: file and line, the place of a term, what it was and what it is.

A part of a list that has a name is found again under it, wherever it stands: a trigger, a party, a rule of a profile, a code of a code list.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from pipelines.canonical import plain
from pipelines.contracts.source import Place, Source, read
from pipelines.contracts.texts import Texts

NAMES = ("id", "name", "property", "contract")
"""The keys by which a part of a list is found again, but for rules of a gate."""
NOTHING = "-"
LONGEST = 120
Part = tuple[str, Place, Any]
"""The name of a part of a list, its place in the file, and its value."""


@dataclass(frozen=True)
class Difference:
    """One term that differs: `before` or `after` is NOTHING where the term stands on one side only. `line` is of the proposed file, or of the
    earlier one for what is gone."""

    file: str
    line: int
    what: str
    before: str
    after: str
    clause: str = ""

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def differences(before: Path, after: Path, texts: tuple[Texts, Texts]) -> list[Difference]:
    """Everything that differs between two folders, file by file; `texts` are all that the two hold."""
    was, now = texts
    return [found for name in sorted({*was, *now}) if was.get(name) != now.get(name) for found in _of_file(name, before, after, was, now)]


def _of_file(name: str, before: Path, after: Path, was: Texts, now: Texts) -> list[Difference]:
    if name not in was or name not in now:
        return [Difference(name, 1, "the file", NOTHING if name not in was else "stands", NOTHING if name not in now else "stands")]
    found = _of_codes(name, was[name], now[name]) if name.endswith(".csv") else list(_Files(name, read(before / name, root=before), read(after / name, root=after)).compared())
    return found or [Difference(name, 1, "comments or the way it is written", "one text", "another with the same terms")]


@dataclass(frozen=True)
class _Files:
    """One file as it was and as it is proposed."""

    name: str
    was: Source
    now: Source

    def compared(self) -> Iterator[Difference]:
        yield from self._differ("", ((), self.was.value), ((), self.now.value))

    def _differ(self, what: str, was: tuple[Place, Any], now: tuple[Place, Any]) -> Iterator[Difference]:
        """What differs in a part; `was` and `now` are its place and value on each side."""
        if was[1] == now[1]:
            return
        mine, theirs = _parts(*was), _parts(*now)
        if mine is not None and theirs is not None:
            yield from self._parts_differ(what, mine, theirs)
        elif isinstance(was[1], list) and isinstance(now[1], list) and sorted(map(str, was[1])) != sorted(map(str, now[1])):
            yield from self._members_differ(what, was, now)
        else:
            yield self._said(what, was, now)

    def _members_differ(self, what: str, was: tuple[Place, Any], now: tuple[Place, Any]) -> Iterator[Difference]:
        """What was taken out of a list of words, and what was added: the rest of it may be long."""
        gone, added = [part for part in was[1] if part not in now[1]], [part for part in now[1] if part not in was[1]]
        if gone:
            yield self._said(f"{what} (taken out)", (was[0], gone), None, place=now[0])
        if added:
            yield self._said(f"{what} (added)", None, (now[0], added))
        if not gone and not added:
            yield self._said(what, was, now)

    def _parts_differ(self, what: str, was: dict[str, Part], now: dict[str, Part]) -> Iterator[Difference]:
        for key in dict.fromkeys([*was, *now]):
            mine, theirs = was.get(key), now.get(key)
            if mine is not None and theirs is not None:
                yield from self._differ(what + mine[0], mine[1:], theirs[1:])
            elif (one := theirs or mine) is not None:
                yield self._said(what + one[0], mine[1:] if mine else None, theirs[1:] if theirs else None)
        both = [key for key in was if key in now]
        if both != [key for key in now if key in was] and any(key.startswith("[") for key in both):
            order = _cut([", ".join(key.strip("[]") for key in keys) for keys in (both, [key for key in now if key in was])])
            yield Difference(self.name, 1, f"{what} (order)".removeprefix("."), *order)

    def _said(self, what: str, was: tuple[Place, Any] | None, now: tuple[Place, Any] | None, place: Place | None = None) -> Difference:
        """One difference. `place` is where it stands in the proposed file, where that is not said by `now`."""
        source = self.was if now is None and place is None else self.now
        place = place or (now[0] if now else was[0] if was else ())
        before, after = _cut([NOTHING if side is None else words_of(side[1]) for side in (was, now)])
        return Difference(self.name, source.line(place), what.removeprefix("."), before, after, source.clause(place))


def _parts(place: Place, value: Any) -> dict[str, Part] | None:
    """The parts of a value under what they are called; None for one that is said whole."""
    if isinstance(value, dict):
        return {f".{key}": (f".{key}", (*place, str(key)), part) for key, part in value.items()}
    if not isinstance(value, list) or not any(isinstance(part, dict) for part in value):
        return None
    names = [_name(part, number) for number, part in enumerate(value)]
    twice = len(set(names)) < len(names)
    named = [f"[{number if twice else name}]" for number, name in enumerate(names)]
    return {name: (name, (*place, number), part) for number, (name, part) in enumerate(zip(named, value, strict=True))}


def _name(part: Any, number: int) -> str:
    """What a part of a list is called: by its name, by the rule it is, by its one key, or by its number."""
    if not isinstance(part, dict):
        return str(plain(part))
    if "rule" in part and "on" in part:
        return f"{part['rule']} on {part['on']}"
    given = [str(part[name]) for name in (*NAMES, "rule", "outcome") if isinstance(part.get(name), str)]
    return given[0] if given else str(next(iter(part))) if len(part) == 1 else str(number)


def words_of(value: Any) -> str:
    """A value as its file writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{plain(key)}: {words_of(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(words_of, value)) + "]"
    return str(plain(value)).lower() if isinstance(value, bool) else str(plain(value))


def _cut(said: list[str]) -> list[str]:
    """Both values, of long ones as much as shows where they begin to differ."""
    if max(map(len, said)) <= LONGEST:
        return said
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*said, strict=False)))
    begins = max(0, alike - LONGEST // 4)
    return [words if len(words) <= LONGEST else f"{'...' if begins else ''}{words[begins : begins + LONGEST]}{'...' if begins + LONGEST < len(words) else ''}" for words in said]


Row = tuple[int, dict[str, str]]
REFUNDS = "refunds/"


def _of_codes(name: str, was: str, now: str) -> list[Difference]:
    """A code list, code by code: added, removed, moved to another group, called otherwise, or valid on other days; or a refund schedule, step by step."""
    mine, theirs = _codes(was), _codes(now)
    what = "step" if name.startswith(REFUNDS) else "code"
    found: list[Difference] = []
    for key in dict.fromkeys([*mine, *theirs]):
        before, after = mine.get(key), theirs.get(key)
        said = f"{what} {key[0]}" + (f" from {key[1]}" if key[1] else "")
        if before is None or after is None:
            line, row = after or before or (1, {})
            there = f"share {row.get('share') or NOTHING}" if what == "step" else f"group {row.get('group') or NOTHING}: {row.get('label') or NOTHING}"
            found.append(Difference(name, line, said, NOTHING if before is None else there, NOTHING if after is None else there))
            continue
        columns = [column for column in dict.fromkeys([*before[1], *after[1]]) if before[1].get(column, "") != after[1].get(column, "")]
        found += [Difference(name, after[0], f"{said}, {column}", before[1].get(column) or NOTHING, after[1].get(column) or NOTHING) for column in columns]
    return found


def _codes(text: str) -> dict[tuple[str, str], Row]:
    """The rows of a code list with their lines, by code and first day; those of a refund schedule by where each step begins."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    named = ((row.get("code") or f"{row.get('by') or ''} {row.get('at') or ''}".strip(), reader.line_num, row) for row in reader)
    return {(name, row.get("valid_from") or ""): (line, {key: value or "" for key, value in row.items() if isinstance(key, str)}) for name, line, row in named}
