"""The child process that runs Great Expectations inside DuckDB: one request line in, one reply line out, both JSON.

It imports Great Expectations from its first second while the parent works, and keeps its memory and its crashes to itself. Nothing
it writes can hold a delivered value: engine errors are reduced to a type and, where the message speaks of names only, its first
line; results are counts.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import json
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any

from pipelines.errors import without_values
from pipelines.quality import data_docs
from pipelines.quality.data_docs import Asked
from pipelines.settings import sql_text

PR_SET_PDEATHSIG = 1
VIEWS = "quality.thresholds"
"""The batch of all profile rules: each asks its own view; a batch for each view would cost more than all of them."""
THREADS, SMALL = 2, 64 << 20
"""Threads of the engine inside, and the bytes of a file up to which it has one: handing hundreds of small questions between two takes longer than they do."""
LATE = "[InterruptException] "
"""How our own message begins that an expectation took too long."""
RESULT_FORMAT = {"result_format": "BASIC", "exclude_unexpected_values": True, "partial_unexpected_count": 0}


class Engine:
    """Great Expectations over one read-only DuckDB file at a time. What describes the file is made once; connections live as long as a request."""

    def __init__(self) -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        logging.disable(logging.CRITICAL)
        import great_expectations as gx
        from great_expectations.expectations.registry import get_expectation_impl
        from great_expectations.validator import validation_graph

        from pipelines.quality import inside_duckdb

        validation_graph.MAX_METRIC_COMPUTATION_RETRIES = 1  # the file stands still: what failed once fails again, and takes as long
        self.gx, self.inside, self.native = gx, inside_duckdb, get_expectation_impl
        self.sources: dict[tuple[str, str], Any] = {}
        self.results: dict[int, Any] = {}
        self.asked: dict[tuple[str, str], Asked] = {}

    def evaluate(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """One reply an expectation of the request's suites, in their order: what was counted, or what went wrong. Each may take as many seconds
        as the request says."""
        self.inside.limit(request["seconds_a_rule"])
        source = self._source(request["database"], request["memory_limit"])
        subjects = {suite["subject"] for suite in request["suites"]}
        self.asked = {name: one for name, one in self.asked.items() if name[0] not in subjects}
        engine = source.get_engine()
        try:
            with engine.connect() as connection:  # open throughout: while one is, others cost nothing, and each alone would read the file anew
                return self._evaluate(request["suites"], source, connection)
        finally:
            self.inside.let_go()
            engine.dispose()

    def _source(self, database: str, memory_limit: str) -> Any:
        from great_expectations.data_context.types.base import ProgressBarsConfig

        if (database, memory_limit) not in self.sources:
            context = self.gx.get_context(mode="ephemeral")
            context.variables.progress_bars = ProgressBarsConfig(globally=False)
            threads = THREADS if Path(database).stat().st_size > SMALL else 1
            config = {"read_only": True, "config": {"memory_limit": memory_limit, "threads": threads}}
            source = context.data_sources.add_duckdb(name="warehouse", connection_string=f"duckdb:///{database}", kwargs={"connect_args": config})
            self.sources, self.asked = {(database, memory_limit): source}, {}
        return self.sources[database, memory_limit]

    def _evaluate(self, suites: list[dict[str, Any]], source: Any, connection: Any) -> list[dict[str, Any]]:
        import sqlalchemy as sa

        built = dict(tuple(row) for row in connection.execute(sa.text("select subject, inputs from quality.built")).fetchall())
        named = [{**item, "subject": suite["subject"]} for suite in suites for item in suite["expectations"]]
        asked = [{**item, "place": place} for place, item in enumerate(named)]
        inputs = [built.get(suite["subject"], "") for suite in suites for _ in suite["expectations"]]
        self.results = {}
        by_table: dict[str, list[dict[str, Any]]] = {}
        for item in asked:
            by_table.setdefault(VIEWS if item["kind"] == "view" else item["table"], []).append(item)
        replies = {item["place"]: reply for table, items in by_table.items() for item, reply in zip(items, self._table(source, table, items), strict=True)}
        self.asked.update({(item["subject"], item["rule"]): Asked(item, self.results.get(place), replies[place]) for place, item in enumerate(asked)})
        return [{**replies[place], "inputs": of} for place, of in enumerate(inputs)]

    def docs(self, folder: str, as_of: str, smallest: int, keep: int) -> dict[str, Any]:
        """Make Data Docs of what was last asked of each subject, into a folder named by the day. Returns how many pages there are, or what went wrong."""
        try:
            made = data_docs.pages(self.asked.values(), dt.date.fromisoformat(as_of), smallest)
            return {"pages": data_docs.write(Path(folder), made, keep)}
        except Exception as error:
            return {"error": without_values(error)}

    def _table(self, source: Any, table: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        from great_expectations.core.expectation_suite import ExpectationSuite

        schema, name = table.split(".")
        try:
            known = {asset.name: asset for asset in source.assets}
            asset = known.get(table) or source.add_table_asset(name=table, table_name=name, schema_name=schema)
            definition = asset.batch_definitions[0] if asset.batch_definitions else asset.add_batch_definition_whole_table("all")
            made, unmade = self._expectations(items)
            found = definition.get_batch().validate(ExpectationSuite(name=table, expectations=made), result_format=RESULT_FORMAT).results if made else []
        except Exception as error:
            return [_failed(item, _speakable(error, table)) for item in items]
        by_place = {result.expectation_config.meta["place"]: result for result in found}
        self.results.update(by_place)
        return [unmade.get(item["place"]) or _reply(item, by_place.get(item["place"])) for item in items]

    def _expectations(self, items: list[dict[str, Any]]) -> tuple[list[Any], dict[int, dict[str, Any]]]:
        """The expectations, and a reply for each that cannot even be made of its arguments, by place."""
        made, unmade = [], {}
        for item in items:
            try:
                made.append(self._expectation(item))
            except Exception as error:
                unmade[item["place"]] = _failed(item, _speakable(error, "its own arguments"))
        return made, unmade

    def _expectation(self, item: dict[str, Any]) -> Any:
        arguments, meta = item["arguments"], {"rule": item["rule"], "place": item["place"]}
        types = self.gx.expectations
        if item["kind"] == "native":
            return self.native(arguments["type"])(**_from_plain(arguments["kwargs"]), meta=meta)
        if item["kind"] == "not_null":
            return types.ExpectColumnValuesToNotBeNull(column=arguments["column"], meta=meta)
        if item["kind"] == "in_set":
            return types.ExpectColumnValuesToBeInSet(column=arguments["column"], value_set=arguments["values"], meta=meta)
        if item["kind"] == "row_count":
            return types.ExpectTableRowCountToBeBetween(min_value=arguments["least"], max_value=arguments["most"], meta=meta)
        return self.inside.CountedExpectation(unexpected_rows_query=_query(item), meta=meta)


def _from_plain(value: Any) -> Any:
    """Arguments as they were before they were made plain: dates, and the share that has to hold, which Great Expectations takes as a float."""
    if isinstance(value, dict):
        if set(value) == {"date"}:
            return dt.date.fromisoformat(value["date"])
        return float(value["decimal"]) if set(value) == {"decimal"} else {key: _from_plain(item) for key, item in value.items()}
    return [_from_plain(item) for item in value] if isinstance(value, list) else value


def _query(item: dict[str, Any]) -> str:
    """One row of what is counted, for a rule in SQL. A query that does not count gives no boolean and so an error, never a pass."""
    if item["kind"] == "counts_none":
        written = item["arguments"]["query"].replace("{", "{{").replace("}", "}}").replace("{{batch}}", "{batch}")
        return sql_text("quality/counted_row.sql").replace("{written}", written)
    subject = item["arguments"]["subject"].replace("'", "''")
    return sql_text("quality/judged_row.sql").replace("{view}", item["table"]).replace("{subject}", subject)


def _reply(item: dict[str, Any], result: Any) -> dict[str, Any]:
    """What one expectation counted. Raised, missing and empty are told apart from passed and failed."""
    if result is None:
        return _failed(item, "Great Expectations gave no result for it")
    raised = _raised(result.exception_info or {})
    if raised:
        return {**_failed(item, raised), "is_run": True}
    return {"rule": item["rule"], "is_run": True, "is_error": False, "is_success": bool(result.success), "reason": "", **_counts(item["kind"], result.result)}


def _failed(item: dict[str, Any], reason: str) -> dict[str, Any]:
    """The reply for what did not run."""
    return {"rule": item["rule"], "is_run": False, "is_error": True, "reason": reason}


def _counts(kind: str, found: dict[str, Any]) -> dict[str, Any]:
    """Numerator, denominator and what was observed, as Great Expectations counted them. Nothing else of its result is handed on."""
    if kind == "row_count" or (kind == "native" and "element_count" not in found):
        return {"bound": "at_least", "numerator": found["observed_value"], "denominator": found["observed_value"], "observed": ""}
    if kind in ("not_null", "in_set", "native"):
        return {"bound": "at_most", "numerator": found.get("unexpected_count"), "denominator": found.get("element_count"), "observed": ""}
    return dict(found["counted"])


def _raised(info: dict[str, Any]) -> str:
    """The speakable words of an exception block, plain or nested; empty when nothing was raised."""
    blocks = [info] if "raised_exception" in info else [block for block in info.values() if isinstance(block, dict)]
    for block in blocks:
        if block.get("raised_exception"):
            return _only_names(str(block.get("exception_message", "")))
    return ""


def _only_names(message: str) -> str:
    """A message of ours that begins with an engine's error type is passed on; anything else could quote a cell."""
    if message.startswith(f"{LATE}it took longer than "):
        return message.removeprefix(LATE).split("\n", 1)[0]
    for kind in ("BinderException", "CatalogException", "ParserException"):
        if message.startswith(f"[{kind}] "):
            return f"{kind}: {message.removeprefix(f'[{kind}] ').split(chr(10), 1)[0][:200]}"
    return "it raised an error (message withheld: it may quote data)"


def _speakable(error: BaseException, table: str) -> str:
    words = _only_names(str(error))
    return f"{words} on {table}" if "withheld" in words else words


def _end_with_parent() -> None:
    """Have the kernel end this process when its parent is killed: an orphan would keep the warehouse open."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Serve requests until standard input ends. The first line out says that the engine is ready."""
    _end_with_parent()
    replies = sys.stdout
    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = nowhere
        engine = Engine()
        print(json.dumps({"ready": True}), file=replies, flush=True)
        for line in sys.stdin:
            try:
                request = json.loads(line)
                answer: dict[str, Any] = engine.docs(**request["docs"]) if "docs" in request else {"replies": engine.evaluate(request)}
            except Exception as error:
                answer = {"error": _speakable(error, "the suite")}
            print(json.dumps(answer), file=replies, flush=True)


if __name__ == "__main__":
    main()
