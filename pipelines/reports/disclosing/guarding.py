"""The one step between what is so and what anyone may read: which rows of the open tables tell their numbers on this night.

In order: rules of a row's own, whether it is frozen, what was told of it before, and what follows from all that is told together. What is told is
entered in the register before it is published. Whatever goes wrong suppresses more, never less.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import combinations
from pathlib import Path
from typing import Any

import polars as pl

from indicators.disclosure import SHOWN, SUPPRESSED, is_small
from indicators.result import Result
from pipelines.contracts.outcome import OutcomeContract
from pipelines.payments.decide import Decision
from pipelines.reports.disclosing.frozen import Frozen
from pipelines.reports.disclosing.known import CHECKS, DECISIONS, GAMING, RESULTS, Facts, decision_row, people_paid_for, problem_of, rests_on
from pipelines.reports.disclosing.open_tables import NOT_FROZEN, OPEN, RESTATED, ROUNDED, TOLD, OpenTable, state_for
from pipelines.reports.disclosing.policy import is_dominated, rounded
from pipelines.reports.disclosing.problem import Problem, Row
from pipelines.reports.disclosing.registers import register_problem
from pipelines.reports.disclosing.released import Released, released
from pipelines.reports.disclosing.solving import UnsolvedError, protect
from pipelines.reports.disclosing.suppressions import Suppression, suppressions, suppressions_by_rule
from pipelines.reports.disclosing.words import TONIGHT, tells_no_number, without_counts, without_numbers, words_of_hold
from pipelines.reports.tables import estimates_for_anyone

DECIDED = ("due", "not_met")
NOT_MEASURABLE = "not_measurable"
BEFORE_THE_REGISTER = "told before the register"
REGISTER_ROWS = ("deliveries", "delivery_changes")
Tables = dict[str, pl.DataFrame]
Claim = tuple[str, str, str, str]
Counts = Sequence[tuple[str, str, int, int]]


@dataclass(frozen=True)
class Night:
    """What disclosure control goes by beside the tables: `results` and `decisions` of tonight, what is `frozen`, the eligible `people` by contract,
    cohort and role, and `smallest`, the smallest count that may be told of a register. `built_on` gives claims whose words say what other claims gave
    (contract, trigger, claim period, settlement), beside those themselves."""

    as_of: dt.date
    contracts: Mapping[str, OutcomeContract]
    results: tuple[Result, ...]
    decisions: tuple[Decision, ...]
    frozen: Frozen
    people: Mapping[tuple[str, str, str], int]
    smallest: int
    built_on: Callable[[set[Claim]], set[Claim]] = lambda claims: claims


@dataclass
class Guarded:
    """The open tables as they may be published, what was suppressed and why, and what went wrong, in words."""

    tables: Tables
    suppressed: list[Suppression]
    notes: list[str] = field(default_factory=list)

    def for_parties(self, as_of: dt.date) -> pl.DataFrame:
        return suppressions(self.suppressed, as_of)


def guard(home: Path, night: Night, exact: Tables, open_tables: Tables) -> Guarded:
    """Withhold whatever discloses. `exact` and `open_tables` are the same rows in the same order, the latter under the rules of each row alone.
    Raises OSError when the register cannot be written: then nothing may be published."""
    register = released(home)
    if not register.path.exists() and not register.fault:
        _enter_what_stands(register, home / "published" / "open", night.as_of)
    work = _Work(night, {name: frame.to_dicts() for name, frame in open_tables.items() if name in OPEN}, register)
    work.own_rules()
    work.freeze()
    work.round_counts()
    work.compare_with_told()
    work.solve(exact)
    work.build_on()
    work.enter()
    tables = {name: _as_frame(work, name, frame) for name, frame in open_tables.items()}
    if "gate_history" in tables:
        tables["gate_history"] = _told_on_their_night(tables["gate_history"], register)
    found = work.suppressed()
    return Guarded({**tables, "suppressions_by_rule": suppressions_by_rule(found, night.as_of)}, found, work.notes)


@dataclass
class _Work:
    """Rows on their way out. `rules` says why a row tells nothing, `again` what it told before and tells once more."""

    night: Night
    records: dict[str, list[dict[str, Any]]]
    register: Released
    rules: dict[Row, str] = field(default_factory=dict)
    again: dict[Row, dict[str, str]] = field(default_factory=dict)
    locked: set[Row] = field(default_factory=set)
    standing: set[Row] = field(default_factory=set)
    moved_by_few: set[Row] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)

    def rows(self) -> Iterator[tuple[OpenTable, Row, dict[str, Any]]]:
        """Every record that tells numbers, or would."""
        for name, records in self.records.items():
            table = OPEN[name]
            yield from ((table, table.row(record), record) for record in records if _tells(table, record))

    @cached_property
    def decisions(self) -> dict[Row, Decision]:
        """Tonight's decisions by the row that tells of them."""
        return {decision_row(item): item for item in self.night.decisions}

    def own_rules(self) -> None:
        for table, row, record in self.rows():
            decision = self.decisions.get(row)
            if record[table.state] == SUPPRESSED:
                self.rules[row] = self._why(decision)
            elif decision and self._is_dominated(decision):
                self.rules[row] = "dominance"

    def _why(self, decision: Decision | None) -> str:
        if decision is None:
            return "small_count"
        contract = self.night.contracts.get(decision.contract)
        rested = rests_on(contract, decision) if contract else []
        return "rests_on_suppressed" if any(item in self.rules for item in rested) else "amount_tells_few"

    def _is_dominated(self, decision: Decision) -> bool:
        contract = self.night.contracts.get(decision.contract)
        return contract is not None and is_dominated(decision, contract.disclosure.dominance)

    def freeze(self) -> None:
        for _, row, _record in self.rows():
            if not self.night.frozen.is_frozen(row):
                self.rules[row] = NOT_FROZEN

    def round_counts(self) -> None:
        """Round what a contract has rounded, and withhold what would tell it exactly."""
        bases = {name: contract.disclosure.rounded_to for name, contract in self.night.contracts.items() if contract.disclosure.rounded_to}
        priced = {decision_row(item) for item in self.night.decisions if people_paid_for(item)} if bases else set()
        for table, row, record in self.rows():
            base = bases.get(contract_of(row))
            if not base or row in self.rules:
                continue
            if table.name == RESULTS:
                record.update({column: rounded(record[column], base) for column in table.counts}, estimates=None)
                record[table.state] = ROUNDED
            elif table.name == DECISIONS and row not in priced:
                record.update(dict.fromkeys(table.words))
            else:
                self.rules[row] = "rounding"

    def compare_with_told(self) -> None:
        """What was told of a claim stands; what was told of anything else may not differ from tonight's by few."""
        if self.register.fault:
            self.rules.update({row: "register_damaged" for _, row, _ in self.rows()})
            self.notes.append(f"the open tables tell no counts and no amounts: {self.register.fault}")
            return
        for table, row, record in self.rows():
            told = self.register.of(table.place(record))
            if told and table.stands:
                self._stand(table, row, record, told[0])
            elif row not in self.rules and table.said(record) in told:
                self.locked.add(row)
            elif row not in self.rules and any(_differs_by_few(table, record, item, self._smallest(row)) for item in [*told, *self._from_before(table, record)]):
                self.rules[row] = "differs_by_few"
        for row in self.standing:
            self.rules.pop(row, None)

    def _stand(self, table: OpenTable, row: Row, record: Mapping[str, Any], told: dict[str, str]) -> None:
        """Tell again what was told, whatever tonight's data say; of estimates what may still be told."""
        self.again[table.place(record)] = {**told, "estimates": estimates_for_anyone(told["estimates"])} if "estimates" in told else told
        self.standing.add(row)
        self.locked.add(row)
        if _differs_by_few(table, record, told, self._smallest(row)):
            self.moved_by_few.add(row)

    def _from_before(self, table: OpenTable, record: Mapping[str, Any]) -> list[dict[str, str]]:
        return self.register.of((BEFORE_THE_REGISTER, *table.place(record)))

    def _smallest(self, row: Row) -> int:
        contract = self.night.contracts.get(contract_of(row))
        return contract.disclosure.smallest_count if contract else self.night.smallest

    def solve(self, exact: Tables) -> None:
        """Suppress what would let a small count be worked out, a contract at a time, and the registers together."""
        checks, gaming = _by_contract(exact, CHECKS, ("subject", "rule")), _by_contract(exact, GAMING, ("figure", "about"))
        for name, contract in sorted(self.night.contracts.items()):
            facts = self._facts(contract, checks.get(name, ()), gaming.get(name, ()))
            self._protect(name, partial(problem_of, facts, contract.disclosure.smallest_count, self.rules, self.locked))
        for register in sorted({row["register"] for row in self.records.get("deliveries", [])}):
            self._protect(f"register:{register}", partial(register_problem, register, exact, self.night.smallest, self.rules, self.locked))

    def build_on(self) -> None:
        """Withhold claims whose words say what withheld claims gave, and the counts of their checks."""
        hidden = {row[1:] for row, rule in self.rules.items() if row[0] == DECISIONS and rule != NOT_FROZEN}
        more = {(DECISIONS, *claim) for claim in self.night.built_on({(a, b, c, d) for a, b, c, d in hidden})}
        for _, row, _record in self.rows():
            about = (DECISIONS, *row[1].partition(":")[2].split("/")) if row[0] == CHECKS and row[1].startswith("trigger:") else row
            if about in more:
                self._withhold(row, "rests_on_suppressed")

    def _protect(self, name: str, make: Callable[[], Problem]) -> None:
        """Whatever fails here, of a solver or of the making of its problem, suppresses all the rows that are `name`'s."""
        try:
            problem = make()
            solved = protect(problem)
            for row in problem.closed(self.moved_by_few & problem.rows.keys()):
                self._withhold(row, "differs_by_few")
            for row in problem.closed(item for item in problem.rows if item in self.rules):
                self._withhold(row, "rests_on_suppressed")
            for row in solved.further:
                self._withhold(row, "protects_another")
            if solved.lost:
                self.lost.add(name)
        except Exception as error:
            why = str(error) if isinstance(error, UnsolvedError) else type(error).__name__
            self.notes.append(f"the open tables tell no counts of {name}: disclosure control could not be proved ({why}); report it to the data engineer")
            for _, row, _record in self.rows():
                if contract_of(row) == name:
                    self._withhold(row, "not_solved")

    def _withhold(self, row: Row, rule: str) -> None:
        if row not in self.locked:
            self.rules.setdefault(row, rule)

    def _facts(self, contract: OutcomeContract, checks: Counts, gaming: Counts) -> Facts:
        name = contract.contract
        return Facts(
            contract,
            tuple(result for result in self.night.results if result.contract == name),
            tuple(decision for decision in self.night.decisions if decision.contract == name),
            tuple(checks),
            tuple(gaming),
            {(cohort, role): people for (of, cohort, role), people in self.night.people.items() if of == name},
        )

    def enter(self) -> None:
        """Enter in the register what is told from now on."""
        if not self.register.fault:
            told = [(table.place(record), table.said(record)) for table, row, record in self.rows() if row not in self.rules | dict.fromkeys(self.standing)]
            self.register.add(self.night.as_of, told)

    def suppressed(self) -> list[Suppression]:
        columns = {row: ", ".join(table.columns) for table, row, _ in self.rows()}
        found = [Suppression(_owner(row), row[0], "/".join(row[1:]), columns[row], rule) for row, rule in self.rules.items() if row in columns]
        return [*found, *(Suppression("" if name.startswith("register:") else name, "", "", "", "already_told") for name in self.lost)]


