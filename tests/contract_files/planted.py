"""A copy of the shipped contracts to plant mistakes in."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from contract_files.schemas_asked import Asked

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.loading import load
from pipelines.payments.vocabulary import vocabulary
from pipelines.settings import PACKAGE_ROOT

TARP = "outcomes/tarp.yaml"
UNGEBRO = "outcomes/ungebro.yaml"
TRYGT_HJEM = "outcomes/trygt_hjem.yaml"
ARRESTS = "registers/arrests.odcs.yaml"
RELEASES = "registers/releases.odcs.yaml"
STANDARD = "profiles/standard.yaml"
ARMS = "codelists/trial_arm.csv"


@dataclass(frozen=True)
class Contracts:
    """A contracts folder with files to change; `said` is what loading it finds."""

    folder: Path

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def write(self, name: str, content: str | bytes) -> None:
        (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    def replace(self, name: str, old: str, new: str, *, after: str = "") -> int:
        """Put `new` for the first `old` after the text `after`. Returns the line that `new` begins on."""
        text = self.text(name)
        at = text.index(old, text.index(after))
        self.write(name, text[:at] + new + text[at + len(old) :])
        return text[:at].count("\n") + 1

    def append(self, name: str, more: str) -> int:
        """Put `more` at the end. Returns its first line."""
        text = self.text(name)
        self.write(name, text + more)
        return text.count("\n") + 1

    def load(self) -> Catalogue:
        """What loads. Each time the schemas are asked of every changed file, and must agree with the loader about its shape."""
        with Asked(self.folder) as asked:
            made = load(self.folder, vocabulary())
        asked.must_agree(made)
        return made

    def said(self) -> list[str]:
        return [finding.sentence() for finding in self.load().findings()]


def copied(folder: Path, *contracts: str) -> Contracts:
    """A copy of the shipped contracts below `folder`, of whose outcome contracts only the named ones are in it."""
    made = Contracts(Path(shutil.copytree(PACKAGE_ROOT / "data_contracts", folder / "data_contracts")))
    for path in (made.folder / "outcomes").iterdir():
        if path.stem not in contracts:
            path.unlink()
    return made
