"""Estimates that an evaluator gave, as the ledger knows them: who may sign one, entering it, which one is known on a day, and proving it again.

The file itself lies in the archive under its hash (`pipelines.estimates`); what is entered is its seal, so that a file that is changed, swapped or
gone is found, and an older one never stands in for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from pipelines.canonical import digest
from pipelines.errors import HandoverRefusedError, LedgerError
from pipelines.ledger.allowing import person_of
from pipelines.ledger.book import Book, Person
from pipelines.ledger.handover import is_signed
from pipelines.ledger.journal import Entry, Journal

KIND, EVALUATOR, EXTERNAL = "estimate", "evaluator", "external@1"
ASK = "ask whose estimate it is to sign it anew"


def signer(book: Book, contract: str, party: str, public_key: str, as_of: dt.date) -> Person:
    """Who signs for a party as its evaluator with a key. Raises LedgerError for nobody, a withdrawn key, another party's, or another role."""
    person = person_of(book, contract, public_key, as_of)
    if person.party != party:
        raise LedgerError("this key signs for another party than the estimate names", where=contract, next_step=ASK)
    if EVALUATOR not in person.roles or EVALUATOR not in book.newest(contract).roles.get(party, ()):
        raise LedgerError("who signs with this key has not the role evaluator", where=contract, next_step="have the party enter them with `udbytte signatory add` in that role")
    return person


def subject_of(contract: str, outcome: str, claim_period: str) -> str:
    """What an estimate is of: a claim period of an outcome, or the outcome over its whole cohort."""
    return "/".join(part for part in (contract, outcome, claim_period) if part)


def enter(journal: Journal, contract: str, about: str, body: dict[str, Any], as_of: dt.date) -> Entry | None:
    """Enter an estimate. None when it is the newest one about its subject already."""
    newest = next((entry for entry in reversed(journal.entries) if entry.kind == KIND and entry.about == about), None)
    return None if newest is not None and newest.body["seal"] == body["seal"] else journal.post_estimate(contract, about, body, as_of)


def known(entries: Iterable[Entry], about: str, as_of: dt.date) -> list[Entry]:
    """The estimates of a subject that are known on a day, from the oldest."""
    found = [entry for entry in entries if entry.kind == KIND and entry.about == about and entry.as_of <= as_of]
    return sorted((entry for entry in found if dt.date.fromisoformat(entry.body["known_from"]) <= as_of), key=lambda entry: (entry.body["known_from"], entry.seq))


def seals(entries: Iterable[Entry], as_of: dt.date, contract: str, outcome: str) -> dict[str, dict[str, str]]:
    """The seal of the newest estimate of an outcome known on a day, by claim period, for a fingerprint."""
    own = [entry for entry in entries if entry.kind == KIND and entry.contract == contract and entry.body["outcome"] == outcome]
    newest = {period: known(own, subject_of(contract, outcome, period), as_of)[-1:] for period in sorted({entry.body["claim_period"] for entry in own})}
    return {period: dict(found[0].body["seal"]) for period, found in newest.items() if found}


def not_rightly(entries: Iterable[Entry], entry: Entry) -> str:
    """Why who signed an estimate had not the right to: where it stands, or no more on the day before it was known; empty when they had."""
    of_people = [item for item in entries if item.contract == entry.contract and item.kind in ("signatory", "execution")]
    fault = fault_of(Book.of(item for item in of_people if item.seq < entry.seq), entry)
    key, known_from = entry.body["seal"]["public_key"], dt.date.fromisoformat(entry.body["known_from"])
    later = [item for item in of_people if item.kind == "signatory" and item.seq > entry.seq and item.as_of < known_from]
    gone = any(item.body["public_key"] == key and item.body.get("withdrawn") for item in later)
    return fault or ("the key that signed it was withdrawn before it was known" if gone else "")


def fault_of(book: Book, entry: Entry) -> str:
    """What is wrong with an entered estimate by the book as it stood before it; empty when nothing is."""
    try:
        body = entry.body
        if not is_signed(body["seal"]) or entry.posting_key:
            return "it is not what its evaluator signed"
        if entry.about != subject_of(entry.contract, body["outcome"], body["claim_period"]) or body["known_from"] < str(entry.as_of):
            return "it stands under another subject or day than it says"
        signer(book, entry.contract, body["party"], body["seal"]["public_key"], entry.as_of)
    except LedgerError as error:
        return error.what
    except (KeyError, TypeError, ValueError, AttributeError):
        return "it is not an estimate that can be read"
    return ""


def handed_over_fault(content: Mapping[str, Any]) -> str:
    """What of a hand-over's given estimates is not as an evaluator signed it: each result that was not computed carries the whole signed file, with the
    same figures. Empty when all is."""
    files = content.get("estimates", {})
    for name, result in content.get("results", {}).items():
        estimate = (result or {}).get("estimate") or {}
        if estimate.get("method") == EXTERNAL:
            try:
                fault = _unlike(files[name], estimate)
            except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError):
                fault = "has no signed file that can be read"
            if fault:
                return f"the estimate of {name} {fault}"
    return ""


def _unlike(file: Mapping[str, Any], estimate: Mapping[str, Any]) -> str:
    seal = file["seal"]
    if digest({key: value for key, value in file.items() if key != "seal"}) != seal["sha256"] or not is_signed(seal):
        return "is not what its evaluator signed"
    said = {name: _figures(item["value"], item["std_error"], item["intervals"]) for name, item in file["quantities"].items()}
    taken = {name: _figures(item["value"], item["std_error"], item["intervals"]) for name, item in estimate["quantities"].items()}
    return "" if said == taken else "has other figures than its signed file"


def _figures(value: Any, error: Any, intervals: Mapping[str, Any]) -> list[Any]:
    return [Decimal(value), Decimal(error), {name: tuple(Decimal(ends[end]) for end in ("level", "low", "high")) for name, ends in intervals.items()}]


def refuse_handed_over(book: Callable[[], Book], content: Mapping[str, Any], name: str) -> None:
    """Raise HandoverRefusedError for a hand-over with an estimate that its evaluator did not sign, or, where the party's evaluators are entered here
    too, that none of them did."""
    fault = handed_over_fault(content)
    if not fault and content.get("estimates"):
        here = book()
        fault = next(filter(None, (_stranger(here, content, file) for file in content["estimates"].values())), "")
    if fault:
        raise HandoverRefusedError(fault, where=name, next_step="ask the home that measures for another hand-over, and the evaluator what they signed")


def _stranger(book: Book, content: Mapping[str, Any], file: Mapping[str, Any]) -> str:
    contract = str(content["contract"]["id"])
    keys = {person.public_key for person in book.people.values() if (person.contract, person.party) == (contract, file["by"]) and EVALUATOR in person.roles}
    return f"an estimate is signed by nobody who signs for {file['by']} here" if keys and file["seal"]["public_key"] not in keys else ""
