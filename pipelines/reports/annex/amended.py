"""What a version changes of how something is measured, after results of it were seen: the first thing that whoever signs it reads."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.contracts.designing import designed
from pipelines.contracts.outcome import OutcomeContract
from pipelines.ledger.amending import NOTHING, Amended, amendments
from pipelines.ledger.journal import read
from pipelines.reports.annex.document import Block, Paragraph, Table
from pipelines.reports.annex.draft import Draft
from pipelines.settings import Home


def found(home: Home, contract: OutcomeContract) -> tuple[Amended, ...]:
    """What this text and the versions before it change of what was decided, by the ledger of a home; nothing where there is none."""
    entries = read(home).entries if home.ledger.exists() else []
    return tuple(amendments(entries, contract.contract, (contract.version, designed(contract))))


def box(draft: Draft) -> Iterator[Block]:
    """A warning and the changed terms for each outcome; nothing where nothing was seen before it was changed."""
    words = draft.words
    for item in draft.amended:
        named = {"outcome": words.quoted(item.outcome), "version": str(item.version), "before": str(item.before)}
        form = "one" if item.decisions == 1 else "several"
        yield Paragraph(words.text(f"amended_warning.{form}", **named, day=words.date(item.first_seen), n=words.number(item.decisions)), is_warning=True)
        header = tuple(words.text(key) for key in ("amended_term", "amended_was", "amended_now"))
        none = words.text("none")
        rows = tuple((place, none if was == NOTHING else was, none if now == NOTHING else now) for place, was, now in item.changes)
        yield Table(words.text("amended_terms", **named), header, rows)
