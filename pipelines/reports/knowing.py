"""Gathering what the learning, investment, evaluator's, citizen's and auditor's pages are made from: a night's board, contracts, registers, ledger and open tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from indicators.disclosure import SUPPRESSED
from indicators.indicator import library
from indicators.result import result_from_data
from pipelines.canonical import plain
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.comparing import paid_by_interval
from pipelines.contracts.designing import designed
from pipelines.contracts.excess import Excess, excesses
from pipelines.contracts.outcome import Outcome, OutcomeContract
from pipelines.contracts.valuing import schedules_of, unfit_list
from pipelines.errors import ContractError, LedgerError
from pipelines.investing.case import Case, case
from pipelines.investing.realised import found_in, moved, states_of, undecided
from pipelines.ledger import accounts, journal
from pipelines.ledger.amending import amendments
from pipelines.ledger.journal import Entry
from pipelines.night import Night
from pipelines.payments.cash_flow import cash_flow, rates, share_at_risk
from pipelines.payments.certain import certain
from pipelines.payments.vocabulary import vocabulary
from pipelines.reports import site, worth_data
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.evaluation import on_comparing
from pipelines.reports.annex.legal import registers
from pipelines.reports.annex.wording import Wording, definitions
from pipelines.reports.citizen import Register, Told
from pipelines.reports.evaluated import Evaluated
from pipelines.reports.flows import flow, inflows
from pipelines.reports.invested import Invested, NotReckoned, budgets
from pipelines.reports.phrases import LANGUAGES, Code
from pipelines.reports.sheets import Known
from pipelines.reports.tables_of_matching import matching_tables
from pipelines.reports.web.gather import counts_of
from pipelines.warehouse.writer import open_warehouse

Data = dict[str, Any]


def known(night: Night, shown: Data) -> Known:
    """Everything that the pages of a night are made from. `shown` is its board."""
    reading = journal.read(night.home)
    entries = [entry for entry in reading.entries if entry.as_of <= night.as_of]
    contracts = [contract for _, contract in sorted(night.catalogue.contracts.items())]
    board = plain(shown)
    sealed = site.handovers(night.home, board)
    results = {name: found.get("results") or {} for name, found in sealed.items()}
    with open_warehouse(night.home) as warehouse:
        people = counts_of(warehouse.connection)
        alike = matching_tables(warehouse, night.as_of, {contract.contract: contract.disclosure.smallest_count for contract in contracts})
    return Known(
        as_of=night.as_of,
        terms=[terms_of(contract) for contract in contracts],
        rows=board["rows"],
        results=results,
        entries=entries,
        fault=reading.fault,
        changed=board["gate_changes"],
        suppressed=suppressed(night.home.published / "open"),
        evidence={entry.seq for entry in entries if (night.home.evidence / f"{entry.seq:06d}" / "index.html").exists()},
        invested=[valued(night.catalogue, contract, entries, board["rows"], results.get(contract.contract, {}), night.as_of) for contract in contracts],
        told=[told(night.catalogue, contract) for contract in contracts],
        evaluated=[
            replace(
                evaluated(contract, board["rows"], sealed.get(contract.contract) or {}, people.get(contract.contract) or [], **likeness(alike, contract.contract)),
                notices=[made.sentence() for made in amendments(entries, contract.contract, (contract.version, designed(contract)))],
            )
            for contract in contracts
        ],
    )


def terms_of(contract: OutcomeContract) -> Data:
    """A contract as plain data."""
    return contract.model_dump(mode="json", by_alias=True)


def suppressed(folder: Path) -> list[tuple[str, int, int]]:
    """By open table, how many rows have something suppressed, of how many: nothing where none is published yet."""
    made = []
    for path in sorted(folder.glob("*.parquet")):
        rows = pl.scan_parquet(path)
        is_hidden = [pl.col(name).cast(pl.String) == SUPPRESSED for name in rows.collect_schema().names() if name.endswith("state")]
        hidden = pl.any_horizontal(*is_hidden).fill_null(value=False).sum() if is_hidden else pl.lit(0)
        found = rows.select(hidden=hidden, of=pl.len()).collect()
        made.append((path.stem, int(found["hidden"][0]), int(found["of"][0])))
    return made


def valued(catalogue: Catalogue, contract: OutcomeContract, entries: Sequence[Entry], rows: Sequence[Data], results: Mapping[str, Data | None], as_of: dt.date) -> Invested:
    """Whose money moved in a contract, and what its effect is worth where it reckons that: from `results` as a hand-over has them, and the claims that are
    decided. A case that cannot be reckoned, or not be told, leaves the rest as it is."""
    seen = invested(catalogue, contract, entries, rows, as_of)
    if contract.value is None or seen.fault:
        return seen
    if missing := unfit_list(contract, catalogue.refunds):
        return replace(seen, no_case=NotReckoned(refunds=missing))
    try:
        made = _case(catalogue, contract, seen, rows, results)
        worth_data.page(made)
    except Exception as error:  # whatever a case runs into, other contracts and what this one has paid are shown
        return replace(seen, no_case=NotReckoned(error=type(error).__name__))
    return replace(seen, case=made)


def _case(catalogue: Catalogue, contract: OutcomeContract, seen: Invested, rows: Sequence[Data], results: Mapping[str, Data | None]) -> Case:
    known = {(data["outcome"], data.get("claim_period", "")): result_from_data(data) for data in results.values() if data is not None}
    states = states_of(contract.contract, rows)
    nets = [(item.party, item.year, item.net) for item in budgets(seen)]
    is_distributed = contract.waterfall is None or (bool(seen.rates) and not seen.waiting)
    left = undecided(contract, states, is_distributed=is_distributed)
    return case(contract, schedules_of(contract, catalogue.refunds), found_in(contract, known, states), moved(contract, nets), left)


def invested(catalogue: Catalogue, contract: OutcomeContract, entries: Sequence[Entry], rows: Sequence[Data], as_of: dt.date) -> Invested:
    """Whose money moved in a contract."""
    terms = terms_of(contract)
    not_met: dict[str, int] = {}
    for row in rows:
        if (row["contract"], row["state"]) == (contract.contract, "not_met"):
            not_met[row["trigger"]] = not_met.get(row["trigger"], 0) + 1
    try:
        made = accounts.transactions(entry for entry in entries if entry.contract == contract.contract)
    except LedgerError as error:
        return Invested(terms, fault=error.what)
    straight = frozenset(payment.id for payment in contract.payments if contract.waterfall is None or not contract.fills_waterfall(payment))
    found = flow(catalogue, contract, list(entries), as_of)
    if contract.waterfall is None or found is None:
        return Invested(terms, made, straight=straight, not_met=not_met)
    came = inflows(contract, list(entries))
    moved = [item for item in cash_flow(contract.waterfall, came, as_of).flows if item.kind != "payment"]
    agreed = cash_flow(contract.waterfall.as_scheduled(), [], contract.waterfall.distributed_on[-1]).flows
    return Invested(
        terms,
        made,
        moved,
        straight,
        agreed,
        found[1],
        rates(contract.waterfall, found[0]),
        share_at_risk(contract.waterfall, certain(contract)),
        not_met,
    )


def likeness(tables: Mapping[str, pl.DataFrame], contract: str) -> dict[str, list[Data]]:
    """The rows of the tables `balance` and `overlap` that are of one contract, in their order."""
    return {name: rows.filter(pl.col("contract") == contract).to_dicts() for name, rows in tables.items()}


def evaluated(contract: OutcomeContract, rows: Sequence[Data], sealed: Data, people: Sequence[Data], balance: Sequence[Data] = (), overlap: Sequence[Data] = ()) -> Evaluated:
    """What the comparisons of a contract came to. `sealed` is its hand-over, `people` the counts of its cohorts; `balance` and `overlap` as `likeness`
    has them."""
    own = [row for row in rows if row["contract"] == contract.contract]
    excess = {outcome.id: list(_excess(contract, outcome)) for outcome in contract.outcomes if outcome.compare and outcome.compare.errors}
    agreed: dict[str, dict[str, list[str]]] = {code: _agreed(contract, code) for code in LANGUAGES}
    return Evaluated(terms_of(contract), own, sealed.get("results") or {}, people, agreed, excess, balance=balance, overlap=overlap)


def _excess(contract: OutcomeContract, outcome: Outcome) -> Iterable[Excess]:
    assert outcome.compare is not None
    assert outcome.compare.errors is not None
    known_of = vocabulary().methods[outcome.compare.method]
    return excesses(outcome.compare.errors, known_of, is_by_interval=paid_by_interval(contract, outcome))


def _agreed(contract: OutcomeContract, code: Code) -> dict[str, list[str]]:
    """By outcome what its annex says of how it is compared; nothing in a language that an annex cannot be written in."""
    words = Wording(code, contract.currency)
    try:
        return {outcome.id: on_comparing(words, outcome) for outcome in contract.outcomes}
    except ContractError:
        return {}


def told(catalogue: Catalogue, contract: OutcomeContract) -> Told:
    """What the people of a contract are told: its terms, and the registers that it is decided by."""
    draft = Draft(contract, catalogue, vocabulary(), Wording("en", contract.currency), "")
    return Told(terms_of(contract), [_register(catalogue, name) for name in registers(draft)], {pin: item.value for pin, item in library().items()})


def _register(catalogue: Catalogue, name: str) -> Register:
    found = catalogue.registers[name]
    names = {"en": found.name, "da": definitions()["registers"].get(name, found.name)}
    return Register(name, names, found.handling.supplier, found.handling.permitted_use, found.handling.legal_basis)
