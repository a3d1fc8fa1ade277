"""The open tables under disclosure control: what names a row, which columns tell numbers or words of people, and which says the state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from indicators.disclosure import SHOWN, SUPPRESSED
from pipelines.reports.disclosing.problem import Row

NOT_FROZEN, RESTATED, ROUNDED = "not_frozen", "restated", "rounded"
TOLD = (SHOWN, RESTATED, ROUNDED)
"""The states in which a row tells its numbers: as they are, as they were when they were frozen, or rounded."""


@dataclass(frozen=True)
class OpenTable:
    """`key` names a row, and its first `grouped` columns the group that shares one state; None is all of them. `counts` are compared with what was
    told before; `words` are told and withheld with them. Of a table that `stands`, what was told once is told from then on."""

    name: str
    key: tuple[str, ...]
    state: str
    counts: tuple[str, ...]
    words: tuple[str, ...] = ()
    stands: bool = False
    grouped: int | None = None

    def row(self, record: Mapping[str, Any]) -> Row:
        """What names the group that the record is in."""
        return self.name, *(_name(record[column]) for column in self.key[: self.grouped])

    def place(self, record: Mapping[str, Any]) -> Row:
        """What names the record itself."""
        return self.name, *(_name(record[column]) for column in self.key)

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.counts, *self.words)

    def said(self, record: Mapping[str, Any]) -> dict[str, str]:
        """What the record tells, as text by column; of a table that does not stand, the counts alone, which all else follows from."""
        return {column: _text(record[column]) for column in (self.columns if self.stands else self.counts) if record[column] is not None}

    def again(self, said: Mapping[str, str], schema: Mapping[str, Any]) -> dict[str, Any]:
        """What was told, as the columns of the table."""
        return {column: _value(said[column], schema[column]) if column in said else None for column in self.columns}


OPEN = {
    table.name: table
    for table in (
        OpenTable(
            "indicator_results",
            ("contract", "outcome", "claim_period", "role"),
            "counts_state",
            ("n", "n_counted", "value", "exposure_days"),
            ("estimates",),
            stands=True,
            grouped=3,
        ),
        OpenTable("payment_decisions", ("contract", "trigger", "claim_period", "settlement"), "amount_state", ("amount",), ("reason", "arithmetic"), stands=True),
        OpenTable("gate_checks", ("subject", "rule"), "counts_state", ("numerator", "denominator"), ("observed",)),
        OpenTable("gaming_figures", ("contract", "figure", "about"), "state", ("numerator", "denominator"), ("value",)),
        OpenTable("deliveries", ("delivery",), "row_count_state", ("row_count", "rejected")),
        OpenTable(
            "delivery_changes",
            ("register", "before_known_from", "known_from", "column_name"),
            "counts_state",
            ("people_added", "people_gone", "people_in_both", "people_changed", "weeks_changed", "rows_before", "rows_after"),
        ),
    )
}


def state_for(rule: str) -> str:
    """The state of a row that a rule withholds."""
    return NOT_FROZEN if rule == NOT_FROZEN else SUPPRESSED


def _name(value: Any) -> str:
    return "" if value is None else str(value)


def _text(value: Any) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _value(text: str, kind: Any) -> Any:
    if isinstance(kind, pl.Decimal) or kind == pl.Decimal:
        return Decimal(text)
    return int(text) if kind == pl.Int64 else text
