"""The site's own map: which kinds of pages there are, in the order of the header, and how a page leads to the others.

A kind whose page is not there is not linked, so that nothing leads nowhere. Links are relative: the site works from a file, from any folder of a
web server, and moved.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

SECTIONS = {
    "board": "index.html",
    "contracts": "contracts/index.html",
    "payments": "payments/index.html",
    "registers": "registers/index.html",
    "learning": "learning/index.html",
    "investment": "investment/index.html",
    "evaluator": "evaluator/index.html",
    "citizen": "citizen/index.html",
    "auditor": "auditor/index.html",
}
"""The first page of each kind, from the folder of reports; the others of a kind lie beside its first. Their names in the header are
`nav.<kind>` of interface.yaml."""


@dataclass(frozen=True)
class Entry:
    """One entry of the header as a page shows it. `current` is what ARIA calls it: `page` for the page itself, `true` for its kind."""

    section: str
    href: str
    current: str


@dataclass(frozen=True)
class Place:
    """Where a page lies: the way back to the folder of reports, and the entries of its header."""

    root: str
    entries: tuple[Entry, ...]


def place(at: str, present: Collection[str]) -> Place:
    """The place of the page `at`, a path from the folder of reports, on a site that has the pages `present`, paths alike."""
    root = "../" * at.count("/")
    return Place(root, tuple(Entry(section, root + first, _current(at, first)) for section, first in SECTIONS.items() if first in present))


def alone(at: str) -> Place:
    """The place of a page that anyone may read: its header leads to its own kind alone, for the others are the parties'."""
    section = at.partition("/")[0]
    return Place("", (Entry(section, "index.html", "page" if at.endswith("/index.html") else "true"),))


def _current(at: str, first: str) -> str:
    folder = first.rpartition("/")[0]
    return "page" if at == first else "true" if folder and at.startswith(f"{folder}/") else ""
