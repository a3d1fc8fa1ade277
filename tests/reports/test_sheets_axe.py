"""The learning, investment, evaluator's, citizen's and auditor's pages in a real browser, with words as long and bad as words can be: axe finds nothing, and
nothing lies outside the screen or the keyboard's reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reports.browser import Eye
from reports.sheets_given import worst

from pipelines.reports.sheets import sheets

SEEN = ("learning/ungebro.html", "investment/ungebro.html", "evaluator/ungebro.html", "citizen/ungebro.html", "auditor/ungebro.html")
LOOKS = {
    "learning/ungebro.html": ("en", "desk", "light"),
    "evaluator/ungebro.html": ("en", "desk", "dark"),
    "citizen/ungebro.html": ("en", "desk", "dark"),
    "": ("da", "phone", "light"),
}
"""How a page is looked at; the last is for every page. All are made of the same blocks."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("site")
    for sheet in sheets(worst()):
        if sheet.at in SEEN:
            (made / sheet.at).parent.mkdir(exist_ok=True)
            (made / sheet.at).write_bytes(sheet.page().bytes({"index.html", *SEEN}))
    return made


@pytest.fixture(scope="module")
def eye(browser: Any) -> Iterator[Eye]:
    opened = Eye(browser)
    yield opened
    opened.close()


@pytest.mark.parametrize("at", SEEN)
def test_nothing_is_wrong_with_a_page(eye: Eye, folder: Path, at: str) -> None:
    eye.open(folder / at)
    for code, size, scheme in [LOOKS[key] for key in (at, "") if key in LOOKS]:
        eye.speak(code)
        eye.look(size, scheme)
        assert eye.violations() == [], (code, size, scheme)
        assert not eye.is_wider_than_the_window(), (code, size, scheme)
        assert eye.out_of_reach() == [], (code, size, scheme)
    assert [url for url in eye.asked if not url.startswith(("file:", "about:", "data:"))] == []