def contract_of(row: Row) -> str:
    """The contract that a row is of, or `register:` and the register; empty when it is of several."""
    table, first = row[0], row[1]
    if table == CHECKS:
        kind, _, name = first.partition(":")
        return first if kind == "register" else name.partition("/")[0]
    if table == "deliveries":
        return f"register:{first.rpartition('-')[0]}"
    return f"register:{first}" if table in REGISTER_ROWS else first


def _owner(row: Row) -> str:
    name = contract_of(row)
    return "" if name.startswith("register:") else name


def _by_contract(tables: Tables, name: str, named: tuple[str, str]) -> dict[str, list[tuple[str, str, int, int]]]:
    """The exact counts of a table, with the two names of each row, by contract."""
    found: dict[str, list[tuple[str, str, int, int]]] = {}
    for row in tables[name].iter_rows(named=True) if name in tables else ():
        if row["numerator"] is not None and row["denominator"] is not None:
            owner = contract_of((name, row["subject"])) if name == CHECKS else row["contract"]
            found.setdefault(owner, []).append((row[named[0]], row[named[1]] or "", row["numerator"], row["denominator"]))
    return found


def _tells(table: OpenTable, record: Mapping[str, Any]) -> bool:
    """Whether a record says a number of people or an amount, or would if it were not suppressed."""
    if table.name == DECISIONS:
        return record["state"] in DECIDED
    return record[table.state] == SUPPRESSED or (record[table.state] != NOT_MEASURABLE and any(record[column] is not None for column in table.counts))


