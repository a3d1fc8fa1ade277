"""Unit rows of one outcome, as its step gets them: computed in slices, and households put together."""

from __future__ import annotations

import polars as pl

from pipelines import measuring
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import ClaimPeriod
from pipelines.together import computed
from pipelines.warehouse.staged import PEOPLE_AT_ONCE
from pipelines.warehouse.writer import Warehouse


def unit_rows(
    warehouse: Warehouse, catalogue: Catalogue, contract: str, outcome: str, people: pl.DataFrame, claim: ClaimPeriod | None, mature_until: int, at_once: int = PEOPLE_AT_ONCE
) -> pl.DataFrame:
    """Unit rows with `cohort`, sorted by person."""
    agreed = catalogue.contracts[contract]
    asked = measuring.asked(catalogue, agreed, agreed.outcome(outcome), people, claim, mature_until)
    slices = []
    for _, _, rows in computed(warehouse.connection, [asked], at_once):
        if not isinstance(rows, pl.DataFrame):
            raise rows
        slices.append(rows)
    combine = agreed.outcome(outcome).combine
    whole = pl.concat(slices) if combine is None else measuring.by_household(warehouse, people, combine, slices)
    return whole.sort("person_id")
