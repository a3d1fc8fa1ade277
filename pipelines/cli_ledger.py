"""Commands of the command line about the ledger itself: its anchor, its accounts and what other tools read of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli_contracts import Json
from pipelines.cli_options import AsOf, as_of_day

if TYPE_CHECKING:
    from pipelines.ledger.journal import Entry
    from pipelines.settings import Home


export_app = typer.Typer(help="The ledger in forms that other tools read.", no_args_is_help=True)


def _proved(home: Home) -> list[Entry]:
    from pipelines.errors import LedgerError
    from pipelines.ledger.journal import read

    reading = read(home)
    if reading.fault:
        raise LedgerError(reading.fault, where="ledger.jsonl", next_step="restore the file from a backup and run `udbytte verify`")
    return reading.entries


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


@export_app.command("beancount")
def export_beancount(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write it; what is there is replaced. Default: print it.")] = None,
    as_json: Json = False,
) -> None:
    """Write the parties' accounts as a plain-text journal for beancount: transactions with entry and hash, links, balances that are asserted.

    The same ledger gives the same bytes. Exact amounts stand in it: it is for the parties.

    Example: udbytte export beancount --out ledger.beancount
    """
    from pipelines.files import write_atomically
    from pipelines.ledger.beancount import export
    from pipelines.settings import Home

    entries = _proved(Home.here().require())
    text = export(entries)
    if out is not None:
        write_atomically(out, text.encode(), mode=0o640)
    if as_json:
        print(json.dumps({"entries": len(entries), "file": str(out) if out else None, "journal": None if out else text}, indent=2, ensure_ascii=False))
    else:
        print(text if out is None else f"{len(entries)} entries lie in {out.name}. Next: bean-check {out.name}", end="" if out is None else "\n")


def accounts(contract: Annotated[str, typer.Argument(help="Only this contract.")] = "", as_json: Json = False) -> None:
    """Print where every party's accounts stand: what it owes (payable) and has paid, what it is owed (receivable) and has received;
    and what each committed itself to at most, with what of that is decided, paid and left.

    Ends with exit code 5 when the ledger does not hold, or when more was paid of a claim than is owed.

    Example: udbytte accounts trygt_hjem
    """
    from pipelines.errors import LedgerError
    from pipelines.ledger.accounts import balances, overpaid, transactions
    from pipelines.ledger.committing import standings
    from pipelines.settings import Home

    entries = _proved(Home.here().require())
    if contract and not any(entry.contract == contract for entry in entries):
        raise LedgerError("the ledger has no entry of this contract", where=contract, next_step="give its name as the board has it, or leave it out for all")
    made = transactions(entries)
    found, problems = balances(made, contract), overpaid([item for item in made if contract in ("", item.entry.contract)])
    promised = standings(entries, contract)
    if as_json:
        print(
            json.dumps({"balances": [item.as_data() for item in found], "commitments": [item.as_data() for item in promised], "problems": problems}, indent=2, ensure_ascii=False)
        )
    else:
        rows = [f"{item.contract}  {item.claim_period}  {item.party}  {item.account}  {item.amount:,} {item.currency}" for item in found]
        print("\n".join([*(rows or ["Nothing is owed by anybody yet."]), *(item.words() for item in promised)]))
    if problems:
        raise LedgerError("; ".join(problems), where="ledger.jsonl", next_step="have the payer and the payee settle it, and enter the reversal")
