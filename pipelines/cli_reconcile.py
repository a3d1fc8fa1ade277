"""What `udbytte pay --reconcile` does: read a bank's file, match it with the ledger, say what does not fit, and enter what does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli_options import as_of_day
from pipelines.errors import MismatchError
from pipelines.settings import Home

if TYPE_CHECKING:
    from pipelines.ledger.reconciling import Found

Reconcile = Annotated[
    Path | None, typer.Option("--reconcile", metavar="FILE", help="Match the ledger's payments with what a bank or a finance system says: camt.053 or CSV. docs/reconcile.md.")
]
PaidBy = Annotated[str, typer.Option("--payer", metavar="PARTY", help="With --reconcile: whose account the file is of. Default: all who pay.")]
DaysApart = Annotated[
    int | None, typer.Option("--days", metavar="N", min=0, max=31, help="With --reconcile: how many days the bank may book before or after the day entered. Default: 5.")
]
Shared = Annotated[bool, typer.Option("--shared-account", help="With --reconcile: the account is used for other business, which is counted and not named.")]
EnterMatches = Annotated[bool, typer.Option("--enter-matches", help="With --reconcile: enter what matches although something else does not.")]


def match_with(file: Path, payer: str, days: int | None, as_of: str | None, *, shared: bool, enter_matches: bool, as_json: bool) -> None:
    """Match, print and enter. Raises MismatchError, and enters nothing unless `enter_matches`, when something does not fit."""
    from pipelines.ledger import reconciling
    from pipelines.ledger.bank.bank_file import read
    from pipelines.ledger.journal import Journal
    from pipelines.locking import locked

    home, day = Home.here().require(), as_of_day(as_of)
    statement = read(file)
    with locked(home):
        journal, on = Journal(home), home.as_of(day)
        reconciling.refuse_stranger(journal.entries, payer)
        terms = reconciling.Terms(on, reconciling.DAYS_APART if days is None else days, shared)
        found = reconciling.match(reconciling.moved(journal.entries, on, payer), statement, reconciling.known(journal.entries), terms)
        posted = reconciling.enter(journal, found, statement, on) if enter_matches or not found.mismatches else []
    if as_json:
        print(json.dumps(reconciling.as_data(found, statement, posted), indent=2, ensure_ascii=False))
    else:
        print(_words(found, len(posted)))
    if found.mismatches:
        entered = f"{len(posted)} that match are entered" if posted else "nothing is entered"
        raise MismatchError(f"{len(found.mismatches)} mismatches", where=file.name, next_step=f"{entered}; have each one above settled, and match again")


def _words(found: Found, posted: int) -> str:
    rows = [f"{item.fault.replace('_', ' ')}: {item.words}" for item in found.mismatches]
    counts = {"matched": len(found.matches), "matched before": found.known, "not due in this file yet": found.awaited, "of other business": found.others}
    said = ", ".join(f"{count} {words}" for words, count in counts.items() if count or words == "matched")
    return "\n".join([*rows, f"Payments: {said}. {posted} entries posted."])
