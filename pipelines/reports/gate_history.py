"""The rows of the published table `gate_history`: what every expectation said on every night, as far as disclosure control shows it."""

from __future__ import annotations

import polars as pl

from indicators.disclosure import SHOWN, SUPPRESSED

RULE = ("subject", "rule")
COUNTS = ("numerator", "denominator", "rest")


def gate_history(rows: pl.DataFrame, smallest: int) -> pl.DataFrame:
    """`gate_history` from the rows of `quality.history`. Counts below `smallest` are suppressed (0 shows all), and those of two nights that
    differ by as few: together they would tell of the few who came between."""
    counted = rows.with_columns(rest=pl.col("denominator") - pl.col("numerator"))
    told = [_is_small(pl.col(name), smallest) for name in COUNTS] + [pl.lit(_is_beside_another(counted, name, smallest)) for name in COUNTS]
    hidden = counted.with_columns(is_hidden=pl.any_horizontal(*(item.fill_null(value=False) for item in told)))
    shown = {name: pl.when(~pl.col("is_hidden")).then(pl.col(name)) for name in ("numerator", "denominator")}
    state = pl.when("is_hidden").then(pl.lit(SUPPRESSED)).otherwise(pl.lit(SHOWN))
    return hidden.with_columns(**shown, counts_state=state).drop("rest", "is_hidden")


def _is_small(count: pl.Expr, smallest: int) -> pl.Expr:
    return (count > 0) & (count < smallest)


def _is_beside_another(rows: pl.DataFrame, count: str, smallest: int) -> pl.Series:
    """Per row, whether the same rule counted almost the same on another night."""
    values = rows.select(*RULE, count).unique().drop_nulls().sort(*RULE, count)
    gaps = values.with_columns(gap=pl.col(count).diff().over(*RULE)).with_columns(next_gap=pl.col("gap").shift(-1).over(*RULE))
    close = gaps.select(*RULE, count, close=pl.any_horizontal(_is_small(pl.col("gap"), smallest), _is_small(pl.col("next_gap"), smallest)))
    return rows.join(close, on=[*RULE, count], how="left", maintain_order="left")["close"].fill_null(value=False)
