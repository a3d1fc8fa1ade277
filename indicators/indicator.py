"""What an indicator is: its declaration, the shape of its rows, and how definitions are found.

An indicator takes the eligible members of a cohort and staged tables, and gives every member one row. Absence of a register row
proves nothing: only a positive source makes a unit `counted`.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Literal

import polars as pl

from indicators.ordered import known_order
from indicators.windows import months_later

STATUSES = ("counted", "not_observed", "not_mature", "ineligible")
Status = pl.Enum(list(STATUSES))
VALUE = pl.Decimal(18, 6)
EVIDENCE = pl.List(pl.Struct({"start_day": pl.Int32, "end_day": pl.Int32, "code": pl.String}))
INJECTED = ("claim_period", "after_enrolment", "codes")
"""Keyword parameters that no contract gives under `with`: the claim period in day numbers, what the cohort says of events after
enrolment, and the dated rows of the code list that a placing names."""
COHORT_SCHEMA = pl.Schema({"person_id": pl.Int32, "role": pl.String, "enrolled_day": pl.Int32})
UNIT_ROWS: dict[str, pl.DataType | type[pl.DataType]] = {
    "person_id": pl.Int32,
    "role": pl.String,
    "status": Status,
    "reason": pl.String,
    "component": pl.String,
    "window_start": pl.Int32,
    "window_end": pl.Int32,
    "exposure": pl.Int64,
    "value": VALUE,
    "evidence": EVIDENCE,
}
"""One row a cohort member. `reason` says why in a word; `exposure` is days at risk proven by a positive source; `value` and
`exposure` are null unless the status is `counted`; `component` is null unless the contract prices components apart;
`evidence` lists the spells and codes that decided it."""


@dataclass(frozen=True)
class Indicator:
    """One version of one indicator with everything a contract, the annex or the data dictionary needs to know of it."""

    name: str
    version: int
    unit: Literal["person", "household"]
    value: str
    better: Literal["higher", "lower", "neither"]
    registers: tuple[str, ...]
    plausible: tuple[int, int]
    definition: str
    module: str
    compute: Callable[..., pl.LazyFrame]
    matures_after: str = ""
    """The parameter that says how many months after a window's end its events may still become known; empty when there is none."""
    ends_at_event: bool = False
    """Whether exposure begins on enrolment and ends at the event that makes the value one, or with what could be seen: a time to an event."""

    @property
    def pin(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def tables(self) -> tuple[str, ...]:
        """The staged tables it reads, in the order its function takes them after the cohort."""
        return tuple(name for name, par in inspect.signature(self.compute).parameters.items() if par.kind is par.POSITIONAL_OR_KEYWORD)[1:]

    @property
    def parameters(self) -> dict[str, tuple[Any, Any]]:
        """Its keyword parameters with type and default (`...` when the contract must give one)."""
        hints = inspect.get_annotations(self.compute, eval_str=True)
        pars = inspect.signature(self.compute).parameters.values()
        given = [par for par in pars if par.kind is par.KEYWORD_ONLY and par.name not in INJECTED]
        return {par.name: (hints[par.name], ... if par.default is par.empty else par.default) for par in given}

    @property
    def injected(self) -> tuple[str, ...]:
        """Which of INJECTED it takes."""
        return tuple(name for name in INJECTED if name in inspect.signature(self.compute).parameters)

    def months_after(self, given: Mapping[str, Any]) -> int:
        """How many months beyond the end of a window the registers must cover, by what a contract gives."""
        return int(given[self.matures_after]) if self.matures_after else 0

    def rows(self, cohort: pl.LazyFrame, tables: dict[str, pl.LazyFrame], arguments: dict[str, Any], mature_until: int) -> pl.LazyFrame:
        """Unit rows of `cohort` (COHORT_SCHEMA), with units whose window the data do not cover marked `not_mature`: before that nothing is
        known of them, not even that they had no time at risk. A window without days needs no data. One of which events become known months
        after it is covered when those months are.

        `mature_until` is the day number before which every event is known: covered through, plus one, less the reporting lag.
        """
        rows = self.compute(cohort, *(tables[name] for name in self.tables), **arguments)
        known_by = months_later(pl.col("window_end"), self.months_after(arguments))
        late = (known_by > mature_until) & (pl.col("window_start") < pl.col("window_end"))
        return rows.with_columns(
            status=pl.when(late).then(pl.lit("not_mature", dtype=Status)).otherwise("status"),
            reason=pl.when(late).then(pl.lit("window_not_covered_yet")).otherwise("reason"),
            exposure=pl.when(~late).then("exposure"),
            value=pl.when(~late).then("value"),
        ).select(list(UNIT_ROWS))

    def computed(
        self, cohort: pl.DataFrame, tables: Mapping[str, pl.DataFrame], arguments: dict[str, Any], mature_until: int, columns: Sequence[str] = tuple(UNIT_ROWS)
    ) -> pl.DataFrame:
        """The same from rows in memory, in any order; what none of `columns` needs is not computed. Rows in the order of people, as staged
        tables have them within a shard, are fastest, and the engine that keeps everything in memory sorts in a tenth of the other's time."""
        held = {name: known_order(tables[name]).lazy() for name in self.tables}
        return self.rows(known_order(cohort).lazy(), held, arguments, mature_until).select(columns).collect(engine="in-memory")


def indicator(
    name: str,
    *,
    version: int,
    unit: Literal["person", "household"],
    value: str,
    better: Literal["higher", "lower", "neither"],
    registers: list[str],
    plausible: tuple[int, int],
    matures_after: str = "",
    ends_at_event: bool = False,
) -> Callable[[Callable[..., pl.LazyFrame]], Indicator]:
    """Declare an indicator. `value` says what is counted, `plausible` the least and most a unit can have, `matures_after` the parameter that
    says how many months after a window its events may still become known, `ends_at_event` that its exposure is the time from enrolment to the event;
    the docstring is its definition. Raises ValueError for a `matures_after` that is no parameter."""

    def declare(compute: Callable[..., pl.LazyFrame]) -> Indicator:
        definition = inspect.cleandoc(compute.__doc__ or inspect.getmodule(compute).__doc__ or "")
        if matures_after and matures_after not in inspect.signature(compute).parameters:
            raise ValueError(f"{name}@{version} matures after '{matures_after}', which is none of its parameters")
        return Indicator(name, version, unit, value, better, tuple(registers), plausible, definition, compute.__module__, compute, matures_after, ends_at_event)

    return declare


def unit_rows(
    cohort: pl.LazyFrame,
    *,
    counted: pl.Expr,
    why_not: pl.Expr,
    counted_as: pl.Expr,
    exposure: pl.Expr,
    value: pl.Expr,
    evidence: pl.Expr,
    ineligible: pl.Expr | None = None,
) -> pl.LazyFrame:
    """UNIT_ROWS from a cohort frame that carries its window and whatever the expressions name. `ineligible` is the reason of a unit that
    has no time at risk at all, else null; of what the data say it comes first."""
    keep = {"exposure": exposure.cast(pl.Int64), "value": value.cast(VALUE)}
    out = pl.lit(None, dtype=pl.String) if ineligible is None else ineligible
    judged = cohort.with_columns(_out=out).with_columns(_counted=pl.col("_out").is_null() & counted)
    return judged.select(
        "person_id",
        "role",
        status=pl.when(pl.col("_out").is_not_null())
        .then(pl.lit("ineligible", dtype=Status))
        .when("_counted")
        .then(pl.lit("counted", dtype=Status))
        .otherwise(pl.lit("not_observed", dtype=Status)),
        reason=pl.coalesce("_out", pl.when("_counted").then(counted_as).otherwise(why_not)),
        component=pl.lit(None, dtype=pl.String),
        window_start="window_start",
        window_end="window_end",
        **{name: pl.when("_counted").then(expr) for name, expr in keep.items()},
        evidence=evidence.fill_null(pl.lit([], dtype=EVIDENCE)),
    )


def looked_up(spells: pl.LazyFrame) -> pl.Expr:
    """Each person's evidence from a table of its own (person_id, `spells`; one row a person). A table joined for evidence is computed
    whether anybody wants evidence or not; what is looked up is computed only for those who do."""

    def of(persons: pl.Series) -> pl.Series:
        rows = pl.LazyFrame({"person_id": persons}).join(spells, on="person_id", how="left", maintain_order="left")
        return rows.select(pl.col("spells").cast(EVIDENCE)).collect(engine="in-memory").to_series()

    return pl.col("person_id").map_batches(of, return_dtype=EVIDENCE)


def spell_list(start: str, end: str, code: pl.Expr) -> pl.Expr:
    """All spells of a group as evidence, for use in an aggregation; in the order of the rows."""
    return pl.struct(start_day=pl.col(start).cast(pl.Int32), end_day=pl.col(end).cast(pl.Int32), code=code.cast(pl.String))


def spell_evidence(start: str, end: str, code: pl.Expr) -> pl.Expr:
    """One evidence item from two day columns; no item where the start is null."""
    item = pl.struct(start_day=pl.col(start).cast(pl.Int32), end_day=pl.col(end).cast(pl.Int32), code=code.cast(pl.String))
    return pl.when(pl.col(start).is_not_null()).then(pl.concat_list(item)).otherwise(pl.lit([], dtype=EVIDENCE))


def written(number: pl.Expr) -> pl.Expr:
    """A number as evidence shows it: exact to six decimals, without noughts at its end."""
    return number.cast(VALUE).cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")


def discover(package: ModuleType, kind: type) -> list[Any]:
    """Every instance of `kind` in the modules of `package`, one file after the other by name: definitions are found, never listed."""
    found: list[Any] = []
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        found += [item for item in vars(module).values() if isinstance(item, kind) and getattr(item, "module", None) == module.__name__]
    return found


@cache
def library() -> dict[str, Indicator]:
    """Every indicator of `indicators/library`, by pin."""
    import indicators.library as package

    return {item.pin: item for item in discover(package, Indicator)}
