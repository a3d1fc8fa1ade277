"""`udbytte` without a command: what to do next, given how the home stands."""

from __future__ import annotations

import json

import typer

from pipelines.cli_contracts import Json
from pipelines.settings import Home


def start(ctx: typer.Context, as_json: Json = False) -> None:
    """Udbytte computes the agreed results of an outcomes contract and pays only where the data behind them hold.

    Alone, it says how the home folder stands and what to do next; `udbytte COMMAND --help` explains a command, with an example. The home
    folder is the one that UDBYTTE_HOME names, else `var` in the working folder.

    Example: udbytte; udbytte run; udbytte explain tarp reduction
    """
    if ctx.invoked_subcommand is not None:
        return
    from pipelines.reports.next_steps import as_data, next_steps

    home = Home.here()
    steps = next_steps(home)
    if as_json:
        print(json.dumps(as_data(home, steps), indent=2, ensure_ascii=False))
        return
    from pipelines.reports.terminal import print_next

    print_next(steps, home=str(home.root))
