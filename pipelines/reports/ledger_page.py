"""The table of docs/ledger.md that is made, not written: what moves a posted decision. `make docs` writes it."""

from __future__ import annotations

from pipelines.files import write_atomically
from pipelines.ledger.transitions import markdown
from pipelines.settings import PACKAGE_ROOT

PAGE = PACKAGE_ROOT / "docs" / "ledger.md"
BEGINS, ENDS = "<!-- made from pipelines/ledger/transitions.py -->\n\n", "\n<!-- until here -->"


def page(text: str) -> str:
    """The page with its table made anew. Raises ValueError when its marks are gone."""
    before, rest = text.split(BEGINS)
    return before + BEGINS + markdown() + ENDS + rest.split(ENDS)[1]


if __name__ == "__main__":
    write_atomically(PAGE, page(PAGE.read_text(encoding="utf-8")).encode())
