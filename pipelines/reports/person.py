"""Explaining one person, to those entitled: what was counted of them, in which window, from which spells, and what it came to.

The only command that prints what is known of a person. It reads administration data alone, takes a reason, and writes down who looked
before it shows anything; where that cannot be written, nothing is shown. The log names the person by a keyed hash, never by pseudonym.
"""

from __future__ import annotations

import getpass
import hmac
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from indicators.indicator import library
from indicators.spells import day_of
from pipelines import lines
from pipelines.canonical import canonical, plain
from pipelines.contracts.catalogue import Catalogue
from pipelines.errors import HomeBusyError, HomeError
from pipelines.ledger import journal
from pipelines.payments.rule import money, to_cents
from pipelines.payments.vocabulary import catalogue, vocabulary
from pipelines.reports.kept import saved
from pipelines.settings import Home
from pipelines.warehouse.writer import connect

LOG_MODE = 0o600


def person_explanation(home: Home, pseudonym: str, reason: str, *, looked_on: str) -> dict[str, Any]:
    """Everything the last night counted of a person, per cohort and outcome, with the lines that were posted. Raises HomeError when no night was
    run, nobody has this pseudonym, no reason is given, or what is known of them may not be used for administration.

    One element of `cohorts` a cohort that lists them; one of `outcomes` an outcome and claim period that has a row of theirs: status, reason,
    window (half-open), exposure, value and evidence, with the indicator and its definition; one of `posted` a ledger entry with a line of theirs.
    """
    board = saved(home)
    if board is None:
        raise HomeError("no night was run here yet", next_step="run `udbytte run`")
    if not reason.strip():
        raise HomeError("looking at a person needs a reason", next_step="give --reason in words")
    made = catalogue()
    cohorts, outcomes = _rows(home, pseudonym)
    about = sorted({row["subject"] for row in (*cohorts, *outcomes)})
    _refuse_statistics(made, about)
    _log(home, pseudonym, reason.strip(), looked_on, about)
    defined = [{**row, **_defined(made, row["subject"])} for row in outcomes]
    made_plain: dict[str, Any] = plain({"as_of": board["as_of"], "person": pseudonym, "cohorts": cohorts, "outcomes": defined, "posted": _posted(home, pseudonym)})
    return made_plain


