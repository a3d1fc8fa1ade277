"""What a simulation of a contract says, as plain data, in a terminal and as a page that stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from markupsafe import Markup
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.canonical import plain
from pipelines.contracts.outcome import OutcomeContract
from pipelines.files import write_atomically
from pipelines.payments.quoting.cliffs import Cliffs
from pipelines.payments.rule import money, percent
from pipelines.reports.drawing import CONFIG, element
from pipelines.reports.pages import render
from pipelines.reports.phrases import Code, Language
from pipelines.reports.quote_drawing import unit_of
from pipelines.simulating.simulation import PERCENTILES, AtEffect

Data = dict[str, Any]
WIDTH = 150
SIZE = (352, 210)
PADDING = {"left": 62, "right": 8, "top": 10, "bottom": 44}


def as_data(contract: OutcomeContract, found: Sequence[AtEffect], cliffs: Cliffs, *, seed: int) -> Data:
    """Everything, for JSON and the page: text, whole numbers and decimals; shares to four decimals."""
    made: Data = plain(
        {
            "is_simulation": True,
            "contract": contract.contract,
            "version": contract.version,
            "title": contract.title,
            "language": contract.language,
            "currency": contract.currency,
            "seed": seed,
            "percentiles": list(PERCENTILES),
            "effects": [_at(item) for item in found],
            "cliffs": [_cliff(item) for item in cliffs.steps if any(move and move.is_cliff for move in (item.more, item.less)) or item.ahead or item.behind],
        }
    )
    return made


def _at(item: AtEffect) -> Data:
    return {
        "effect": _share(item.effect),
        "runs": item.runs,
        "amount": asdict(item.amount),
        "pays_anything": _share(item.pays_anything),
        "pays": {name: _share(share) for name, share in item.pays.items()},
        "held": {name: _share(share) for name, share in item.held.items()},
        "parties": {name: asdict(spread) for name, spread in item.parties.items()},
        "quarters": [{"party": party, "quarter": quarter, "net": net} for (party, quarter), net in item.quarters.items()],
    }


def _cliff(item: Any) -> Data:
    near = min((found for found in (item.ahead, item.behind) if found is not None), key=lambda found: found.away, default=None)
    return {
        "outcome": item.outcome,
        "claim_period": item.period,
        "of": item.of,
        "now": item.now,
        "at": near.at if near else item.now,
        "away": near.away if near else 0,
        "amount": near.move.amount if near else (item.more or item.less).amount,
    }


def _share(share: Fraction) -> Decimal:
    return Decimal(round(share * 10000)).scaleb(-4)


def print_simulation(shown: Data, console: Console | None = None) -> None:
    """Tables: what is paid at each effect, how often each payment pays, what each party gets, and the cliffs nearest to what was given."""
    console = console or Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH, file=console.file)
    first = shown["effects"][0]
    console.print(
        f"\n[bold]SIMULATION[/bold] of {escape(shown['contract'])}, version {shown['version']}: {first['runs']} runs at each effect, seed {shown['seed']}. Nothing is decided."
    )
    for table in (_amounts(shown), _chances(shown), _parties(shown), _cash(shown), _near(shown)):
        if table is not None:
            console.print(table)
    for name, share in first["pays"].items():
        if Decimal(share) > 0:
            console.print(f"without an effect [bold]{escape(name)}[/bold] pays in {percent(Fraction(share))} of runs: that is paid for nothing", soft_wrap=True)


def _table(title: str, *headings: str) -> Table:
    table = Table(title=f"\n{title}", title_justify="left", pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left")
    return table


def _amounts(shown: Data) -> Table:
    table = _table(f"What the contract pays, in {shown['currency']}", "Effect", "Mean", "Spread", *(f"{place} %" for place in shown["percentiles"]), "Pays anything")
    for item in shown["effects"]:
        amount = item["amount"]
        cells = (amount["mean"], amount["deviation"], *amount["percentiles"])
        table.add_row(percent(Fraction(item["effect"])), *(money(Decimal(cell)) for cell in cells), percent(Fraction(item["pays_anything"])))
    return table


def _chances(shown: Data) -> Table:
    table = _table("How often each payment pays", "Payment", *(f"effect {percent(Fraction(item['effect']))}" for item in shown["effects"]))
    for name in shown["effects"][0]["pays"]:
        table.add_row(name, *(_chance(item, name) for item in shown["effects"]))
    return table


def _chance(item: Data, name: str) -> str:
    held = Fraction(item["held"][name])
    return percent(Fraction(item["pays"][name])) + (f" (held {percent(held)})" if held else "")


def _parties(shown: Data) -> Table:
    table = _table(
        f"What each party gets less what it pays, in {shown['currency']}: mean (spread)", "Party", *(f"effect {percent(Fraction(item['effect']))}" for item in shown["effects"])
    )
    for name in shown["effects"][0]["parties"]:
        spreads = [item["parties"].get(name) for item in shown["effects"]]
        table.add_row(name, *(f"{money(Decimal(spread['mean']))} ({money(Decimal(spread['deviation']))})" if spread else "" for spread in spreads))
    return table


def _cash(shown: Data) -> Table | None:
    """The mean cash flow by party and quarter, at the first and the last effect."""
    first, last = shown["effects"][0], shown["effects"][-1]
    places = sorted({(row["party"], row["quarter"]) for item in (first, last) for row in item["quarters"]})
    if not places:
        return None
    named = [f"effect {percent(Fraction(item['effect']))}" for item in (first, last)]
    table = _table(f"Cash flow by quarter, mean, in {shown['currency']}", "Party", "Quarter", *named)
    for party, quarter in places:
        nets = [next((row["net"] for row in item["quarters"] if (row["party"], row["quarter"]) == (party, quarter)), "0") for item in (first, last)]
        table.add_row(party, quarter, *(money(Decimal(net)) for net in nets))
    return table


def _near(shown: Data) -> Table | None:
    if not shown["cliffs"]:
        return None
    table = _table("Where one more or less moves much money", "Outcome", "Claim period", "Of", "Now", "At", "Away", "Moves")
    for item in shown["cliffs"]:
        table.add_row(item["outcome"], item["claim_period"], item["of"], str(item["now"]), str(item["at"]), str(item["away"]), money(Decimal(item["amount"])))
    return table


def write(shown: Data, path: Path, language: Code | None) -> None:
    """Write the page, in the contract's own language unless another is named."""
    write_atomically(path, page(shown, language))


