"""The accounts of the parties as a plain-text journal that `bean-check` accepts: for reading a ledger with a tool that is not ours.

Pure text from proved entries; the same entries give the same bytes. What an entry says about people, reasons and sums is not carried along, only who
owes and pays what, by which entry.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from pipelines.errors import LedgerError
from pipelines.ledger.accounts import NOUGHT, Balance, Posting, Transaction, balances, transactions
from pipelines.ledger.journal import GENESIS, Entry

ROOTS = {"receivable": "Assets", "received": "Assets", "paid": "Assets", "payable": "Liabilities", "refused": "Income", "forgone": "Expenses"}
"""Where each account stands: what is owed to somebody else is a liability, what was refused is a gain of the one and a loss of the other."""
_SNAKE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_PERIOD = re.compile(r"[0-9A-Z][0-9A-Za-z-]*", re.ASCII)
_HASHED = re.compile(r".*-X[0-9a-f]{8}", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_IN_A_LINK = re.compile(r"[A-Za-z0-9_/.-]+", re.ASCII)
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def export(entries: Sequence[Entry]) -> str:
    """The journal of proved entries: accounts, one transaction an entry in their order, and where every account stands at the end. Raises LedgerError
    for what accounts cannot book, and for a currency that is no code of three letters."""
    made = transactions(entries)
    moving: dict[int, list[Transaction]] = defaultdict(list)
    for item in made:
        moving[item.entry.seq].append(item)
    head = entries[-1].hash if entries else GENESIS
    parts = [
        f"; The double-entry accounts of a ledger of {len(entries)} entries, head {head}.",
        "; Made by `udbytte export beancount`. What it says is derived; the ledger itself is the truth.",
        f'option "title" {_text(f"Udbytte, {len(entries)} entries, head {head[:16]}")}',
        *(f'option "operating_currency" "{currency}"' for currency in sorted({_currency(item) for item in made})),
        "",
        *_opened(entries, made),
        *(line for entry in entries for item in moving.get(entry.seq, [None]) for line in _transaction(entry, item)),
        *_asserted(entries, balances(made)),
    ]
    return "\n".join(parts) + "\n"


def _opened(entries: Sequence[Entry], made: Sequence[Transaction]) -> Iterator[str]:
    """Every account, open from the first day on, and the account of each claim period above them, whose balance is what is outstanding."""
    names: dict[str, set[str]] = defaultdict(set)
    for item in made:
        for posting in item.postings:
            leaf = _account(item, posting)
            names[leaf].add(item.currency)
            names[leaf.rsplit(":", 2)[0]].add(item.currency)
    yield from (f"{entries[0].as_of} open {name} {','.join(sorted(names[name]))}" for name in sorted(names))


def _transaction(entry: Entry, item: Transaction | None) -> Iterator[str]:
    """One thing that an entry moves, with its number and hash. One that moves no money is a transaction without postings, so that its links are kept."""
    about = item.claim if item is not None else entry.about
    yield ""
    yield " ".join([f"{entry.as_of} * {_text(entry.kind)} {_text(about or entry.contract)}", *(f"^{link}" for link in _links(entry, about))])
    yield f"  entry: {entry.seq}"
    yield f"  hash: {_text(entry.hash)}"
    for name, value in _more(entry):
        yield f"  {name}: {_text(value)}"
    if item is not None:
        yield from (line for posting in item.postings for line in (f"  {_account(item, posting)}  {posting.amount:f} {item.currency}", f"    party: {_text(posting.party)}"))


def _more(entry: Entry) -> Iterator[tuple[str, str]]:
    if entry.posting_key:
        yield "posting_key", entry.posting_key
    reference = entry.body.get("act", {}).get("reference", "")
    if reference:
        yield "reference", str(reference)


def _links(entry: Entry, about: str) -> Iterator[str]:
    """What ties entries together: the claim they are about, their own number, and the numbers of those they speak of."""
    if "/" in about:
        yield about if _IN_A_LINK.fullmatch(about) else f"claim-{_short(about)}"
    spoken = [entry.seq, entry.body.get("entry"), entry.body.get("act", {}).get("entry")]
    yield from (f"entry-{seq}" for seq in dict.fromkeys(spoken) if isinstance(seq, int) and seq)


def _asserted(entries: Sequence[Entry], found: Sequence[Balance]) -> Iterator[str]:
    """Where every account and every claim period stands on the morning after the newest day, to the cent."""
    totals: dict[tuple[str, str], Decimal] = defaultdict(lambda: NOUGHT)
    for item in found:
        root = ROOTS[item.account]
        above = f"{root}:{_period(item.contract, item.claim_period)}"
        totals[above, item.currency] += item.amount
        totals[f"{above}:{_party(item.party)}:{item.account.capitalize()}", item.currency] += item.amount
    if totals:
        yield ""
        morning = entries[-1].as_of + dt.timedelta(days=1)
        yield from (f"{morning} balance {name}  {amount:f} ~ 0 {currency}" for (name, currency), amount in sorted(totals.items()))


def _account(item: Transaction, posting: Posting) -> str:
    return f"{ROOTS[posting.account]}:{_period(item.entry.contract, item.claim.split('/')[2])}:{_party(posting.party)}:{posting.account.capitalize()}"


def _period(contract: str, claim_period: str) -> str:
    return f"{_party(contract)}:{_component(claim_period, is_plain=bool(_PERIOD.fullmatch(claim_period)))}"


def _party(name: str) -> str:
    return _component(name, is_plain=bool(_SNAKE.fullmatch(name)))


def _component(name: str, *, is_plain: bool) -> str:
    """A name as a part of an account's: letters, digits and hyphens. One that would not be told from another by these has its hash added."""
    plain = re.sub(r"[^0-9A-Za-z-]", "-", name)
    plain = plain[:1].upper() + plain[1:]
    return plain if is_plain and not _HASHED.fullmatch(plain) else f"{plain if plain[:1].isalnum() else f'X{plain}'}-X{_short(name)}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _currency(item: Transaction) -> str:
    if not _CURRENCY.fullmatch(item.currency):
        raise LedgerError("its currency is not a code of three letters", where=item.entry.name(), next_step="report it to the data engineer")
    return item.currency


def _text(value: Any) -> str:
    """A string as the journal writes it; control characters become blanks."""
    return '"' + "".join(_ESCAPED.get(mark, mark if mark.isprintable() else " ") for mark in str(value)) + '"'
