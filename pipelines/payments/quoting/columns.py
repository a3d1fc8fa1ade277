"""The columns of a results file: what each holds, and which must be there. The table in docs/quote.md is made from this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["name", "people", "count", "number", "figure", "compared", "ends", "money", "text"]


@dataclass(frozen=True)
class Column:
    """One column. `kind` says how a cell is read: a name of the contract, whole people, a whole count, a number not below nought, any
    number, a comparison group's figure, the two ends of an interval, an amount, or words."""

    name: str
    kind: Kind
    holds: str
    example: str
    is_needed: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("outcome", "name", "The outcome's id in the contract.", "hjemmedage", is_needed=True),
    Column("cohort", "name", "The cohort's id. May be empty for an outcome of one cohort.", "edge"),
    Column("period", "name", "The claim period's id.", "2025H1", is_needed=True),
    Column("group", "text", "A label that tells several rows of one outcome, cohort and period apart, each a group of people who did alike.", "two_stays"),
    Column("component", "text", "What the units are of, where a payment has a price for each; rows that differ in this alone are of the same people.", "job"),
    Column("enrolled", "people", "People of the cohort, or of the group, who are counted whatever came of them. Empty: as many as `persons`.", "64"),
    Column("counted", "people", "Those of the enrolled whose result is known, such as those who answered. Empty: all of them.", "52"),
    Column("persons", "people", "People with the result: who reached it, or have units or claims.", "31"),
    Column("claims", "count", "Claims of those people together; one person may have several, and has one at least.", "45"),
    Column("units", "number", "Units of time, or counts, of those people together.", "732"),
    Column(
        "value",
        "figure",
        "What a comparison estimates, as the payment names it (`measure`); where nothing is compared, the mean a counted person, or the amount saved. A share is 0.0839.",
        "0.0839",
    ),
    Column("comparison", "compared", "The comparison group's figure a person, or its sum and its people as `66/216`.", "1.55"),
    Column("interval", "ends", "The ends of the interval that the payment names, as `low..high`.", "-0.16..-0.01"),
    Column("paid_before", "money", "What each of these people was given before for the same payment, an amount a person.", "330000.00"),
    Column("currency", "text", "Checked against the contract's, where it is given.", "DKK"),
)
NAMES = tuple(column.name for column in COLUMNS)
NEEDED = tuple(column.name for column in COLUMNS if column.is_needed)
BY_NAME = {column.name: column for column in COLUMNS}
