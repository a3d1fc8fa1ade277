"""Small shapes that readers fill and matching reads: what the ledger says moved, and what a bank says moved. Amounts are exact Decimals."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pipelines.errors import BankFileError

Direction = Literal["out", "in"]
"""Whether money left the payer's account or came to it."""
LONGEST_REFERENCE = 35
"""The most characters an end-to-end id has in ISO 20022 (Max35Text)."""
OWN = re.compile(r"UDB[A-P]{32}", re.ASCII)
_LETTERS = str.maketrans("0123456789abcdef", "ABCDEFGHIJKLMNOP")
LARGEST_AMOUNT = Decimal(10) ** 15


def reference_of(entry_hash: str) -> str:
    """The end-to-end id of a payment that an entry calls for: 35 capital letters, which every bank carries unchanged and which nobody takes for a
    person's number. It follows from the hash of that entry, so that nobody has to make one up and none stands for two payments."""
    return "UDB" + hashlib.sha256(f"end-to-end id of {entry_hash}".encode()).hexdigest()[: LONGEST_REFERENCE - 3].translate(_LETTERS)


def alike(reference: str) -> str:
    """A reference as it is compared: banks put it in capitals and drop or add blanks."""
    return "".join(reference.split()).upper()


@dataclass(frozen=True)
class Moved:
    """What an entry of the ledger says a bank moved: out of the payer's account by a payment, back to it by a reversal. A payment that the bank itself
    returned comes back under the payment's own reference: one of those in `returns`."""

    entry: int
    name: str
    hash: str
    contract: str
    about: str
    payer: str
    reference: str
    amount: Decimal
    currency: str
    day: dt.date
    direction: Direction = "out"
    returns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Booked:
    """One movement that a bank booked. `place` is where it stands in the file; `references` are what may be our reference, the likeliest first;
    `bank_id` is the bank's own number of it, "" where there is none; `is_reversal` says that the bank calls it a return of another movement."""

    place: str
    references: tuple[str, ...]
    amount: Decimal
    currency: str
    day: dt.date
    direction: Direction
    bank_id: str = ""
    is_reversal: bool = False


@dataclass(frozen=True)
class Statement:
    """A file as it was read: what it is (`csv` or a version of camt.053), its bytes' SHA-256, what was booked, through which day it goes where it says
    so, and how many movements were left out because the bank has not booked them yet."""

    form: str
    sha256: str
    booked: tuple[Booked, ...]
    through: dt.date | None = None
    not_booked: int = 0


def checked_amount(amount: Decimal, place: str) -> Decimal:
    """An amount in whole cents. Raises BankFileError for more decimals, or more than any contract comes to."""
    if not amount.is_finite() or abs(amount) >= LARGEST_AMOUNT or amount != round(amount, 2):
        raise BankFileError("the amount is not one of whole cents that a contract can come to", where=place, next_step="have the file made again by the bank or the finance system")
    return round(amount, 2)
