"""Group `publication`: the validation report, the three published databases, and the page."""

from __future__ import annotations

import dagster as dg

from pipelines.assets import shown
from pipelines.assets.boundary import guarded
from pipelines.assets.payments import EVIDENCE, LAST
from pipelines.assets.registers import page_link
from pipelines.night import Night
from pipelines.reports.publication import publish_page, publish_tables, publish_validation
from pipelines.reports.validation import docs_link

VALIDATION = dg.AssetKey(["publication", "validation_report"])
TABLES = dg.AssetKey(["publication", "published_tables"])
PAGE = dg.AssetKey(["publication", "report_page"])


def publication_assets(partitions: dg.PartitionsDefinition[str]) -> list[dg.AssetsDefinition]:
    """What people read, made from what was decided."""

    @dg.asset(
        key=VALIDATION,
        group_name="publication",
        deps=[EVIDENCE],
        partitions_def=partitions,
        op_tags=LAST,
        owners=shown.OPERATORS,
        kinds={"html", "json"},
        metadata={"dagster/column_schema": shown.published_columns("gate_checks")},
        description="Our sealed validation report: every expectation with what it counted.",
    )
    def validation_report(night: dg.ResourceParam[Night]) -> dg.MaterializeResult[None]:
        path = guarded(night, "validation report", lambda: publish_validation(night))
        docs = docs_link(night.home, night.as_of, is_what_if=night.is_what_if)
        return dg.MaterializeResult(metadata={"report": dg.MetadataValue.url(path.as_uri()), "data_docs": dg.MetadataValue.url(docs)})

    @dg.asset(
        key=TABLES,
        group_name="publication",
        deps=[VALIDATION],
        partitions_def=partitions,
        op_tags=LAST,
        owners=shown.OPERATORS,
        kinds={"duckdb", "parquet"},
        metadata={f"columns of {name}": shown.published_columns(name) for name in ("payment_decisions", "indicator_results", "gate_checks", "deliveries")},
        description="The open, party and evaluation databases.",
    )
    def published_tables(night: dg.ResourceParam[Night]) -> dg.MaterializeResult[None]:
        rows = guarded(night, "publishing tables", lambda: publish_tables(night))
        counts = shown.preview([{"table": name, "rows": number} for name, number in rows.items()])
        return dg.MaterializeResult(metadata={"dagster/row_count": sum(rows.values()), "tables": counts, "published": dg.MetadataValue.path(str(night.home.published))})

    @dg.asset(
        key=PAGE,
        group_name="publication",
        deps=[TABLES],
        partitions_def=partitions,
        op_tags=LAST,
        owners=shown.OPERATORS,
        kinds={"html"},
        description="The report site: the board, and a page for each contract, payment and register.",
    )
    def report_page(night: dg.ResourceParam[Night]) -> dg.MaterializeResult[None]:
        guarded(night, "report page", lambda: publish_page(night))
        return dg.MaterializeResult(metadata={"page": page_link(night), "deliveries": page_link(night, "deliveries.html")})

    return [validation_report, published_tables, report_page]