def page(shown: Data, language: Code | None = None) -> bytes:
    """The page as bytes: the same for the same data."""
    spoken = Language(language or shown["language"])
    return render("simulation.html", l=spoken, shown=shown, drawing=drawn(shown, spoken), drawing_title=drawn_title(shown, spoken))


def drawn(shown: Data, language: Language) -> Any:
    """The distribution of payments at each effect: the middle half as a box, its line the median, whiskers from the 5th to the 95th in a hundred."""
    _, by = _unit(shown)
    return element(_spec(shown, by, language), drawn_title(shown, language), language.text("simulation_summary"), language)


def drawn_title(shown: Data, language: Language) -> Markup:
    """What the drawing is of, with the unit of its axis."""
    unit, _ = _unit(shown)
    return language.text("simulation_drawing", unit=language.text(unit, currency=language.currency(shown["currency"])))


def _unit(shown: Data) -> tuple[str, int]:
    return unit_of([Decimal(amount) for item in shown["effects"] for amount in item["amount"]["percentiles"]])


def _spec(shown: Data, by: int, language: Language) -> Data:
    names = ("p5", "p25", "p50", "p75", "p95")
    values = [
        {
            "effect": language.rounded(Decimal(item["effect"]) * 100, 0) + " %",
            **{name: float(Decimal(amount) / by) for name, amount in zip(names, item["amount"]["percentiles"], strict=True)},
        }
        for item in shown["effects"]
    ]
    x = {
        "field": "effect",
        "type": "ordinal",
        "sort": None,
        "axis": {"title": str(language.text("simulated_effect")), "labelAngle": 0, "titleColor": "var(--quiet)", "titleFontSize": 14},
    }

    def y(field: str) -> Data:
        return {"field": field, "type": "quantitative", "axis": {"title": None, "tickCount": 5}}

    layers: list[Data] = [
        {"mark": {"type": "rule", "color": "var(--ink)"}, "encoding": {"x": x, "y": y("p5"), "y2": {"field": "p95"}}},
        {"mark": {"type": "bar", "size": 40, "fill": "var(--card)", "stroke": "var(--ink)"}, "encoding": {"x": x, "y": y("p25"), "y2": {"field": "p75"}}},
        {"mark": {"type": "tick", "orient": "horizontal", "size": 40, "thickness": 3, "color": "var(--ink)"}, "encoding": {"x": x, "y": y("p50")}},
    ]
    return {
        "width": SIZE[0],
        "height": SIZE[1],
        "autosize": {"type": "none"},
        "padding": PADDING,
        "background": None,
        "data": {"values": values},
        "layer": layers,
        "config": CONFIG,
    }
