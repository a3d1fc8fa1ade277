"""The board as a table in a terminal, and as plain lines where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.reports.standing import part_words, stop_words

if TYPE_CHECKING:
    from pipelines.reports.next_steps import NextStep

STYLES = {"due": "bold green", "held": "bold yellow", "not_met": "magenta", "not_due": "blue"}


def print_board(shown: dict[str, Any], *, reports: str, validation: str) -> None:
    """Print the board of a night, what needs attention, and where the reports lie."""
    console = console_here()
    console.print(f"\n[bold]Trigger board as of {shown['as_of']}[/bold]{' (a what-if: nothing is posted)' if shown['is_what_if'] else ''}")
    table = Table(show_lines=False, pad_edge=False)
    is_settled_twice = any(row["kind"] != "final" for row in shown["rows"])
    settlement = ("Settlement",) if is_settled_twice else ()
    for heading in ("Contract", "Trigger", "Claim period", *settlement, "Verdict", "Amount", "Reason"):
        table.add_column(heading, justify="right" if heading == "Amount" else "left", no_wrap=heading != "Reason")
    for row in shown["rows"]:
        amount = f"{Decimal(row['amount']):,.2f} {row['currency']}" if row["state"] == "due" else "-"
        style, words = STYLES[row["state"]], row["state"].replace("_", " ")
        if row["is_overridden"]:
            style, words = "bold red", f"{words}, overridden"
        reason = row["reason"] + (f" ({row['tonight']})" if row["tonight"] else "") + _waiting_words(row.get("waits", [])) + _parts_words(row.get("parts", []))
        kind = (row["kind"].replace("_", " "),) if is_settled_twice else ()
        table.add_row(escape(row["contract"]), escape(row["trigger"]), escape(row["claim_period"]), *kind, f"[{style}]{words}[/{style}]", amount, escape(reason))
    console.print(table)
    _print_attention(console, shown)
    for item in shown.get("commitments", []):
        console.print(escape(item["words"]), soft_wrap=True)
    posted = f"{len(shown['posted'])} new" if shown["posted"] else "none new"
    console.print(f"Ledger: {shown['ledger']['entries']} entries, {posted}. Head {shown['ledger']['head'][:16] or '-'}")
    console.print(f"Reports: {escape(reports)}\nValidation report: {escape(validation)}", soft_wrap=True)


def _waiting_words(waits: list[dict[str, Any]]) -> str:
    """Since when the oldest cause of a hold stands and by when it is to be cured; nothing for what is not held."""
    if not waits:
        return ""
    oldest = min(waits, key=lambda item: (str(item["since"]), str(item["cure_by"])))
    words = f"held since {oldest['since']}" + (f", to be cured by {oldest['cure_by']}" if oldest["cure_by"] else "")
    stop = f"; {stop_words(oldest)}" if oldest.get("is_stopped") and stop_words(oldest) else ""
    return f" ({words}{', overdue' if any(item['is_overdue'] for item in waits) else ''}{stop})"


def _parts_words(parts: list[dict[str, Any]]) -> str:
    """Whom what is not settled of a posted claim waits for; nothing where nobody has acted on it and nothing is agreed."""
    waiting = [part for part in parts if part["waits_for"]]
    return f" ({'; '.join(part_words(part) for part in waiting)})" if waiting else ""


def _print_attention(console: Console, shown: dict[str, Any]) -> None:
    _print_receipts(console, shown["receipts"])
    told = {receipt["sentence"].split(". Kept in")[0] for receipt in shown["receipts"]}
    for item in shown["quarantined"]:
        if item["reason"] not in told:
            console.print(f"[bold red]in quarantine[/bold red] {escape(item['delivery'])} since {item['known_from']}: {escape(item['reason'])}", soft_wrap=True)
    for change in shown["changes"]:
        console.print(f"changed {escape(change)}", soft_wrap=True)
    for finding in (*shown["findings"], *shown["problems"]):
        console.print(f"[bold red]problem[/bold red] {escape(finding)}", soft_wrap=True)
    for note in shown["notes"]:
        console.print(f"note {escape(note)}", soft_wrap=True)


def print_next(steps: Sequence[NextStep], *, home: str) -> None:
    """Print what to do next, the most pressing first."""
    console = console_here()
    console.print(f"[bold]{escape(home)}[/bold]", soft_wrap=True)
    table = Table(show_lines=False, pad_edge=False)
    table.add_column("How it stands")
    table.add_column("Do this", no_wrap=True, style="bold")
    for step in steps:
        table.add_row(escape(step.stands), escape(step.do))
    console.print(table)
    console.print("`udbytte --help` lists every command.")


def console_here() -> Console:
    """A terminal as it is; where there is none, lines wide enough to read."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=150)


def print_intake(shown: dict[str, Any], *, pages: str) -> None:
    """Print what an intake took in, and what of it does not hold."""
    console = Console(highlight=False)
    if not shown["receipts"]:
        console.print("The inbox is empty.")
        return
    _print_receipts(console, shown["receipts"])
    for item in shown["failing"]:
        style = "default" if item["verdict"] == "warned" else "bold red"
        name, words = item["subject"].partition(":")[2], f"{item['rule'].replace('_', ' ')}: {item['words']}. {item['remedy']}"
        console.print(f"[{style}]{item['verdict'].replace('_', ' ')}[/{style}] {escape(name)}: {escape(words)}", soft_wrap=True)
    for problem in shown["problems"]:
        console.print(f"[bold red]problem[/bold red] {escape(problem)}", soft_wrap=True)
    if shown["checked"]:
        console.print(f"{shown['checked']} expectations checked for {shown['as_of']}; nothing is decided before the night.")
    console.print(f"Deliveries and quarantine: {escape(pages)}", soft_wrap=True)


def _print_receipts(console: Console, receipts: list[dict[str, Any]]) -> None:
    for receipt in receipts:
        style = {"accepted": "green", "quarantined": "bold red"}.get(receipt["state"], "default")
        place = f"{receipt['register'] or 'inbox'}/{receipt['file_name']}"
        console.print(f"[{style}]{receipt['state'].replace('_', ' ')}[/{style}] {escape(place)}: {escape(receipt['sentence'])}", soft_wrap=True)
