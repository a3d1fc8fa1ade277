"""The child process that runs Great Expectations inside DuckDB: one request line in, one reply line out, both JSON.

It imports Great Expectations from its first second while the parent works, and keeps its memory and its crashes to itself. Nothing
it writes can hold a delivered value: engine errors are reduced to a type and, where the message speaks of names only, its first
line; results are counts.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

PR_SET_PDEATHSIG = 1
VIEWS = "quality.thresholds"
"""What rules in SQL are asked over, all at once: each query joins its own view; a batch for each view would cost more than all of them."""
RESULT_FORMAT = {"result_format": "BASIC", "exclude_unexpected_values": True, "partial_unexpected_count": 0}


class Engine:
    """Great Expectations over one read-only DuckDB file at a time."""

    def __init__(self) -> None:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"
        logging.disable(logging.CRITICAL)
        import great_expectations as gx

        self.gx = gx
        self.bad_rows, self.let_go = _types()

    def evaluate(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """One reply an expectation of the request's suite, in the suite's order: what was counted, or what went wrong."""
        from great_expectations.data_context.types.base import ProgressBarsConfig

        context = self.gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        config = {"read_only": True, "config": {"memory_limit": request["memory_limit"], "threads": 2}}
        source = context.data_sources.add_duckdb(name="warehouse", connection_string=f"duckdb:///{request['database']}", kwargs={"connect_args": config})
        engine = source.get_engine()
        try:
            return self._evaluate(request, context, source, engine)
        finally:
            self.let_go()
            engine.dispose()

    def _evaluate(self, request: dict[str, Any], context: Any, source: Any, engine: Any) -> list[dict[str, Any]]:
        import sqlalchemy as sa
        from great_expectations.core.expectation_suite import ExpectationSuite

        with engine.connect() as connection:
            built = connection.execute(sa.text("select subject, inputs from quality.built")).fetchall()
        replies = [{"rule": item["rule"], "is_error": True, "reason": "it was not reached"} for item in request["suite"]["expectations"]]
        assets = [VIEWS if item["kind"] == "view" else item["table"] for item in request["suite"]["expectations"]]
        for table in dict.fromkeys(assets):
            places = [place for place, asset in enumerate(assets) if asset == table]
            items = [request["suite"]["expectations"][place] for place in places]
            for place, reply in zip(places, self._table(context, source, engine, table, items, ExpectationSuite), strict=True):
                replies[place] = reply
        inputs = dict(tuple(row) for row in built).get(request["suite"]["subject"], "")
        return [{**reply, "inputs": inputs} for reply in replies]

    def _table(self, context: Any, source: Any, engine: Any, table: str, items: list[dict[str, Any]], suite_type: Any) -> list[dict[str, Any]]:
        schema, name = table.split(".")
        try:
            asset = source.add_table_asset(name=table, table_name=name, schema_name=schema)
            batch = asset.add_batch_definition_whole_table("all").get_batch()
            suite = context.suites.add(suite_type(name=table, expectations=[self._expectation(item) for item in items]))
            found = batch.validate(suite, result_format=RESULT_FORMAT)
        except Exception as error:
            return [{"rule": item["rule"], "is_error": True, "reason": _speakable(error, table)} for item in items]
        by_rule = {result.expectation_config.meta["rule"]: result for result in found.results}
        return [_reply(item, by_rule.get(item["rule"]), engine) for item in items]

    def _expectation(self, item: dict[str, Any]) -> Any:
        arguments, meta = item["arguments"], {"rule": item["rule"]}
        types = self.gx.expectations
        if item["kind"] == "not_null":
            return types.ExpectColumnValuesToNotBeNull(column=arguments["column"], meta=meta)
        if item["kind"] == "in_set":
            return types.ExpectColumnValuesToBeInSet(column=arguments["column"], value_set=arguments["values"], meta=meta)
        if item["kind"] == "row_count":
            return types.ExpectTableRowCountToBeBetween(min_value=arguments["least"], max_value=arguments["most"], meta=meta)
        if item["kind"] == "unique" and len(arguments["columns"]) == 1:
            return types.ExpectColumnValuesToBeUnique(column=arguments["columns"][0], meta=meta)
        if item["kind"] == "unique":
            return types.ExpectCompoundColumnsToBeUnique(column_list=arguments["columns"], meta=meta)
        return self.bad_rows(unexpected_rows_query=_query(item), meta=meta)


def _query(item: dict[str, Any]) -> str:
    if item["kind"] == "counts_none":
        written = item["arguments"]["query"].replace("{", "{{").replace("}", "}}").replace("{{batch}}", "{batch}")
        return f"select * from ({written}) as counted(bad_rows) where bad_rows <> 0"
    subject = item["arguments"]["subject"].replace("'", "''")
    limit = f"{{batch}} as limits on limits.subject = judged.subject and limits.rule = '{item['rule']}'"
    return f"select judged.* from {item['table']} as judged join {limit} where judged.subject = '{subject}' and judged.is_bad is distinct from false"


def _reply(item: dict[str, Any], result: Any, engine: Any) -> dict[str, Any]:
    """What one expectation counted. Raised, missing and empty are told apart from passed and failed."""
    if result is None:
        return {"rule": item["rule"], "is_error": True, "reason": "Great Expectations gave no result for it"}
    raised = _raised(result.exception_info or {})
    if raised:
        return {"rule": item["rule"], "is_error": True, "reason": raised}
    try:
        counts = _counts(item, engine)
    except Exception as error:
        return {"rule": item["rule"], "is_error": True, "reason": _speakable(error, item["table"])}
    return {"rule": item["rule"], "is_error": False, "is_success": bool(result.success), "reason": "", **counts, **_gx_counts(item, result)}


def _gx_counts(item: dict[str, Any], result: Any) -> dict[str, Any]:
    found = result.result.get("unexpected_count")
    return {"numerator": int(found)} if item["kind"] in ("not_null", "in_set", "unique") and found is not None else {}


def _counts(item: dict[str, Any], engine: Any) -> dict[str, Any]:
    """Numerator, denominator and what was observed, by the plainest query there is."""
    import sqlalchemy as sa

    with engine.connect() as connection:
        if item["kind"] == "view":
            columns = "counts, bound, numerator, denominator, observed"
            found = connection.execute(sa.text(f"select {columns} from {item['table']} where subject = :subject"), {"subject": item["arguments"]["subject"]}).fetchone()
            return dict(zip(("counts", "bound", "numerator", "denominator", "observed"), found, strict=True)) if found else {"denominator": 0}
        rows = connection.execute(sa.text(f"select count(*) from {item['table']}")).scalar()
        numerator = rows
        if item["kind"] == "counts_none":
            numerator = connection.execute(sa.text(item["arguments"]["query"].replace("{batch}", item["table"]))).scalar()
            if type(numerator) is not int:
                raise TypeError("its query does not count")
        return {"counts": "rows", "bound": "at_least" if item["kind"] == "row_count" else "at_most", "numerator": numerator, "denominator": rows, "observed": ""}


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
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine

    speakable = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)

    kept: list[tuple[Any, Any]] = []

    def let_go() -> None:
        """Close every kept connection, so that the writer may open the file again."""
        while kept:
            connection, engine = kept.pop()
            connection.close()
            engine.dispose()

    class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
        """Keeps one connection, rolls back on error, and withholds messages that may quote cells."""

        _kept: Any = None

        @contextlib.contextmanager
        def get_connection(self) -> Iterator[Any]:
            if self._kept is None:
                self._kept = self.engine.connect()
                kept.append((self._kept, self.engine))
            try:
                yield self._kept
            except Exception as error:
                self._kept.rollback()
                cause = getattr(error, "orig", None) or error
                words = str(cause).split("\n", 1)[0] if isinstance(cause, speakable) else "message withheld"
                raise RuntimeError(f"[{type(cause).__name__}] {words}") from None

    class DuckDBDatasource(SQLDatasource):
        type: Literal["duckdb"] = "duckdb"

        @property
        def execution_engine_type(self) -> Any:
            return DuckDBExecutionEngine

    class BadRowsExpectation(gx.expectations.UnexpectedRowsExpectation):
        """Counts bad rows once and fetches none of them."""

        metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

        def _validate(self, metrics: Any, runtime_configuration: Any = None, execution_engine: Any = None) -> dict[str, Any]:  # noqa: ARG002
            count = metrics["unexpected_rows_query.row_count"]
            return {"success": count == 0, "result": {"observed_value": count}}

    return BadRowsExpectation, let_go


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
                answer: dict[str, Any] = {"replies": engine.evaluate(json.loads(line))}
            except Exception as error:
                answer = {"error": _speakable(error, "the suite")}
            print(json.dumps(answer), file=replies, flush=True)


if __name__ == "__main__":
    main()
