"""Double-entry accounts of every party, from the entries of the ledger alone. Pure: nothing is kept, and asking again gives the same.

What is owed stands as the payer's `payable` and the payee's `receivable`; what is paid moves it to `paid` and `received`, what was refused to
`refused` and `forgone`. Every transaction sums to nought, so all accounts together do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from pipelines.errors import LedgerError
from pipelines.ledger.book import Book
from pipelines.ledger.journal import Entry

OWED = ("decision", "true_up")
PAID = {"payment": 1, "reversal": -1}
"""Kinds that move money between the parties, and which way."""
WITHOUT_MONEY = (
    *("execution", "referrals", "freeze", "hold", "override", "question", "anchor", "signatory", "approval", "dispute", "long_stop", "reconciliation", "commitment"),
    "estimate",
)
NOUGHT = Decimal("0.00")


@dataclass(frozen=True)
class Posting:
    """What one transaction moves on one account of a party: amounts in the transaction's currency, a debit above nought."""

    party: str
    account: str
    amount: Decimal


@dataclass(frozen=True)
class Transaction:
    """One entry of the ledger that moves money, with its postings."""

    entry: Entry
    claim: str
    currency: str
    postings: tuple[Posting, ...]


@dataclass(frozen=True)
class Balance:
    """Where one account of a party stands in one claim period of a contract."""

    contract: str
    claim_period: str
    party: str
    account: str
    currency: str
    amount: Decimal

    def as_data(self) -> dict[str, str]:
        return {name: str(getattr(self, name)) for name in self.__dataclass_fields__}


def transactions(entries: Iterable[Entry]) -> list[Transaction]:
    """The transactions of proved entries, in their order. Raises LedgerError for a kind that is not known here, for money of a claim that was never
    decided, and for a transaction that does not sum to nought."""
    decided: dict[str, Entry] = {}
    book, made = Book(), []
    for entry in entries:
        if entry.kind == "decision":
            decided[entry.about] = entry
        if entry.kind in OWED or entry.kind in PAID:
            made.append(_transaction(entry, decided.get(entry.about)))
        elif entry.kind not in WITHOUT_MONEY:
            raise _refused(entry, f"accounts do not know entries of the kind {entry.kind}", "use the version of Udbytte that posted it, or a newer one")
        refused = _refused_of(book, entry.about)
        if entry.kind in OWED or "act" in entry.body:
            book.take(entry)
        made += [_set_off(entry, part, decided) for part in entry.body.get("act", {}).get("set_off", [])]
        made.append(_given_up(entry, refused, book))
    return [item for item in made if item.postings]


def _refused_of(book: Book, claim: str) -> dict[str, Decimal]:
    """What each payer of a claim owes no more, because it was conceded, lapsed or met with silence."""
    return {payer: line.amount("refused") for payer, line in book.lines.get(claim, {}).items()}


def _given_up(entry: Entry, before: dict[str, Decimal], book: Book) -> Transaction:
    """What an entry let become refused, or took back of it: it is owed no more, and neither was it paid."""
    postings: list[Posting] = []
    for payer, line in book.lines.get(entry.about, {}).items():
        amount = line.amount("refused") - before.get(payer, NOUGHT)
        if amount:
            owing = (Posting(payer, "payable", amount), Posting(payer, "refused", -amount))
            postings += [*owing, Posting(line.payee, "receivable", -amount), Posting(line.payee, "forgone", amount)]
    currency = next((line.currency for line in book.lines.get(entry.about, {}).values()), "")
    return Transaction(entry, entry.about, currency, tuple(postings))


def _set_off(entry: Entry, part: dict[str, Any], decided: dict[str, Entry]) -> Transaction:
    """What a payment kept back of another claim of which it was to be returned: as a reversal there."""
    other = decided.get(part["claim"])
    if other is None:
        raise _refused(entry, "it moves money of a claim that was never decided", "report it to the data engineer")
    payer, payee, amount = entry.body["act"]["payer"], other.body["payee"], Decimal(part["amount"])
    return Transaction(entry, part["claim"], other.body["currency"], tuple(_moved(payer, payee, -amount)))


def _transaction(entry: Entry, decided: Entry | None) -> Transaction:
    if decided is None:
        raise _refused(entry, "it moves money of a claim that was never decided", "report it to the data engineer")
    try:
        postings = tuple(_owed(entry, decided) if entry.kind in OWED else _paid(entry, decided))
    except (KeyError, InvalidOperation):
        raise _refused(entry, "it does not say who pays how much", "report it to the data engineer") from None
    if sum((item.amount for item in postings), NOUGHT):
        raise _refused(entry, "its postings do not sum to nought: what its payers owe is not its amount", "report it to the data engineer")
    return Transaction(entry, entry.about, decided.body["currency"], postings)


def _owed(entry: Entry, decided: Entry) -> list[Posting]:
    amount = Decimal(entry.body["amount"])
    shares = entry.body.get("shares") or {decided.body["payer"]: entry.body["amount"]}
    owing = [Posting(payer, "payable", -Decimal(share)) for payer, share in shares.items() if Decimal(share)]
    return [*([Posting(decided.body["payee"], "receivable", amount)] if amount else []), *owing]


def _paid(entry: Entry, decided: Entry) -> list[Posting]:
    """A payment says its payer and amount itself, or in the act that was signed."""
    said: dict[str, Any] = entry.body.get("act", entry.body)
    amount, payer, payee = PAID[entry.kind] * Decimal(said["amount"]), said.get("payer") or decided.body["payer"], decided.body["payee"]
    return _moved(payer, payee, amount)


def _moved(payer: str, payee: str, amount: Decimal) -> list[Posting]:
    return [Posting(payer, "payable", amount), Posting(payer, "paid", -amount), Posting(payee, "receivable", -amount), Posting(payee, "received", amount)]


def balances(made: Sequence[Transaction], contract: str = "") -> list[Balance]:
    """Where every account stands, by contract, claim period, party and account; of one contract where it is named."""
    total: dict[tuple[str, str, str, str, str], Decimal] = defaultdict(lambda: NOUGHT)
    for item in made:
        of, period = item.entry.contract, item.claim.split("/")[2]
        for posting in item.postings if contract in ("", of) else ():
            total[of, period, posting.party, posting.account, item.currency] += posting.amount
    return [Balance(*key, amount) for key, amount in sorted(total.items())]


def overpaid(made: Sequence[Transaction]) -> list[str]:
    """What is asserted of every claim and payer: no more is paid than is owed. Each claim of which it is not true, in words."""
    owed: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: NOUGHT)
    for item in made:
        for posting in item.postings:
            if posting.account == "payable":
                owed[item.claim, posting.party, item.currency] += posting.amount
    return [f"{claim}: {party} has paid {amount} {currency} more than it owes" for (claim, party, currency), amount in sorted(owed.items()) if amount > 0]


def _refused(entry: Entry, what: str, next_step: str) -> LedgerError:
    return LedgerError(what, where=entry.name(), next_step=next_step)