def _differs_by_few(table: OpenTable, record: Mapping[str, Any], told: Mapping[str, str], smallest: int) -> bool:
    """Whether a count of a record, or what two of its counts differ by, is not what it was and differs by fewer people than may be told."""
    now = {column: int(record[column]) for column in table.counts if record[column] is not None and column in told}
    moved = {column: value - int(told[column]) for column, value in now.items() if told[column].lstrip("-").isdigit()}
    return any(is_small(abs(by), smallest) for by in (*moved.values(), *(moved[one] - moved[other] for one, other in combinations(moved, 2))))


def _as_frame(work: _Work, name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The table as it may be published."""
    if name not in OPEN:
        return frame
    table = OPEN[name]
    return pl.DataFrame([_told(work, table, record, frame.schema) for record in work.records[name]], schema=frame.schema)


def _told(work: _Work, table: OpenTable, record: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """A record as it may be published: as it stands, as it was told before, or a state."""
    row, place = table.row(record), table.place(record)
    made = dict(record)
    if table.name == DECISIONS:
        made = _worded(made, work.decisions.get(row))
    elif table.name == CHECKS and record["observed"]:
        made["observed"] = (without_numbers if _tells(table, record) else without_counts)(record["observed"])
    if not _tells(table, record):
        return made
    if row in work.rules or (row in work.standing and place not in work.again):
        words = {"observed": record["observed"]} if table.name == CHECKS and record["observed"] and tells_no_number(record["observed"]) else {}
        return {**made, **dict.fromkeys(table.columns), **words, table.state: state_for(work.rules.get(row, SUPPRESSED))}
    if place in work.again:
        told = table.again(work.again[place], schema)
        is_same = table.said(record) == work.again[place]
        return {**made, **told, table.state: (record[table.state] if record[table.state] in TOLD else SHOWN) if is_same else RESTATED}
    return made


def _worded(record: dict[str, Any], decision: Decision | None) -> dict[str, Any]:
    """A decision with no count in words that are told before it is settled, or beside it."""
    made = {**record, "tonight": TONIGHT if record["tonight"] else record["tonight"]}
    if record["state"] in DECIDED or record["reason"] is None:
        return made
    is_held = decision is not None and decision.holds and decision.reason == record["reason"]
    return {**made, "reason": words_of_hold(decision.holds) if decision and is_held else without_counts(record["reason"]), "arithmetic": ""}


def _told_on_their_night(history: pl.DataFrame, register: Released) -> pl.DataFrame:
    """The history of checks, with only the counts that were told of the same check on some night."""
    told = [(row[1], row[2], int(said["numerator"]), int(said["denominator"])) for row, every in register.told.items() if row[0] == CHECKS for said in every if len(said) > 1]
    schema = {"subject": pl.String, "rule": pl.String, "numerator": pl.Int64, "denominator": pl.Int64}
    known = pl.DataFrame(told, schema=schema, orient="row").unique().with_columns(is_told=pl.lit(True))
    joined = history.join(known, on=list(schema), how="left", maintain_order="left")
    is_told = pl.col("is_told").fill_null(value=False) & (not register.fault)
    hides = pl.col("numerator").is_not_null() & ~is_told
    numbers = {column: pl.when(is_told).then(pl.col(column)) for column in ("numerator", "denominator")}
    return joined.with_columns(**numbers, counts_state=pl.when(hides).then(pl.lit(SUPPRESSED)).otherwise("counts_state")).drop("is_told")


def _enter_what_stands(register: Released, published: Path, as_of: dt.date) -> None:
    """Enter what a publication tells that was made before there was a register. Its figures of claims are compared with, and do not stand."""
    for name, table in OPEN.items():
        path = published / f"{name}.parquet"
        if path.exists():
            told = [record for record in pl.read_parquet(path).iter_rows(named=True) if _tells(table, record) and record[table.state] == SHOWN]
            register.add(as_of, [((BEFORE_THE_REGISTER, *table.place(record)) if table.stands else table.place(record), table.said(record)) for record in told])
