"""Asking the gate's rules without starting Great Expectations: what each rule in SQL counts stands in a view of the warehouse.

The words and verdicts are made where a night makes them. What is no view (columns of a register, keys, lengths) is asked of the engine, which
is started only for that.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb

from pipelines.quality.checker import Checker, ended_after
from pipelines.quality.suites import Expectation, Suite
from pipelines.settings import Home, seconds_a_rule
from pipelines.warehouse.writer import connect

COUNTS = ("bound", "numerator", "denominator", "observed", "is_bad")
Asked = tuple[int, Suite, Expectation]
Reply = dict[str, Any]


class QuickChecker(Checker):
    """A checker that reads the views of rules itself. One question opens the warehouse once and asks each rule once, of all subjects."""

    def _replies(self, home: Home, asked: list[tuple[Suite, Expectation]]) -> list[Reply]:
        numbered = [(place, suite, item) for place, (suite, item) in enumerate(asked)]
        views = [one for one in numbered if one[2].kind == "view"]
        others = [one for one in numbered if one[2].kind != "view"]
        found = dict(zip([place for place, _, _ in others], super()._replies(home, [(suite, item) for _, suite, item in others]), strict=True))
        return [reply for _, reply in sorted({**found, **_of_views(home, views)}.items())]


def _of_views(home: Home, asked: list[Asked]) -> dict[int, Reply]:
    """The reply for each rule in SQL, by its place."""
    if not asked:
        return {}
    replies: dict[int, Reply] = {}
    connection = connect(home.warehouse, home, read_only=False)  # as the night opens it, which may have it open
    try:
        built = dict(connection.execute("select subject, inputs from quality.built").fetchall())
        for table, items in groupby(sorted(asked, key=lambda one: (one[2].table, one[0])), key=lambda one: one[2].table):
            replies |= _of_view(connection, table, list(items))
    finally:
        connection.close()
    return {place: {**replies[place], "inputs": built.get(suite.subject, "")} for place, suite, _ in asked}


def _of_view(connection: duckdb.DuckDBPyConnection, table: str, items: list[Asked]) -> dict[int, Reply]:
    """The replies of one rule: asked of all its subjects at once, and where that raises of each alone."""
    try:
        rows = _rows(connection, table, [suite.subject for _, suite, _ in items])
        return {place: _reply(item, rows.get(suite.subject, [])) for place, suite, item in items}
    except duckdb.Error as error:
        if len(items) == 1:
            return {items[0][0]: {"rule": items[0][2].rule, "is_run": True, "is_error": True, "reason": _words(error)}}
    return {place: reply for one in items for place, reply in _of_view(connection, table, [one]).items()}


def _rows(connection: duckdb.DuckDBPyConnection, table: str, subjects: list[str]) -> dict[str, list[tuple[Any, ...]]]:
    with ended_after(seconds_a_rule(), connection.interrupt):
        query = f"select subject, {', '.join(COUNTS)} from {table} where subject in (select unnest(?)) order by subject"
        found = connection.execute(query, [subjects]).fetchall()
    return {subject: [row[1:] for row in rows] for subject, rows in groupby(found, key=itemgetter(0))}


def _reply(item: Expectation, rows: Iterable[tuple[Any, ...]]) -> Reply:
    """What one rule counted of one subject. Without a row it looked at nothing; more than one, or a count that is none, is an error."""
    found = [dict(zip(COUNTS, row, strict=True)) for row in rows]
    counted = found[0] if found else {"numerator": None, "denominator": 0, "is_bad": None}
    if len(found) > 1 or (found and not all(type(counted[name]) is int for name in ("numerator", "denominator"))):
        return {"rule": item.rule, "is_run": True, "is_error": True, "reason": "its query does not count"}
    return {"rule": item.rule, "is_run": True, "is_error": False, "is_success": counted["is_bad"] is False, "reason": "", **counted}


def _words(error: duckdb.Error) -> str:
    """The kind of an engine's error; its message may quote a cell."""
    return f"it took longer than {seconds_a_rule()} seconds" if isinstance(error, duckdb.InterruptException) else f"it raised an error ({type(error).__name__})"
