"""Publishing a night: validation report, three tiers of tables, board and page."""

from __future__ import annotations

import contextlib
import datetime as dt
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from indicators.disclosure import SHOWN, is_small
from indicators.result import result_from_data
from pipelines.contracts import texts
from pipelines.deliveries.purge import purges
from pipelines.fingerprint import period_of
from pipelines.ledger import committing, journal
from pipelines.ledger.handover import first_undecided
from pipelines.ledger.waiting import Limits
from pipelines.locking import locked
from pipelines.night import Night
from pipelines.payments.adjusters import counts_on
from pipelines.payments.decide import Decision
from pipelines.quality import data_docs
from pipelines.quality.checker import Checker
from pipelines.quality.history import History, history, record
from pipelines.quality.suites import outcome_subject
from pipelines.reports import arrivals, board, kept, site, tables, validation
from pipelines.reports.changes import sentences
from pipelines.reports.disclosing import guarding
from pipelines.reports.disclosing.frozen import frozen
from pipelines.reports.flows import flows
from pipelines.reports.gaming.figures import gaming_figures
from pipelines.reports.gaming.night import of_night
from pipelines.reports.gate_changes import gate_changes
from pipelines.reports.gate_history import gate_history
from pipelines.reports.knowing import known
from pipelines.reports.pages import render
from pipelines.reports.rule_texts import rule_texts
from pipelines.reports.sheets import sheets
from pipelines.reports.statements import writing
from pipelines.reports.statements.lines import lines, statements
from pipelines.reports.tables_of_matching import matching_tables
from pipelines.reports.tables_of_terms import people_by_reason, thresholds
from pipelines.reports.web import gather
from pipelines.settings import Home
from pipelines.warehouse import said
from pipelines.warehouse.snapshot import publish
from pipelines.warehouse.vintages import changes_of
from pipelines.warehouse.writer import Warehouse, kept_open, open_warehouse

DEFAULT_SMALLEST = 5
VIEWS = ("payments", "red_rules", "rule_history", "results_by_period", "results_against_thresholds", "held_claims")
PARTY_VIEWS = (*VIEWS, "payments_by_quarter", "funnel", "decision_revisions", "result_revisions")
EVALUATION_VIEWS = (*PARTY_VIEWS, "person_rows")
PARTIES_MODE = 0o640


def publish_validation(night: Night) -> Path:
    """Add the night to the history of verdicts, write its validation report and return the report's page. A what-if adds nothing."""
    with kept_open(night.home):
        checks, not_due, tallies = night.all_checks(), night.not_due_subjects(), list(night.tallies().values())
    if not night.is_what_if:
        record(night.home, night.as_of, checks, not_due)
    texts = rule_texts(night.catalogue.profiles.values())
    page = validation.write(night.home, night.as_of, checks, _past(night), texts, not_due=not_due, is_what_if=night.is_what_if, tallies=tallies)
    make_docs(night)
    return page


def make_docs(night: Night) -> None:
    """Have Great Expectations' Data Docs of the night made. Nothing rests on them: what goes wrong is a note, and stands in their place."""
    folder = validation.docs_folder(night.home, night.as_of, is_what_if=night.is_what_if)
    fault = night.checker.docs(folder, night.as_of, smallest=validation.SMALLEST, keep=validation.NIGHTS_WITH_DOCS)
    if fault:
        night.notes.append(f"Great Expectations' Data Docs of {night.as_of} were not made: {fault}")
        with contextlib.suppress(OSError):
            data_docs.write(folder, {"index.html": render("no_docs.html", said=night.notes[-1])}, validation.NIGHTS_WITH_DOCS)


def _past(night: Night) -> History:
    """Every night up to this one. A day's file that does not hold is left out, and said to be."""
    found = history(night.home, night.as_of)
    night.notes += [fault for fault in found.faults if fault not in night.notes]
    return found


