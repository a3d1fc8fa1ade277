"""What an outsider knows of one register: rows by delivery, rows by check, and people by vintage, with the sums between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

import polars as pl

from pipelines.reports.disclosing.known import COSTS
from pipelines.reports.disclosing.problem import Problem, Row, Told

CHANGES = ("people_added", "people_gone", "people_in_both", "people_changed", "rows_before", "rows_after")


def register_problem(register: str, exact: dict[str, pl.DataFrame], smallest: int, rules: Mapping[Row, str], locked: Iterable[Row]) -> Problem:
    """The problem of one register, from the exact tables. Rows of a register may be people, so small numbers of rows are protected too."""
    made = _Maker(Problem(smallest), rules, frozenset(locked))
    made.deliveries([row for row in _rows(exact, "deliveries") if row["register"] == register])
    made.checks([row for row in _rows(exact, "gate_checks") if row["subject"] == f"register:{register}"])
    made.changes([row for row in _rows(exact, "delivery_changes") if row["register"] == register])
    return made.problem


def _rows(exact: dict[str, pl.DataFrame], name: str) -> list[dict[str, Any]]:
    return list(exact[name].iter_rows(named=True)) if name in exact else []


class _Maker:
    def __init__(self, problem: Problem, hidden: Mapping[Row, str], locked: frozenset[Row]) -> None:
        self.problem, self.hidden, self.locked = problem, hidden, locked
        self.seen: dict[int, str] = {}

    def row(self, row: Row, tells: list[str]) -> None:
        self.problem.rows[row] = Told(COSTS[row[0]], tells, row in self.hidden, row in self.locked)
        if self.hidden.get(row) == "differs_by_few":
            self.problem.protect(tells)

    def same(self, *names: str) -> None:
        """Take equal numbers of one register for one."""
        for name in names:
            value = self.problem.quantities[name].value
            if value >= self.problem.smallest:
                self.problem.equal(self.seen.setdefault(value, name), name)

    def deliveries(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            place: Row = ("deliveries", row["delivery"])
            is_few = place in self.hidden
            names = [self.problem.count(f"{row['delivery']}/rows", row["row_count"], of_people=is_few)]
            names.append(self.problem.count(f"{row['delivery']}/rejected", row["rejected"], of_people=is_few))
            self.row(place, names)
        in_use = [f"{row['delivery']}/rows" for row in rows if row["is_in_use"]]
        if in_use:
            self.problem.count("in use", sum(self.problem.quantities[name].value for name in in_use), of_people=False)
            self.problem.whole("in use and no delivery", ["in use"], in_use)
            self.same("in use", *in_use)
        for one, other in pairwise(sorted(rows, key=lambda row: row["row_count"])):
            if ("deliveries", one["delivery"]) in self.hidden and ("deliveries", other["delivery"]) in self.hidden:
                self.problem.difference(f"{other['delivery']} less {one['delivery']}", f"{other['delivery']}/rows", f"{one['delivery']}/rows")

    def checks(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            if row["numerator"] is None or row["denominator"] is None:
                continue
            place: Row = ("gate_checks", row["subject"], row["rule"])
            is_few = place in self.hidden
            names = [self.problem.count(f"{row['rule']}/{part}", row[part], of_people=is_few) for part in ("denominator", "numerator")]
            rest = self.problem.rest(f"{row['rule']}/rest", names[0], names[1:], of_people=is_few)
            self.row(place, names)
            self.same(*names, *([rest] if rest else []))

    def changes(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            place: Row = ("delivery_changes", row["register"], str(row["before_known_from"]), str(row["known_from"]), row["column_name"] or "")
            at, is_few = f"{row['known_from']}/{row['column_name']}", place in self.hidden
            names = {column: self.problem.count(f"{at}/{column}", row[column], of_people=is_few and column != "weeks_changed") for column in CHANGES}
            self.row(place, list(names.values()))
            self.problem.rest(f"{at}/unchanged", names["people_in_both"], [names["people_changed"]], of_people=is_few)
            self.same(*names.values())
