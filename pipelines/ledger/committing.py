"""What parties committed themselves to at most, beside what was decided and paid of it; and that no decision goes beyond it.

Pure, from the entries alone: an entry `commitment` says how amounts are placed in years, so that the contract's text is not needed to prove it.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipelines.contracts.years import year_of
from pipelines.errors import LedgerError
from pipelines.ledger.accounts import OWED, Transaction, transactions
from pipelines.ledger.journal import Entry, Journal

KIND = "commitment"
NOUGHT = Decimal("0.00")
Amounts = dict[str, Decimal]


@dataclass(frozen=True)
class Standing:
    """Where one commitment stands: `over` the contract, or one year. `decided`, `paid` and `left` are of those who pay; None for investors and
    guarantors, whose money does not pass through decisions."""

    contract: str
    version: int
    parties: tuple[str, ...]
    role: str
    over: str
    committed: Decimal
    decided: Decimal | None
    paid: Decimal | None
    currency: str
    clause: str
    of: str = ""

    @property
    def left(self) -> Decimal | None:
        return None if self.decided is None else self.committed - self.decided

    def words(self) -> str:
        """One line for people."""
        who = f"{', '.join(self.parties)} ({self.role}{f', {self.of}' if self.of else ''})"
        said = f"{self.contract}  {who}  committed {self.committed:,} {self.currency} {'in all' if self.over == 'contract' else f'for {self.over}'}"
        return said if self.decided is None else f"{said}: decided {self.decided:,}, paid {self.paid:,}, left {self.left:,}"

    def as_data(self) -> dict[str, Any]:
        """Plain values, what is left and the line for people included; None where the ledger does not say."""
        said = {**vars(self), "parties": list(self.parties), "left": self.left, "words": self.words()}
        return {name: str(value) if isinstance(value, Decimal) else value for name, value in said.items()}


def enter(journal: Journal, contract: str, version: int, committed: list[dict[str, Any]], as_of: dt.date) -> Entry | None:
    """Enter what the parties of an executed version commit themselves to; nothing where they cap nothing, or where it stands. Raises LedgerError when
    this version is not the newest one executed."""
    executed = journal.index.of_contract("execution", contract)
    if not executed or executed[-1].body["version"] != version:
        raise LedgerError(f"version {version} of {contract} is not the one that is executed", where=contract, next_step="execute it first")
    return journal.post_commitment(contract, {"version": version, "execution": executed[-1].hash, "committed": committed}, as_of) if committed else None


def in_force(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The newest commitment of each contract."""
    return {entry.contract: entry for entry in entries if entry.kind == KIND}


def standings(entries: Sequence[Entry], contract: str = "") -> list[Standing]:
    """Where the newest commitments stand, of one contract where it is named: by contract, in the order of its text, each year of those of a year."""
    found, force = [], in_force(entries)
    made = transactions(entries) if any(item["role"] == "payer" for entry in force.values() for item in entry.body["committed"]) else []
    for name, entry in sorted(force.items()):
        if contract in ("", name):
            moves = [item for item in made if item.entry.contract == name]
            found += [standing for item in entry.body["committed"] for standing in _standings(entry, item, moves)]
    return found


def _standings(entry: Entry, item: dict[str, Any], moves: Sequence[Transaction]) -> Iterator[Standing]:
    named = (entry.contract, entry.body["version"], tuple(item["parties"]), item["role"])
    said = (item["currency"], item["clause"], item.get("of", ""))
    amount = Decimal(item["amount"])
    if item["role"] != "payer":
        yield Standing(*named, item["over"], amount, None, None, *said)
        return
    decided, paid = _decided_of([move.entry for move in moves if move.entry.kind in OWED], item), _paid_of(moves, item)
    for over in sorted({*decided, *paid, *_years(item)}) if item["over"] == "year" else ["contract"]:
        yield Standing(*named, over, amount, decided.get(over, NOUGHT), paid.get(over, NOUGHT), *said)


def _years(item: Mapping[str, Any]) -> set[str]:
    return {year for shares in item.get("shares", {}).values() for year in shares}


def _decided_of(owed: Iterable[Entry], item: Mapping[str, Any]) -> Amounts:
    """What decisions and true-ups come to of a commitment, by what it is over."""
    total: Amounts = defaultdict(lambda: NOUGHT)
    for entry in owed:
        for over, amount in _decided(entry, item).items():
            total[over] += amount
    return total


