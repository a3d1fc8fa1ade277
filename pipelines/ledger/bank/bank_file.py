"""Reading a file of a bank or a finance system, whichever kind it is. What cannot be read whole and without doubt is refused, in words that
quote none of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipelines.errors import BankFileError
from pipelines.ledger.bank import camt, table
from pipelines.ledger.bank.shapes import Statement

LARGEST_FILE = 32 << 20
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
UTF8_MARK = b"\xef\xbb\xbf"


def read(path: Path) -> Statement:
    """What a file says was booked. Raises BankFileError."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise BankFileError(f"the file is larger than {LARGEST_FILE:,} bytes", where=path.name, next_step="have it made for a shorter period")
        raw = path.read_bytes()
    except OSError:
        raise BankFileError("there is no such file, or it cannot be read", where=path.name, next_step="check the path") from None
    return statement(raw, path.name)


def statement(raw: bytes, name: str) -> Statement:
    """The same of a file's bytes: XML by how it begins, else a table."""
    if not raw.strip():
        raise BankFileError("the file is empty", where=name, next_step="have it made again by the bank or the finance system")
    made = _statement(raw, name)
    return Statement(made.form, hashlib.sha256(raw).hexdigest(), made.booked, made.through, made.not_booked)


def _statement(raw: bytes, name: str) -> Statement:
    if raw.removeprefix(UTF8_MARK).lstrip().startswith(b"<") or (raw.startswith(WIDE_MARKS) and b"<" in raw[:8]):
        return camt.statement(raw, name)
    if b"\x00" in raw:
        raise BankFileError("the file is neither text nor XML", where=name, next_step="save it as CSV in UTF-8 or windows-1252, not as a workbook or in UTF-16")
    return table.statement(raw, name)
