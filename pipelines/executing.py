"""Entering that the parties signed a contract: that they are bound to its text and annex, and what each committed itself to at most."""

from __future__ import annotations

import datetime as dt

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.committing import committed
from pipelines.contracts.designing import designed
from pipelines.contracts.resolving import resolved
from pipelines.ledger.agreeing import agreed
from pipelines.ledger.committing import enter
from pipelines.ledger.journal import Entry, Journal


def execute(journal: Journal, found: Catalogue, name: str, as_of: dt.date, annex: dict[str, str] | None = None) -> list[Entry]:
    """Enter the execution of a contract that loads, which binds the `annex` that was signed, and its commitments; what was entered, nothing where both
    stand, or where a newer version is executed. Raises LedgerError where the ledger has another text."""
    signed = found.contracts[name]
    text, parties = found.digest_of(f"outcomes/{name}.yaml"), [party.id for party in signed.parties]
    entry = journal.execute(name, signed.version, text, parties, as_of, found.bound_profiles(signed), resolved(signed), agreed(signed), annex, designed(signed))
    newest = max(item.body["version"] for item in journal.index.of_contract("execution", name))
    promised = None if newest > signed.version else enter(journal, name, signed.version, committed(signed), as_of)
    return [made for made in (entry, promised) if made is not None]