def board_of(night: Night) -> dict[str, Any]:
    """The board of the night, with what was taken in, what stands in quarantine and what went wrong."""
    entries = [entry for entry in journal.read(night.home).entries if entry.as_of <= night.as_of]
    checks = night.all_checks()
    return {
        "as_of": night.as_of,
        "is_what_if": night.is_what_if,
        "rows": [row.as_data() for row in board.rows(night.decisions, entries, _limits(night))],
        "receipts": [vars(receipt) for receipt in night.receipts],
        "quarantined": [{"delivery": item.id, "file_name": item.file_name, "known_from": item.known_from, "reason": item.reason} for item in night.known if not item.is_accepted],
        "findings": [finding.sentence() for finding in night.catalogue.findings()],
        "changes": changes_told(night),
        "gate_changes": gate_changes(night.catalogue),
        "problems": night.problems,
        "notes": night.notes,
        "posted": [entry.name() for entry in night.posted],
        "ledger": {"entries": len(entries), "head": entries[-1].hash if entries else ""},
        "handovers": night.handovers,
        "waterfalls": flows(night.catalogue, entries, night.as_of),
        "commitments": [item.as_data() for item in committing.standings(entries)],
        "validation": str(validation.folder_name(night.as_of, checks, list(night.tallies().values()))),
        "checked": sorted((check.subject, check.rule) for check in checks if check.verdict != "passed"),
    }


def publish_tables(night: Night) -> dict[str, int]:
    """Publish the three tiers. Returns rows by table of the evaluation tier. A what-if publishes nothing."""
    if night.is_what_if:
        return {}
    reading = journal.read(night.home)
    rows, checks = board.rows(night.decisions, reading.entries, _limits(night)), night.all_checks()
    smallest = {name: contract.disclosure.smallest_count for name, contract in night.catalogue.contracts.items()}
    with open_warehouse(night.home) as warehouse:
        found = {subject: result for subject, (result, _) in warehouse.results(night.as_of).items() if result}
        changed, persons_of, matching = changes_of(warehouse), person_tables(warehouse), matching_tables(warehouse, night.as_of, smallest)
        gaming = of_night(night, warehouse, reading.entries, checks)
    least, past, asked = _least(night), _past(night).rows, thresholds(night.catalogue.contracts.values(), night.as_of)
    exact = {
        "deliveries": tables.deliveries(night.known, night.used, night.as_of, 0),
        "delivery_changes": tables.delivery_changes(changed, night.as_of, 0),
        "indicator_results": tables.results(found, night.as_of, {}),
        "payment_decisions": tables.decisions(night.decisions, rows, night.as_of, set()),
        "gate_checks": tables.checks(checks, night.as_of, 0),
        "gate_history": gate_history(past, 0),
        "gaming_figures": gaming_figures(gaming, night.as_of, 0),
        "thresholds": asked,
    }
    for_anyone = {
        "deliveries": tables.deliveries(night.known, night.used, night.as_of, least),
        "delivery_changes": tables.delivery_changes(changed, night.as_of, least),
        "indicator_results": tables.results(found, night.as_of, smallest),
        "payment_decisions": tables.decisions(night.decisions, rows, night.as_of, _hidden(night, found, smallest, reading.entries)),
        "gate_checks": tables.checks(checks, night.as_of, least),
        "gate_history": gate_history(past, least),
        "gaming_figures": gaming_figures(gaming, night.as_of, least),
        "thresholds": asked,
    }
    told = guarding.guard(night.home.root, _known(night, found, rows, reading.entries, persons_of["cohort_members"]), exact, for_anyone)
    night.notes += told.notes
    owed = lines(reading.entries, night.as_of)
    distributed = tables.waterfall(flows(night.catalogue, reading.entries, night.as_of), night.as_of)
    party = {
        **exact,
        **_history(night, exact),
        "ledger": tables.ledger(reading.entries),
        "statements": statements(owed),
        "waterfall": distributed,
        "suppressions": told.for_parties(night.as_of),
        "suppressions_by_rule": told.tables["suppressions_by_rule"],
        "people_by_reason": people_by_reason(persons_of["cohort_members"], found, night.as_of),
        **matching,
    }
    evaluation = {**party, **persons_of}
    publish(night.home.published, "open", told.tables, VIEWS, mode=0o644)
    publish(night.home.published, "party", party, PARTY_VIEWS, mode=PARTIES_MODE)
    publish(night.home.published, "evaluation", evaluation, EVALUATION_VIEWS, mode=0o600)
    writing.write_all(night.home, owed, writing.terms_of(night.catalogue), writing.flow_of(distributed), exact["indicator_results"].to_dicts())
    return {name: frame.height for name, frame in evaluation.items()}


