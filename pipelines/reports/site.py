"""The page: the board, and a section a contract with its terms, its results and why each trigger stands where it stands."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from pipelines.canonical import plain
from pipelines.contracts.catalogue import Catalogue
from pipelines.files import write_atomically
from pipelines.ledger import handover
from pipelines.reports.pages import render
from pipelines.settings import Home


def write(home: Home, board: dict[str, Any], catalogue: Catalogue) -> Path:
    """Write `reports/index.html` from the board and tonight's hand-overs."""
    board = plain(board)
    sealed = handovers(home, dt.date.fromisoformat(board["as_of"]))
    contracts = [
        {"terms": contract.model_dump(mode="json", by_alias=True), "rows": [row for row in board["rows"] if row["contract"] == name], "handover": sealed.get(name)}
        for name, contract in sorted(catalogue.contracts.items())
    ]
    page = render("index.html", board=board, contracts=contracts, broken=sorted(catalogue.broken_contracts), open_validation=f"../validation/{board['validation']}/index.html")
    path = home.reports / "index.html"
    write_atomically(path, page)
    return path


def handovers(home: Home, as_of: dt.date) -> dict[str, dict[str, Any]]:
    """The newest proved hand-over of each contract for one as-of day, as plain data with its hash under `sha256`."""
    folder = home.handover / as_of.isoformat()
    trusted = {handover.public_key(home)}
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.json"), key=lambda item: (item.stat().st_mtime_ns, item.name)) if folder.exists() else []:
        proved = handover.read(path, trusted)
        found[proved.contract] = {**proved.content, "sha256": proved.sha256}
    return found
