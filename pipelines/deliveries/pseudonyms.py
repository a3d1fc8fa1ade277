"""Pseudonyms: a municipality's own list of people, with CPR numbers in it, as a list in the key space of the extracts.

A pseudonym is the first 32 hex characters of HMAC-SHA256 over the project and the number's ten digits, under a key that is held outside
the home and outside the program's own folder, by whoever may know who is who. Without the key nobody gets from one to the other; with
another key or another project's name nobody can link two lists. What is written has been through the CPR guard.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.deliveries.cpr import birthday, folded, has_check
from pipelines.deliveries.guard import can_be_searched, cells_with_cpr, names_a_person, text_has_cpr
from pipelines.deliveries.refusal import RefusalError
from pipelines.deliveries.split_numbers import SplitSearch
from pipelines.errors import DeliveryRefusedError, HomeError
from pipelines.files import write_atomically
from pipelines.settings import PACKAGE_ROOT, Home

SCHEME = b"udbytte.pseudonym/1"
LENGTH = 32
LEAST_KEY, LEAST_DIFFERENT = 32, 12
"""Bytes of a key, and how many different ones it needs at least: a drawn one has nearly 30."""
PSEUDONYM = re.compile(f"[0-9a-f]{{{LENGTH}}}")
LEFT_OUT = ".left_out.csv"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
EMPTY, NO_NUMBER, NO_DATE, SHORT = "empty", "not ten digits", "no such date of birth", "nine digits, and with a leading nought the check digit is wrong"


@dataclass(frozen=True)
class Pseudonymised:
    """A list with pseudonyms in it. `rows` has those whose number is one; `left_out` the others, as (data row from 1, reason)."""

    rows: pl.DataFrame
    left_out: list[tuple[int, str]]
    without_check: int


@dataclass(frozen=True)
class Written:
    """What was written: the list, and the file of rows left out when there are any. `key` is the key's fingerprint."""

    path: Path
    left_out_path: Path | None
    rows: int
    persons: int
    left_out: int
    without_check: int
    key: str


def ten_digits(text: str) -> str | None:
    """The ten digits of a number as somebody wrote it: spaces, dash, points and a lost leading nought are mended. None when it is not one."""
    plain = re.sub(r"[.,]0+$", "", folded(text).strip())
    digits = re.sub(r"[-\s./]", "", plain)
    is_short = re.fullmatch(r"[0-9]{5}[-\s./]*[0-9]{4}", plain) is not None
    return digits.zfill(10) if is_short or re.fullmatch("[0-9]{10}", digits) else None


def pseudonym(key: bytes, number: str, project: str = "") -> str:
    """The pseudonym of a person: 32 hex characters of HMAC-SHA256 over scheme, project and the ten digits, parted by a zero byte."""
    from cryptography.hazmat.primitives import hashes, hmac

    made = hmac.HMAC(key, hashes.SHA256())
    made.update(b"\0".join([SCHEME, project.encode(), number.encode()]))
    return made.finalize().hex()[:LENGTH]


def fingerprint(key: bytes) -> str:
    """Eight hex characters by which two sides see that they hold the same key; nothing of the key can be read from them."""
    return hashlib.sha256(b"udbytte.key/1\0" + key).hexdigest()[:8]


def pseudonymised(rows: pl.DataFrame, column: str, key: bytes, *, project: str = "", becomes: str = "pnr") -> Pseudonymised:
    """Replace the CPR numbers in `column` of a list of texts by pseudonyms, under the name `becomes`.

    Raises DeliveryRefusedError when the column holds pseudonyms already.
    """
    given = [(text or "").strip() for text in rows[column].to_list()]
    done = sum(PSEUDONYM.fullmatch(text.lower()) is not None for text in given)
    if done:
        raise DeliveryRefusedError(
            f"{done} cell{'s' if done > 1 else ''} of the column are pseudonyms already", next_step="deliver the list as it is, or begin with the one that has the CPR numbers"
        )
    numbers = [ten_digits(text) for text in given]
    left_out = [(place, why) for place, (text, number) in enumerate(zip(given, numbers, strict=True), start=1) if (why := _problem(text, number))]
    gone = {place for place, _ in left_out}
    known = {number: pseudonym(key, number, project) for place, number in enumerate(numbers, start=1) if number is not None and place not in gone}
    kept = rows.with_columns(pl.Series(column, [known.get(number or "") for number in numbers], dtype=pl.String))
    kept = kept.filter(pl.Series([place not in gone for place in range(1, rows.height + 1)], dtype=pl.Boolean)).rename({column: becomes})
    return Pseudonymised(kept, left_out, sum(not has_check(number) for number in known))


def _problem(text: str, number: str | None) -> str:
    if not text:
        return EMPTY
    if number is None:
        return NO_NUMBER
    if birthday(number) is None:
        return NO_DATE
    was_short = sum(mark.isdigit() for mark in re.sub(r"[.,]0+$", "", folded(text))) < len(number)
    return SHORT if was_short and not has_check(number) else ""


