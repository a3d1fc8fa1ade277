"""Group `payments`: the decisions of the night, the ledger they are settled in, and the evidence of what was posted.

`decisions` has no dependency on anything a failed check could block: it runs last whatever failed and re-reads every verdict itself.
"""

from __future__ import annotations

import dagster as dg

from pipelines.assets.boundary import guarded
from pipelines.night import Night
from pipelines.reports.evidence.keeping import keep

DECISIONS = dg.AssetKey(["payments", "decisions"])
LEDGER = dg.AssetKey(["payments", "ledger"])
EVIDENCE = dg.AssetKey(["payments", "evidence"])
LAST = {"dagster/priority": "-100"}


def payment_assets(partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """The decision step, the ledger step and the evidence step."""

    @dg.asset(key=DECISIONS, group_name="payments", partitions_def=partitions, op_tags=LAST, description="Every trigger and claim period decided: not due, held, not met or due.")
    def decisions(night: dg.ResourceParam[Night]) -> dg.MaterializeResult[None]:
        made = guarded(night, "deciding", night.decide_all)
        return dg.MaterializeResult(metadata={state: sum(item.state == state for item in made) for state in ("due", "not_met", "held", "not_due")})

    @dg.asset(
        key=LEDGER,
        group_name="payments",
        deps=[DECISIONS],
        partitions_def=partitions,
        op_tags=LAST,
        description="The sealed hand-overs taken, and what changed posted to the ledger.",
    )
    def ledger(night: dg.ResourceParam[Night]) -> dg.MaterializeResult[None]:
        posted = guarded(night, "settling", night.hand_over_and_settle)
        return dg.MaterializeResult(metadata={"entries_posted": len(posted), "is_what_if": night.is_what_if})

    @dg.asset(
        key=EVIDENCE,
        group_name="payments",
        deps=[LEDGER],
        partitions_def=partitions,
        op_tags=LAST,
        description="A bundle for each entry about a decision, from which anybody can prove it again alone. What cannot be written stops nothing.",
    )
    def evidence(night: dg.ResourceParam[Night]) -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(metadata={"bundles_written": len(guarded(night, "evidence", lambda: keep(night)))})

    return [decisions, ledger, evidence]
