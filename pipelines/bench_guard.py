"""How often the CPR guard errs, both ways: CPR numbers planted in every shape that get past it, and columns of other things that it takes
for CPR numbers. Everything is drawn from a seed; the same seed gives the same figures.

Run it with `python -m pipelines.bench_guard [SEED]`.
"""

from __future__ import annotations

import datetime as dt
import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from pipelines.deliveries.cpr import WEIGHTS
from pipelines.deliveries.guard import anything_has_cpr, cells_with_cpr, text_has_cpr
from pipelines.deliveries.split_numbers import SplitSearch

Draw = np.random.Generator
ROWS, TRIALS, WITHOUT_CHECK = 400, 40, 0.02
ALARMS_FOR_A_MISS = 5
LENGTHS = (1, 10, 400)
FIRST, LAST = dt.date(1915, 1, 1), dt.date(2025, 12, 31)
MARKS_FROM = (1937, 2000)
FULL_WIDTH = str.maketrans("0123456789-", "\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff0d")


def cpr_numbers(draw: Draw, count: int) -> list[str]:
    """Ten-digit numbers of people born from FIRST to LAST, with the serial's first digit by century; WITHOUT_CHECK of them have a random check digit."""
    made: list[str] = []
    while len(made) < count:
        born = FIRST + dt.timedelta(days=int(draw.integers((LAST - FIRST).days + 1)))
        marks = _marks(born.year)
        nine = f"{born:%d%m%y}{marks[draw.integers(len(marks))]}{draw.integers(100):02}"
        check = -sum(weight * int(digit) for weight, digit in zip(WEIGHTS, nine, strict=False)) % 11
        if draw.random() < WITHOUT_CHECK:
            made.append(nine + str(draw.integers(10)))
        elif check < len(WEIGHTS):
            made.append(nine + str(check))
    return made


def _marks(year: int) -> str:
    if year < MARKS_FROM[0]:
        return "0123"
    return "012349" if year < MARKS_FROM[1] else "456789"


@dataclass(frozen=True)
class Shape:
    """A way that a number stands in a cell. `as_key` says whether the column is the person key, or named like one."""

    name: str
    write: Callable[[str], str]
    as_key: bool = False


SHAPES = (
    Shape("dashed", lambda ten: f"{ten[:6]}-{ten[6:]}"),
    Shape("spaced", lambda ten: f"{ten[:6]} {ten[6:]}"),
    Shape("dash of another script", lambda ten: f"{ten[:6]}\u2013{ten[6:]}"),
    Shape("full-width digits", lambda ten: f"{ten[:6]}-{ten[6:]}".translate(FULL_WIDTH)),
    Shape("parts of the date apart", lambda ten: f"{ten[:2]}.{ten[2:4]}.{ten[4:6]}-{ten[6:]}"),
    Shape("in free text, dashed", lambda ten: f"Mor til barn {ten[:6]}-{ten[6:]} ringede"),
    Shape("in free text, ten digits", lambda ten: f"Mor til barn {ten} ringede"),
    Shape("in JSON, ten digits", lambda ten: f'{{"id": 17, "borger": "{ten}"}}'),
    Shape("in JSON, called cpr, nought lost", lambda ten: f'{{"id": 17, "cpr": {int(ten)}}}'),
    Shape("ten digits", lambda ten: ten),
    Shape("ten digits in the key", lambda ten: ten, as_key=True),
    Shape("leading nought lost", lambda ten: str(int(ten))),
    Shape("leading nought lost, in the key", lambda ten: str(int(ten)), as_key=True),
    Shape("as float text", lambda ten: f"{int(ten)}.0"),
    Shape("set apart by a point, in the key", lambda ten: f"{ten[:6]}.{ten[6:]}", as_key=True),
)


def _hex(draw: Draw, count: int) -> list[str]:
    return [draw.bytes(16).hex() for _ in range(count)]


def _uniform(draw: Draw, count: int) -> list[str]:
    return [f"{number:010}" for number in draw.integers(0, 10**10, count)]


