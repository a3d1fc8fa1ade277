"""The texts under `data_contracts/` as they stood when a night ran by them: kept in the home, so that a plan can say what would change.

`archive/contracts/<sha256>.json` is canonical JSON, written once and named by the hash of what it says.
"""

from __future__ import annotations

import json
from pathlib import Path

from pipelines.canonical import canonical, digest, text_digest
from pipelines.contracts.catalogue import Catalogue
from pipelines.errors import HomeError
from pipelines.files import write_atomically
from pipelines.settings import Home

FORMAT = "udbytte.texts/1"
PARTS = {"registers": ".yaml", "outcomes": ".yaml", "codelists": ".csv", "profiles": ".yaml", "refunds": ".csv"}
"""The folders that a catalogue is loaded from, and how their files end."""
Texts = dict[str, str]
"""Text by name, as `outcomes/tarp.yaml`."""


def texts_of(folder: Path) -> Texts:
    """Every text that a catalogue is loaded from, by name. What is no UTF-8 loads nowhere and is left out."""
    found: Texts = {}
    for part, ending in PARTS.items():
        for path in sorted((folder / part).glob(f"*{ending}")):
            try:
                found[f"{part}/{path.name}"] = path.read_bytes().decode("utf-8")
            except (OSError, UnicodeDecodeError):
                continue
    return found


def keep(home: Home, catalogue: Catalogue) -> str:
    """Keep the texts that a catalogue was loaded from, and return their hash; empty when one of them changed since it was loaded."""
    texts = texts_of(catalogue.folder)
    if any(text_digest(text) != catalogue.digests.get(name, text_digest(text)) for name, text in texts.items()):
        return ""
    content = {"format": FORMAT, "texts": texts}
    write_atomically(_path(home, digest(content)), canonical(content) + b"\n", mode=0o640)
    return digest(content)


def kept(home: Home, sha256: str) -> Texts | None:
    """The texts under this hash, or None where none were kept. Raises HomeError when they no longer give it."""
    path = _path(home, sha256)
    if not sha256 or not path.exists():
        return None
    try:
        data = json.loads(path.read_bytes())
        is_whole = digest(data) == sha256
    except (ValueError, TypeError, RecursionError):
        is_whole = False
    if not is_whole:
        raise HomeError(
            "the contract texts of the last night are gone or altered", where=f"archive/contracts/{path.name}", next_step="restore them from a backup, or run the night again"
        )
    return dict(data["texts"])


def lay(texts: Texts, folder: Path) -> Path:
    """Write texts into a new folder, as a catalogue is loaded from one."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    return folder


def _path(home: Home, sha256: str) -> Path:
    return home.archive / "contracts" / f"{sha256}.json"
