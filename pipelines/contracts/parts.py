"""Parts that the arguments of payment rules are made of: other outcomes by name with their weights."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from pipelines.contracts.strict import Name, Strict


class WeighedOutcome(Strict):
    """One outcome of the contract, and the share of the whole that it counts for."""

    outcome: Name
    weight: Annotated[Decimal, Field(gt=0, le=1)]
