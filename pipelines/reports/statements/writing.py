"""Payment statements as files: all of them once a night, as far as they changed, and one by itself when it is asked for."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines import __version__
from pipelines.canonical import canonical, digest
from pipelines.contracts.catalogue import Catalogue
from pipelines.errors import HomeError, LedgerError
from pipelines.files import write_atomically
from pipelines.ledger import journal
from pipelines.reports.phrases import LANGUAGES, Code
from pipelines.reports.statements import indigo
from pipelines.reports.statements.document import Flow, texts
from pipelines.reports.statements.faces import EXTENSIONS, Face, made
from pipelines.reports.statements.lines import Line
from pipelines.reports.statements.statement import SIDES, Statement, Terms, every, statement
from pipelines.settings import Home

PARTIES_MODE = 0o640
KEPT = "statements.json"
ALONE: tuple[Face, ...] = ("csv", "json")
"""Faces that are the same in every language."""


def folder_of(home: Home) -> Path:
    """`reports/statements`: a folder a contract and claim period in it, with the files of each party."""
    return home.reports / "statements"


def terms_of(catalogue: Catalogue) -> dict[str, Terms]:
    return {name: Terms.of(contract) for name, contract in catalogue.contracts.items()}


def flow_of(rows: pl.DataFrame) -> dict[str, Flow]:
    """What each contract's waterfall distributed, from the rows of the published table."""
    return {str(name): rows.filter(contract=name).to_dicts() for name in rows["contract"].unique().sort()}


def write_all(home: Home, found: list[Line], terms: Mapping[str, Terms], flow: Mapping[str, Flow], results: list[dict[str, Any]]) -> list[Path]:
    """Write every statement that is not written as it is now, and one project a contract in INDIGO's shape. Returns the folders that changed."""
    folder, changed = folder_of(home), []
    kept: dict[str, str] = _kept(folder)
    now: dict[str, str] = {}
    for item in every(found, terms):
        contract = item.terms.contract
        stem = f"{contract}/{item.period}/{item.party}-{item.role}"
        now[stem] = digest([item.as_data(), flow.get(contract, []), __version__, texts()])
        if kept.get(stem) != now[stem] or not (folder / f"{stem}.json").exists():
            _write(folder, stem, item, flow.get(contract, ()))
            changed.append((folder / stem).parent)
    for contract in sorted({line.contract for line in found}):
        shown = indigo.project(terms.get(contract) or Terms(contract), results, found)
        write_atomically(folder / contract / "indigo.json", indigo.text(shown).encode(), mode=PARTIES_MODE)
    if now:
        write_atomically(folder / KEPT, canonical(now) + b"\n", mode=PARTIES_MODE)
    return list(dict.fromkeys(changed))


def _kept(folder: Path) -> dict[str, str]:
    """The digest of every statement as it is written; none where that cannot be told."""
    try:
        kept: dict[str, str] = json.loads((folder / KEPT).read_bytes())
    except (OSError, ValueError):
        return {}
    return kept


def _write(folder: Path, stem: str, item: Statement, flow: Flow) -> None:
    """One statement: pages in both languages, a PDF in the contract's own, and the JSON last: while it is not there, the statement is not written."""
    for language in LANGUAGES:
        write_atomically(folder / f"{stem}.{language}.html", made("html", item, language, flow), mode=PARTIES_MODE)
    own = spoken(item.terms)
    write_atomically(folder / f"{stem}.{own}.pdf", made("pdf", item, own, flow), mode=PARTIES_MODE)
    drafts: tuple[Face, ...] = ("invoice", "invoice_csv") if item.role == "payee" else ()
    for face in (*drafts, *ALONE):
        write_atomically(folder / f"{stem}.{EXTENSIONS[face]}", made(face, item, "en"), mode=PARTIES_MODE)


def spoken(terms: Terms) -> Code:
    """The language of a contract's statements."""
    return "da" if terms.language == "da" else "en"


def entries_of(home: Home, as_of: dt.date) -> list[journal.Entry]:
    """The proved entries of the ledger up to a day. Raises LedgerError when it is damaged."""
    reading = journal.read(home)
    if reading.fault:
        raise LedgerError(reading.fault, where="ledger.jsonl", next_step="make no statement of it; restore the file from a backup and run `udbytte verify`")
    return [entry for entry in reading.entries if entry.as_of <= as_of]


def asked(found: Iterable[Line], terms: Terms, period: str, party: str, role: str = "") -> Statement:
    """The statement that is asked for. Raises HomeError when the ledger has nothing of it, or when the party is on both sides and no role is said."""
    mine = [line for line in found if line.contract == terms.contract]
    sides = [item for item in (statement(mine, terms, period, party, side) for side in SIDES if role in ("", side)) if item is not None]
    if len(sides) > 1:
        raise HomeError(f"{party} pays and is paid", where=terms.contract, next_step="say which with --role payer or --role payee")
    if not sides:
        parties = sorted({side for line in mine for side, _ in line.sides()})
        periods = sorted({line.claim_period for line in mine})
        there = f"there is something for {', '.join(parties)} in {', '.join(periods)}" if mine else "nothing is posted of this contract"
        raise HomeError(f"nothing is posted for {party} in {period or 'any claim period'}", where=terms.contract, next_step=there)
    return sides[0]


def stem_of(item: Statement, language: Code) -> str:
    """The name of a statement's file, in its language, without what comes after the dot."""
    period = item.period or ("alle" if language == "da" else "all")
    return texts()["file"][language].format(contract=item.terms.contract, period=period, party=item.party, language=language)


def published_results(home: Home, contract: str) -> list[dict[str, Any]]:
    """The rows of `indicator_results` of the last night, exact. Raises HomeError before the first."""
    path = home.published / "party.duckdb"
    if not path.exists():
        raise HomeError("no night has published results here", where="published/party.duckdb", next_step="run `udbytte run`")
    with duckdb.connect(str(path), read_only=True) as connection:
        rows: list[dict[str, Any]] = connection.execute("select * from indicator_results where contract = ?", [contract]).pl().to_dicts()
    return rows
