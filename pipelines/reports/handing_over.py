"""Writing a sealed hand-over for carrying: its JSON as it was sealed, a page and a workbook, each with the same JSON inside and its
aggregates, sums and verdicts in view. The same hand-over gives the same bytes each time: nothing in them says when they were written."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import HandoverRefusedError, HomeError
from pipelines.files import write_atomically
from pipelines.ledger import carrying, handover, journal
from pipelines.ledger.carrying import MARK_LENGTH, SHEET
from pipelines.ledger.handover import APART, Handover
from pipelines.reports import kept
from pipelines.reports.pages import render
from pipelines.reports.phrases import LANGUAGES, Language
from pipelines.settings import Home

Rows = list[tuple[str, ...]]
NO_TIME = (1980, 1, 1, 0, 0, 0)
CELL = 30_000
"""Characters in a cell; a spreadsheet takes 32,767."""
WORD = re.compile(r"[0-9A-Za-z_-]{6,}")
MODE = 0o640


def write(home: Home, contract: str, as_of: dt.date | None, out: Path) -> list[Path]:
    """Write the hand-overs of the last night, or of a day, for carrying; of one contract or of all. Returns JSON, page and workbook of each. The
    caller holds the home. Raises HomeError when there is none, and HandoverRefusedError when one may not go."""
    return [path for place in _places(home, contract, as_of) for path in _write(home, place, out)]


def _write(home: Home, place: Path, out: Path) -> Iterator[Path]:
    """All three forms, each read back as the one who takes it will."""
    trusted = {handover.public_key(home)}
    sealed = place.read_bytes()
    found = handover.read(place, trusted)
    handover.refuse_people(found.content)
    _refuse_keys(home, sealed)
    forms = {"json": sealed, "html": carrying.marked(home, page(found, sealed)), "xlsx": carrying.marked(home, workbook(found, sealed))}
    for ending, content in forms.items():
        path = out / f"{found.as_of}-{found.name}.{ending}"
        write_atomically(path, content, mode=MODE)
        if carrying.read(path, trusted)[1] != sealed:
            path.unlink()
            raise HandoverRefusedError("what was written does not give the sealed content", where=path.name, next_step="carry the JSON, and report it to the data engineer")
        yield path


def _places(home: Home, contract: str, as_of: dt.date | None) -> list[Path]:
    """The hand-over of each contract that stands for a day: the one the last night's board names, else the one the ledger's newest entry does."""
    day = as_of or handover.last_decided(home)
    made = sorted((home.handover / str(day)).glob("*.json")) if day else []
    names = sorted({path.stem.rpartition("-")[0] for path in made} & ({contract} if contract else {path.stem.rpartition("-")[0] for path in made}))
    if not names:
        raise HomeError("there is no hand-over of that", where=f"handover/{day or ''}", next_step="run `udbytte run` first, or name a contract and a day that were decided")
    return [_standing(home, [path for path in made if path.stem.rpartition("-")[0] == name], name) for name in names]


def _standing(home: Home, made: list[Path], contract: str) -> Path:
    """Of several of one day, as when a day is run again with more that was known, the newest."""
    if len(made) == 1:
        return made[0]
    named = str(((kept.saved(home) or {}).get("handovers") or {}).get(contract, ""))
    told = [str(entry.body["handover"])[:16] for entry in journal.read(home).entries if entry.contract == contract and "handover" in entry.body]
    by_board = [path for path in made if named == f"{path.parent.name}/{path.name}"]
    by_ledger = [path for sha256 in reversed(told) for path in made if path.stem.endswith(sha256)]
    if not by_board and not by_ledger:
        raise HomeError(f"{len(made)} hand-overs of {contract} are of that day, and nothing says which stands", where="handover", next_step="run the day again")
    return (by_board or by_ledger)[0]


def _refuse_keys(home: Home, sealed: bytes) -> None:
    """Raise HandoverRefusedError when a word of the hand-over is the key of a person in this home. Keys of fewer than six characters are no words."""
    if not home.warehouse.exists():
        return
    words = sorted(set(WORD.findall(sealed.decode())))
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        (count,) = connection.execute("select count(*) from identity.persons where cast(person_key as varchar) in (select unnest(?))", [words]).fetchone() or (0,)
    if count:
        raise HandoverRefusedError(f"{count} words in it are keys of people in this home", next_step=APART)


def decided(found: Handover) -> Rows:
    """A row a decision: trigger, claim period, settlement, state, amount, currency and why."""
    return [(item["trigger"], item["claim_period"], item["kind"], item["state"], item["amount"], item["currency"], item["reason"]) for item in found.decisions]


def results(found: Handover) -> Rows:
    """A row a result and role: outcome, claim period, role, people, counted, exposure, value."""
    return [
        (item["outcome"], item["claim_period"], role, str(said["n"]), str(said["n_counted"]), str(said["exposure"]), str(said["value"]))
        for _, item in sorted(found.content["results"].items())
        if item
        for role, said in sorted(item["roles"].items())
    ]


def page(found: Handover, sealed: bytes) -> bytes:
    """The page, without its mark. Pure."""
    made = render(
        "frame.html",
        title="handover_title",
        body="handover.html",
        as_of=found.as_of,
        languages=[Language(code) for code in LANGUAGES],
        handover=found,
        results=results(found),
    )
    head, end, tail = made.rpartition(b"</body>")
    return head + carrying.in_page(sealed) + b"\n" + end + tail + (b"" if tail.endswith(b"\n") else b"\n")


def workbook(found: Handover, sealed: bytes) -> bytes:
    """The workbook, without its mark: its last bytes are the room that a zip archive has for a comment, and the mark is that comment. Pure."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for name, rows in _sheets(found, sealed).items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([_text(sheet, value) for value in row])
    made = io.BytesIO()
    book.save(made)
    return _timeless(made)[:-MARK_LENGTH]


