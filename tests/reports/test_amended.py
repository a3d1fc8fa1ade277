"""What was changed after results were seen stands first in the annex, in a box, and on the pages of the contract and of each claim that rests on it."""

from __future__ import annotations

import datetime as dt

import pytest
from reports.outline import outline
from reports.site_given import material, written

from pipelines.canonical import plain
from pipelines.ledger.amending import Amended
from pipelines.payments.vocabulary import catalogue, vocabulary
from pipelines.reports.annex.build import annex
from pipelines.reports.annex.document import Heading, Paragraph, Table
from pipelines.reports.annex.printing import html_page, pdf
from pipelines.reports.phrases import LANGUAGES, Code
from pipelines.reports.plan_words import print_plan

CHANGES = (("compare.method", "trial@1", "matched@1"), ("compare.before", "-", "job_foer"))
CHANGED = Amended("tarp", 2, 1, "rearrest_52_weeks", "rearrest_52_weeks", CHANGES, dt.date(2026, 6, 30), 3, ("reduction",))
SAID = {
    "en": "CHANGED AFTER RESULTS WERE SEEN. Version 2 measures “rearrest_52_weeks” otherwise than version 1 did. Results were first seen on 30 June 2026, and 3 decisions rest",
    "da": "ÆNDRET, EFTER AT RESULTATER VAR KENDT. Version 2 måler »rearrest_52_weeks« anderledes, end version 1 gjorde. Resultater var kendt første gang 30. juni 2026, og 3",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_annex_begins_with_what_was_changed_when_results_were_seen_and_how_many_decisions_rest_on_it(language: Code) -> None:
    found = catalogue()
    document = annex(found.contracts["tarp"], found, vocabulary(), language, (CHANGED,))
    warning, table, *rest = document.blocks
    assert isinstance(warning, Paragraph)
    assert isinstance(table, Table)
    assert (warning.is_warning, warning.text.replace("\u00a0", " ").startswith(SAID[language])) == (True, True), warning.text
    assert table.rows == (("compare.method", "trial@1", "matched@1"), ("compare.before", "\u2013", "job_foer"))
    assert b'<p class="warning">' in html_page(document)
    assert pdf(document).startswith(b"%PDF")
    silent = annex(found.contracts["tarp"], found, vocabulary(), language)
    assert tuple(rest) == silent.blocks, "the box is all that differs"
    assert not any(isinstance(block, Paragraph) and block.is_warning for block in silent.blocks)
    assert isinstance(silent.blocks[1], Heading)


def test_pages_show_it_for_good_on_the_contract_and_on_the_claims_that_rest_on_it_alone() -> None:
    item = Amended("ungebro", 2, 1, "weeks", "weeks", CHANGES, dt.date(2026, 5, 31), 1, ("half_a_year",))
    pages = written(material(amended={"ungebro": [plain(item.as_data())]}))
    shown = {at for at, page in pages.items() if b"Changed after results were seen." in page}
    assert "contracts/ungebro.html" in shown
    claims = {at for at in pages if at.startswith("payments/ungebro") and "half_a_year" in at}
    assert claims
    assert shown == {"contracts/ungebro.html"} | claims
    text = pages["contracts/ungebro.html"].decode()
    assert "Ændret, efter at resultater var kendt." in text
    assert "Results were first seen on 2026-05-31, and 1 decision rests on the old terms." in text.replace('<span class="whole">', "").replace("</span>", "")
    for at in shown:
        outline(pages[at])
    assert not any(b"Changed after results were seen." in page for page in written().values())


def test_a_plan_says_it_loud_above_everything_that_would_change(capsys: pytest.CaptureFixture[str]) -> None:
    told = {"differences": [], "signing": {}, "measured": [], "rows": [], "unchanged": 4, "totals": [], "notes": [], "problems": []}
    heads = {"as_of": "2026-06-30", "before": "the texts in force", "after": "proposed"}
    print_plan({**heads, **told, "amended": [{**CHANGED.as_data(), "sentence": CHANGED.sentence()}]}, seconds=1.0)
    said = capsys.readouterr().out
    assert f"CHANGED AFTER RESULTS WERE SEEN  {CHANGED.sentence()}" in said
    print_plan({**heads, **told, "amended": []}, seconds=1.0)
    assert "CHANGED" not in capsys.readouterr().out
