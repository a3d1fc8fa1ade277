"""The command that says what the effect of a contract is worth, and to whom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_contracts import Json
from pipelines.cli_options import contract_names


def value(
    contract: Annotated[str, typer.Argument(help="The contract.", autocompletion=contract_names)],
    results: Annotated[Path | None, typer.Option("--results", metavar="FILE.csv", help="What came, in the columns of docs/quote.md. Default: the home's last night.")] = None,
    expected: Annotated[bool, typer.Option("--expected", help="What was expected alone, whatever came.")] = False,
    page: Annotated[Path | None, typer.Option("--page", metavar="FILE.html", help="Also write it as a page that stands alone, in both languages, with its plots.")] = None,
    as_json: Json = False,
) -> None:
    """Work out what the effect of a contract is worth, by budget year and payer: who gains, who pays, and when it has paid for itself.

    By the contract's own section `value`, with its refunds, prices and discount rate. What is held, not due or not estimated is not known, and never
    nought. Needs no home; with one, what came is that of its last night. Ends with exit code 3 for a contract without such a section, and 10 when a row of
    the file cannot be right.

    Example: udbytte value ungebro --expected --page value.html; udbytte value ungebro --results results.csv --json
    """
    from pipelines.payments.vocabulary import catalogue
    from pipelines.reports import worth_data
    from pipelines.settings import Home

    home = Home.here()
    made = worth_data.told(catalogue(), contract, results, home if home.exists() and not expected else None)
    if as_json:
        import json

        print(json.dumps(worth_data.as_data(made), indent=2, ensure_ascii=False))
    else:
        worth_data.print_case(made)
    if page is not None:
        from pipelines.files import write_atomically

        write_atomically(page, worth_data.page(made))
