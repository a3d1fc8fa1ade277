"""A plan for people: what differs in the texts, what each claim would become, and what that comes to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.reports.terminal import STYLES

WIDTH = 170
ARROW = "->"
LOUD = "CHANGED AFTER RESULTS WERE SEEN"
POSTED = "of claims that are posted: they stand, with a question in the ledger that pays and takes back nothing"
Data = dict[str, Any]


def print_plan(plan: Data, *, seconds: float) -> None:
    """Print a plan."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    console.print(f"\n[bold]Plan as of {plan['as_of']}[/bold]: from {escape(plan['before'])} to {escape(plan['after'])}", soft_wrap=True)
    _print_differences(console, plan)
    for item in plan["amended"]:
        console.print(f"[bold white on red] {LOUD} [/bold white on red] [bold red]{escape(item['sentence'])}[/bold red]", soft_wrap=True)
    for contract, words in plan["signing"].items():
        console.print(f"[bold yellow]not to be signed so[/bold yellow] {escape(contract)}: {escape(words)}", soft_wrap=True)
    if plan["rows"]:
        console.print(_claims(plan["rows"]))
        for row in plan["rows"]:
            for line in (*_reasons(row), *_shares(row)):
                console.print(escape(line), soft_wrap=True)
    for line in _totals(plan["totals"]):
        console.print(escape(line), soft_wrap=True)
    for kind in ("note", "problem"):
        for words in plan[f"{kind}s"]:
            console.print(f"{'[bold red]problem[/bold red]' if kind == 'problem' else kind} {escape(words)}", soft_wrap=True)
    console.print(f"{_verdict(plan)} Nothing was applied, frozen or posted. Planned in {seconds:.1f} s, {_measured(plan['measured'])}.", soft_wrap=True)


def _print_differences(console: Console, plan: Data) -> None:
    if not plan["differences"]:
        console.print("The texts are the same.")
    for item in plan["differences"]:
        clause = f"   ({item['clause']})" if item["clause"] else ""
        console.print(escape(f"  {item['file']}:{item['line']} {item['what']}: {item['before']} {ARROW} {item['after']}{clause}"), soft_wrap=True)


def _verdict(plan: Data) -> str:
    unchanged = f"{_claims_of(plan['unchanged'])} {'stays as it is' if plan['unchanged'] == 1 else 'stay as they are'}"
    if plan["rows"]:
        return f"{_claims_of(len(plan['rows']))} would change; {unchanged}."
    return f"No claim would change; {unchanged}." if plan["differences"] else "No claim would change."


def _claims_of(number: int) -> str:
    return f"{number} claim{'' if number == 1 else 's'}"


def _measured(subjects: list[str]) -> str:
    """What had to be measured again."""
    kinds = [(kind, sum(subject.startswith(f"{kind}:") for subject in subjects)) for kind in ("register", "cohort", "outcome")]
    said = ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in kinds if count)
    return f"{said} measured anew" if said else "from what stands measured"


def _claims(rows: list[Data]) -> Table:
    table = Table(show_lines=False, pad_edge=False)
    for heading in ("Contract", "Trigger", "Claim period", "Settlement", "People counted (results)", "Verdict", "Amount", "Difference", "Posted"):
        table.add_column(heading, justify="right" if heading in ("Amount", "Difference") else "left", no_wrap=heading not in ("People counted (results)", "Posted"))
    for row in rows:
        named = (row["contract"], row["trigger"], row["claim_period"], row["kind"].replace("_", " "))
        table.add_row(*map(escape, named), escape(_people(row)), _states(row), _amounts(row), _difference(row), _posted(row))
    return table


def _sides(row: Data, name: str) -> list[Any]:
    return [row[side][name] if row[side] else None for side in ("before", "after")]


def _people(row: Data) -> str:
    """Of each role how many count, and in brackets what their results come to together; and how many are paid for."""
    was, now = (found or {} for found in _sides(row, "people"))
    values, later = (found or {} for found in _sides(row, "results"))
    said = []
    for name in dict.fromkeys([*was, *now]):
        result = f" ({_counted(_number(values.get(name)), _number(later.get(name)), row['smallest_count'])})" if name in {*values, *later} else ""
        said.append(f"{name} {_counted(was.get(name), now.get(name), row['smallest_count'])}{result}")
    return "; ".join(said)


def _number(value: Any) -> Any:
    return f"{value.normalize():,f}" if isinstance(value, Decimal) else value


def _counted(was: Any, now: Any, smallest: int) -> str:
    if now == "few":
        return f"{was}, changes by fewer than {smallest}"
    return _moved(*("-" if count is None else str(count) for count in (was, now)))


def _moved(was: str, now: str) -> str:
    return was if was == now else f"{was} {ARROW} {now}"


def _states(row: Data) -> str:
    said = [f"[{STYLES[state]}]{state.replace('_', ' ')}[/{STYLES[state]}]" if state else "-" for state in _sides(row, "state")]
    return _moved(*said)


def _amounts(row: Data) -> str:
    amounts = [_money(side["amount"], side["currency"]) if side and side["state"] == "due" else "-" for side in (row["before"], row["after"])]
    return _moved(*amounts)


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:,.2f} {currency}"


def _difference(row: Data) -> str:
    return "another currency" if row["difference"] is None else f"{row['difference']:+,.2f}"


def _posted(row: Data) -> str:
    if row["posted"] is None:
        return ""
    counts = ", counted with the final one" if row["is_settled_by_final"] else ""
    return f"entry {row['posted']['entry']}: {'stands' if row['then'] == 'stands' else f'a question{counts}'}"


def _reasons(row: Data) -> Iterator[str]:
    """Why a claim would be another: what holds it or no longer does, or how it comes out."""
    named = f"{row['contract']} {row['trigger']} {row['claim_period']} {row['kind'].replace('_', ' ')}"
    was, now = row["before"], row["after"]
    if was is None or now is None:
        yield f"  {named} {'is new' if was is None else 'would be decided no more'}: {(now or was)['reason']}"
    elif now["state"] == "held":
        yield f"  {named} {'would still be held, by other causes' if was['state'] == 'held' else 'would be held'}: {now['reason']}"
    elif was["state"] == "held":
        yield f"  {named} would be held no longer: {now['reason']}"
    elif "state" in row["changes"]:
        yield f"  {named}: {now['reason']}; so far: {was['reason']}"


def _shares(row: Data) -> Iterator[str]:
    """What each payer would owe of a claim that several pay."""
    was, now = (found or {} for found in _sides(row, "shares"))
    if "shares" in row["changes"]:
        said = ", ".join(f"{party} {_moved(*(f'{shares.get(party, 0):,.2f}' for shares in (was, now)))}" for party in dict.fromkeys([*was, *now]))
        yield f"  {row['contract']} {row['trigger']} {row['claim_period']} {row['kind'].replace('_', ' ')}, by payer: {said}"


def _totals(totals: list[Data]) -> Iterator[str]:
    for item in totals:
        if item["difference"]:
            moved = f"{item['before']:,.2f} {ARROW} {item['after']:,.2f} {item['currency']} ({item['difference']:+,.2f})"
            yield f"{item['contract']}: {moved} {POSTED if item['is_posted'] else 'of claims still to be posted'}"