def _paid_of(moves: Iterable[Transaction], item: Mapping[str, Any]) -> Amounts:
    """What its parties paid of a commitment less what came back, by what it is over: of the years in which the claim was decided to be."""
    total: Amounts = defaultdict(lambda: NOUGHT)
    opened: dict[str, Entry] = {}
    for move in moves:
        opened.setdefault(move.claim, move.entry)
        paid = -sum((posting.amount for posting in move.postings if posting.account == "paid" and posting.party in item["parties"]), NOUGHT)
        for over, amount in _placed(opened[move.claim], paid, item, is_part=True).items() if paid else ():
            total[over] += amount
    return total


def _decided(entry: Entry, item: Mapping[str, Any]) -> Amounts:
    """What an entry decides that a commitment's parties owe, by what the commitment is over."""
    shares = entry.body.get("shares") or {}
    amount = Decimal(entry.body["amount"])
    if shares and item["over"] != "year":
        amount = sum((Decimal(share) for party, share in shares.items() if party in item["parties"]), NOUGHT)
    elif not shares and entry.body.get("payer", item["parties"][0]) not in item["parties"]:
        amount = NOUGHT
    return _placed(entry, amount, item)


def _placed(entry: Entry, amount: Decimal, item: Mapping[str, Any], *, is_part: bool = False) -> Amounts:
    """An amount by what a commitment is over: the contract, or years, each but the last rounded half up. An entry that a cap cut says itself what of
    it is of which year."""
    if item["over"] != "year":
        return {"contract": amount}
    if "shares" not in item:
        return {year_of(entry.as_of, item["begins"]): amount}
    said = entry.body.get("years")
    if said and not is_part:
        return {year: Decimal(part) for year, part in said.items()}
    _, trigger, period, *_ = entry.about.split("/")
    shares = item["shares"].get(f"{trigger}/{period}")
    return _in_parts(amount, shares) if shares else {}


def _in_parts(amount: Decimal, shares: Mapping[str, str]) -> Amounts:
    *first, last = sorted(shares)
    made = {year: _cents(Fraction(amount) * Fraction(shares[year])) for year in first}
    return {**made, last: amount - sum(made.values(), NOUGHT)}


def _cents(amount: Fraction) -> Decimal:
    """Halves away from nought."""
    cents = int(abs(amount) * 100 + Fraction(1, 2))
    return Decimal(-cents if amount < 0 else cents).scaleb(-2)


class _Running:
    """What one contract's commitments in force have been used for, day by day."""

    def __init__(self, entry: Entry, before: Iterable[Entry]) -> None:
        self.items: list[dict[str, Any]] = [item for item in entry.body["committed"] if item["role"] == "payer"]
        self.used = [_decided_of(before, item) for item in self.items]
        self.raised: dict[tuple[int, str], Entry] = {}

    def take(self, entry: Entry) -> None:
        for place, item in enumerate(self.items):
            for over, amount in _decided(entry, item).items():
                self.used[place][over] += amount
                if amount > 0:
                    self.raised[place, over] = entry

    def close_day(self) -> str:
        """The first commitment that this day's decisions went beyond, in words. They are taken together: a claw-back makes room for what comes after it."""
        raised, self.raised = self.raised, {}
        for (place, over), entry in raised.items():
            item, used = self.items[place], self.used[place][over]
            if used > Decimal(item["amount"]):
                who, what = ", ".join(item["parties"]), f"for {over}" if item["over"] == "year" else "in all"
                return f"{entry.name()}: with it {used} {item['currency']} is decided, and {who} committed to {item['amount']} {what} ({item['clause']})"
        return ""


def fault(entries: Sequence[Entry]) -> str:
    """The first day on which decisions went beyond a commitment in force, in words; empty when none did. What was decided before a newer version agreed
    on less stands, and only more than that goes beyond."""
    moves: dict[str, list[Entry]] = defaultdict(list)
    force: dict[str, _Running] = {}
    for _, of_day in itertools.groupby(entries, key=lambda entry: entry.as_of):
        for entry in of_day:
            if entry.kind in OWED:
                moves[entry.contract].append(entry)
                if entry.contract in force:
                    force[entry.contract].take(entry)
            elif entry.kind == KIND:
                running = force.get(entry.contract)
                if running is not None and (problem := running.close_day()):
                    return problem
                force[entry.contract] = _Running(entry, moves[entry.contract])
        problem = next((words for running in force.values() if (words := running.close_day())), "")
        if problem:
            return problem
    return ""