def _known(night: Night, found: dict[str, dict[str, Any]], rows: list[board.Row], entries: list[journal.Entry], members: pl.DataFrame) -> guarding.Night:
    """What disclosure control goes by on this night."""
    contracts = night.catalogue.contracts
    posted = [(row.contract, row.trigger, row.claim_period, row.kind) for row in rows if row.entry is not None]
    people = members.filter(pl.col("status") == "eligible").group_by("contract", "cohort", "role").len().rows()
    made = frozen(contracts, posted, (entry.about for entry in entries if entry.kind == "freeze"))
    results = tuple(result_from_data(data) for data in found.values())
    return guarding.Night(night.as_of, contracts, results, tuple(night.decisions), made, {(a, b, c): n for a, b, c, n in people}, _least(night), partial(_with_built_on, night))


def person_tables(warehouse: Warehouse) -> dict[str, pl.DataFrame]:
    """The tables of the evaluation tier that have person rows, under pseudonyms made for it. Only who is in one of them is given one."""
    members, values = (warehouse.connection.table(f"outcomes.{name}").pl() for name in ("cohort_members", "indicator_values"))
    counted = pl.concat([members.select("person_id"), values.select("person_id")]).unique()
    persons = warehouse.persons().join(counted, on="person_id", how="semi")
    named = persons.select("person_id", person=tables.rekeyed(persons["person_key"], warehouse.home.key("pseudonyms")))
    shown = [rows.join(named, on="person_id") for rows in (members, values)]
    return {"cohort_members": tables.cohort_members(shown[0]), "indicator_values": tables.indicator_values(shown[1])}


