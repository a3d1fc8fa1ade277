"""The draft of an invoice, or of a credit note, that a finance system can import: buyer, seller, lines, VAT and due date, from a statement.

It is a basis and no invoice: it has no number and no day of issue, which the seller's own books give it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipelines.reports.statements.cells import harmless
from pipelines.reports.statements.document import Said
from pipelines.reports.statements.lines import NOUGHT, Line
from pipelines.reports.statements.statement import Statement, Terms

NUMBERS = ("cvr", "ean")
WORDS = ("description", "clause")
"""Cells that hold words of the contract's own."""
FORMAT = "udbytte.invoice_basis/1"


def drafts(found: Statement) -> list[dict[str, Any]]:
    """The drafts that a recipient's statement gives, one for each payer who owes, or is owed, anything. Amounts as text, above nought; a credit
    note where more is to be paid back than is owed."""
    return [made for payer in found.others if (made := _draft(found, payer)) is not None] if found.role == "payee" else []


def _draft(found: Statement, payer: str) -> dict[str, Any] | None:
    owed = [(line, line.shares[payer], "") for line in found.lines if line.shares.get(payer)]
    owed += [(line, -refused, "refused") for line in found.lines if (refused := _refused(line, payer))]
    total = sum((amount for _, amount, _ in owed), NOUGHT)
    if not total:
        return None
    terms, sign = found.terms, 1 if total > 0 else -1
    words = Said("da" if terms.language == "da" else "en", found.currency)
    return {
        "format": FORMAT,
        "is_draft": True,
        "type": "invoice" if total > 0 else "credit_note",
        "reference": f"{terms.contract}/{found.period or 'all'}/{payer}/{found.party}",
        "contract": terms.contract,
        "claim_period": found.period or None,
        "buyer": _party(terms, payer),
        "seller": _party(terms, found.party),
        "currency": found.currency,
        "lines": [_line(number, line, sign * amount, words, why) for number, (line, amount, why) in enumerate(owed, start=1)],
        "total": str(sign * total),
        "vat": {"treatment": terms.vat, "note": words.text(f"vat.{terms.vat}")},
        "due_date": _due([line for line, _, _ in owed], payer),
        "payment_days": terms.pay_days,
    }


def _party(terms: Terms, party: str) -> dict[str, Any]:
    """Who it is, with the numbers that the contract states; empty where it states none."""
    return {"id": party, "name": terms.name(party), **{name: terms.numbers.get(party, {}).get(name, "") for name in NUMBERS}}


def _refused(line: Line, payer: str) -> Decimal:
    """What a payer refused of a claim: nobody is billed for it."""
    return line.parts.get(payer, {}).get("refused", NOUGHT) if line.entry.kind == "decision" else NOUGHT


def _line(number: int, line: Line, amount: Decimal, words: Said, why: str) -> dict[str, Any]:
    said = words.text(f"kind.{why or f'{line.entry.kind}.{line.settlement}'}", trigger=line.trigger)
    return {
        "number": number,
        "description": f"{said}, {line.claim_period}",
        "clause": line.entry.body["clause"],
        "ledger_entry": line.entry.seq,
        "quantity": "1",
        "amount": str(amount),
    }


def _due(lines: list[Line], payer: str) -> str | None:
    """The last day to pay all of it; None while something waits for approval, or where the contract gives no days."""
    days = [line.pay_by.get(payer) for line in lines if line.entry.kind == "decision"]
    told = [day for day in days if day is not None]
    return str(max(told)) if told and len(told) == len(days) else None


COLUMNS = (
    "reference",
    "type",
    "buyer",
    "buyer_name",
    "buyer_cvr",
    "buyer_ean",
    "seller",
    "seller_name",
    "seller_cvr",
    "seller_ean",
    "line",
    "description",
    "clause",
    "ledger_entry",
    "quantity",
    "amount",
    "currency",
    "vat",
    "due_date",
)


def rows(drafted: list[dict[str, Any]]) -> list[dict[str, str]]:
    """The drafts as rows of COLUMNS, one for each line."""
    made = []
    for item in drafted:
        head = {"reference": item["reference"], "type": item["type"], **_sides(item)}
        tail = {"currency": item["currency"], "vat": item["vat"]["treatment"], "due_date": item["due_date"] or ""}
        made += [{**head, **_cells(line), **tail} for line in item["lines"]]
    return made


def _sides(item: dict[str, Any]) -> dict[str, str]:
    """Buyer and seller: the party under the side's own name, all else of it under that name and what it is."""
    return {side if name == "id" else f"{side}_{name}": harmless(item[side][name]) for side in ("buyer", "seller") for name in ("id", "name", *NUMBERS)}


def _cells(line: dict[str, Any]) -> dict[str, str]:
    return {
        "line": str(line["number"]),
        **{name: harmless(str(line[name])) if name in WORDS else str(line[name]) for name in ("description", "clause", "ledger_entry", "quantity", "amount")},
    }