AMONG: dict[str, Callable[[Draw, int], list[str]]] = {
    "hex pseudonyms": _hex,
    "words": lambda draw, count: [("anbragt", "hjemme", "afsluttet", "i gang")[place] for place in draw.integers(0, 4, count)],
    "codes of four digits": lambda draw, count: [str(number) for number in draw.integers(1000, 10_000, count)],
    "CVR numbers": lambda draw, count: [str(number) for number in draw.integers(10**7, 10**8, count)],
    "random ten digits": _uniform,
}
SHARES: dict[str, float] = {"1 cell": 0.0, "1 %": 0.01, "10 %": 0.1, "all": 1.0}


def _planted(draw: Draw, shape: Shape, among: str, share: float) -> pl.Series:
    """A column of ROWS rows, `share` of them (one at least) with a CPR number and the others of another kind, in a drawn order."""
    count = max(1, round(ROWS * share))
    cells = [shape.write(ten) for ten in cpr_numbers(draw, count)] + AMONG[among](draw, ROWS - count)
    return pl.Series([cells[place] for place in draw.permutation(ROWS)])


def misses(draw: Draw, trials: int) -> list[dict[str, Any]]:
    """Planted columns that got past, by shape, by what the numbers stand among and by how many cells have one."""
    made = []
    for shape in SHAPES:
        for among in AMONG:
            for shown, share in SHARES.items():
                past = sum(cells_with_cpr(_planted(draw, shape, among, share), is_person_key=shape.as_key) == 0 for _ in range(trials))
                made.append({"shape": shape.name, "among": among, "share": shown, "planted": trials, "missed": past})
    return made + _elsewhere(draw, trials)


def _elsewhere(draw: Draw, trials: int) -> list[dict[str, Any]]:
    """Numbers as numbers, cut in two, and in names and manifests."""
    ways: dict[str, Callable[[], bool]] = {
        "integer column": lambda: cells_with_cpr(_integers(draw), is_person_key=False) > 0,
        "float column with gaps": lambda: cells_with_cpr(pl.Series([*_integers(draw).cast(pl.Float64), None]), is_person_key=False) > 0,
        "one among integers of eight digits": lambda: cells_with_cpr(pl.Series([int(cpr_numbers(draw, 1)[0]), *draw.integers(10**7, 10**8, ROWS)]), is_person_key=False) > 0,
        "in two columns, text": lambda: _split(*_halves(draw, ROWS)),
        "in two columns, numbers": lambda: _split(*(half.cast(pl.Int64) for half in _halves(draw, ROWS))),
        "in two columns, ten rows": lambda: _split(*_halves(draw, 10)),
        "file name, dashed": lambda: text_has_cpr("Henvisning {:.6}-{:.4}.xlsx".format(*_cut(draw))),
        "file name, ten digits": lambda: text_has_cpr(f"sag_{cpr_numbers(draw, 1)[0]}.csv"),
        "file name, underscore": lambda: text_has_cpr("sag {:.6}_{:.4}.csv".format(*_cut(draw))),
        "file name, percent code": lambda: text_has_cpr("sag%20{:.6}%2D{:.4}.csv".format(*_cut(draw))),
        "column name": lambda: text_has_cpr(f"svar_{cpr_numbers(draw, 1)[0]}"),
        "manifest": lambda: anything_has_cpr({"sender": "Aarhus Kommune", "rows": 3, "sha256": draw.bytes(32).hex(), "note": ["om {:.6}-{:.4}".format(*_cut(draw))]}),
    }
    return [{"shape": name, "among": "-", "share": "all", "planted": trials, "missed": sum(not is_found() for _ in range(trials))} for name, is_found in ways.items()]


def _integers(draw: Draw) -> pl.Series:
    return pl.Series([int(ten) for ten in cpr_numbers(draw, ROWS)])


def _cut(draw: Draw) -> tuple[str, str]:
    ten = cpr_numbers(draw, 1)[0]
    return ten[:6], ten[6:]


def _halves(draw: Draw, rows: int) -> tuple[pl.Series, pl.Series]:
    numbers = pl.Series(cpr_numbers(draw, rows))
    return numbers.str.head(6), numbers.str.tail(4)


def _split(*columns: pl.Series) -> bool:
    search = SplitSearch()
    search.add(list(columns))
    return bool(search.found())


