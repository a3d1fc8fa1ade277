"""A quote for people in a terminal, and as data: marked as a quote wherever it is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.canonical import plain
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.source import nearest
from pipelines.errors import ContractError
from pipelines.payments.quoting.checking import checked
from pipelines.payments.quoting.quote import Quote, as_data, quote
from pipelines.payments.quoting.results_file import read, refuse
from pipelines.payments.rule import money
from pipelines.payments.vocabulary import catalogue

STYLES = {"due": "bold green", "held": "bold yellow", "not_met": "magenta", "no_result": "dim"}
WIDTH = 150


def quoted(contract: str, results: Path) -> Quote:
    """The quote of a contract in force from a results file. Raises ContractError for a contract that is not there or does not load, and
    ResultsError for a file that no quote can be made from."""
    return of(catalogue(), contract, results)


def of(found: Catalogue, contract: str, results: Path) -> Quote:
    """The same with the contracts given."""
    if contract in found.broken_contracts:
        raise ContractError("\n".join(finding.sentence() for finding in found.broken_contracts[contract]))
    if contract not in found.contracts:
        raise ContractError(f"there is no outcome contract '{contract}'{nearest(contract, list(found.contracts))}")
    terms = found.contracts[contract]
    rows, findings = checked(terms, read(results), results.name)
    refuse(findings)
    return quote(terms, rows, found.gate_of(terms))


def tell(found: Quote, *, as_json: bool) -> None:
    """Print a quote."""
    shown = plain(as_data(found))
    if as_json:
        print(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False)
    print_quote(shown, console if console.is_terminal else Console(highlight=False, width=WIDTH))


def print_quote(shown: dict[str, Any], console: Console) -> None:
    """The quote in words: a table of payments, each sum in full, the totals, and what it does not know."""
    currency = shown["currency"]
    console.print(
        f"\n[bold]QUOTE[/bold] of {escape(shown['contract'])}, version {shown['version']}: what these results would pay. Nothing is decided or posted, and no data were checked."
    )
    console.print(_payments(shown))
    for item in shown["payments"]:
        _print_sum(item, currency, console)
    console.print(_totals(shown))
    for note in shown["notes"]:
        console.print(f"note {escape(note)}", soft_wrap=True)
    console.print(f"[bold]QUOTE: {_amount(shown['amount'])} {currency} in all[/bold]")


def _amount(text: Any) -> str:
    from decimal import Decimal

    return money(Decimal(text))


def _payments(shown: dict[str, Any]) -> Table:
    table = Table(pad_edge=False)
    is_twice = any(item["settlement"] != "final" for item in shown["payments"])
    for heading in ("Payment", "Claim period", *(("Settlement",) if is_twice else ()), "Quote", "Amount", "Why"):
        table.add_column(heading, justify="right" if heading == "Amount" else "left", no_wrap=heading != "Why")
    for item in shown["payments"]:
        amount = f"{_amount(item['amount'])} {shown['currency']}" if item["state"] == "due" else "-"
        words = f"[{STYLES[item['state']]}]{item['state'].replace('_', ' ')}[/]"
        settlement = (item["settlement"].replace("_", " "),) if is_twice else ()
        table.add_row(escape(item["payment"]), escape(item["claim_period"]), *settlement, words, amount, escape(item["reason"]))
    return table


def _print_sum(item: dict[str, Any], currency: str, console: Console) -> None:
    """One payment's arithmetic, or what would release it; nothing for one without a result."""
    if not item["arithmetic"] and not item["holds"]:
        return
    lines = ", ".join(map(str, item["lines"]))
    head = f"{item['payment']} {item['claim_period']}, {item['settlement'].replace('_', ' ')} ({', '.join(item['cohorts'])}; line {lines})"
    console.print(f"\n[bold]{escape(head)}[/bold]: {item['state'].replace('_', ' ')} {_amount(item['amount'])} {currency}", soft_wrap=True)
    for line in item["arithmetic"]:
        console.print(f"  {escape(line)}", soft_wrap=True)
    for hold in item["holds"]:
        console.print(f"  {escape(hold['words'])}. {escape(hold['remedy'])}", soft_wrap=True)


def _totals(shown: dict[str, Any]) -> Table:
    table = Table("Total", "Of", title="\nQUOTE: totals", title_justify="left", pad_edge=False)
    table.add_column("Amount", justify="right")
    for by, amounts in shown["totals"].items():
        for name, amount in amounts.items():
            table.add_row(by.replace("_", " "), escape(name), f"{_amount(amount)} {shown['currency']}")
    return table