def _history(night: Night, exact: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The past of results and decisions. A night's file that cannot be read is left out, and said to be."""
    folder = night.home.published / "history"
    kept_rows = {f"{table}_history": said.keep(folder, table, exact[table], night.as_of, mode=PARTIES_MODE) for table in said.KEYS}
    night.notes += [fault for past in kept_rows.values() for fault in past.faults if fault not in night.notes]
    return {name: past.rows for name, past in kept_rows.items()}


def _limits(night: Night) -> dict[str, Limits]:
    """How long a hold may last, for each contract that agreed on it."""
    agreed = {name: contract.deadlines for name, contract in night.catalogue.contracts.items()}
    return {name: Limits(item.cure_hold.days, item.long_stop.days if item.long_stop else None, item.then) for name, item in agreed.items() if item}


def _least(night: Night) -> int:
    """The smallest count of people that is told to anyone: of all contracts, the largest such."""
    return max((contract.disclosure.smallest_count for contract in night.catalogue.contracts.values()), default=DEFAULT_SMALLEST)


def changes_told(night: Night) -> list[str]:
    """What changed in each register against the vintage before, a sentence each, as it may be told to anyone."""
    with open_warehouse(night.home) as warehouse:
        return sentences(changes_of(warehouse), _least(night))


def _hidden(night: Night, found: dict[str, dict[str, Any]], smallest: dict[str, int], entries: list[journal.Entry]) -> set[tuple[str, str, str, str]]:
    """The claims whose amount or words could disclose a small count: all but those whose results may be shown and whose sum speaks of
    nobody apart in small numbers, and whose true-ups each moved nobody or enough people."""
    states = {subject: tables.result_state(result_from_data(data), smallest.get(data["contract"], DEFAULT_SMALLEST)) for subject, data in found.items()}
    hidden: set[tuple[str, str, str, str]] = set()
    moved = {entry.about for entry in entries if entry.kind == "true_up" and tells_of_few(entry.body["moved"], smallest.get(entry.contract, DEFAULT_SMALLEST))}
    for decision in night.decisions:
        contract = night.catalogue.contracts.get(decision.contract)
        if contract is None:
            continue
        payment = next(item for item in contract.payments if item.id == decision.trigger)
        period = next(item for item in payment.claim_periods if item.id == decision.claim_period)
        subjects = [outcome_subject(contract.contract, name, period_of(contract.outcome(name), period)) for name in payment.outcomes_of(decision.kind)]
        if decision.discloses or decision.posting_key in moved or any(states.get(subject) != SHOWN for subject in subjects):
            hidden.add((decision.contract, decision.trigger, decision.claim_period, decision.kind))
    return _with_built_on(night, hidden)


def _with_built_on(night: Night, hidden: set[tuple[str, str, str, str]]) -> set[tuple[str, str, str, str]]:
    """Hidden claims, and those whose words say what hidden ones gave or counted before: of the same trigger where its rule counts on, and of the same
    contract where a cap cut an amount or something is carried."""
    found = set(hidden)
    while True:
        more = {
            (decision.contract, decision.trigger, decision.claim_period, decision.kind)
            for decision in night.decisions
            if any(name == decision.contract and _tells_of(night, decision, trigger) for name, trigger, *_ in found)
        }
        if more <= found:
            return found
        found |= more


def _tells_of(night: Night, decision: Decision, trigger: str) -> bool:
    """Whether the words of a decision say what claims of a trigger gave or counted."""
    contract = night.catalogue.contracts.get(decision.contract)
    if contract is None:
        return False
    if decision.capped or decision.carried:
        return True
    payment = next(item for item in contract.payments if item.id == decision.trigger)
    return decision.trigger == trigger and counts_on(payment)


def tells_of_few(moved: dict[str, int], smallest: int) -> bool:
    """Whether the difference between two amounts of a claim would tell of fewer people than anyone may be told of."""
    return any(is_small(moved[way], smallest) for way in ("up", "down")) or is_small(moved["up"] + moved["down"], smallest)


def publish_page(night: Night) -> Path:
    """Save the board and write the site. A what-if saves neither."""
    with kept_open(night.home):
        return _published_page(night)


def _published_page(night: Night) -> Path:
    shown = board_of(night)
    if night.is_what_if:
        return site.index(night.home)
    kept.save(night.home, {**shown, "texts": texts.keep(night.home, night.catalogue)})
    site.write(night.home, gather.material(night, shown, _came(night), _past(night)), [sheet.page() for sheet in sheets(known(night, shown))])
    publish_arrivals(night)
    return site.index(night.home)


def _came(night: Night) -> list[dict[str, Any]]:
    """What came of each register and what changed by it, as it may be told to anyone."""
    with open_warehouse(night.home) as warehouse:
        changed = changes_of(warehouse)
    came = tables.deliveries(night.known, night.used, night.as_of, _least(night)).to_dicts()
    changes = tables.delivery_changes(changed, night.as_of, _least(night)).to_dicts()
    return arrivals.by_register({name: register.name for name, register in night.catalogue.registers.items()}, came, changes)


def publish_arrivals(night: Night) -> Path:
    """Write the pages of deliveries and of the quarantine, and return the first."""
    purged = {item.delivery: (item.as_of, item.because) for item in purges(night.home) if item.is_done}
    return arrivals.write(night.home, night.as_of, _came(night), arrivals.refused(night.known, purged))


def show_arrivals(home: Home, as_of: dt.date) -> Path:
    """Write the pages of deliveries and of the quarantine anew, as the next night will know them, after something was done to them."""
    return publish_arrivals(Night(home, first_undecided(home, as_of), Checker()))


def take_in_now(home: Home, checker: Checker) -> arrivals.Came:
    """Take the inbox in for the first day not yet decided, check the registers that something came of, and write their pages. Raises
    HomeBusyError when another run is writing."""
    with locked(home):
        night = Night(home, first_undecided(home, home.as_of(None)), checker)
        night.take_in()
        checks = night.check_arrivals()
        publish_arrivals(night)
    return arrivals.Came(night.as_of, night.receipts, checks, night.problems)