def pseudonymise(file: Path, out: Path, column: str, key: bytes, *, project: str = "", becomes: str = "pnr") -> Written:
    """Write `file`, a CSV or an Excel list, with pseudonyms in place of `column` to `out`: UTF-8, semicolons, for its owner's eyes.

    Rows without a CPR number are left out; their numbers and reasons go to `<out>.left_out.csv`. Raises DeliveryRefusedError for what is no
    list, has no such column, or still holds CPR numbers elsewhere: then nothing is written.
    """
    if out.resolve() == file.resolve() or (out.exists() and out.samefile(file)):
        raise DeliveryRefusedError("the list would be written over the one it is made of", next_step="name another file with --out")
    if text_has_cpr(out.name):
        raise DeliveryRefusedError("the name of the file to write looks like a CPR number", next_step="name another with --out")
    if not NAME.fullmatch(becomes) or (project and not project.isprintable()):
        raise DeliveryRefusedError("a column's name has letters, digits and '_', and a project's name plain characters", next_step="give others")
    rows = _read(file)
    found = _place(rows.columns, column)
    if becomes.lower() in [name.strip().lower() for name in rows.columns if name != found]:
        raise DeliveryRefusedError(f"the list has a column '{becomes}' beside the one with the CPR numbers", next_step="give the pseudonyms another name with --as")
    made = pseudonymised(rows, found, key, project=project, becomes=becomes)
    if not made.rows.height:
        raise DeliveryRefusedError(
            f"none of the {rows.height} rows has a CPR number in that column", next_step="check that it is the right column, and that its first row has the names"
        )
    refuse_numbers(made.rows)
    return _written(made, out, becomes, key)


def _read(file: Path) -> pl.DataFrame:
    from pipelines.deliveries.opening import opened

    with tempfile.TemporaryDirectory() as beside:
        try:
            handed = opened(file, Path(beside), ["csv", "excel"])
            if len(set(handed.names)) < len(handed.names):
                raise RefusalError("two columns have the same name")
            parts = [pl.DataFrame([cells.alias(name) for name, cells in zip(handed.names, batch, strict=True)]) for batch in handed.batches]
        except RefusalError as refusal:
            raise DeliveryRefusedError(str(refusal), next_step="nothing was written") from None
    return pl.concat(parts)


def _place(names: Sequence[str], column: str) -> str:
    found = [name for name in names if name.strip().lstrip("\ufeff").lower() == column.strip().lower()]
    if len(found) != 1:
        raise DeliveryRefusedError(
            f"{len(found) or 'none'} of the {len(names)} columns has the name that was given with --column", next_step="name the one that holds the CPR numbers"
        )
    return found[0]


def refuse_numbers(rows: pl.DataFrame) -> None:
    """Raises DeliveryRefusedError, with places and counts, when any name or column of a list looks like CPR numbers."""
    split = SplitSearch()
    split.add(rows.get_columns())
    for place, column in enumerate(rows.get_columns(), start=1):
        count = cells_with_cpr(column, is_person_key=names_a_person(column.name))
        if text_has_cpr(column.name) or count or not can_be_searched(column):
            what = f"{count} cells of column {place} look like CPR numbers" if count > 1 else f"{'1 cell' if count else 'the name'} of column {place} looks like a CPR number"
            raise DeliveryRefusedError(what, next_step="nothing was written; take that column out of the list, or the numbers out of it, and run the command again")
    for birth, serial in split.found():
        raise DeliveryRefusedError(
            f"columns {birth + 1} and {serial + 1} together look like CPR numbers cut in two", next_step="nothing was written; take one of them out of the list"
        )


def _written(made: Pseudonymised, out: Path, becomes: str, key: bytes) -> Written:
    beside = out.with_name(out.name + LEFT_OUT)
    if made.left_out:
        _write(beside, pl.DataFrame(made.left_out, schema={"data_row": pl.Int64, "reason": pl.String}, orient="row"))
    else:
        beside.unlink(missing_ok=True)
    _write(out, made.rows)
    persons = made.rows[becomes].n_unique()
    return Written(out, beside if made.left_out else None, made.rows.height, persons, len(made.left_out), made.without_check, fingerprint(key))


def _write(path: Path, rows: pl.DataFrame) -> None:
    write_atomically(path, rows.write_csv(separator=";").encode(), mode=0o600)
    path.chmod(0o600)


def new_key(path: Path, home: Home) -> bytes:
    """Draw a key of 32 bytes and write it, as hex, to a new file that its owner alone can read. The one place here where chance is wanted."""
    _refuse_place(path, home)
    made = secrets.token_hex(LEAST_KEY)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise DeliveryRefusedError("there is a file of that name already, and a key is never written over", where=str(path), next_step="leave --new-key out to use it") from None
    except OSError as error:
        raise HomeError(f"the key file could not be made ({type(error).__name__})", where=str(path), next_step="check the folder") from None
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(made + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    return bytes.fromhex(made)


def read_key(path: Path, home: Home) -> bytes:
    """The key in a file: hex, 32 bytes or more. Raises DeliveryRefusedError for one that lies where it must not, that others may read, or
    that is short or no key at all."""
    if not path.is_file():
        raise HomeError("there is no such key file", where=str(path), next_step="name the one that is held with the extracts' supplier, or make one with --new-key")
    _refuse_place(path, home)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise DeliveryRefusedError(
            "others than its owner may read or write the key", where=str(path), next_step=f"chmod 600 it; and draw a new one if somebody may have read it: {path.name}"
        )
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (ValueError, OSError):
        raise DeliveryRefusedError("the file holds no key: it needs hex digits and nothing else", where=str(path), next_step="make one with --new-key") from None
    if len(key) < LEAST_KEY or len(set(key)) < LEAST_DIFFERENT:
        raise DeliveryRefusedError(
            f"the key is too short or too simple; it needs {LEAST_KEY} drawn bytes ({2 * LEAST_KEY} hex digits)", where=str(path), next_step="make one with --new-key"
        )
    return key


def _refuse_place(path: Path, home: Home) -> None:
    place = path.resolve()
    if place.is_relative_to(home.root.resolve()) or place.is_relative_to(PACKAGE_ROOT):
        raise DeliveryRefusedError(
            "a key inside the home or the program's own folder would lie with what it opens", where=str(path), next_step="keep it elsewhere, with whoever may know who is who"
        )
