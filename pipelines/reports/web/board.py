"""The board: what is due, held, not met and not due, in all and for each payment's current claim, and who waits for whom."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipelines.payments.decide import FINAL
from pipelines.reports.web.contract import totals
from pipelines.reports.web.kept import Page
from pipelines.reports.web.material import Material
from pipelines.reports.web.places import contract_page, payment_page

Data = dict[str, Any]
CAUSE: Data = {"rule": "", "subject": "", "cured_by": "", "since": "", "days": 0, "cure_by": None, "long_stop": None, "is_overdue": False}
"""What is said of a cause that nothing is known of."""
FEW = 40
"""Up to how many claims the board shows every one open; of more, each payment's current claim."""


def pages(material: Material) -> list[Page]:
    """The board's page."""
    board = material.board
    shown = board_data(material)
    return [Page("index.html", "page_title", "board.html", shown, lambda: {"board": board, "shown": shown}, as_of=board["as_of"])]


def board_data(material: Material) -> Data:
    """What the board shows. A row of a contract that does not load has no page."""
    board = material.board
    titles = {terms["contract"]: (terms["title"], terms.get("language", "en")) for terms in material.terms}
    rows = [_row(row, titles) for row in board["rows"]]
    lines = _lines(rows)
    names = ("as_of", "is_what_if", "findings", "problems", "quarantined", "notes", "gate_changes", "ledger", "validation")
    return {
        **{name: board[name] for name in names if name in board},
        "totals": totals(board["rows"]),
        "contracts": len({row["contract"] for row in rows}),
        "groups": _groups(lines if len(rows) > FEW else [{"row": row} for row in rows]),
        "is_whole": len(rows) <= FEW,
        "has_kinds": any(row["kind"] != FINAL for row in rows),
        "waits": _waits(rows, board.get("checked", ())),
    }


def _row(row: Data, titles: dict[str, tuple[str, str]]) -> Data:
    title, language = titles.get(row["contract"], ("", "en"))
    page = payment_page(row) if title and row["trigger"] != "-" else ""
    return {**row, "kind": row.get("kind") or FINAL, "title": title, "language": language, "page": page, "contract_page": contract_page(row["contract"]) if title else ""}


def _lines(rows: list[Data]) -> list[Data]:
    """One line a payment and settlement: its current claim, which is the newest that is decided, or else the first to be; how its claims stand, in the
    order of the board; and what is due of them all."""
    groups: dict[tuple[str, str, str], list[Data]] = {}
    for row in rows:
        groups.setdefault((row["contract"], row["trigger"], row["kind"]), []).append(row)
    made = []
    for items in groups.values():
        decided = [row for row in items if row["state"] != "not_due"]
        due = sum((Decimal(str(row["amount"])) for row in items if row["state"] == "due"), Decimal(0))
        held = sum(row["state"] == "held" for row in items)
        made.append({"row": decided[-1] if decided else items[0], "states": [row["state"] for row in items], "due": due, "held": held})
    return made


def _groups(lines: list[Data]) -> list[Data]:
    """The lines of each contract together, in the order of the board."""
    made: dict[str, list[Data]] = {}
    for line in lines:
        made.setdefault(line["row"]["contract"], []).append(line)
    return [{"contract": name, "lines": items, "row": items[0]["row"]} for name, items in made.items()]


def _waits(rows: list[Data], checked: Any) -> list[Data]:
    """Every hold and its causes, and every amount that waits for somebody: who, since when and until when; overdue ones first, then the oldest. A hold that
    nobody can be named for has one line without a cause."""
    known = {(subject, rule) for subject, rule in checked}
    made = []
    for row in rows:
        if row["state"] == "held":
            for item in row.get("waits") or [{}]:
                said = {**CAUSE, **item}
                made.append({"row": row, **said, "is_checked": (said["subject"], said["rule"]) in known, "part": None})
        made += [{"row": row, **_of_part(part)} for part in row.get("parts") or [] if part["waits_for"]]
    return sorted(made, key=lambda item: (not item["is_overdue"], item["since"] or "9999", item["row"]["contract"], item["row"]["claim_period"]))


def _of_part(part: Data) -> Data:
    """An amount that waits, as a line beside the causes of holds."""
    return {**CAUSE, "cured_by": part["waits_for"], "cure_by": part["until"], "is_overdue": part["is_overdue"], "is_checked": False, "part": part}
