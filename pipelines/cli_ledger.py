"""Commands of the command line about the ledger itself: its anchor and its accounts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_contracts import Json
from pipelines.cli_options import AsOf, as_of_day


def anchor(
    where: Annotated[str, typer.Option("--where", metavar="WORDS", help="Where the anchor is carried: a place that who holds this home cannot alter.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it. It must not be there yet.")] = Path("ledger.anchor.json"),
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Sign the head of the ledger for carrying outside, and enter that it was. Whoever keeps the file can prove that no entry before it changed.

    Example: udbytte anchor --where "minutes of the steering group" --out 2026-06.json; udbytte verify --anchor 2026-06.json
    """
    from pipelines.errors import HomeError
    from pipelines.files import write_atomically
    from pipelines.ledger import anchoring
    from pipelines.ledger.journal import Journal
    from pipelines.locking import locked
    from pipelines.settings import Home

    home, day = Home.here().require(), as_of_day(as_of)
    if out.exists():
        raise HomeError("there is such a file already", where=out.name, next_step="give another name with --out; an anchor is never written over")
    with locked(home):
        entry, made = anchoring.anchor(home, Journal(home), where, home.as_of(day))
        write_atomically(out, made)
    if as_json:
        print(json.dumps({"entry": entry.seq, "anchored": entry.body["seq"], "hash": entry.body["hash"], "file": str(out)}, ensure_ascii=False))
    else:
        print(f"Entry {entry.body['seq']} is anchored in {out.name}, hash {entry.body['hash']}. Posted {entry.name()}. Now carry the file to where you said.")


def accounts(contract: Annotated[str, typer.Argument(help="Only this contract.")] = "", as_json: Json = False) -> None:
    """Print where every party's accounts stand: what it owes (payable) and has paid, what it is owed (receivable) and has received.

    Ends with exit code 5 when the ledger does not hold, or when more was paid of a claim than is owed.

    Example: udbytte accounts trygt_hjem
    """
    from pipelines.errors import LedgerError
    from pipelines.ledger.accounts import balances, overpaid, transactions
    from pipelines.ledger.journal import read
    from pipelines.settings import Home

    reading = read(Home.here().require())
    if reading.fault:
        raise LedgerError(reading.fault, where="ledger.jsonl", next_step="restore the file from a backup and run `udbytte verify`")
    if contract and not any(entry.contract == contract for entry in reading.entries):
        raise LedgerError("the ledger has no entry of this contract", where=contract, next_step="give its name as the board has it, or leave it out for all")
    made = transactions(reading.entries)
    found, problems = balances(made, contract), overpaid([item for item in made if contract in ("", item.entry.contract)])
    if as_json:
        print(json.dumps({"balances": [item.as_data() for item in found], "problems": problems}, indent=2, ensure_ascii=False))
    else:
        rows = [f"{item.contract}  {item.claim_period}  {item.party}  {item.account}  {item.amount:,} {item.currency}" for item in found]
        print("\n".join(rows) or "Nothing is owed by anybody yet.")
    if problems:
        raise LedgerError("; ".join(problems), where="ledger.jsonl", next_step="have the payer and the payee settle it, and enter the reversal")
