"""Giving an estimate and keeping it: `archive/estimates/<sha256>.json`, the signed file in canonical form, and its seal in the ledger.

A second file for the same claim is a new estimate; the older one stays, and the day decides which is known. What is refused lies in
`quarantine/estimates/<sha12>/` with its reason.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines.canonical import canonical
from pipelines.cohorts import frozen_of
from pipelines.contracts.catalogue import Catalogue, is_claimed_apart
from pipelines.contracts.external import is_external
from pipelines.contracts.outcome import OutcomeContract
from pipelines.errors import EstimateRefusedError, HomeError, LedgerError
from pipelines.estimates.checking import Agreed, doubts
from pipelines.estimates.shape import FORMAT, WRITE_ANEW, EstimateFile, read
from pipelines.files import write_atomically
from pipelines.ledger import estimating
from pipelines.ledger.book import Book
from pipelines.ledger.handover import first_undecided, is_signed
from pipelines.ledger.journal import Entry, Journal
from pipelines.ledger.signing import public_half
from pipelines.payments.vocabulary import vocabulary
from pipelines.settings import Home

PARTIES_MODE, PRIVATE_MODE = 0o640, 0o600
REFUSED = "udbytte.refused_estimate/1"


def folder(home: Home) -> Path:
    return home.archive / "estimates"


def place_of(home: Home, sha256: str) -> Path:
    """Where a signed estimate is kept."""
    return folder(home) / f"{sha256}.json"


def signed(file: EstimateFile, key: Ed25519PrivateKey) -> bytes:
    """The file under the seal of a key, as bytes."""
    sha256 = file.sha256()
    return file.sealed({"sha256": sha256, "public_key": public_half(key), "signature": key.sign(bytes.fromhex(sha256)).hex()})


def unsigned(catalogue: Catalogue, contract: str, outcome: str, claim_period: str) -> dict[str, Any]:
    """A file to fill in, with everything that the contract says of it. Raises EstimateRefusedError for an estimate that no contract asks for."""
    agreed = agreed_of(catalogue, contract, outcome, claim_period)
    ends = {name: {"level": str(agreed.compare.level), "low": "", "high": ""} for name in agreed.compare.intervals}
    figures = {"unit": agreed.terms.unit, "value": "", "std_error": "", "intervals": ends}
    return {
        "format": FORMAT,
        "contract": contract,
        "version": agreed.contract.version,
        "outcome": outcome,
        "cohorts": list(agreed.outcome.cohorts),
        "claim_period": claim_period,
        "by": agreed.terms.by,
        "method": {"name": agreed.terms.states or "", "words": "", "reference": ""},
        "quantities": dict.fromkeys(agreed.terms.quantities, figures),
        "people": {role: {"n": 0, "n_counted": 0} for role in sorted(agreed.terms.at_least, reverse=True)},
        "assumptions": [{"name": "", "words": ""}],
        "diagnostics": [],
        "made_from": [{"what": "data", "words": "", "sha256": ""}],
        "made_on": "",
    }


def agreed_of(catalogue: Catalogue, contract: str, outcome: str, claim_period: str) -> Agreed:
    """What the contract in force says of an estimate. Raises EstimateRefusedError where it asks for none of this."""
    found = catalogue.contracts.get(contract)
    if found is None:
        raise EstimateRefusedError(f"there is no contract '{contract}' that loads", where=contract, next_step="run `udbytte check`, or name another contract")
    asked = {item.id: item for item in found.outcomes if is_external(item.compare)}
    if outcome not in asked:
        known = ", ".join(asked) or "none"
        raise EstimateRefusedError("the contract has no such outcome whose estimate is given", where=contract, next_step=f"those whose estimate is given: {known}")
    is_apart = is_claimed_apart(asked[outcome], vocabulary().indicators[asked[outcome].indicator])
    periods = [claim.id for claim in found.claims_of(outcome)] if is_apart else [""]
    if claim_period not in periods:
        words = f"it is claimed apart for {', '.join(periods)}" if is_apart else "it has one result, for its whole cohort; name no claim period"
        raise EstimateRefusedError("the outcome has no such claim period", where=f"{contract}/{outcome}", next_step=words)
    return Agreed(found, asked[outcome], claim_period)


def give(home: Home, catalogue: Catalogue, journal: Journal, raw: bytes, name: str, as_of: dt.date) -> tuple[EstimateFile, Entry | None]:
    """Check an evaluator's signed estimate, keep it and enter it; it is known from the first day that no night has decided. Returns it with its
    entry, None where it is the newest one already. Raises EstimateRefusedError for one that does not hold, which is kept apart with the reason."""
    try:
        file = read(raw, name)
        entry = _entered(home, catalogue, journal, file, name, as_of)
    except EstimateRefusedError as error:
        _set_apart(home, raw, error.what, as_of)
        raise
    return file, entry


def _entered(home: Home, catalogue: Catalogue, journal: Journal, file: EstimateFile, name: str, as_of: dt.date) -> Entry | None:
    seal = _proved_seal(file, name)
    agreed = agreed_of(catalogue, file.contract, file.outcome, file.claim_period)
    book = Book.of(journal.entries)
    try:
        person = estimating.signer(book, file.contract, agreed.terms.by, seal["public_key"], as_of)
    except LedgerError as error:
        raise EstimateRefusedError(error.what, where=name, next_step=error.next_step) from None
    before = [entry for entry in journal.entries if entry.kind == estimating.KIND and entry.about == file.subject]
    known_from = first_undecided(home, as_of)
    found = doubts(file, agreed, given_on=as_of, first_given_on=before[0].as_of if before else as_of, treated=_treated(home, agreed, known_from))
    if found:
        raise EstimateRefusedError("; ".join(found), where=name, next_step=WRITE_ANEW)
    body = {"outcome": file.outcome, "claim_period": file.claim_period, "party": person.party, "person": person.name, "known_from": str(known_from), "seal": seal}
    journal.refuse_backwards(as_of)
    write_atomically(place_of(home, seal["sha256"]), file.sealed(seal), mode=PARTIES_MODE)
    return estimating.enter(journal, file.contract, file.subject, body, as_of)


def _proved_seal(file: EstimateFile, name: str) -> dict[str, str]:
    if file.seal is None:
        raise EstimateRefusedError("it is not signed", where=name, next_step="sign it with `udbytte estimate sign`")
    seal = file.seal.model_dump()
    if seal["sha256"] != file.sha256() or not is_signed(seal):
        raise EstimateRefusedError("it is not what was signed", where=name, next_step="ask the evaluator for the file as they signed it")
    return seal


def _treated(home: Home, agreed: Agreed, as_of: dt.date) -> int | None:
    """How many treated people an outcome's frozen cohorts have; None while one is not frozen, or where that is not who is counted. The night asks
    again in any case."""
    outcome = agreed.outcome
    if outcome.unit != "person" or is_claimed_apart(outcome, vocabulary().indicators[outcome.indicator]):
        return None
    found = [frozen_of(home, agreed.contract.contract, name, as_of) for name in outcome.cohorts]
    if any(item is None for item in found):
        return None
    return sum(item.rows.filter((pl.col("role") == "treatment") & (pl.col("status") == "eligible")).height for item in found if item is not None)


def _set_apart(home: Home, raw: bytes, reason: str, as_of: dt.date) -> None:
    """Keep what was refused, for its owner alone, with why."""
    sha256 = hashlib.sha256(raw).hexdigest()
    place = home.quarantine / "estimates" / sha256[:12]
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomically(place / "original", raw, mode=PRIVATE_MODE)
    write_atomically(place / "reason.json", canonical({"format": REFUSED, "sha256": sha256, "refused_on": as_of, "reason": reason}) + b"\n", mode=PRIVATE_MODE)


def kept(home: Home, seal: dict[str, str]) -> EstimateFile:
    """The kept file of an entered seal. Raises HomeError when it is gone or is not, to the byte, what was given."""
    path = place_of(home, seal["sha256"])
    if not path.exists():
        raise HomeError("the file of an estimate is gone", where=f"estimates/{path.name[:12]}", next_step="restore archive/estimates from a backup")
    found = proved(path)
    if found.seal is None or found.seal.model_dump() != seal:
        raise HomeError("the file of an estimate is not what was given", where=f"estimates/{path.name[:12]}", next_step="restore archive/estimates from a backup")
    return found


def proved(path: Path) -> EstimateFile:
    """The estimate in a kept file. Raises HomeError when it is not what was kept."""
    raw = path.read_bytes()
    try:
        file = read(raw, path.name)
        seal = file.seal.model_dump() if file.seal else {}
        is_whole = bool(seal) and seal["sha256"] == path.stem == file.sha256() and is_signed(seal) and file.sealed(seal) == raw
    except EstimateRefusedError:
        is_whole = False
    if not is_whole:
        raise HomeError("the file of an estimate is not what was given", where=f"estimates/{path.name[:12]}", next_step="restore archive/estimates from a backup")
    return file


def faults(home: Home, entries: list[Entry]) -> list[str]:
    """Each entered estimate whose kept file does not hold, in words."""
    found = []
    for entry in entries:
        if entry.kind == estimating.KIND:
            try:
                kept(home, entry.body["seal"])
            except HomeError as error:
                found.append(f"{entry.name()}: {error.what}")
    return found


def files_of(home: Home, entries: list[Entry], contract: OutcomeContract, names: list[str], as_of: dt.date) -> dict[str, dict[str, Any]]:
    """The whole signed files behind results that were not computed, by the results' names (`outcome` or `outcome/claim period`), for a hand-over.
    Raises HomeError for one that does not hold."""
    made = {}
    for name in names:
        outcome = next((item for item in contract.outcomes if item.id == name.split("/")[0]), None)
        known = estimating.known(entries, f"{contract.contract}/{name}", as_of) if outcome is not None and is_external(outcome.compare) else []
        if known:
            made[name] = kept(home, known[-1].body["seal"]).model_dump(mode="json")
    return made
