"""Posting to the ledger: `ledger.jsonl`, append-only, one canonical JSON line an entry, each chained to the one before by hash.

`ledger.jsonl` is the truth; `pipelines.ledger.chain` reads and proves it. What is posted together, such as the decisions of one hand-over, is
written and flushed to disk at once. `ledger.head` beside it holds the newest acknowledged entry's number and hash, so that what a kill
left half-written (cut and reported) can be told from what was damaged (refused). Salts make hashes of guessable contents useless to a
guesser; they derive from the home's key and the entry's content, so that the same acts give the same bytes and an entry that was
written without the key is found.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from pipelines.canonical import plain
from pipelines.errors import LedgerError
from pipelines.files import sync_file, sync_folder
from pipelines.ledger.chain import KINDS, Entry, Reading, entry_of, line_of, new_line, read, take
from pipelines.ledger.head import GENESIS, Head, Mark, read_head, write_head
from pipelines.ledger.index import Index
from pipelines.settings import Home

__all__ = ["GENESIS", "KINDS", "Entry", "Journal", "Reading", "decision_body", "entry_of", "execution", "freezing", "hold_body", "line_of", "logged", "read"]

PARTIES_MODE = 0o640
WIDE: dict[str, Any] = {"shares": {}, "counted": "0/1", "parts": [], "carried": "0.00", "years": {}}
"""What a decision says for the contract's other claims, each with what it says when there is nothing to say."""


def decision_body(decision: dict[str, Any], handover: str) -> dict[str, Any]:
    """What the entry of a `due` or `not_met` decision says: what each payer owes of it where several do, and what later claims go by."""
    names = ("state", "amount", "currency", "payer", "payee", "clause", "reason", "arithmetic", "fingerprint", "gate", "required")
    lines = {"lines_sha256": decision["lines_sha256"]} if decision.get("lines_sha256") else {}
    released = {"overridden_by": decision["overridden_by"]} if decision.get("overridden_by") else {}
    wide = {name: decision[name] for name, nothing in WIDE.items() if decision.get(name, nothing) != nothing}
    return {"contract_version": decision["contract_version"], **{name: decision[name] for name in names}, **lines, **wide, **released, "handover": handover}


def hold_body(decision: dict[str, Any], handover: str) -> dict[str, Any]:
    """What the entry of a hold says."""
    causes = [{name: hold[name] for name in ("subject", "rule", "verdict", "cured_by")} for hold in decision["holds"]]
    return {"causes": causes, "reason": decision["reason"], "handover": handover}


def execution(entries: list[Entry], contract: str, version: int) -> Entry | None:
    """The entry that bound the parties to the text of this version of a contract."""
    return next((entry for entry in entries if entry.kind == "execution" and entry.contract == contract and entry.body["version"] == version), None)


def logged(entries: list[Entry], contract: str, cohort: str) -> list[Entry]:
    """The entries of the lists of referrals that a cohort was made from, from the oldest."""
    return [entry for entry in entries if entry.kind == "referrals" and entry.about == f"{contract}/{cohort}"]


def freezing(entries: list[Entry], contract: str, cohort: str) -> Entry | None:
    """The entry that froze a cohort."""
    return next((entry for entry in entries if entry.kind == "freeze" and entry.contract == contract and entry.body["cohort"] == cohort), None)


def is_lapsed(about: Iterable[Entry]) -> bool:
    """Whether a claim lapsed before it was decided; `about` are the entries that speak of it."""
    acts = [entry.body["act"] for entry in about if entry.kind == "long_stop"]
    return any((act["act"], act["from"]) == ("lapse", "held") for act in acts)


Resolved = Mapping[str, Mapping[str, str]]
"""What claim periods resolve to, by `trigger/period`: the day each `ends` and the `sha256` of its terms."""


