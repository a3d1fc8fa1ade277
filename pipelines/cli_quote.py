"""Commands of the command line about what a contract would pay: the quote."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_contracts import Json


def quote(
    contract: Annotated[str, typer.Argument(help="The contract.")],
    results: Annotated[Path, typer.Option("--results", metavar="FILE.csv", help="The results: a row for each outcome, cohort and claim period; see docs/quote.md.")],
    as_json: Json = False,
) -> None:
    """Work out what a contract would pay for results written down as totals: no person data, no gate, nothing posted. Needs no home.

    Ends with exit code 10 when a row cannot be right; every such row is named by its line.

    Example: udbytte quote tarp --results results.csv
    """
    from pipelines.reports.quote_words import quoted, tell

    tell(quoted(contract, results), as_json=as_json)
