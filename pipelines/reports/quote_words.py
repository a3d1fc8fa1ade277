"""A quote for people in a terminal: marked as a quote above and below."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.payments.rule import money, percent

STYLES = {"due": "bold green", "held": "bold yellow", "not_met": "magenta", "no_result": "dim"}
WIDTH = 150
Data = dict[str, Any]


def print_quote(shown: Data, console: Console | None = None) -> None:
    """A table of payments, each sum in full, the totals, when money moves, the cliffs, and what the quote does not know."""
    console = console or Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH, file=console.file)
    currency = shown["currency"]
    console.print(
        f"\n[bold]QUOTE[/bold] of {escape(shown['contract'])}, version {shown['version']}: what these results would pay. Nothing is decided or posted, and no data were checked."
    )
    console.print(_payments(shown))
    for item in shown["payments"]:
        _print_sum(item, currency, console)
    for table in (_totals(shown), _expected(shown), _cash_flow(shown)):
        if table is not None:
            console.print(table)
    _print_waterfall(shown, console)
    _print_cliffs(shown, console)
    for note in dict.fromkeys((*shown["notes"], *((shown["expected"] or {}).get("notes") or ()))):
        console.print(f"note {escape(note)}", soft_wrap=True)
    console.print(f"[bold]QUOTE: {_amount(shown['amount'])} {currency} in all[/bold]")
    if Decimal(shown["not_paid"]):
        console.print(f"earned and not paid, because of the contract's caps: {_amount(shown['not_paid'])} {currency}", soft_wrap=True)


def _amount(text: Any) -> str:
    return money(Decimal(text))


def _signed(text: Any) -> str:
    return f"{'+' if Decimal(text) > 0 else ''}{_amount(text)}"


def _table(title: str, shown: Data, *headings: str, numbers: tuple[str, ...] = ()) -> Table:
    table = Table(title=f"\nQUOTE: {title}, in {shown['currency']}", title_justify="left", pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right" if heading in numbers else "left")
    return table


def _payments(shown: Data) -> Table:
    table = Table(pad_edge=False)
    is_twice = _is_settled_twice(shown)
    for heading in ("Payment", "Claim period", *(("Settlement",) if is_twice else ()), "Quote", "Amount", "Why"):
        table.add_column(heading, justify="right" if heading == "Amount" else "left", no_wrap=heading != "Why")
    for item in shown["payments"]:
        amount = f"{_amount(item['amount'])} {shown['currency']}" if item["state"] == "due" else "-"
        words = f"[{STYLES[item['state']]}]{item['state'].replace('_', ' ')}[/]"
        settlement = (item["settlement"].replace("_", " "),) if is_twice else ()
        table.add_row(escape(item["payment"]), escape(item["claim_period"]), *settlement, words, amount, escape(item["reason"]))
    return table


def _is_settled_twice(shown: Data) -> bool:
    return any(item["settlement"] != "final" for item in shown["payments"])


def _print_sum(item: Data, currency: str, console: Console) -> None:
    """One payment's arithmetic, or what would release it; nothing for one without a result."""
    if not item["arithmetic"] and not item["holds"]:
        return
    lines = ", ".join(map(str, item["lines"]))
    head = f"{item['payment']} {item['claim_period']}, {item['settlement'].replace('_', ' ')} ({', '.join(item['cohorts'])}; line{'s' if len(item['lines']) > 1 else ''} {lines})"
    console.print(f"\n[bold]{escape(head)}[/bold]: {item['state'].replace('_', ' ')} {_amount(item['amount'])} {currency}", soft_wrap=True)
    for line in item["arithmetic"]:
        console.print(f"  {escape(line)}", soft_wrap=True)
    for hold in item["holds"]:
        console.print(f"  {escape(hold['words'])}. {escape(hold['remedy'])}", soft_wrap=True)


def _totals(shown: Data) -> Table:
    table = _table("totals", shown, "Total", "Of", "Amount", numbers=("Amount",))
    for by, amounts in shown["totals"].items():
        for name, amount in amounts.items():
            table.add_row(by.replace("_", " "), escape(name), _amount(amount))
    return table


