"""The report site: the board, a page for each contract, payment and register, in Danish and in English, as files that need nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.errors import HomeError
from pipelines.ledger import handover
from pipelines.reports.web import board, contract, filters, kept, payment, register
from pipelines.reports.web.kept import Page, Written
from pipelines.reports.web.material import Material
from pipelines.reports.web.places import annex_page
from pipelines.settings import Home

Data = dict[str, Any]
KINDS = (board.pages, contract.pages, payment.pages, register.pages)
"""What makes the pages of each kind from what a night knows."""


def pages(material: Material) -> list[Page]:
    """Every page of a site. Pure: all data comes in."""
    return [page for made in KINDS for page in made(material)]


def write(home: Home, material: Material, more: Iterable[Page] = ()) -> Written:
    """Write every page that changed, those of `more` kinds among them, and the annexes beside the contracts."""
    annexes = {annex_page(name, code): page for name, said in material.agreed.items() for code, page in said["annexes"].items()}
    return kept.write(home.reports, [*pages(material), *more], annexes)


def index(home: Home) -> Path:
    """The page that a reader starts from."""
    return home.reports / "index.html"


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


filters.install()