def _sheets(found: Handover, sealed: bytes) -> dict[str, Rows]:
    contract, text = found.content["contract"], sealed.decode().removesuffix("\n")
    about: Rows = [("contract", contract["id"]), ("version", str(contract["version"])), ("text", contract["sha256"]), ("as_of", str(found.as_of))]
    about += [("hand-over", found.sha256), ("signed by", found.key)]
    sums = [(item["posting_key"], line) for item in found.decisions for line in item["arithmetic"] or [item["reason"]]]
    holds = [(item["posting_key"], hold["subject"], hold["rule"], hold["verdict"], hold["words"], hold["remedy"]) for item in found.decisions for hold in item["holds"]]
    return {
        "handover": about,
        "decisions": [("trigger", "claim_period", "settlement", "state", "amount", "currency", "reason"), *decided(found)],
        "arithmetic": [("claim", "sum"), *sums],
        "verdicts": [("claim", "subject", "rule", "verdict", "words", "remedy"), *holds],
        "results": [("outcome", "claim_period", "role", "n", "n_counted", "exposure", "value"), *results(found)],
        SHEET: [(text[begins : begins + CELL],) for begins in range(0, len(text), CELL)],
    }


def _text(sheet: Any, value: str) -> Any:
    """A cell that is text whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell


def _timeless(made: io.BytesIO) -> bytes:
    """The same parts, not compressed, with no time in them and room for the mark at the end."""
    whole = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as new:
        for item in sorted(old.infolist(), key=lambda part: (part.filename != "[Content_Types].xml", part.filename)):
            content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"1980-01-01T00:00:00Z", old.read(item)) if item.filename == "docProps/core.xml" else old.read(item)
            new.writestr(zipfile.ZipInfo(item.filename, NO_TIME), content)
        new.comment = bytes(MARK_LENGTH)
    return whole.getvalue()
