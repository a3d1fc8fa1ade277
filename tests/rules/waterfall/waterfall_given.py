"""What the tests of the waterfall share: the worked case's terms, read as a contract is read, and inflows by day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.contracts.source import Source, read
from pipelines.contracts.waterfall import Waterfall
from pipelines.payments.waterfall import Inflow

HERE = Path(__file__).parent
LAST = dt.date(2099, 12, 31)
WORKED = {2024: "100000.00", 2025: "3500000.00", 2026: "4200000.00", 2027: "1660000.00", 2028: "1000000.00"}


def read_here(name: str) -> Source:
    """A file of cases: in one, unlike in a contract, a key without a value takes a term out."""
    source = read(HERE / name, root=HERE)
    assert [finding for finding in source.findings if "has no value" not in finding.message] == []
    return source


def terms(**changes: Any) -> Waterfall:
    """The worked case's terms, with some parts replaced."""
    return Waterfall.model_validate({**read_here("terms.yaml").value, **changes})


def one(case: dict[str, Any]) -> Waterfall:
    """The terms of a case with the class `one` alone, and no more agreed than the case says."""
    agreed = {"clause": "Bilag 5", "day_count": "act_365f", "reverts_to": "kommune"}
    steps = {"classes": [{"id": "one", "investor": "fond", **case["class"]}], "distributed_on": case["days"], "order": [*case["order"], "reverts"]}
    return Waterfall.model_validate({**agreed, **steps, **case.get("with", {})}, by_alias=True)


def worked_inflows() -> list[Inflow]:
    return [Inflow(dt.date(year, 1, 1), Decimal(amount), "results paid") for year, amount in WORKED.items()]
