"""The child process that runs Great Expectations inside DuckDB: one request line in, one reply line out, both JSON.

It imports Great Expectations from its first second while the parent works, and keeps its memory and its crashes to itself. Nothing
it writes can hold a delivered value: engine errors are reduced to a type and, where the message speaks of names only, its first
line; results are counts.
"""

from __future__ import annotations

import contextlib
import ctypes
import datetime as dt
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

from pipelines.errors import without_values
from pipelines.quality import data_docs
from pipelines.quality.data_docs import Asked
from pipelines.settings import sql_text

PR_SET_PDEATHSIG = 1
VIEWS = "quality.thresholds"
"""The batch of all profile rules: each asks its own view; a batch for each view would cost more than all of them."""
COUNTED = ("counts", "bound", "numerator", "denominator", "observed", "is_bad")
"""The columns of the one row that a rule in SQL gives."""
RESULT_FORMAT = {"result_format": "BASIC", "exclude_unexpected_values": True, "partial_unexpected_count": 0}


class Engine:
    """Great Expectations over one read-only DuckDB file at a time. What describes the file is made once; connections live as long as a request."""

    def __init__(self) -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        logging.disable(logging.CRITICAL)
        import great_expectations as gx

        self.gx = gx
        self.counted, self.let_go = _types()
        self.sources: dict[tuple[str, str], Any] = {}
        self.results: dict[int, Any] = {}
        self.asked: dict[tuple[str, str], Asked] = {}

    def evaluate(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """One reply an expectation of the request's suites, in their order: what was counted, or what went wrong."""
        source = self._source(request["database"], request["memory_limit"])
        subjects = {suite["subject"] for suite in request["suites"]}
        self.asked = {name: one for name, one in self.asked.items() if name[0] not in subjects}
        engine = source.get_engine()
        try:
            return self._evaluate(request["suites"], source, engine)
        finally:
            self.let_go()
            engine.dispose()

    def _source(self, database: str, memory_limit: str) -> Any:
        from great_expectations.data_context.types.base import ProgressBarsConfig

        if (database, memory_limit) not in self.sources:
            context = self.gx.get_context(mode="ephemeral")
            context.variables.progress_bars = ProgressBarsConfig(globally=False)
            config = {"read_only": True, "config": {"memory_limit": memory_limit, "threads": 2}}
            source = context.data_sources.add_duckdb(name="warehouse", connection_string=f"duckdb:///{database}", kwargs={"connect_args": config})
            self.sources, self.asked = {(database, memory_limit): source}, {}
        return self.sources[database, memory_limit]

    def _evaluate(self, suites: list[dict[str, Any]], source: Any, engine: Any) -> list[dict[str, Any]]:
        import sqlalchemy as sa

        with engine.connect() as connection:
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
            suite = ExpectationSuite(name=table, expectations=[self._expectation(item) for item in items])
            found = definition.get_batch().validate(suite, result_format=RESULT_FORMAT)
        except Exception as error:
            return [{"rule": item["rule"], "is_error": True, "reason": _speakable(error, table)} for item in items]
        by_place = {result.expectation_config.meta["place"]: result for result in found.results}
        self.results.update(by_place)
        return [_reply(item, by_place.get(item["place"])) for item in items]

    def _expectation(self, item: dict[str, Any]) -> Any:
        arguments, meta = item["arguments"], {"rule": item["rule"], "place": item["place"]}
        types = self.gx.expectations
        if item["kind"] == "not_null":
            return types.ExpectColumnValuesToNotBeNull(column=arguments["column"], meta=meta)
        if item["kind"] == "in_set":
            return types.ExpectColumnValuesToBeInSet(column=arguments["column"], value_set=arguments["values"], meta=meta)
        if item["kind"] == "row_count":
            return types.ExpectTableRowCountToBeBetween(min_value=arguments["least"], max_value=arguments["most"], meta=meta)
        return self.counted(unexpected_rows_query=_query(item), meta=meta)


def _query(item: dict[str, Any]) -> str:
    """One row of COUNTED for a rule in SQL. A query that does not count gives no boolean and so an error, never a pass."""
    if item["kind"] == "counts_none":
        written = item["arguments"]["query"].replace("{", "{{").replace("}", "}}").replace("{{batch}}", "{batch}")
        return sql_text("quality/counted_row.sql").replace("{written}", written)
    subject = item["arguments"]["subject"].replace("'", "''")
    return sql_text("quality/judged_row.sql").replace("{view}", item["table"]).replace("{subject}", subject)


def _reply(item: dict[str, Any], result: Any) -> dict[str, Any]:
    """What one expectation counted. Raised, missing and empty are told apart from passed and failed."""
    if result is None:
        return {"rule": item["rule"], "is_error": True, "reason": "Great Expectations gave no result for it"}
    raised = _raised(result.exception_info or {})
    if raised:
        return {"rule": item["rule"], "is_error": True, "reason": raised}
    return {"rule": item["rule"], "is_error": False, "is_success": bool(result.success), "reason": "", **_counts(item["kind"], result.result)}


def _counts(kind: str, found: dict[str, Any]) -> dict[str, Any]:
    """Numerator, denominator and what was observed, as Great Expectations counted them."""
    if kind == "row_count":
        return {"bound": "at_least", "numerator": found["observed_value"], "denominator": found["observed_value"], "observed": ""}
    if kind in ("not_null", "in_set"):
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
    for kind in ("BinderException", "CatalogException", "ParserException"):
        if message.startswith(f"[{kind}] "):
            return f"{kind}: {message.removeprefix(f'[{kind}] ').split(chr(10), 1)[0][:200]}"
    return "it raised an error (message withheld: it may quote data)"


def _speakable(error: BaseException, table: str) -> str:
    words = _only_names(str(error))
    return f"{words} on {table}" if "withheld" in words else words


def _types() -> tuple[Any, Callable[[], None]]:
    """The counting expectation and what closes its connections; and the DuckDB datasource, which registers itself as `add_duckdb` by being defined. Both are made here
    because Great Expectations is imported late."""
    import duckdb
    import great_expectations as gx
    import sqlalchemy as sa
    from great_expectations.core.metric_domain_types import MetricDomainTypes
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.expectations.metrics.metric_provider import metric_value
    from great_expectations.expectations.metrics.query_metric_provider import QueryMetricProvider

    speakable = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)

    keeping: list[Any] = []

    def let_go() -> None:
        """Close every kept connection, so that the writer may open the file again."""
        while keeping:
            execution_engine = keeping.pop()
            execution_engine.kept.close()
            execution_engine.kept = None
            execution_engine.engine.dispose()

    class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
        """Keeps one connection, rolls back on error, and withholds messages that may quote cells."""

        kept: Any = None

        @contextlib.contextmanager
        def get_connection(self) -> Iterator[Any]:
            if self.kept is None:
                self.kept = self.engine.connect()
                keeping.append(self)
            try:
                yield self.kept
            except Exception as error:
                self.kept.rollback()
                cause = getattr(error, "orig", None) or error
                words = str(cause).split("\n", 1)[0] if isinstance(cause, speakable) else "message withheld"
                raise RuntimeError(f"[{type(cause).__name__}] {words}") from None

    class DuckDBDatasource(SQLDatasource):
        type: Literal["duckdb"] = "duckdb"

        @property
        def execution_engine_type(self) -> Any:
            return DuckDBExecutionEngine

    class CountedRow(QueryMetricProvider):  # defining it registers it
        """The one row of COUNTED that a rule's query gives, fetched once. Without a denominator it counts rows of its batch."""

        metric_name = "counted.row"
        value_keys = ("unexpected_rows_query",)
        query_param_name = "unexpected_rows_query"

        def _asked(cls, execution_engine: Any, metric_domain_kwargs: Any, metric_value_kwargs: Any, metrics: Any, runtime_configuration: Any) -> Any:  # noqa: ARG002, N805
            batch, _, _ = execution_engine.get_compute_domain(metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE)
            written = cls._get_query_from_metric_value_kwargs(metric_value_kwargs)
            query = cls._get_substituted_batch_subquery_from_query_and_batch_selectable(query=written, batch_selectable=batch, execution_engine=execution_engine)
            return _counted([tuple(row) for row in execution_engine.execute_query(sa.text(query)).fetchall()])

        _sqlalchemy = metric_value(engine=SqlAlchemyExecutionEngine)(_asked)

    class CountedExpectation(gx.expectations.UnexpectedRowsExpectation):
        """Holds where its rule's one row says that it is not bad; the row is all it fetches."""

        metric_dependencies: ClassVar[tuple[str, ...]] = (CountedRow.metric_name, "table.row_count")

        def _validate(self, metrics: Any, runtime_configuration: Any = None, execution_engine: Any = None) -> dict[str, Any]:  # noqa: ARG002
            counted = metrics[CountedRow.metric_name]
            if counted["denominator"] is None:
                counted = {**counted, "denominator": metrics["table.row_count"]}
            return {"success": counted["is_bad"] is False, "result": {"observed_value": counted["numerator"], "counted": counted}}

    return CountedExpectation, let_go


def _counted(rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    """The one row as data. A rule that has no row of its subject looked at nothing; more than one, or a count that is none, is an error."""
    if not rows:
        return {"numerator": None, "denominator": 0, "is_bad": None}
    counted = dict(zip(COUNTED, rows[0], strict=True))
    if len(rows) > 1 or type(counted["numerator"]) is not int or type(counted["denominator"]) not in (int, type(None)):
        raise TypeError("its query does not count")
    return counted


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
