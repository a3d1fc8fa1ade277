"""The command that computes entries of the ledger again."""

from __future__ import annotations

from typing import Annotated

import typer

from pipelines.cli_contracts import Json
from pipelines.reports.progress import progress
from pipelines.settings import Home


def replay(
    entry: Annotated[str, typer.Argument(help="The entry's number, or a posting key.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Instead: every entry about a decision, one night for each as-of day.")] = False,
    as_json: Json = False,
) -> None:
    """Compute an entry's decision again from the archive and hold it against what was posted. The home is only read.

    Ends with exit code 5 when an entry differs, and with 12 when one cannot be replayed here.

    Example: udbytte replay tarp/reduction/2024-25/all/final; udbytte replay --all
    """
    if every is bool(entry):
        raise typer.BadParameter("name one entry, or give --all")
    from pipelines.quality.checker import checker_of_this_process

    home = Home.here().require()
    checker = checker_of_this_process()
    try:
        with progress("Reading the ledger"):
            from pipelines.reports.evidence import replaying
            from pipelines.run import run_night

            wanted = replaying.entries_of(home, entry)
            changed = replaying.changed_since(home, wanted)
        if not as_json and changed:
            print("\n".join(changed), flush=True)
        with progress("Computing again"):
            proved = replaying.replay(home, run_night, wanted)
        replaying.tell(proved, changed, as_json=as_json)
    finally:
        checker.stop()
