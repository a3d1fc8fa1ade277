"""Group `outcomes`: each contract's frozen cohorts, its unit rows and results, and the one check of the contract."""

from __future__ import annotations

from typing import Any

import dagster as dg

from pipelines.assets import shown
from pipelines.assets.boundary import guarded
from pipelines.assets.registers import check_result, page_link, register_key
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import Cohort, Outcome, OutcomeContract
from pipelines.night import Night
from pipelines.payments.vocabulary import vocabulary
from pipelines.reports.web.places import contract_page

AFTER_COHORTS = {"dagster/priority": "-25"}
"""Outcomes come when every register and cohort is there, so that one reading of the registers serves them all."""
AFTER_OUTCOMES = {"dagster/priority": "-50"}


def cohort_key(contract: str, cohort: str) -> dg.AssetKey:
    return dg.AssetKey(["outcomes", contract, f"cohort_{cohort}"])


def outcome_key(contract: str, outcome: str) -> dg.AssetKey:
    return dg.AssetKey(["outcomes", contract, outcome])


def cohort_asset(catalogue: Catalogue, contract: OutcomeContract, cohort: Cohort, partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """The asset of one cohort."""
    lineage = {"dagster/column_lineage": shown.cohort_lineage(cohort, catalogue.registers.get(cohort.register_name), register_key(cohort.register_name))}

    @dg.asset(
        key=cohort_key(contract.contract, cohort.id),
        group_name="outcomes",
        deps=[register_key(name) for name in catalogue.cohort_registers(cohort)],
        partitions_def=partitions,
        owners=shown.owners_of(contract),
        kinds={"polars"},
        metadata={"dagster/column_schema": shown.published_columns("cohort_members"), "dagster/table_name": "outcomes.cohort_members", **lineage},
        description=f"Who {contract.title} counts ({cohort.clause}); frozen when its period is over and covered.",
    )
    def frozen_cohort(night: dg.ResourceParam[Night]) -> dg.MaterializeResult[None]:
        checks = guarded(night, f"cohort {contract.contract}/{cohort.id}", lambda: night.build_cohort(contract, cohort.id))
        counts = shown.safely(lambda: shown.cohort_metadata(night, contract, cohort.id))
        found: dict[str, Any] = {"expectations": len(checks), "frozen": bool(night.frozen_hash(contract, cohort.id)), "page": page_link(night, contract_page(contract.contract))}
        return dg.MaterializeResult(metadata={**found, **counts, **lineage})

    return frozen_cohort


def outcome_asset(catalogue: Catalogue, contract: OutcomeContract, outcome: Outcome, partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """The asset of one outcome: its unit rows and its result."""
    registers = catalogue.outcome_registers(contract, outcome, vocabulary())
    cohorts = [cohort_key(contract.contract, name) for name in outcome.cohorts]
    lineage = {"dagster/column_lineage": shown.outcome_lineage(cohorts)}

    looked_at = [outcome_key(contract.contract, name) for name in contract.seen_by(outcome.id)]

    @dg.asset(
        key=outcome_key(contract.contract, outcome.id),
        group_name="outcomes",
        partitions_def=partitions,
        owners=shown.owners_of(contract),
        kinds={"polars"},
        op_tags=AFTER_COHORTS,
        deps=[*cohorts, *map(register_key, registers), *looked_at],
        metadata={
            "dagster/column_schema": shown.published_columns("indicator_values"),
            "dagster/table_name": "outcomes.indicator_values",
            **lineage,
        },
        description=f"{outcome.indicator} for {contract.title} ({outcome.clause}).",
    )
    def outcome_result(night: dg.ResourceParam[Night]) -> dg.MaterializeResult[None]:
        checks = guarded(night, f"outcome {contract.contract}/{outcome.id}", lambda: night.build_outcome(contract, outcome.id))
        counts = shown.safely(lambda: shown.outcome_metadata(night, contract, outcome.id))
        return dg.MaterializeResult(metadata={"expectations": len(checks), "page": page_link(night, contract_page(contract.contract)), **counts, **lineage})

    return outcome_result


def contract_check(contract: OutcomeContract) -> dg.AssetChecksDefinition:
    """The one check of a contract: every expectation of its cohorts and outcomes. It runs after them, whichever of them stopped."""
    key, name = cohort_key(contract.contract, contract.cohorts[0].id), "contract_holds"

    @dg.asset_check(asset=key, name=name, op_tags=AFTER_OUTCOMES, description=f"Every expectation that gates {contract.title} holds.")
    def contract_holds(night: dg.ResourceParam[Night]) -> dg.AssetCheckResult:
        return check_result(night, guarded(night, f"check of {contract.contract}", lambda: night.checks_of(contract)), name, key)

    return contract_holds


def outcome_assets(catalogue: Catalogue, partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """The assets of every contract that loads."""
    made: list[dg.AssetsDefinition] = []
    for contract in catalogue.contracts.values():
        made += [cohort_asset(catalogue, contract, cohort, partitions) for cohort in contract.cohorts]
        made += [outcome_asset(catalogue, contract, outcome, partitions) for outcome in contract.outcomes]
    return made
