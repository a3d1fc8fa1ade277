"""The one Dagster code location. It loads even when a contract is broken: that contract is held, and the night goes on."""

from __future__ import annotations

import dagster as dg

from pipelines.assets.arrivals import intake
from pipelines.assets.boundary import NothingStored
from pipelines.assets.outcomes import contract_check, outcome_assets
from pipelines.assets.payments import payment_assets
from pipelines.assets.publication import publication_assets
from pipelines.assets.registers import inbox_asset, register_asset
from pipelines.assets.resources import NightResource
from pipelines.payments.vocabulary import catalogue
from pipelines.schedules import alerts_told, as_of_days, deliveries_arrived, nightly, nightly_at_two
from pipelines.settings import Home


def build(home: Home) -> dg.Definitions:
    """Definitions for one home, from the contracts that load today."""
    found = catalogue()
    assets = [
        inbox_asset(as_of_days),
        *(register_asset(register, as_of_days) for register in found.registers.values()),
        *outcome_assets(found, as_of_days),
        *payment_assets(as_of_days),
        *publication_assets(as_of_days),
    ]
    return dg.Definitions(
        assets=assets,
        asset_checks=[contract_check(contract) for contract in found.contracts.values()],
        jobs=[nightly, intake],
        schedules=[nightly_at_two],
        sensors=[deliveries_arrived(home), alerts_told(home)],
        resources={"night": NightResource(root=str(home.root)), "io_manager": NothingStored()},
        executor=dg.in_process_executor,
    )


defs = build(Home.here())
