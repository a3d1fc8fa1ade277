"""Finding entries of the ledger by what they are asked for, so that a posting costs the same however long the ledger is."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.ledger.journal import Entry

FOUND_BY_CONTRACT = ("execution", "referrals", "freeze")
"""Kinds of which a contract has few, and which are asked for by contract."""


class Index:
    """The entries of one journal by posting key, by what they are about, and by contract. It goes through each entry once."""

    def __init__(self, entries: list[Entry]) -> None:
        self._entries = entries
        self._seen = 0
        self._standing: dict[str, Entry] = {}
        self._about: dict[str, list[Entry]] = defaultdict(list)
        self._of_contract: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        self._newest_day: dt.date | None = None

    def _catch_up(self) -> None:
        for entry in self._entries[self._seen :]:
            if entry.posting_key:
                self._standing.setdefault(entry.posting_key, entry)
            self._about[entry.about].append(entry)
            if entry.kind in FOUND_BY_CONTRACT:
                self._of_contract[entry.kind, entry.contract].append(entry)
            self._newest_day = max(entry.as_of, self._newest_day or entry.as_of)
        self._seen = len(self._entries)

    def standing(self, posting_key: str) -> Entry | None:
        """The first entry that claims a posting key; none claims the empty one."""
        self._catch_up()
        return self._standing.get(posting_key)

    def about(self, name: str) -> list[Entry]:
        """The entries that speak of a posting key or a cohort, from the oldest."""
        self._catch_up()
        return self._about.get(name, [])

    def of_contract(self, kind: str, contract: str) -> list[Entry]:
        """The entries of one of FOUND_BY_CONTRACT that a contract has, from the oldest."""
        self._catch_up()
        return self._of_contract.get((kind, contract), [])

    def newest_day(self) -> dt.date | None:
        """The newest as-of day of all entries."""
        self._catch_up()
        return self._newest_day