def _days(draw: Draw, count: int) -> list[dt.date]:
    return [dt.date(1990, 1, 1) + dt.timedelta(days=int(days)) for days in draw.integers(0, 13_000, count)]


OTHERS: dict[str, Callable[[Draw, int], list[str] | pl.Series]] = {
    "dates ddmmyyyy": lambda draw, count: [f"{day:%d%m%Y}" for day in _days(draw, count)],
    "dates yyyymmdd": lambda draw, count: [f"{day:%Y%m%d}" for day in _days(draw, count)],
    "dates dd-mm-yyyy": lambda draw, count: [f"{day:%d-%m-%Y}" for day in _days(draw, count)],
    "times yyyy-mm-dd hh:mm:ss": lambda draw, count: [f"{day.isoformat()} 12:30:00" for day in _days(draw, count)],
    "SAS day numbers": lambda draw, count: pl.Series(draw.integers(10_000, 25_000, count).astype(float)),
    "SAS date-times, seconds": lambda draw, count: pl.Series((draw.integers(1_600_000_000, 2_100_000_000, count)).astype(float)),
    "seconds since 1970": lambda draw, count: pl.Series(draw.integers(1_100_000_000, 1_790_000_000, count)),
    "CVR and SE numbers": lambda draw, count: pl.Series(draw.integers(10**7, 10**8, count)),
    "workplace (P) numbers": lambda draw, count: pl.Series(draw.integers(1_000_000_000, 1_030_000_000, count)),
    "workplace numbers as text": lambda draw, count: [str(number) for number in draw.integers(1_000_000_000, 1_030_000_000, count)],
    "EAN 13": lambda draw, count: [str(number) for number in draw.integers(57 * 10**11, 58 * 10**11, count)],
    "amounts in oere": lambda draw, count: pl.Series(np.exp(draw.uniform(9, 24, count)).astype(np.int64)),
    "amounts in oere, all of ten digits": lambda draw, count: pl.Series(np.exp(draw.uniform(np.log(1e9), np.log(9.99e9), count)).astype(np.int64)),
    "amounts with decimals": lambda draw, count: [f"{number / 10_000:.4f}" for number in draw.integers(10**5, 10**10, count)],
    "case numbers yyyy-nnnnnn": lambda draw, count: [
        f"{2000 + year}-{serial:06}" for year, serial in zip(draw.integers(0, 26, count), draw.integers(0, 10**6, count), strict=True)
    ],
    "telephone +45": lambda draw, count: [f"+45{number}" for number in draw.integers(20 * 10**6, 10**8, count)],
    "telephone in pairs": lambda draw, count: [f"{text[:2]} {text[2:4]} {text[4:6]} {text[6:]}" for text in (str(number) for number in draw.integers(20 * 10**6, 10**8, count))],
    "institution numbers": lambda draw, count: [str(number) for number in draw.integers(10**5, 10**6, count)],
    "numbers in sequence": lambda draw, count: pl.Series(int(draw.integers(10**9, 10**10)) + np.arange(count)),
    "account numbers with a check digit": lambda draw, count: [ten for ten in _uniform(draw, count * 25) if _has_check(ten)][:count],
    "pseudonyms in hex": _hex,
    "pseudonyms of ten hex digits": lambda draw, count: [text[:10] for text in _hex(draw, count)],
    "pseudonyms in base32": lambda draw, count: ["".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[place] for place in draw.integers(0, 32, 16)) for _ in range(count)],
    "pseudonyms of ten digits": _uniform,
    "pseudonyms of ten digits, as numbers": lambda draw, count: pl.Series(draw.integers(0, 10**10, count)),
    "pseudonyms of nine digits, as numbers": lambda draw, count: pl.Series(draw.integers(10**8, 10**9, count)),
    "GER9 codes": lambda draw, count: [
        f"{(11, 12, 13, 14, 21, 22, 38)[kind]}{code:07}" for kind, code in zip(draw.integers(0, 7, count), draw.integers(0, 40, count) * 25_010, strict=True)
    ],
    "UDD codes": lambda draw, count: [str(number) for number in draw.integers(10, 10_000, count)],
    "JOURNR": lambda draw, count: [
        f"{a:04}-{b:05}-{c:05}-{y:02}"
        for a, b, c, y in zip(draw.integers(100, 6000, count), draw.integers(70_000, 90_000, count), draw.integers(0, 10**5, count), draw.integers(10, 26, count), strict=True)
    ],
}


