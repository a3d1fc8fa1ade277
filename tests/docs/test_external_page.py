"""The page on estimates that an evaluator gives, followed in one home from the first line to the last, with its night."""

from __future__ import annotations

import shutil
import textwrap
from dataclasses import dataclass
from pathlib import Path

from docs.pages_walked import Reader, blocks
from support import ROOT, environment, only

PAGE = ROOT / "docs" / "how-to" / "external_estimate.md"
COMPUTED = "compare: {method: trial@1, intervals: [agresti_caffo, newcombe], level: 0.95, decimals: 6}"


@dataclass
class Evaluator(Reader):
    """Who copies the public key that was printed to where the page says HEX."""

    public_key: str = ""

    def shell(self, text: str) -> None:
        for line in text.splitlines():
            super().shell(line.replace("HEX", self.public_key))
            if line.startswith("udbytte key new"):
                self.public_key = self.said.strip()


def agreed(contracts: Path, compare: str) -> None:
    """Write the page's terms into the contract of the experiment, and have its payments name their interval."""
    path = contracts / "outcomes" / "tarp.yaml"
    text = path.read_text(encoding="utf-8")
    assert COMPUTED in text
    text = text.replace(COMPUTED, textwrap.indent(compare, "    ").strip(), 1).replace("interval: agresti_caffo", "interval: stated", 1)
    path.write_text(text, encoding="utf-8")


def test_the_page_holds_from_the_first_line_to_the_last(tmp_path: Path) -> None:
    contracts = Path(shutil.copytree(only("tarp"), tmp_path / "contracts"))
    reader = Evaluator(tmp_path, environment(tmp_path / "home", contracts))
    for block in blocks(PAGE):
        if block.language == "yaml":
            agreed(contracts, block.text)
            reader.shell("udbytte sample")
        elif block.path and block.language == "json":
            reader.write(block)
        elif block.language == "sh":
            reader.shell(block.text)
        else:
            assert block.language == "text"
            reader.must_have_said(block.text)
    assert {line.split()[1] for line in reader.ran} == {"sample", "check", "key", "signatory", "estimate", "run", "explain", "verify"}
