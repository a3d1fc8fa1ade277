"""The faces of a payment statement: page, PDF, CSV and JSON, and the drafts of invoices as JSON and CSV. Pure: bytes out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from typing import Literal

from pipelines.reports.annex.printing import html_page, pdf
from pipelines.reports.phrases import Code
from pipelines.reports.statements import invoice
from pipelines.reports.statements.cells import harmless
from pipelines.reports.statements.document import Flow, document
from pipelines.reports.statements.statement import Statement

Face = Literal["html", "pdf", "csv", "json", "invoice", "invoice_csv"]
EXTENSIONS: dict[Face, str] = {"html": "html", "pdf": "pdf", "csv": "csv", "json": "json", "invoice": "invoice.json", "invoice_csv": "invoice.csv"}
COLUMNS = (
    "contract",
    "claim_period",
    "party",
    "role",
    "in_total",
    "ledger_entry",
    "posted_on",
    "of_claim_period",
    "trigger",
    "settlement",
    "kind",
    "clause",
    "earlier_posted",
    "amount",
    "party_amount",
    "currency",
    "reason",
    "arithmetic",
)


def made(face: Face, found: Statement, language: Code, flow: Flow = ()) -> bytes:
    """One face of a statement. `language` and `flow`, what the contract's waterfall distributed, are for page and PDF."""
    if face in ("html", "pdf"):
        return (html_page if face == "html" else pdf)(document(found, language, flow))
    if face == "csv":
        return lines_csv(found)
    if face == "json":
        return _json(found.as_data())
    drafted = invoice.drafts(found)
    return _json(drafted) if face == "invoice" else _csv(invoice.COLUMNS, invoice.rows(drafted))


def lines_csv(found: Statement) -> bytes:
    """The lines as CSV: UTF-8, commas, decimal points, ISO dates. `in_total` is no for lines that another statement has in its total."""
    head = {"contract": found.terms.contract, "claim_period": found.period, "party": found.party, "role": found.role, "currency": found.currency}
    rows = []
    for is_in_total, lines in (("yes", found.lines), ("no", found.elsewhere)):
        for line in lines:
            body, entry = line.entry.body, line.entry
            about = {"in_total": is_in_total, "ledger_entry": str(entry.seq), "posted_on": str(entry.as_of), "of_claim_period": line.claim_period, "kind": entry.kind}
            money = {"earlier_posted": str(line.earlier), "amount": str(line.amount), "party_amount": str(found.amount(line))}
            words = {"clause": body["clause"], "reason": body["reason"], "arithmetic": "\n".join(body["arithmetic"])}
            rows.append({**head, **about, "trigger": line.trigger, "settlement": line.settlement, **money, **{name: harmless(said) for name, said in words.items()}})
    return _csv(COLUMNS, rows)


def _csv(columns: tuple[str, ...], rows: Iterable[Mapping[str, str]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


def _json(data: object) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode()