def _has_check(ten: str) -> bool:
    return sum(weight * int(digit) for weight, digit in zip(WEIGHTS, ten, strict=True)) % 11 == 0


KEYS = ("pseudonyms in hex", "pseudonyms of ten hex digits", "pseudonyms in base32", "pseudonyms of ten digits", "pseudonyms of ten digits, as numbers")


def false_alarms(draw: Draw, trials: int) -> list[dict[str, Any]]:
    """Columns without a CPR number that were taken for such, by what is in them and how long they are; pseudonyms as person keys too."""
    made = []
    for name, write in OTHERS.items():
        for length in LENGTHS:
            for is_key in (False, True) if name in KEYS else (False,):
                alarms = sum(cells_with_cpr(pl.Series(write(draw, length)), is_person_key=is_key) > 0 for _ in range(trials * ALARMS_FOR_A_MISS))
                made.append({"column": name + (", as the key" if is_key else ""), "rows": length, "columns": trials * ALARMS_FOR_A_MISS, "alarms": alarms})
    made.append(
        {
            "column": "birth date beside post code",
            "rows": ROWS,
            "columns": trials * ALARMS_FOR_A_MISS,
            "alarms": sum(_date_and_code(draw) for _ in range(trials * ALARMS_FOR_A_MISS)),
        }
    )
    return made


def _date_and_code(draw: Draw) -> bool:
    return _split(pl.Series([f"{day:%d%m%y}" for day in _days(draw, ROWS)]), pl.Series([str(code) for code in draw.integers(1000, 9991, ROWS)]))


def measure_guard(seed: int = 1, trials: int = TRIALS) -> dict[str, Any]:
    """Both rates: in all, and each part of them. Numbers that stand between random ten-digit numbers are counted apart: nothing tells them apart."""
    draw = np.random.default_rng(seed)
    missed, alarmed = misses(draw, trials), false_alarms(draw, trials)
    hidden = [row for row in missed if row["among"] == "random ten digits"]
    open_ = [row for row in missed if row["among"] != "random ten digits"]
    return {
        "seed": seed,
        "miss_rate": _rate(open_, "missed", "planted"),
        "miss_rate_among_random_ten_digits": _rate(hidden, "missed", "planted"),
        "false_alarm_rate": _rate(alarmed, "alarms", "columns"),
        "false_alarm_rate_longest": _rate([row for row in alarmed if row["rows"] == ROWS], "alarms", "columns"),
        "misses": missed,
        "false_alarms": alarmed,
    }


def _rate(rows: list[dict[str, Any]], found: str, of: str) -> float:
    wrong, all_of = (sum(int(row[name]) for row in rows) for name in (found, of))
    return round(wrong / all_of, 5)


def guard_table(found: dict[str, Any]) -> str:
    """The measurement as tables for people: what got past, and what was taken for one; rows without an error are summed up."""
    console = Console(width=130, record=True, file=io.StringIO(), highlight=False)
    for title, rows, names in (
        ("Planted, and got past", found["misses"], ("shape", "among", "share", "planted", "missed")),
        ("No CPR number, and taken for one", found["false_alarms"], ("column", "rows", "columns", "alarms")),
    ):
        made = Table(*names, title=title)
        wrong = [row for row in rows if row[names[-1]]]
        for row in wrong:
            made.add_row(*(str(row[name]) for name in names))
        console.print(made)
        console.print(f"without an error: {len(rows) - len(wrong)} of {len(rows)} kinds")
    for name, value in found.items():
        if isinstance(value, float):
            console.print(f"{name.replace('_', ' ')}: {value:.2%}")
    return console.export_text()


def main() -> None:
    """Print both rates."""
    print(guard_table(measure_guard(int(sys.argv[1]) if len(sys.argv) > 1 else 1)))


if __name__ == "__main__":
    main()
