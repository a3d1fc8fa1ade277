"""The page: the board, and a section a contract with its terms, its results and why each trigger stands where it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipelines.canonical import plain
from pipelines.contracts.catalogue import Catalogue
from pipelines.errors import HomeError
from pipelines.files import write_atomically
from pipelines.ledger import handover
from pipelines.reports.pages import render
from pipelines.settings import Home


def write(home: Home, board: dict[str, Any], catalogue: Catalogue) -> Path:
    """Write `reports/index.html` from the board and tonight's hand-overs."""
    board = plain(board)
    sealed = handovers(home, board)
    contracts = [
        {"terms": contract.model_dump(mode="json", by_alias=True), "rows": [row for row in board["rows"] if row["contract"] == name], "handover": sealed.get(name)}
        for name, contract in sorted(catalogue.contracts.items())
    ]
    page = render("index.html", board=board, contracts=contracts, broken=sorted(catalogue.broken_contracts), open_validation=f"../validation/{board['validation']}/index.html")
    path = home.reports / "index.html"
    write_atomically(path, page, mode=0o640)
    return path


def handovers(home: Home, board: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The proved hand-over of each contract that the board rests on, as plain data with its hash under `sha256`."""
    trusted = {handover.public_key(home)}
    proved = {name: handover.read(home.handover / path, trusted) for name, path in board["handovers"].items()}
    return {name: {**found.content, "sha256": found.sha256} for name, found in proved.items()}


def posted_handover(home: Home, contract: str, sha256: str) -> dict[str, Any]:
    """The proved hand-over that a posted entry names by its hash. Raises HomeError when it is gone."""
    path = next(iter(sorted(home.handover.glob(f"*/{contract}-{sha256[:16]}.json"))), None)
    if path is None:
        raise HomeError("the hand-over that the entry was posted from is gone", where=f"handover/*/{contract}-{sha256[:16]}.json", next_step="restore it from a backup")
    found = handover.read(path, {handover.public_key(home)})
    return {**found.content, "sha256": found.sha256}
