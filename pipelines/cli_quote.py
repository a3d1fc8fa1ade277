"""Commands of the command line about what a contract would pay: the quote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.cli_contracts import Json
from pipelines.cli_options import contract_names
from pipelines.reports.progress import progress


def quote(
    contract: Annotated[str, typer.Argument(help="The contract.", autocompletion=contract_names)],
    results: Annotated[Path, typer.Option("--results", metavar="FILE.csv", help="The results: a row for each outcome, cohort and claim period; see docs/quote.md.")],
    expected: Annotated[Path | None, typer.Option("--expected", metavar="FILE.csv", help="What was expected, in the same columns, to stand beside.")] = None,
    cliffs: Annotated[bool, typer.Option("--cliffs", help="Also: what one person, claim or unit more or less moves, and how far the nearest cliff is.")] = False,
    page: Annotated[Path | None, typer.Option("--page", metavar="FILE.html", help="Also write it as a page that stands alone, with plots and cliffs.")] = None,
    language: Annotated[Literal["da", "en"] | None, typer.Option("--language", help="The page in Danish or English. Default: the contract's own language.")] = None,
    as_json: Json = False,
) -> None:
    """Work out what a contract would pay for results written down as totals: no person data, no gate, nothing posted. Needs no home.

    Ends with exit code 10 when a row cannot be right; every such row is named by its line.

    Example: udbytte quote tarp --results results.csv --cliffs
    """
    from pipelines.payments.vocabulary import catalogue
    from pipelines.reports.quote_words import print_quote
    from pipelines.reports.quoting import shown, told

    with progress("Working it out"):
        found = shown(told(catalogue(), contract, results, expected, has_cliffs=cliffs or page is not None))
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        print_quote(found)
    if page is not None:
        from pipelines.reports.quote_page import write

        write(found, page, language)
