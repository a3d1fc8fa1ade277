"""Reading a results file: CSV in UTF-8, with semicolons or commas, a decimal point or a decimal comma. Whatever cannot be read is named by its
line, all at once; a cell that looks like a CPR number is named by its column and never printed.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.contracts.source import Finding, nearest
from pipelines.deliveries.cpr import NAMING, text_has_cpr
from pipelines.errors import ResultsError
from pipelines.payments.quoting.columns import BY_NAME, COLUMNS, NAMES, NEEDED, Kind
from pipelines.payments.quoting.given import Compared, Row

LARGEST_FILE = 4 << 20
MOST_ROWS = 20_000
MOST_PEOPLE = 1_000_000
LONGEST_CELL = 200
KNOWN = f"; known: {', '.join(NAMES)}"
_WHOLE = re.compile(r"[0-9]{1,15}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,18}(?:[.,][0-9]{1,12})?", re.ASCII)
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}", re.ASCII)
_MANY_THOUSANDS = re.compile(r"-?[0-9]{1,3}(?:[., ][0-9]{3})+(?:[.,][0-9]+)?", re.ASCII)
_PERCENT = re.compile(r"(-?[0-9]{1,9}(?:[.,][0-9]{1,9})?) ?%", re.ASCII)


def read(path: Path) -> list[Row]:
    """The rows of a results file, in its order, each as it is written. Raises ResultsError that names every cell that cannot be read."""
    name = path.name if not text_has_cpr(path.name) else "the results file"
    text = _text(path, name)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in text.split("\n", 1)[0] else ",", strict=True)
    findings: list[Finding] = []
    try:
        heads = [cell.strip().lower() for cell in next(reader, [])]
        findings += _heads_wrong(heads, name)
        refuse(findings)
        rows = [row for cells in reader if any(cell.strip() for cell in cells) for row in _row(heads, cells, reader.line_num, name, findings)]
    except csv.Error:
        raise ResultsError("this line cannot be read as CSV", where=f"{name}:{reader.line_num}", next_step="look for a quote that is never closed") from None
    refuse(findings)
    if not rows:
        raise ResultsError("the file has no rows", where=f"{name}:1", next_step="write a row for each outcome, cohort and claim period")
    if len(rows) > MOST_ROWS:
        raise ResultsError(f"the file has more than {MOST_ROWS:,} rows", where=name, next_step="a quote is made from aggregates; add people who did alike together in one row")
    return rows


def refuse(findings: list[Finding]) -> None:
    """Raise one ResultsError that says everything found, in the order of lines; nothing when there is nothing."""
    if findings:
        raise ResultsError("\n".join(finding.sentence() for finding in sorted(set(findings))))


def _text(path: Path, name: str) -> str:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise ResultsError(
                f"the file is larger than {LARGEST_FILE:,} bytes", where=name, next_step="a quote is made from aggregates, a row for each claim; send no person rows"
            )
        return path.read_bytes().decode("utf-8-sig")
    except OSError:
        raise ResultsError("there is no such file, or it cannot be read", where=name, next_step="check the path") from None
    except UnicodeDecodeError:
        raise ResultsError("the file is not text in UTF-8", where=name, next_step="save it as CSV in UTF-8, not as a workbook") from None


def _heads_wrong(heads: list[str], name: str) -> list[Finding]:
    """What is wrong with the names of the columns."""
    found = []
    for place, head in enumerate(heads, 1):
        if text_has_cpr(head):
            found.append(Finding(name, 1, f"the name of column {place} looks like a CPR number; a quote takes no person data, and the file must not hold any"))
        elif re.search(NAMING, head):
            found.append(Finding(name, 1, f"the column '{head}' is one of person numbers; a quote takes no person data, leave it out"))
        elif head not in NAMES:
            found.append(Finding(name, 1, f"unknown column '{head[:LONGEST_CELL]}'{nearest(head, list(NAMES)) or KNOWN}"))
    found += [Finding(name, 1, f"the column '{head}' stands twice; leave one") for head, count in Counter(heads).items() if count > 1 and head in NAMES]
    return found + [Finding(name, 1, f"the column '{head}' is missing; add it: {BY_NAME[head].holds}") for head in NEEDED if head not in heads]


def _row(heads: list[str], cells: list[str], line: int, name: str, findings: list[Finding]) -> list[Row]:
    """The row of one line, or none with what is wrong in `findings`."""
    before = len(findings)
    given = [cell.strip() for cell in cells]
    hidden = [place for place, cell in enumerate(given) if text_has_cpr(cell)]
    for place in hidden:
        where = f"the column '{heads[place]}'" if place < len(heads) else f"cell {place + 1}"
        findings.append(Finding(name, line, f"{where} holds something that looks like a CPR number; a quote takes no person data, write groups of people"))
    if hidden:
        return []
    if len(given) != len(heads):
        findings.append(Finding(name, line, f"the line has {len(given)} cells and the first line {len(heads)}; give each column a cell, an empty one where there is nothing"))
        return []
    made: dict[str, Any] = {}
    for column in COLUMNS:
        cell = given[heads.index(column.name)] if column.name in heads else ""
        try:
            made[column.name] = _read_cell(cell, column.kind)
        except ValueError as error:
            findings.append(Finding(name, line, f"{column.name}: {error}"))
    return [Row(line=line, **made)] if len(findings) == before else []


def _read_cell(cell: str, kind: Kind) -> Any:
    """A cell by its kind; an empty one is nothing. Raises ValueError in words."""
    if len(cell) > LONGEST_CELL:
        raise ValueError(f"the cell has more than {LONGEST_CELL} characters; shorten it")
    if kind in ("name", "text"):
        return cell
    return _READS[kind](cell) if cell else None


def _people(cell: str) -> int:
    people = _count(cell)
    if people > MOST_PEOPLE:
        raise ValueError(f"{people:,} is more than {MOST_PEOPLE:,} people, the most that one row may hold; split it into groups")
    return people


def _count(cell: str) -> int:
    if _WHOLE.fullmatch(cell):
        return int(cell)
    if _NUMBER.fullmatch(cell) and cell.startswith("-"):
        raise ValueError(f"{cell} is below nought; people and claims are counted from 0 up")
    raise ValueError(f"'{cell}' is not a whole number; write digits only, with no mark for thousands")


def _figure(cell: str) -> Decimal:
    """Any number, in plain digits with a point or a comma before decimals."""
    percent = _PERCENT.fullmatch(cell)
    if percent:
        share = Decimal(percent[1].replace(",", ".")).scaleb(-2)
        raise ValueError(f"'{cell}' is a percentage; write the share, {share:f}")
    if _THOUSANDS.fullmatch(cell):
        whole, decimal = re.sub("[.,]", "", cell), cell.replace(",", ".").rstrip("0").rstrip(".")
        raise ValueError(f"'{cell}' may be {whole} or {decimal}; write the one that is meant, with no mark for thousands")
    if not _NUMBER.fullmatch(cell):
        more = ", with no mark for thousands" if _MANY_THOUSANDS.fullmatch(cell) else ""
        raise ValueError(f"'{cell}' is not a number; write digits with a point or a comma before decimals{more}")
    return Decimal(cell.replace(",", "."))


def _number(cell: str) -> Decimal:
    found = _figure(cell)
    if found < 0:
        raise ValueError(f"{cell} is below nought; write what there is, from 0 up")
    return found


def _money(cell: str) -> Decimal:
    found = _number(cell)
    if found != round(found, 2):
        raise ValueError(f"{cell} has more than two decimals; write an amount of money")
    return found


def _ends(cell: str) -> tuple[Decimal, Decimal]:
    low, dots, high = (part.strip() for part in cell.partition(".."))
    if not dots or not low or not high:
        raise ValueError(f"'{cell}' is not an interval; write its two ends as low..high")
    ends = _figure(low), _figure(high)
    if ends[0] > ends[1]:
        raise ValueError(f"the interval {cell} is upside down; write the lower end first")
    return ends


def _comparison(cell: str) -> Compared:
    top, slash, bottom = (part.strip() for part in cell.partition("/"))
    if not slash:
        return Compared(_number(cell))
    people = _people(bottom)
    if people == 0:
        raise ValueError(f"'{cell}' compares with nobody; write how many people the comparison group has")
    return Compared(_number(top), people)


_READS: dict[Kind, Callable[[str], Any]] = {
    "people": _people,
    "count": _count,
    "number": _number,
    "figure": _figure,
    "compared": _comparison,
    "ends": _ends,
    "money": _money,
}
