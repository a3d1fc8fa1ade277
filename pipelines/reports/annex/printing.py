"""The two renderers of an annex: one self-contained HTML page, and a PDF that comes out in the same bytes wherever it is made."""

from __future__ import annotations

import json
from typing import Any

import typst

from pipelines.reports.annex.document import Document, Table
from pipelines.reports.pages import TEMPLATES, environment

TYPST = TEMPLATES / "annex.typ"
SHORT, ROOM, PAGE = 34, 72, 96
"""Characters up to which the cells of a column may stand on one line in the PDF, and how many all such columns may have together: beside a
longer one, and where there is none."""


def html_page(document: Document) -> bytes:
    """The page: everything it needs is in it, and all text is escaped."""
    style = (TEMPLATES / "annex.css").read_text(encoding="utf-8")
    return environment().get_template("annex.html").render(document=document.as_data(), style=style).encode()


def pdf(document: Document) -> bytes:
    """The PDF, with tags for those who hear it read. No date is in it, and no font but those that come with the library."""
    return bytes(_compiler(document).compile(format="pdf", timestamp=0, pdf_standards=["ua-1"]))


def images(document: Document, pixels_per_inch: int = 70) -> list[bytes]:
    """Every page as a PNG, to look at."""
    made = _compiler(document).compile(format="png", ppi=pixels_per_inch)
    return made if isinstance(made, list) else [made]


def _compiler(document: Document) -> Any:
    """Text goes in as data, never as markup: nothing that a contract says can be read as an instruction."""
    data = document.as_data()
    for block, plain in zip(document.blocks, data["blocks"], strict=True):
        if isinstance(block, Table):
            plain["widths"] = widths(block)
    return typst.Compiler(TYPST.read_bytes(), ignore_system_fonts=True, sys_inputs={"document": json.dumps(data, ensure_ascii=False)})


def widths(table: Table) -> list[int]:
    """For each column nought where its cells stand on one line, shortest columns first while there is room; else its share of the width that
    is left: more for longer text, and never much more."""
    longest = [max(map(len, column)) for column in zip(table.header, *table.rows, *([table.total] if table.total else []), strict=True)]
    made, room = [2 + min(length, 160) // 40 for length in longest], PAGE if max(longest) <= SHORT else ROOM
    for place in sorted(range(len(longest)), key=longest.__getitem__):
        room -= longest[place]
        if longest[place] <= SHORT and room >= 0:
            made[place] = 0
    return made
