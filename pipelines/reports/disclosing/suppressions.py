"""What was suppressed and why: rows for the parties, counts by rule for anyone, and sentences. No values."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

NOT_FROZEN = "not_frozen"
RULES = {
    "small_count": "a count of people in it, or one that follows from it, is small",
    NOT_FROZEN: "its claim or cohort is not frozen yet, and figures are told once",
    "rests_on_suppressed": "it speaks of the people of a row that is suppressed",
    "amount_tells_few": "its amount, at the price of the contract, tells of few people",
    "dominance": "few people make up most of its amount",
    "differs_by_few": "it differs by few people from what was told before",
    "protects_another": "from it and what is told beside it a small count would follow",
    "rounding": "the counts of its contract are told rounded, and it would tell them exactly",
    "not_solved": "it could not be proved in time that no small count follows, so nothing is told",
    "register_damaged": "the register of what was told before is damaged, so nothing is told",
    "already_told": "a small count follows from what was told before, so suppressing more would not help",
}
"""Why a row tells nothing, by the name of the rule."""


@dataclass(frozen=True, order=True)
class Suppression:
    """One row of an open table that tells nothing. `contract` is empty for a row about a register."""

    contract: str
    table: str
    row_key: str
    columns: str
    rule: str


def suppressions(found: Iterable[Suppression], as_of: dt.date) -> pl.DataFrame:
    """`suppressions`, for the parties: one row a suppressed row."""
    schema = dict.fromkeys(("contract", "table_name", "row_key", "column_names", "rule", "reason"), pl.String)
    rows = [(item.contract, item.table, item.row_key, item.columns, item.rule, RULES[item.rule]) for item in sorted(found)]
    return pl.DataFrame(rows, schema=schema, orient="row").select(pl.lit(as_of).alias("as_of"), pl.all())


def suppressions_by_rule(found: Iterable[Suppression], as_of: dt.date) -> pl.DataFrame:
    """`suppressions_by_rule`, for anyone: one row a rule, over all contracts together, so that it says of no row why it is hidden."""
    counted = Counter(item.rule for item in found)
    schema = {"rule": pl.String, "reason": pl.String, "suppressed_rows": pl.Int64}
    rows = [(rule, words, counted[rule]) for rule, words in RULES.items()]
    return pl.DataFrame(rows, schema=schema, orient="row").select(pl.lit(as_of).alias("as_of"), pl.all())


def sentences(found: Iterable[Suppression]) -> list[str]:
    """One sentence a contract, table and rule, the most first: how many rows tell nothing and why."""
    counted = Counter((item.contract, item.table, item.rule) for item in found)
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [sentence(contract, table, rule, rows) for (contract, table, rule), rows in ordered]


def sentence(contract: str, table: str, rule: str, rows: int) -> str:
    """How many rows of a table tell nothing, and why."""
    place = f"{table} of {contract}" if contract else table
    return f"{rows} {'row' if rows == 1 else 'rows'} of {place} suppressed: {RULES[rule]}"
