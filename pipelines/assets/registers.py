"""Group `registers`: the inbox taken in, and each register staged and checked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import dagster as dg

from pipelines.assets import shown
from pipelines.assets.boundary import guarded
from pipelines.contracts.register import RegisterContract
from pipelines.contracts.relationships import names_of
from pipelines.night import Night
from pipelines.quality.checks import HOLDING, Check
from pipelines.reports.validation import counted, docs_link, link
from pipelines.reports.web.places import register_page

INBOX = dg.AssetKey(["registers", "inbox_taken_in"])


def register_key(name: str) -> dg.AssetKey:
    return dg.AssetKey(["registers", name])


def check_result(night: Night, checks: Sequence[Check], name: str, key: dg.AssetKey) -> dg.AssetCheckResult:
    """One check result a subject group: passed when nothing holds. As metadata how many expectations hold something (numerator) of how many
    there are (denominator), how many were declared and run, counts by verdict, what each that does not pass counted, where the night's report
    says more, and Data Docs."""
    holding = [check for check in checks if check.verdict in HOLDING]
    counts = {verdict: sum(check.verdict == verdict for check in checks) for verdict in ("passed", "warned", "failed", "not_evaluated", "errored")}
    rules = ", ".join(f"{check.subject}: {check.rule} ({check.verdict})" for check in checks if check.verdict != "passed")
    subject = checks[0].subject if checks else ""
    metadata: dict[str, Any] = {
        "numerator": len(holding),
        "denominator": len(checks),
        **tallied(night, {check.subject for check in checks}),
        **counts,
        "not_passed": rules or "none",
        "counted": dg.MetadataValue.md(counted(checks)),
        "report": dg.MetadataValue.url(link(night.home, night.as_of, subject, is_what_if=night.is_what_if)),
        "data_docs": dg.MetadataValue.url(docs_link(night.home, night.as_of, subject, is_what_if=night.is_what_if)),
    }
    return dg.AssetCheckResult(check_name=name, asset_key=key, passed=not holding, metadata=metadata)


def page_link(night: Night, page: str = "index.html") -> dg.MetadataValue[Any]:
    """The address of a page of the reports, by its path from their folder."""
    return dg.MetadataValue.url((night.home.reports / page).as_uri())


def tallied(night: Night, subjects: Collection[str]) -> dict[str, int]:
    """How many expectations of some subjects were declared, and how many of them ran."""
    every = night.tallied if night.tallied.keys() >= set(subjects) else night.tallies()
    found = [every[subject] for subject in subjects if subject in every]
    return {"declared": sum(tally.declared for tally in found), "run": sum(tally.run for tally in found)}


def inbox_asset(partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """The asset that takes the inbox in."""

    @dg.asset(
        key=INBOX,
        group_name="registers",
        partitions_def=partitions,
        owners=shown.OPERATORS,
        kinds={"parquet"},
        description="Every file of the inbox, archived, recognised or quarantined with its reason.",
    )
    def inbox_taken_in(night: dg.ResourceParam[Night]) -> dg.MaterializeResult[None]:
        receipts = guarded(night, "taking in the inbox", night.take_in)
        counts: dict[str, Any] = {state: sum(item.state == state for item in receipts) for state in ("accepted", "known_already", "quarantined", "left_waiting")}
        return dg.MaterializeResult(metadata={**counts, "dagster/row_count": len(receipts), "page": page_link(night, "deliveries.html")})

    return inbox_taken_in


def register_asset(register: RegisterContract, partitions: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """The asset of one register, with its one blocking check."""
    key, name = register_key(register.id), "register_holds"

    @dg.asset(
        key=key,
        group_name="registers",
        deps=[INBOX, *map(register_key, names_of(register))],
        partitions_def=partitions,
        owners=[f"team:{register.handling.supplier}"],
        kinds={"duckdb"},
        metadata={"dagster/column_schema": shown.register_columns(register), "dagster/table_name": f"staged.{register.id}"},
        description=f"{register.name}: {register.description.purpose}",
        check_specs=[dg.AssetCheckSpec(name, asset=key, blocking=True, description="Every expectation of the register contract holds.")],
    )
    def staged_register(night: dg.ResourceParam[Night]) -> dg.MaterializeResult:  # type: ignore[type-arg]  # dagster wants it bare beside check_specs
        checks = guarded(night, f"register {register.id}", lambda: night.build_register(register.id))
        used = night.used.get(register.id)
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": used.rows if used else 0,
                "covers_through": str(used.covers_through) if used else "no delivery",
                "deliveries": shown.deliveries(used),
                "page": page_link(night, register_page(register.id)),
            },
            check_results=[check_result(night, checks, name, key)],
        )

    return staged_register
