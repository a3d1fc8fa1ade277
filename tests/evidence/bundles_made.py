"""A home with one night of two contracts, shared by what looks at its bundles, and forging a bundle with the home's own key."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support import here, night, only

from pipelines.canonical import canonical
from pipelines.ledger import handover
from pipelines.reports.evidence import crate
from pipelines.reports.evidence.proof import Said, prove
from pipelines.settings import Home

CONTRACTS = ("tarp", "trygt_hjem")


def make_home(folder: Path) -> tuple[Path, dict[str, Any]]:
    """A sample home and the board of its one night."""
    home = folder / "home"
    assert here(home, "sample", contracts=only(*CONTRACTS)).returncode == 0
    return home, night(home, contracts=only(*CONTRACTS))


def entry_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "entry.json").read_bytes())
    return found


def bundle_about(home: Path, posting_key: str) -> Path:
    """The bundle of the one entry about a claim."""
    (found,) = [folder for folder in sorted((home / "evidence").iterdir()) if entry_of(folder)["about"] == posting_key]
    return found


def failed(said: list[Said]) -> list[str]:
    return [item.words for item in said if item.state == "failed"]


def changed(folder: Path, target: Path, name: str, change: Callable[[Any], Any]) -> Path:
    """A copy of a bundle in which one JSON file is changed, its listing is not."""
    made = Path(shutil.copytree(folder, target))
    data = json.loads((made / name).read_bytes())
    (made / name).write_bytes(canonical(change(data) or data) + b"\n")
    return made


def sealed_again(home: Path, folder: Path) -> Path:
    """A bundle listed and sealed anew over what lies in it, as whoever has the home's key could."""
    others = {path.name: path.read_bytes() for path in folder.iterdir() if path.name != crate.METADATA}
    root = next(item for item in json.loads((folder / crate.METADATA).read_bytes())["@graph"] if item["@id"] == "./")
    described = crate.metadata(
        others, name=root["name"], description=root["description"], published=root["datePublished"], publisher="x", sign=lambda sha256: handover.sign(Home(home), sha256)
    )
    (folder / crate.METADATA).write_bytes(described)
    return folder


def forged(home: Path, folder: Path, target: Path, name: str, change: Callable[[Any], Any]) -> list[str]:
    """What proving says of a bundle that was changed and sealed again with the home's key."""
    return failed(prove(sealed_again(home, changed(folder, target, name, change))))
