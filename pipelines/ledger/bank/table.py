"""Reading a table of payments: CSV in UTF-8 or windows-1252, with semicolons, commas or tabs, decimal point or decimal comma.

docs/reconcile.md has the columns. An amount that can be read in two ways, such as 1.250, is refused and never guessed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from decimal import Decimal

from pipelines.errors import BankFileError
from pipelines.ledger.bank.shapes import Booked, Statement, checked_amount

MOST_ROWS = 200_000
LONGEST_CELL = 2000
COLUMNS = {
    "date": ("date", "dato", "bogføringsdato", "booking_date"),
    "reference": ("reference", "end_to_end_id", "betalingsreference"),
    "amount": ("amount", "beløb"),
    "paid": ("paid", "betalt"),
    "currency": ("currency", "valuta"),
    "bank_id": ("bank_id", "bank_reference", "bankreference"),
    "reversal": ("reversal", "tilbageført"),
}
"""What each column is called, in English first."""
NEEDED = ("date", "reference", "currency")
DELIMITERS = (";", ",", "\t")
REVERSAL = {"": False, "0": False, "no": False, "nej": False, "false": False, "1": True, "yes": True, "ja": True, "true": True}
_DANISH = re.compile(r"-?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,15})(?:,[0-9]{1,2})?", re.ASCII)
_ENGLISH = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(?:\.[0-9]{1,2})?", re.ASCII)
_EITHER = re.compile(r"-?[0-9]{1,3}[.,][0-9]{3}", re.ASCII)
_DATES = (re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})", re.ASCII), re.compile(r"(?P<d>\d{1,2})([-./])(?P<m>\d{1,2})\2(?P<y>\d{4})", re.ASCII))


def statement(raw: bytes, name: str) -> Statement:
    """What a table says was booked. Raises BankFileError that names the line."""
    text = _text(raw, name)
    header = text.split("\n", 1)[0].replace('"', "")
    delimiter = max(DELIMITERS, key=lambda mark: len(_named(header.split(mark))))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    booked: list[Booked] = []
    try:
        places = _columns(next(reader, []), name)
        width = places.pop("")
        for cells in reader:
            if any(cell.strip() for cell in cells):
                booked.append(_booked(cells, places, width, name, reader.line_num))
            if len(booked) > MOST_ROWS:
                raise BankFileError(f"the file has more than {MOST_ROWS:,} rows", where=name, next_step="have it made for a shorter period")
    except csv.Error:
        raise BankFileError("this line cannot be read as CSV", where=f"{name}:{reader.line_num}", next_step="look for a quote that is never closed, or a file cut short") from None
    return Statement("csv", "", tuple(booked))


def _text(raw: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "windows-1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BankFileError("the file is not text in UTF-8 or windows-1252", where=name, next_step="save it as CSV in one of the two")


def _named(cells: list[str]) -> list[str]:
    """The column that each head stands for; "" for one that is not read."""
    heads = [re.sub(r"[ -]+", "_", cell.strip().lower()) for cell in cells]
    return [found for head in heads for found in [next((column for column, names in COLUMNS.items() if head in names), "")] if found]


def _columns(cells: list[str], name: str) -> dict[str, int]:
    """The place of each known column, and under "" how many columns there are. Raises BankFileError."""
    places: dict[str, int] = {"": len(cells)}
    for place, cell in enumerate(cells):
        for column in _named([cell]):
            if column in places:
                raise BankFileError(f"the column '{column}' stands twice", where=f"{name}:1", next_step="leave one")
            places[column] = place
    missing = [column for column in NEEDED if column not in places]
    if missing or ("amount" in places) == ("paid" in places):
        what = f"the columns {', '.join(missing)} are missing" if missing else "it has both, or neither, of the columns amount and paid"
        raise BankFileError(what, where=f"{name}:1", next_step="name them as docs/reconcile.md does, in the first line")
    return places


def _booked(cells: list[str], places: dict[str, int], width: int, name: str, line: int) -> Booked:
    place = f"{name}:{line}"
    if len(cells) != width:
        raise BankFileError(f"the line has {len(cells)} cells and the first line {width}", where=place, next_step="look for a file cut short, or a delimiter inside a cell")
    if any(len(cell) > LONGEST_CELL for cell in cells):
        raise BankFileError(f"a cell has more than {LONGEST_CELL} characters", where=place, next_step="look for a quote that is never closed")
    said = {column: cells[at].strip() for column, at in places.items()}
    signed = _amount(said["amount"], place) if "amount" in said else -_amount(said["paid"], place)
    if re.fullmatch(r"[A-Z]{3}", said["currency"], re.ASCII) is None:
        raise BankFileError("the currency is not a code of three capital letters", where=place, next_step="write it as DKK")
    reversal = REVERSAL.get(said.get("reversal", "").lower())
    if reversal is None:
        raise BankFileError("whether it is a reversal is not said by yes or no", where=place, next_step="write yes or no, or ja or nej")
    references = (said["reference"],) if said["reference"] else ()
    return Booked(f"line {line}", references, abs(signed), said["currency"], _day(said["date"], place), "out" if signed < 0 else "in", said.get("bank_id", ""), reversal)


def _amount(cell: str, place: str) -> Decimal:
    plain = cell.replace("\N{MINUS SIGN}", "-")
    plain = f"-{plain[:-1]}" if plain.endswith("-") else plain
    if _EITHER.fullmatch(plain):
        raise BankFileError("the amount may be thousands or thousandths", where=place, next_step="write it with two decimals, as 1250,00")
    if _DANISH.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    elif not _ENGLISH.fullmatch(plain):
        raise BankFileError("the amount cannot be read", where=place, next_step="write it as 1250,00 or 1250.00, below nought where money left the account")
    amount = checked_amount(Decimal(plain.replace(",", "")), place)
    if not amount:
        raise BankFileError("the amount is nought", where=place, next_step="leave the line out, or have the file made again")
    return amount


def _day(cell: str, place: str) -> dt.date:
    for form in _DATES:
        found = form.fullmatch(cell)
        if found:
            try:
                return dt.date(*(int(found[part]) for part in "ymd"))
            except ValueError:
                break
    raise BankFileError("the date cannot be read", where=place, next_step="write it as 2026-07-20 or 20-07-2026")