def _rows(home: Home, pseudonym: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of cohorts and outcomes about a person."""
    if not home.warehouse.exists():
        raise HomeError("there is no warehouse in this home", next_step="run `udbytte run`")
    try:
        connection = connect(home.warehouse, home, read_only=True)
    except duckdb.IOException:
        raise HomeBusyError("a run is writing the warehouse", where=str(home.warehouse), next_step="ask again when it has ended") from None
    with connection:
        number = connection.execute("select person_id from identity.persons where person_key = ?", [pseudonym]).fetchone()
        if number is None:
            raise HomeError("nobody has this pseudonym here", next_step="give it exactly as it was delivered")
        found = [_of_person(connection, table, number[0]) for table in ("outcomes.cohort_members", "outcomes.indicator_values")]
    return [_plain(row) for row in found[0]], [_plain(row) for row in found[1]]


def _of_person(connection: duckdb.DuckDBPyConnection, table: str, number: int) -> list[dict[str, Any]]:
    rows = connection.table(table).filter(duckdb.ColumnExpression("person_id") == duckdb.ConstantExpression(number)).pl()
    return rows.sort("subject").drop("person_id").to_dicts()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its days as dates."""
    days: dict[str, Any] = {name: None if row[name] is None else str(day_of(row[name])) for name in ("enrolled_day", "window_start", "window_end") if name in row}
    evidence = [{"from": str(day_of(item["start_day"])), "to": str(day_of(item["end_day"])), "code": item["code"]} for item in row.get("evidence") or []]
    value = {"value": None if row.get("value") is None else format(row["value"].normalize(), "f")} if "value" in row else {}
    return {**row, **days, **value, **({"evidence": evidence} if "evidence" in row else {})}


def _refuse_statistics(made: Catalogue, about: list[str]) -> None:
    """Raise HomeError when an outcome or cohort about the person reads a register that may be used for statistics only."""
    for subject in about:
        kind, _, place = subject.partition(":")
        contract = made.contracts.get(place.split("/")[0])
        if contract is None:
            raise HomeError("the contract that counts this person does not load, so what may be shown cannot be told", where=place.split("/")[0], next_step="mend the contract")
        name = place.split("/")[1]
        registers = made.cohort_registers(contract.cohort(name)) if kind == "cohort" else made.outcome_registers(contract, contract.outcome(name), vocabulary())
        closed = sorted(register for register in registers if made.registers[register].handling.permitted_use != "administration")
        if closed:
            raise HomeError(f"{', '.join(closed)} may be used for statistics only; nobody in it may be looked at", where=subject, next_step="read the results instead")


def _defined(made: Catalogue, subject: str) -> dict[str, str]:
    """The indicator that counted an outcome, and what it says that it counts."""
    contract, name = subject.partition(":")[2].split("/")[:2]
    pin = made.contracts[contract].outcome(name).indicator
    return {"indicator": pin, "definition": library()[pin].definition}


def _log(home: Home, pseudonym: str, reason: str, looked_on: str, about: list[str]) -> None:
    """Add a line about who looked to `looks.jsonl`, on the disk before anything is shown."""
    hashed = hmac.new(home.key("pseudonyms"), pseudonym.encode(), "sha256").hexdigest()[:32]
    line = canonical({"looked_on": looked_on, "by": getpass.getuser(), "person": hashed, "reason": reason, "about": about})
    descriptor = os.open(log_path(home), os.O_WRONLY | os.O_APPEND | os.O_CREAT, LOG_MODE)
    try:
        os.write(descriptor, line + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def log_path(home: Home) -> Path:
    """The log of who looked at whom and why: one line of JSON a look, file mode 0600."""
    return home.root / "looks.jsonl"


def _posted(home: Home, pseudonym: str) -> list[dict[str, Any]]:
    """Each posted decision or true-up with a line of the person: entry, claim and amount before anything was taken off for the share on account."""
    found = []
    for entry in journal.read(home).entries:
        sha256 = str(entry.body.get("lines_sha256", "")) if entry.kind in ("decision", "true_up") else ""
        amount = lines.kept(home, sha256).get(pseudonym) if sha256 else None
        if amount is not None:
            found.append({"entry": entry.seq, "claim": entry.posting_key, "amount": to_cents(amount), "currency": entry.body["currency"]})
    return found


def person_words(found: dict[str, Any]) -> str:
    """The explanation as text."""
    said = [f"{found['person']}, as of {found['as_of']}"]
    said += [f"{row['subject']}: {row['status']}, {_words(row['reason'])}; group {row['role']}, enrolled {row['enrolled_day'] or 'never'}" for row in found["cohorts"]]
    for row in found["outcomes"]:
        said += ["", *_outcome_words(row)]
    said += ["", *(f"Entry {item['entry']}, {item['claim']}: a line of {money(Decimal(item['amount']))} {item['currency']}" for item in found["posted"])] if found["posted"] else []
    return "\n".join(said)


def _outcome_words(row: dict[str, Any]) -> list[str]:
    counted = f"; value {row['value']}, exposure {row['exposure']}" if row["status"] == "counted" else ""
    spells = [f"  {_words(item['code'] or '')} from {item['from']} up to, not including, {item['to']}" for item in row["evidence"]]
    return [
        f"{row['subject']}: {_words(row['status'])}, {_words(row['reason'])}{counted}",
        f"  Window: from {row['window_start']} up to, not including, {row['window_end']}",
        *(spells or ["  No spell or event decided it."]),
        f"  Counted by {row['indicator']}:",
        *(f"    {line}".rstrip() for line in row["definition"].splitlines()),
    ]


def _words(name: str) -> str:
    return name.replace("_", " ")


def looks(home: Home) -> list[dict[str, Any]]:
    """Every look that was written down, oldest first."""
    path = log_path(home)
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
