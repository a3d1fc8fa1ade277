"""Group `payments`: the decisions of the night, the ledger they are settled in, and the evidence of what was posted.

`decisions` has no dependency on anything a failed check could block: it runs last whatever failed and re-reads every verdict itself.
"""

from __future__ import annotations

from typing import Any

import dagster as dg

from pipelines.assets import shown
from pipelines.assets.boundary import guarded
from pipelines.assets.registers import page_link
from pipelines.night import Night
from pipelines.reports.evidence.keeping import keep

DECISIONS = dg.AssetKey(["payments", "decisions"])
LEDGER = dg.AssetKey(["payments", "ledger"])
EVIDENCE = dg.AssetKey(["payments", "evidence"])
LAST = {"dagster/priority": "-100"}


def payment_assets(partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """The decision step, the ledger step and the evidence step."""

    @dg.asset(
        key=DECISIONS,
        group_name="payments",
        partitions_def=partitions,
        op_tags=LAST,
        owners=shown.OPERATORS,
        kinds={"python"},
        metadata={"dagster/column_schema": shown.published_columns("payment_decisions")},
        description="Every trigger and claim period decided: not due, held, not met or due.",
    )
    def decisions(night: dg.ResourceParam[Night]) -> dg.MaterializeResult[None]:
        made = guarded(night, "deciding", night.decide_all)
        counts = {state: sum(item.state == state for item in made) for state in ("due", "not_met", "held", "not_due")}
        found: dict[str, Any] = {"dagster/row_count": len(made), "board": shown.decided(made), "page": page_link(night)}
        return dg.MaterializeResult(metadata={**counts, **found})

    @dg.asset(
        key=LEDGER,
        group_name="payments",
        deps=[DECISIONS],
        partitions_def=partitions,
        op_tags=LAST,
        owners=shown.OPERATORS,
        kinds={"json"},
        metadata={"dagster/column_schema": shown.published_columns("ledger")},
        description="The sealed hand-overs taken, and what changed posted to the ledger.",
    )
    def ledger(night: dg.ResourceParam[Night]) -> dg.MaterializeResult[None]:
        posted = guarded(night, "settling", night.hand_over_and_settle)
        found: dict[str, Any] = {
            "entries_posted": len(posted),
            "is_what_if": night.is_what_if,
            "posted": shown.entries(posted),
            "ledger": dg.MetadataValue.path(str(night.home.ledger)),
        }
        return dg.MaterializeResult(metadata=found)

    @dg.asset(
        key=EVIDENCE,
        group_name="payments",
        deps=[LEDGER],
        partitions_def=partitions,
        op_tags=LAST,
        owners=shown.OPERATORS,
        kinds={"json"},
        description="A bundle for each entry about a decision, from which anybody can prove it again alone. What cannot be written stops nothing.",
    )
    def evidence(night: dg.ResourceParam[Night]) -> dg.MaterializeResult[None]:
        written = guarded(night, "evidence", lambda: keep(night))
        return dg.MaterializeResult(metadata={"bundles_written": len(written), "evidence": dg.MetadataValue.path(str(night.home.evidence))})

    return [decisions, ledger, evidence]
