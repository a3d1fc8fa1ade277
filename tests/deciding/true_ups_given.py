"""What the tests of true-ups share: the six children of the worked case of days out of care, the delivery that restates three of them, and nights."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from home_days_given import contract, payment
from nights_given import Days, Town

from pipelines.contracts.agreed import Caps, TrueUp
from pipelines.contracts.outcome import OutcomeContract
from pipelines.ledger.journal import Entry, read
from pipelines.payments.rule import Unit
from pipelines.settings import Home

QUARTER = {"id": "2025Q2", "from": dt.date(2025, 4, 1), "to": dt.date(2025, 7, 1), "decided_from": dt.date(2025, 10, 1)}
CLAIM = "hjemmedage/2025Q2"
PAID_ON, RESTATED_ON, WINDOW_ENDS = dt.date(2025, 10, 1), dt.date(2025, 11, 15), dt.date(2026, 1, 1)
CHILDREN = {
    "A": ("edge", "330000.00"),
    "B": ("edge", "100000.00"),
    "C": ("in_care", "0.00"),
    "D": ("edge", "390000.00"),
    "E": ("edge", "200000.00"),
    "F": ("edge", "0.00"),
}
"""Cohort, and what earlier contracts' claims gave."""
FIRST_DAYS = {"A": 91, "B": 49, "C": 52, "D": 31, "E": 71, "F": 14}
RESTATED_DAYS = {**FIRST_DAYS, "A": 88, "B": 35, "C": 59}
TERMS = {"clause": "Bilag 3 §11", "until": "P6M", "from": "claim_period_end", "below": Decimal("0.00"), "settle": "next_statement"}
DAYS_AT_HOME = payment(
    on_account=None,
    rule={"per_unit@1": {"unit": "day", "price": {dt.date(2024, 7, 1): Decimal("1237.45")}, "role": "treatment"}},
    adjust=[
        {"deadweight@1": {"shares": {"edge": Decimal("0.33"), "in_care": Decimal(0)}}},
        {"rounded@1": {"mode": "half_up", "at": "person_line"}},
        {"cap_per_person@1": {"amount": Decimal("400000.00"), "over": "contract_life"}},
    ],
    claim_periods=[QUARTER],
)


@dataclass
class RestatedTown(Town):
    """The town of the six children, each with a cohort and what was paid before."""

    def units(self, subject: str) -> list[Unit]:
        return [replace(item, cohort=CHILDREN[item.key][0], paid_before=Fraction(CHILDREN[item.key][1])) if item.key in CHILDREN else item for item in super().units(subject)]

    def restate(self, days: dict[str, Any], *deliveries: str) -> None:
        """A later delivery of the register says otherwise."""
        self.days = {CLAIM: days}
        self.made_of = vintage(*deliveries)

    @property
    def entries(self) -> list[Entry]:
        return read(self.home).entries

    @property
    def newest(self) -> Entry:
        return self.entries[-1]


def vintage(*deliveries: str, through: str = "2025-09-30", codes: str = "c1", text: str = "t1") -> dict[str, Any]:
    """What a decision was made of, as far as causes go by it: the register's deliveries, code list and contract."""
    listed = [[name, True, through, name, ""] for name in deliveries]
    register = {"deliveries": listed, "in_use": {"covers_through": through}, "codelists": {}, "contract": "r"}
    return {"outcome": {"registers": {"buaf": register}, "codelists": {"anbringelser": codes}}, "requires": {}, "contract": {"sha256": text}, "program": "p", "lock": "l"}


def agreed(*payments: dict[str, Any], caps: dict[str, Any] | None = None, terms: dict[str, Any] | None = None, smallest: int = 5) -> OutcomeContract:
    made = contract(*(payments or (DAYS_AT_HOME,)), smallest=smallest)
    said = TrueUp.model_validate(TERMS if terms is None else terms) if terms != {} else None
    return made.model_copy(update={"true_up": said, "caps": Caps.model_validate(caps) if caps else None})


def six(folder: Path, made: OutcomeContract | None = None, days: Days | None = None) -> RestatedTown:
    """The town once its contract was signed, with the first delivery."""
    town = RestatedTown(Home(folder).prepare(key=b"k" * 32), made or agreed(), days or {CLAIM: FIRST_DAYS}, made_of=vintage("first"))
    town.executed()
    return town
