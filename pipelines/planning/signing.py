"""The ledger as it would stand had the parties signed the texts that are proposed, and what stands against signing them.

Nothing is decided by a text that nobody signed; a plan says what it would come to, and says too that it is not signed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.designing import designed
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.resolving import resolved
from pipelines.errors import LedgerError
from pipelines.ledger.agreeing import agreed
from pipelines.ledger.journal import Entry, Journal, Reading, execution
from pipelines.settings import Home


def to_be_signed(before: Catalogue, after: Catalogue) -> list[str]:
    """The contracts whose text, or a gate profile that binds with it, is another one than before."""
    return [name for name, contract in sorted(after.contracts.items()) if _bound(after, contract) != _bound(before, before.contracts.get(name))]


def _bound(catalogue: Catalogue, contract: OutcomeContract | None) -> tuple[str, dict[str, str]] | None:
    return None if contract is None else (catalogue.digest_of(f"outcomes/{contract.contract}.yaml"), catalogue.bound_profiles(contract))


def as_if_signed(reading: Reading, catalogue: Catalogue, names: list[str], as_of: dt.date) -> Reading:
    """The ledger with an execution of each of these contracts: in the place of the one of its version, or as its newest entry. Nothing of it is
    written anywhere."""
    entries = list(reading.entries)
    for name in names:
        contract = catalogue.contracts[name]
        standing = execution(entries, name, contract.version)
        said = standing or Entry(len(entries) + 1, "", "execution", as_of, name, "", "", {"version": contract.version, "parties": []}, "", "")
        text, profiles = catalogue.digest_of(f"outcomes/{name}.yaml"), catalogue.bound_profiles(contract)
        signed = replace(said, as_of=min(said.as_of, as_of), body={**said.body, "sha256": text, "profiles": profiles})
        entries = [signed if entry is standing else entry for entry in entries] if standing else [*entries, signed]
    return replace(reading, entries=entries)


def hindrances(home: Home, catalogue: Catalogue, names: list[str], as_of: dt.date) -> dict[str, str]:
    """Why `udbytte execute` would not enter these contracts as they are proposed, by contract. Asked of the ledger of a scratch `home`, which
    takes what can be entered."""
    found: dict[str, str] = {}
    for name in names:
        try:
            words = _tried(Journal(home), catalogue, catalogue.contracts[name], as_of)
        except LedgerError as error:
            words = error.sentence()
        if words:
            found[name] = words
    return found


def _tried(journal: Journal, catalogue: Catalogue, contract: OutcomeContract, as_of: dt.date) -> str:
    text, bound = catalogue.digest_of(f"outcomes/{contract.contract}.yaml"), catalogue.bound_profiles(contract)
    day = max([as_of, *(entry.as_of for entry in journal.entries)])
    parties, design = [party.id for party in contract.parties], designed(contract)
    entered = journal.execute(contract.contract, contract.version, text, parties, day, bound, resolved(contract), agreed(contract), design=design)
    standing = entered or journal.execution(contract.contract, contract.version)
    changed = sorted(pin for pin, sha256 in bound.items() if standing is not None and standing.body["profiles"].get(pin) != sha256)
    if not changed:
        return ""
    return f"version {contract.version} of {contract.contract} was executed with another {' and '.join(changed)}; give the changed profile or the contract a new version"