def _expected(shown: Data) -> Table | None:
    if shown["expected"] is None:
        return None
    table = _table("expected beside quoted", shown, "Payment", "Claim period", "Expected", "Quoted", "Difference", numbers=("Expected", "Quoted", "Difference"))
    for item in shown["expected"]["claims"]:
        settlement = " (on account)" if item["settlement"] == "on_account" else ""
        table.add_row(escape(item["payment"]) + settlement, escape(item["claim_period"]), _amount(item["expected"]), _amount(item["quoted"]), _signed(item["difference"]))
    table.add_section()
    table.add_row("together", "", _amount(shown["expected"]["amount"]), _amount(shown["amount"]), _signed(shown["expected"]["difference"]))
    return table


def _cash_flow(shown: Data) -> Table | None:
    """Quarters in which a party pays or gets something."""
    is_beside = shown["expected"] is not None
    rows = [row for row in shown["cash_flow"] if any(Decimal(row[name]) for name in ("paid", "got", *(("expected_net",) if is_beside else ())))]
    if not rows:
        return None
    numbers = ("Pays", "Gets", "Net", "Net so far", *(("Expected net",) if is_beside else ()))
    table = _table("cash flow by calendar quarter", shown, "Party", "Quarter", *numbers, numbers=numbers)
    for row in rows:
        beside = (_amount(row["expected_net"]),) if is_beside else ()
        table.add_row(escape(row["party"]), row["quarter"], _amount(row["paid"]), _amount(row["got"]), _signed(row["net"]), _signed(row["cumulative"]), *beside)
    return table


def _print_waterfall(shown: Data, console: Console) -> None:
    """Every distribution of the quoted amounts, a line a step."""
    if shown["waterfall"] is None:
        return
    console.print("\n[bold]QUOTE: where the money goes[/bold]")
    for row in shown["waterfall"]["rows"]:
        console.print(f"  {row['date']}")
        for line in row["arithmetic"]:
            console.print(f"    {escape(line)}", soft_wrap=True)
    if Decimal(shown["waterfall"]["waiting"]):
        console.print(f"  {_amount(shown['waterfall']['waiting'])} {shown['currency']} comes in after the last distribution", soft_wrap=True)
    for name, rate in shown["waterfall"]["rates"].items():
        said = "no rate of return" if rate["scheduled"] is None else f"{percent(Decimal(rate['scheduled']))} a year"
        console.print(f"  {escape(name)}: {said}", soft_wrap=True)
    for line in (line for item in shown["waterfall"]["at_risk"].values() for line in item["arithmetic"]):
        console.print(f"  {escape(line)}", soft_wrap=True)


def _print_cliffs(shown: Data, console: Console) -> None:
    found = shown["cliffs"]
    if found is None:
        return
    if found["why_not"]:
        console.print(f"note {escape(found['why_not'])}", soft_wrap=True)
        return
    headings = ("Line", "Outcome", "Claim period", "One", "Now", "More", "Less", "Nearest cliff ahead", "Nearest cliff behind")
    table = _table("what one more or one less moves", shown, *headings, numbers=("Line", "Now", "More", "Less"))
    for item in found["steps"]:
        named = (str(item["line"]), escape(item["outcome"]), escape(item["period"]), item["of"], f"{Decimal(item['now']).normalize():,f}")
        table.add_row(*named, _moved(item["more"]), _moved(item["less"]), _near(item["ahead"]), _near(item["behind"]))
    console.print(table)


def _moved(move: Data | None) -> str:
    if move is None:
        return "-"
    return f"[bold red]CLIFF {_signed(move['amount'])}[/]" if move["is_cliff"] else _signed(move["amount"])


def _near(near: Data | None) -> str:
    if near is None:
        return "-"
    return f"{near['away']:,} away, at {Decimal(near['at']).normalize():,f}: {_signed(near['amount'])} ({escape(', '.join(near['payments']))})"
