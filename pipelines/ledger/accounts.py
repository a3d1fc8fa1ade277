"""Double-entry accounts of every party, from the entries of the ledger alone. Pure: nothing is kept, and asking again gives the same.

What is owed stands as the payer's `payable` and the payee's `receivable`; what is paid moves it to `paid` and `received`. Every transaction
sums to nought, so all accounts together do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from pipelines.errors import LedgerError
from pipelines.ledger.journal import Entry

OWED = ("decision", "true_up")
PAID = {"payment": 1, "reversal": -1}
"""Kinds that move money between the parties, and which way."""
WITHOUT_MONEY = ("execution", "referrals", "freeze", "hold", "override", "question", "anchor", "signatory", "approval", "dispute", "long_stop")
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
    made = []
    for entry in entries:
        if entry.kind == "decision":
            decided[entry.about] = entry
        if entry.kind in OWED or entry.kind in PAID:
            made.append(_transaction(entry, decided.get(entry.about)))
        elif entry.kind not in WITHOUT_MONEY:
            raise _refused(entry, f"accounts do not know entries of the kind {entry.kind}", "use the version of Udbytte that posted it, or a newer one")
    return [item for item in made if item.postings]


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
