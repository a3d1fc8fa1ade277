"""What Great Expectations needs to work inside DuckDB, and the expectation that reads one counted row. Imported by the child process alone: it
imports Great Expectations.

One connection is kept and rolled back on error; what takes too long is ended; messages that may quote cells are withheld.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import duckdb
import great_expectations as gx
from great_expectations.compatibility import pydantic
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.datasource.fluent.sql_datasource import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.query_metric_provider import QueryMetricProvider

SPEAKABLE = (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException)
COUNTED = ("counts", "bound", "numerator", "denominator", "observed", "is_bad")
"""The columns of the one row that a rule in SQL gives."""
SECONDS_TO_OBEY = 60
"""How long a query may go on after it was told to stop, before this process ends itself."""


@contextlib.contextmanager
def interrupted_after(seconds: float, connection: Any) -> Iterator[None]:
    """Tell the query that the block runs to stop once it has taken so long, and again every second: one told before it begins would not hear it.
    A query that does not obey takes this process with it, and is then errored with all that was asked beside it."""
    is_over = threading.Event()

    def watch() -> None:
        is_late = not is_over.wait(seconds)
        for _ in range(SECONDS_TO_OBEY if is_late else 0):
            connection.interrupt()
            if is_over.wait(1):
                return
        if is_late:
            os._exit(1)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """Runs every query on one kept connection. What was counted is kept while the connection is: of metrics resolved together, one that fails
    has all others resolved anew."""

    connected: ClassVar[list[Any]] = []
    seconds: ClassVar[float]
    kept: Any = None

    @functools.cached_property
    def counted(self) -> dict[str, Any]:
        """The row that each rule's query gave."""
        return {}

    @contextlib.contextmanager
    def get_connection(self) -> Iterator[Any]:
        """The kept connection, for a query that may take `seconds`. Raises RuntimeError with the type of an error, and its words if they may be told."""
        if self.kept is None:
            self.kept = self.engine.connect()
            self.connected.append(self)
        try:
            with interrupted_after(self.seconds, self.kept.connection.dbapi_connection):
                yield self.kept
        except Exception as error:
            self.kept.rollback()
            cause = getattr(error, "orig", None) or error
            words = str(cause).split("\n", 1)[0] if isinstance(cause, SPEAKABLE) else "message withheld"
            if isinstance(cause, duckdb.InterruptException):
                words = f"it took longer than {self.seconds:g} seconds"
            raise RuntimeError(f"[{type(cause).__name__}] {words}") from None

    def let_go(self) -> None:
        """Close the kept connection and forget what was counted over it."""
        self.counted.clear()
        self.kept.close()
        self.kept = None
        self.engine.dispose()


def limit(seconds: float) -> None:
    """Let every query take so long from now on."""
    DuckDBExecutionEngine.seconds = seconds


def let_go() -> None:
    """Close every kept connection, so that the writer may open the file again."""
    while DuckDBExecutionEngine.connected:
        DuckDBExecutionEngine.connected.pop().let_go()


class DuckDBDatasource(SQLDatasource):  # defining it makes `add_duckdb`
    """A DuckDB file as Great Expectations knows one."""

    type: Literal["duckdb"] = "duckdb"

    @property
    def execution_engine_type(self) -> Any:
        return DuckDBExecutionEngine

    def _save_context_project_config(self) -> None:
        """The context is of this process alone: writing down as YAML, with every table, what no file is made of takes as long as checking it."""


class CountedRow(QueryMetricProvider):  # defining it registers it
    """The one row of COUNTED that a rule's query gives, fetched once. Without a denominator it counts rows of its batch."""

    metric_name = "counted.row"
    value_keys = ("unexpected_rows_query",)
    query_param_name = "unexpected_rows_query"

    def _asked(cls, execution_engine: Any, metric_domain_kwargs: Any, metric_value_kwargs: Any, metrics: Any, runtime_configuration: Any) -> Any:  # noqa: ARG002, N805
        batch, _, _ = execution_engine.get_compute_domain(metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE)
        written = cls._get_query_from_metric_value_kwargs(metric_value_kwargs)
        query = cls._get_substituted_batch_subquery_from_query_and_batch_selectable(query=written, batch_selectable=batch, execution_engine=execution_engine)
        if query not in execution_engine.counted:
            with execution_engine.get_connection() as connection:
                execution_engine.counted[query] = _counted([tuple(row) for row in connection.exec_driver_sql(query).fetchall()])
        return execution_engine.counted[query]

    _sqlalchemy = metric_value(engine=SqlAlchemyExecutionEngine)(_asked)


class CountedExpectation(gx.expectations.UnexpectedRowsExpectation):
    """Holds where its rule's one row says that it is not bad; the row is all it fetches."""

    metric_dependencies: ClassVar[tuple[str, ...]] = (CountedRow.metric_name, "table.row_count")
    _configured: Any = pydantic.PrivateAttr(None)

    @property
    def configuration(self) -> Any:
        """What the expectation is configured as, made once: nothing of it changes, and it is asked for dozens of times."""
        if self._configured is None:
            self._configured = super().configuration
        return self._configured

    def _validate(self, metrics: Any, runtime_configuration: Any = None, execution_engine: Any = None) -> dict[str, Any]:  # noqa: ARG002
        counted = metrics[CountedRow.metric_name]
        if counted["denominator"] is None:
            counted = {**counted, "denominator": metrics["table.row_count"]}
        return {"success": counted["is_bad"] is False, "result": {"observed_value": counted["numerator"], "counted": counted}}


def _counted(rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    """The one row as data. A rule that has no row of its subject looked at nothing; more than one, or a count that is none, is an error."""
    if not rows:
        return {"numerator": None, "denominator": 0, "is_bad": None}
    counted = dict(zip(COUNTED, rows[0], strict=True))
    if len(rows) > 1 or type(counted["numerator"]) is not int or type(counted["denominator"]) not in (int, type(None)):
        raise TypeError("its query does not count")
    return counted