class Journal:
    """The ledger opened for posting. Every method that posts returns the entry, or None when it stands already."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.reading = read(home)
        self.index = Index(self.reading.entries)
        self.posted: list[Entry] = []
        self.notes: list[str] = []
        self._waiting: list[bytes] | None = None
        self._is_stale = False
        if self.reading.fault:
            raise LedgerError(self.reading.fault, where="ledger.jsonl", next_step="post nothing; restore the file from a backup and run `udbytte verify`")
        if self.reading.torn_bytes:
            self._cut()
        self._catch_up()

    @property
    def entries(self) -> list[Entry]:
        return self.reading.entries

    @cached_property
    def _key(self) -> bytes:
        return self.home.key("salt")

    @property
    def _newest(self) -> Mark:
        return Mark(self.reading.count, self.reading.head)

    def _cut(self) -> None:
        with self.home.ledger.open("r+b") as stream:
            stream.truncate(self.reading.sound_bytes)
            os.fsync(stream.fileno())
        self.notes.append(f"a torn last line of the ledger ({self.reading.torn_bytes} bytes, written by a run that was killed) was cut")
        self.reading.torn_bytes = 0

    def _catch_up(self) -> None:
        """Acknowledge what a run wrote that was killed before it could: whole entries, once they are surely on the disk."""
        if read_head(self.home) not in (None, Head(*self._newest)):
            if self.home.ledger.exists():
                sync_file(self.home.ledger)
            write_head(self.home, Head(*self._newest))

    @contextlib.contextmanager
    def together(self) -> Iterator[list[bytes]]:
        """Post all that is posted inside, whose lines wait in what this gives, with one writing and one acknowledgement, or none of it when something
        is refused. A kill meanwhile leaves the first of it, as many as were whole, and posting it all again adds the rest."""
        if self._waiting is not None:
            yield self._waiting
            return
        if self._is_stale:
            raise LedgerError("the ledger could not be written before, and what of it is on the disk is not known here", next_step="open it again")
        self._waiting, before, bytes_before = [], self._newest, self.reading.sound_bytes
        try:
            yield self._waiting
            self._write_down(before, self._waiting)
        except BaseException:
            self._forget(before, bytes_before)
            raise
        finally:
            self._waiting = None

    def _forget(self, before: Mark, sound_bytes: int) -> None:
        """Be as if nothing had been posted after an entry."""
        del self.entries[before.seq :]
        self.reading.count, self.reading.head, self.reading.sound_bytes = *before, sound_bytes
        self.posted = [entry for entry in self.posted if entry.seq <= before.seq]
        self.index = Index(self.entries)

    def _write_down(self, before: Mark, lines: list[bytes]) -> None:
        """Announce several lines, write them, have them on the disk, and acknowledge them."""
        if not lines:
            return
        self._is_stale = True
        if before.seq == 0 or len(lines) > 1:
            self._acknowledge(Head(*before, self._newest if len(lines) > 1 else None))
        self._write(b"".join(line + b"\n" for line in lines))
        self._acknowledge(Head(*self._newest))
        self._is_stale = False

    def newest_day(self) -> dt.date | None:
        return self.index.newest_day()

    def standing(self, posting_key: str) -> Entry | None:
        """The one entry that stands for a posting key."""
        return self.index.standing(posting_key)

    def about(self, posting_key: str) -> list[Entry]:
        """Every entry that speaks of a posting key, in order."""
        return list(self.index.about(posting_key))

    def newest_about(self, posting_key: str) -> Entry | None:
        """The newest entry that speaks of a posting key, whatever its kind, less what people and their bank did to what was posted."""
        return next((entry for entry in reversed(self.index.about(posting_key)) if "act" not in entry.body and entry.kind != "reconciliation"), None)

    def execution(self, contract: str, version: int) -> Entry | None:
        """The entry that executed this version of a contract."""
        return execution(self.index.of_contract("execution", contract), contract, version)

    def execute(
        self,
        contract: str,
        version: int,
        sha256: str,
        parties: list[str],
        as_of: dt.date,
        profiles: dict[str, str] | None = None,
        resolves: Resolved | None = None,
        agreed: Mapping[str, Any] | None = None,
        annex: dict[str, str] | None = None,
        design: Mapping[str, Any] | None = None,
    ) -> Entry | None:
        """Bind the parties to the text of a contract, to its annex and to the gate profiles it names, each by hash, to what each claim period
        resolves to, to what was `agreed` on acts (`pipelines.ledger.agreeing`), and to how it measures (`design`, `pipelines.ledger.amending`).
        Raises LedgerError when this version is executed with another text, or a newer one is executed, or when it changes what a claim period
        resolves to that is over by the day."""
        earlier = self.execution(contract, version)
        if earlier is not None:
            if earlier.body["sha256"] != sha256:
                raise LedgerError(f"version {version} of {contract} is executed with another text", where=earlier.name(), next_step="give the amended text a new version")
            return None
        newest = max((entry.body["version"] for entry in self.index.of_contract("execution", contract)), default=0)
        if newest > version:
            raise LedgerError(f"version {newest} of {contract} is executed, and {version} is older", where=contract, next_step="give the amended text a newer version")
        self._keeps_what_is_over(contract, resolves or {}, as_of)
        more = {name: said for name, said in (("resolves", resolves), ("agreed", agreed), ("annex", annex), ("design", design)) if said}
        body = {"version": version, "sha256": sha256, "parties": parties, "profiles": profiles or {}, **more}
        return self._append("execution", as_of, contract, "", "", body)

    def post_commitment(self, contract: str, body: dict[str, Any], as_of: dt.date) -> Entry | None:
        """Enter, once for each version, what parties commit themselves to at most; pipelines/ledger/committing.py says what."""
        about = f"{contract}/commitment"
        is_said = any(entry.kind == "commitment" and entry.body["version"] == body["version"] for entry in self.index.about(about))
        return None if is_said else self._append("commitment", as_of, contract, about, "", body)

    def _keeps_what_is_over(self, contract: str, resolves: Resolved, as_of: dt.date) -> None:
        """Raise LedgerError when a claim period that was agreed before and is over resolves to something else now, or is gone."""
        before = [entry for entry in self.index.of_contract("execution", contract) if "resolves" in entry.body]
        agreed: Resolved = before[-1].body["resolves"] if before else {}
        over = {name: terms for name, terms in agreed.items() if dt.date.fromisoformat(terms["ends"]) <= as_of}
        rewritten = sorted(name for name, terms in over.items() if resolves.get(name) != terms)
        if rewritten:
            raise LedgerError(
                f"this text rewrites what {', '.join(rewritten)} resolves to, and that is over",
                where=before[-1].name(),
                next_step="let the amendment hold from a later claim period on, and leave the terms of earlier ones as they were",
            )

    def post_referrals(self, contract: str, cohort: str, found: dict[str, Any], as_of: dt.date) -> Entry | None:
        """Enter the hash of the list of referrals that a cohort is made from, with its size and the day it covers, unless it is the newest one
        entered, or one of this day."""
        known = logged(self.index.of_contract("referrals", contract), contract, cohort)
        body = plain({"cohort": cohort, **found})
        is_said = any(entry.body == body for entry in [*known[-1:], *(entry for entry in known if entry.as_of == as_of)])
        return None if is_said else self._append("referrals", as_of, contract, f"{contract}/{cohort}", "", body)

    def post_freeze(self, contract: str, cohort: str, sha256: str, as_of: dt.date) -> Entry | None:
        """Enter, once, the hash of a cohort's frozen list. Raises LedgerError when another list was entered."""
        earlier = freezing(self.index.of_contract("freeze", contract), contract, cohort)
        if earlier is None:
            return self._append("freeze", as_of, contract, f"{contract}/{cohort}", "", {"cohort": cohort, "sha256": sha256})
        if earlier.body["sha256"] != sha256:
            raise LedgerError(f"the cohort {cohort} was frozen as another list", where=earlier.name(), next_step="restore the frozen list from a backup")
        return None

    def post_decision(self, decision: dict[str, Any], handover: str, stands: tuple[str, str] | None = None) -> Entry | None:
        """Post a `due` or `not_met` decision once. The ledger refuses one without an open gate for its fingerprint. `stands` is the state and the amount
        that a posted claim came to by true-ups since. A claim that lapsed at its long stop is posted no more."""
        if decision["state"] not in ("due", "not_met") or decision["gate"] != "open" or not decision["fingerprint"]:
            raise LedgerError("a decision is posted only with an open gate for its fingerprint", where=decision["posting_key"], next_step="report it to the data engineer")
        key = decision["posting_key"]
        self.refuse_unreleased(decision)
        standing = self.standing(key)
        if standing is None and is_lapsed(self.index.about(key)):
            return None
        if standing is None:
            return self._append("decision", dt.date.fromisoformat(decision["as_of"]), decision["contract"], key, key, decision_body(decision, handover))
        posted = stands or (standing.body["state"], standing.body["amount"])
        return None if posted == (decision["state"], decision["amount"]) else self._ask(standing, posted, decision, handover)

    def post_true_up(self, posting_key: str, about: str, contract: str, body: dict[str, Any], as_of: dt.date) -> Entry | None:
        """Enter what a restated claim moves, once for its posting key and once for a hand-over; pipelines/ledger/true_up.py says what."""
        is_posted = self.standing(posting_key) is not None or self._was_taken(about, str(body["handover"]))
        return None if is_posted else self._append("true_up", as_of, contract, about, posting_key, plain(body))

    def refuse_unreleased(self, decision: dict[str, Any]) -> None:
        """Raises LedgerError when a decision says it was released by an override that does not stand here for its claim and basis."""
        seq = decision.get("overridden_by", 0)
        if seq:
            entry = self.entries[seq - 1] if 0 < seq <= len(self.entries) else None
            if entry is None or (entry.kind, entry.about, entry.body.get("basis")) != ("override", decision["posting_key"], decision["basis"]):
                raise LedgerError("it was released by an override that is not in this ledger", where=decision["posting_key"], next_step="report it to the data engineer")

    def post_override(self, claim: str, contract: str, body: dict[str, Any], as_of: dt.date) -> Entry | None:
        """Enter that two parties released a claim, once for the same fingerprint, causes, people and reason; pipelines/ledger/override.py says who
        may."""
        standing = [entry for entry in self.index.about(claim) if entry.kind == "override" and entry.body == body]
        return None if standing else self._append("override", as_of, contract, claim, "", body)

    def post_anchor(self, body: dict[str, Any], as_of: dt.date) -> Entry:
        """Enter that the head was carried outside; pipelines/ledger/anchoring.py says how."""
        return self._append("anchor", as_of, "", "ledger.head", "", body)

    def post_signatory(self, contract: str, body: dict[str, Any], as_of: dt.date) -> Entry:
        """Enter who signs for a party by which key; pipelines/ledger/signing.py says whom."""
        return self._append("signatory", as_of, contract, "", "", body)

    def post_estimate(self, contract: str, about: str, body: dict[str, Any], as_of: dt.date) -> Entry:
        """Enter an estimate that an evaluator gave; pipelines/ledger/estimating.py says which."""
        return self._append("estimate", as_of, contract, about, "", body)

    def post_act(self, kind: str, contract: str, about: str, body: dict[str, Any], as_of: dt.date) -> Entry:
        """Enter what was done to a posted decision; pipelines/ledger/approving.py says what may be."""
        return self._append(kind, as_of, contract, about, "", body)

    def post_reconciliation(self, contract: str, about: str, body: dict[str, Any], as_of: dt.date) -> Entry | None:
        """Enter, once for each entry that moved money, that a bank says the same; pipelines/ledger/reconciling.py says when."""
        is_said = any(entry.kind == "reconciliation" and entry.body["entry"] == body["entry"] for entry in self.index.about(about))
        return None if is_said else self._append("reconciliation", as_of, contract, about, "", body)

    def _ask(self, standing: Entry, posted: tuple[str, str], decision: dict[str, Any], handover: str) -> Entry | None:
        """Record that a posted decision would now come out otherwise, and why it is not settled where its contract says so. Nothing is paid or taken
        back by it."""
        newest = self.newest_about(standing.posting_key)
        found = {"state": decision["state"], "amount": decision["amount"]}
        is_asked = newest is not None and newest.kind == "question" and newest.body["found"] == found
        if is_asked or self._was_taken(standing.posting_key, handover):
            return None
        said = decision.get("true_up") or {}
        why = {"why": said["why"]} if said.get("why") else {}
        body = {"found": found, "posted": dict(zip(("state", "amount"), posted, strict=True)), **why, "fingerprint": decision["fingerprint"], "handover": handover}
        return self._append("question", dt.date.fromisoformat(decision["as_of"]), decision["contract"], standing.posting_key, "", body)

    def post_hold(self, decision: dict[str, Any], handover: str) -> Entry | None:
        """Post that a trigger is held, once for the same causes, and not at all where a decision already stands."""
        key = decision["posting_key"]
        if self.standing(key) is not None:
            return None
        body = hold_body(decision, handover)
        about = [entry for entry in self.index.about(key) if entry.kind != "override"]
        if is_lapsed(about):
            return None
        newest = next((entry for entry in reversed(about) if "act" not in entry.body), None)
        is_said = newest is not None and newest.kind == "hold" and newest.body["causes"] == body["causes"]
        if is_said or self._was_taken(key, handover):
            return None
        return self._append("hold", dt.date.fromisoformat(decision["as_of"]), decision["contract"], key, "", body)

    def _was_taken(self, posting_key: str, handover: str) -> bool:
        """Whether this hand-over has spoken of the posting key already, whatever came after it."""
        return any(entry.body.get("handover") == handover for entry in self.index.about(posting_key))

    def refuse_backwards(self, as_of: dt.date) -> None:
        """Raise LedgerError for a day before that of the newest entry."""
        newest = self.newest_day()
        if newest is not None and as_of < newest:
            raise LedgerError(f"ledger time runs forward: its newest entry is of {newest}", where=f"as of {as_of}", next_step=f"leave --as-of out, or give a day from {newest} on")

    def _append(self, kind: str, as_of: dt.date, contract: str, about: str, posting_key: str, body: dict[str, Any]) -> Entry:
        self.refuse_backwards(as_of)
        data = {"kind": kind, "as_of": as_of, "contract": contract, "about": about, "posting_key": posting_key, "body": body}
        with self.together() as waiting:
            line = new_line(self._key, {**data, "seq": self.reading.count + 1, "prev": self.reading.head})
            problem = take(self.reading, line, self._key)
            if problem:
                raise LedgerError(problem, where=f"entry {self.reading.count + 1}", next_step="report it to the data engineer")
            waiting.append(line)
            entry = self.entries[-1]
            self.posted.append(entry)
        return entry

    def _acknowledge(self, head: Head) -> None:
        write_head(self.home, head)

    def _write(self, lines: bytes) -> None:
        is_new = not self.home.ledger.exists()
        with self.home.ledger.open("ab") as stream:
            self.home.ledger.chmod(PARTIES_MODE)
            stream.write(lines)
            stream.flush()
            os.fsync(stream.fileno())
        if is_new:
            sync_folder(self.home.root)
