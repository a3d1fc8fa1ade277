"""What a CPR number looks like: DDMMYY-SSSS, the date of birth and a serial whose first digit says the century.

Shape and a date that exists make one. The check digit (modulus 11) holds for nearly all but is not guaranteed since October 2007: it only
supports what the shape alone does not settle. Nothing here returns a value it found.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import Any
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
LEAP_DAY = 2902
CENTURIES = {"0123": (99, 1900, 1900), "49": (36, 2000, 1900), "5678": (57, 2000, 1800)}
"""By the serial's first digit: the last year of the century that is named first; years after it are of the other."""


def _born(between: str) -> str:
    """A pattern of a birth date that exists, its parts set apart by `between`."""
    days = f"(?:0[1-9]|1[0-9]|2[0-8]){between}(?:0[1-9]|1[0-2])|(?:29|30){between}(?:0[13-9]|1[0-2])|31{between}(?:0[13578]|1[02])"
    return f"(?:(?:{days}){between}[0-9]{{2}}|29{between}02{between}(?:[02468][048]|[13579][26]))"


BORN = _born("")
SHORTENED = "[1-9](?:0[1-9]|1[0-2])[0-9]{2}"
"""A birth date whose leading nought was lost."""
BEFORE, AFTER = "(?:^|[^0-9])", "(?:[^0-9]|$)"
DASH = r"(?:\s{0,3}-\s{0,3}|\s{1,3})"
DASHED = rf"{BEFORE}(?:{BORN}{DASH}|{_born('[-./ ]')}(?:{DASH}|/))[0-9]{{4}}{AFTER}"
NAMING = "cpr|pnr|pers(?:on)?[ _.]?(?:nr|no|nummer|id)"
LABELLED = rf"(?i:{NAMING})[^0-9]{{0,12}}(?:{BORN}|{SHORTENED})[0-9]{{4}}{AFTER}"
SURE = f"(?:{DASHED}|{LABELLED})"
"""What counts wherever it stands: parts set apart by a dash or space, or a number that is called one."""
PLAIN = rf"{BEFORE}{BORN}[0-9]{{4}}{AFTER}"
UUID = "(?i:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
RANDOM = re.compile(f"{UUID}|(?i:[0-9a-f]{{32,}})")
_IN_NAMES = re.compile(f"{SURE}|{PLAIN}")
_LOOSE = re.compile(r"(?<![0-9])(?:[0-9]{6}[-_./\s]{1,3}[0-9]{4}|[0-9]{9})(?![0-9])")
_DASHES = {"\u2212": "-", "\u00ad": "-", "\u02d7": "-", "\u2043": "-"}


def folded(text: str) -> str:
    """`text` with digits, dashes and spaces of every script as the plain ones, and without characters that cannot be seen."""
    return text if text.isascii() else "".join(_plain(mark) for mark in unicodedata.normalize("NFKC", text))


def _plain(mark: str) -> str:
    if mark in _DASHES:
        return "-"
    kind = unicodedata.category(mark)
    if kind == "Nd":
        return str(unicodedata.decimal(mark))
    return "-" if kind == "Pd" else "" if kind == "Cf" else " " if mark.isspace() else mark


def text_has_cpr(text: str) -> bool:
    """Whether a file name, a column name or a label holds something like a CPR number.

    Ten digits with a date are one, in whatever words. Parts set apart by `_`, `.` or `/` (a time of day after a date?) and nine digits
    (the leading nought lost?) are one when the check digit is right. Hashes and random identifiers are never one.
    """
    return any(_plain_text_has_cpr(RANDOM.sub("|", folded(way))) for way in {text, unquote(text)})


def _plain_text_has_cpr(text: str) -> bool:
    if _IN_NAMES.search(text):
        return True
    found = [int(re.sub("[^0-9]", "", match[0])) for match in _LOOSE.finditer(text)]
    numbers = np.array(found, dtype=np.int64)
    return bool((have_dates(numbers) & have_checks(numbers)).any())


def anything_has_cpr(value: Any) -> bool:
    """Whether any key, text or number of plain data (a manifest) looks like a CPR number."""
    rest = [value]
    while rest:
        item = rest.pop()
        if isinstance(item, dict):
            rest += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            rest += item
        elif isinstance(item, str | int | float) and text_has_cpr(str(item)):
            return True
    return False


_DAYS = np.array([re.fullmatch(BORN, f"{day_and_month:04}00") is not None for day_and_month in range(10_000)])


def have_dates(numbers: Numbers) -> Mask:
    """Which whole numbers, written with ten digits, begin with a date DDMMYY that exists in some century."""
    day_and_month = numbers // 10**6
    made: Mask = _DAYS[day_and_month] & ((day_and_month != LEAP_DAY) | (numbers // 10**4 % 4 == 0))
    return made


def have_checks(numbers: Numbers) -> Mask:
    """Which whole numbers, written with ten digits, have the check digit of a CPR number. By chance one in eleven has."""
    total = sum(weight * (numbers // 10 ** (9 - place) % 10) for place, weight in enumerate(WEIGHTS))
    made: Mask = np.asarray(total) % 11 == 0
    return made


def has_check(number: str) -> bool:
    """Whether ten digits have the check digit of a CPR number."""
    return bool(have_checks(np.array([int(number)]))[0])


def birthday(number: str) -> dt.date | None:
    """The day of birth of ten digits, by the serial's first digit for the century; None when there is no such day."""
    year, (last, century, other) = int(number[4:6]), next(span for marks, span in CENTURIES.items() if number[6] in marks)
    try:
        return dt.date((century if year <= last else other) + year, int(number[2:4]), int(number[:2]))
    except ValueError:
        return None
