"""The investment case of a contract as plain data and in a terminal, and what it is gathered from: a results file, or a home's last night."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.canonical import plain
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.value import PAYERS, PayerKind
from pipelines.contracts.valuing import schedules_of, unfit_list
from pipelines.errors import ContractError
from pipelines.investing.case import ENDS, Case, Side, case
from pipelines.investing.realised import found_in, moved, undecided
from pipelines.payments.quoting.cash import cash
from pipelines.payments.quoting.checking import checked
from pipelines.payments.quoting.quote import quote
from pipelines.payments.quoting.results_file import read, refuse
from pipelines.payments.rule import money
from pipelines.reports.blocks import Heading, own, text
from pipelines.reports.quoting import contract_of
from pipelines.reports.sheets import Sheet
from pipelines.reports.worth import worth
from pipelines.settings import Home

Data = dict[str, Any]
WIDTH = 150
UNKNOWN = "not known"


def told(found: Catalogue, name: str, results: Path | None, home: Home | None) -> Case:
    """The case of a contract: realised by a results file where one is given, else by a home's last night where there is one, else expected alone. Raises
    ContractError for a contract that is not there, does not load, has no investment case or one that cannot be reckoned, and ResultsError for a file that cannot be right."""
    contract = contract_of(found, name)
    if contract.value is None:
        raise ContractError(
            f"the contract '{name}' has no 'value', so there is no investment case",
            where=f"outcomes/{name}.yaml",
            next_step="write what its effect is worth, as docs/value.md shows",
        )
    if missing := unfit_list(contract, found.refunds):
        raise ContractError(
            f"the investment case of '{name}' is not reckoned: the refund list '{missing}' is missing, is wrong or does not fit",
            where=f"refunds/{missing}.csv",
            next_step="run 'udbytte check', which names its line, and mend it; no payment rests on it",
        )
    if results is not None:
        return _by_results(found, contract, results)
    return (_by_night(found, contract, home) if home is not None else None) or case(contract, schedules_of(contract, found.refunds))


def _by_results(found: Catalogue, contract: OutcomeContract, path: Path) -> Case:
    rows, findings = checked(contract, read(path), path.name)
    refuse(findings)
    made = quote(contract, rows, found.gate_of(contract))
    results = {(item.result.outcome, item.period.id): item.result for item in made.quoted if item.result is not None}
    states = {(item.payment.id, item.period.id): item.state for item in made.quoted if item.kind == "final"}
    money_of = cash(made)
    nets = [(flow.party, flow.day.year, flow.amount) for flow in money_of.flow.flows]
    left = undecided(contract, states, is_distributed=not money_of.waiting)
    return case(contract, schedules_of(contract, found.refunds), found_in(contract, results, states), moved(contract, nets), left)


def _by_night(found: Catalogue, contract: OutcomeContract, home: Home) -> Case | None:
    """By what the last night handed over and the ledger has; None before the first night, or where it knew no such contract."""
    import datetime as dt

    from pipelines.ledger import journal
    from pipelines.reports import site
    from pipelines.reports.kept import saved
    from pipelines.reports.knowing import valued

    board = saved(home)
    if board is None or contract.contract not in board["handovers"]:
        return None
    as_of = dt.date.fromisoformat(board["as_of"])
    entries = [entry for entry in journal.read(home).entries if entry.as_of <= as_of]
    results = site.handovers(home, board)[contract.contract].get("results") or {}
    seen = valued(found, contract, entries, board["rows"], results, as_of)
    if seen.no_case is not None:
        raise ContractError(
            f"the investment case of '{contract.contract}' could not be reckoned ({seen.no_case.error})",
            where=f"outcomes/{contract.contract}.yaml",
            next_step="look for an amount or an effect in it that is far too large; '--expected' shows what was expected alone",
        )
    return seen.case


def page(made: Case) -> bytes:
    """The case as a page that stands alone, in both languages: the same bytes for the same case."""
    contract = made.contract
    head = Heading(1, text("worth_of", title=own(contract.title, contract.language)))
    return Sheet("value.html", "worth_title", {"contract": contract.contract}, [head, *worth(made)]).page().bytes(set())


def as_data(made: Case) -> Data:
    """Everything, for JSON: amounts with two decimals as text. What is not known is null, and never nought."""
    value = made.value
    shown: Data = plain(
        {
            "contract": made.contract.contract,
            "version": made.contract.version,
            "title": made.contract.title,
            "currency": made.contract.currency,
            "price_level": value.price_level,
            "years": {"first": value.years.first, "last": value.years.last},
            "discount": {day.isoformat(): rate for day, rate in sorted(value.discount.rates.root.items())},
            "paid_without_comparison": list(made.without_comparison),
            "not_known": [{"outcome": item.outcome, "claim_period": item.period, "why": item.not_known} for item in made.not_known],
            "undecided": [{"payment": payment, "claim_period": period} for payment, period in made.undecided],
            "is_whole": made.is_whole,
            "present_value": {
                "expected": {end: _present(made.expected[end]) for end in ENDS},
                "expected_average": _present(made.average),
                "realised": {end: _present(made.realised[end]) if made.is_whole else None for end in ENDS},
                "known_so_far": {end: _present(made.realised[end]) if made.has_results else None for end in ENDS},
            },
            "breaks_even": {"expected": {"all": made.expected["value"].break_even(), **{payer: made.expected["value"].break_even(payer) for payer in PAYERS}}},
            "lines": [*_lines("expected", made.expected["value"]), *_lines("known_so_far", made.realised["value"] if made.has_results else None)],
            "sensitivity": [{"more": f"{float(item.more):+.2f}", "expected": dict(item.expected), "realised": dict(item.realised)} for item in made.sensitivity()],
            "outside_budget_years": dict(made.outside),
            "assumptions": value.model_dump(mode="json", by_alias=True, exclude_none=True),
        }
    )
    return shown


def _present(side: Side | None) -> dict[str, Any] | None:
    return None if side is None else {**dict[str, Decimal](side.present().items()), "all": side.net()}


def _lines(what: str, side: Side | None) -> list[Data]:
    lines = side.lines if side is not None else ()
    return [{"of": what, "what": line.what, "name": line.name, "payer": line.payer, "year": line.year, "nominal": line.nominal, "real": line.real} for line in lines]


def print_case(made: Case, console: Console | None = None) -> None:
    """Tables: who gains and who pays, by year, at other rates and effects; and what is not known."""
    console = console or Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH, file=console.file)
    value, contract = made.value, made.contract
    console.print(
        f"\n[bold]INVESTMENT CASE[/bold] of {escape(contract.contract)}, version {contract.version}: in {contract.currency}, prices of {value.price_level}, "
        f"years {value.years.first} to {value.years.last}. By the marginal value; no payment rests on it."
    )
    for table in (_gains(made), _years(made), _sensitivity(made)):
        console.print(table)
    since = made.expected["value"].break_even()
    console.print(f"expected to pay for itself {f'by the end of {since}' if since is not None else 'in none of these years'}", soft_wrap=True)
    for outcome in made.without_comparison:
        console.print(f"[bold]paid without comparison[/bold]: nobody is compared with in {escape(outcome)}", soft_wrap=True)
    for item in made.not_known:
        console.print(f"[bold]not known[/bold]: {escape(item.outcome)} {escape(item.period)} ({item.not_known.replace('_', ' ')})", soft_wrap=True)
    for payment, period in made.undecided:
        console.print(f"[bold]not known[/bold]: what {escape(payment)} pays for {escape(period)}", soft_wrap=True)
    if not made.found:
        console.print("[bold]not known[/bold]: what came of it; give --results, or run a night", soft_wrap=True)


def _table(title: str, *headings: str) -> Table:
    table = Table(title=f"\n{title}", title_justify="left", pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left")
    return table


def _there(made: Case) -> list[PayerKind]:
    return [payer for payer in PAYERS if any(line.payer == payer for line in made.expected["value"].lines)]


def _gains(made: Case) -> Table:
    heads = ("Payer", "Before refunds", "Refunds", "Costs", "Payments", "Present value, expected", "By the average", "Realised", "Known so far")
    table = _table("Who gains and who pays", *heads)
    side, came = made.expected["value"], made.realised["value"] if made.has_results else None
    present, average, now = side.present(), made.average.present(), came.present() if came is not None else None
    for payer in _there(made):
        parts = [money(side.total(payer=payer, what=(what,))) for what in ("consequence", "refund", "cost", "payment")]
        known = UNKNOWN if now is None else money(now[payer])
        table.add_row(payer, *parts, money(present[payer]), money(average[payer]), known if made.is_whole else UNKNOWN, known)
    known = UNKNOWN if came is None else money(came.net())
    parts = [money(side.total(what=(what,))) for what in ("consequence", "refund", "cost", "payment")]
    table.add_row("all together", *parts, money(side.net()), money(made.average.net()), known if made.is_whole else UNKNOWN, known)
    return table


def _years(made: Case) -> Table:
    table = _table(f"Expected by year, in prices of {made.value.price_level}", "Year", *_there(made), "all together")
    side = made.expected["value"]
    for year in made.value.years.all:
        table.add_row(str(year), *(money(side.total(payer=payer, year=year)) for payer in _there(made)), money(side.total(year=year)))
    return table


def _sensitivity(made: Case) -> Table:
    heads = [f"{what}, {end}" for what in ("expected", "realised") for end in ("low end", "value", "high end")]
    table = _table("Net present value of all together, at other rates and effects", "Discount rate", *heads)
    for item in made.sensitivity():
        name = "as agreed" if not item.more else f"one point {'higher' if item.more > 0 else 'lower'}"
        known = [UNKNOWN if (found := item.realised[end]) is None else money(found) for end in ENDS]
        table.add_row(name, *(money(item.expected[end]) for end in ENDS), *known)
    return table
