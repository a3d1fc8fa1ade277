"""The validation report: what each rule counted, how it did of late and what it is, in both languages and without asking anything of the network."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from reports.outline import Outline, outline

from pipelines.quality.checks import Check, Verdict
from pipelines.quality.history import History, history, record
from pipelines.reports import validation
from pipelines.reports.rule_pages import shipped_profiles
from pipelines.reports.rule_texts import rule_texts
from pipelines.settings import Home

AS_OF = dt.date(2026, 6, 30)
REMEDY = "Ask the supplier whether the delivery is whole, and have it delivered again."
WAITS = "outcome:tarp/lasting"


def check(rule: str, verdict: Verdict, counts: tuple[int | None, int | None], subject: str = "register:bef") -> Check:
    said = "" if verdict == "passed" else "700 of 1000"
    return Check(subject, rule, verdict, "error", *counts, "700 of 1000", "0.8", said, "Nothing <is> lost.", REMEDY, "completeness", "data_supplier", "", "", AS_OF)


CHECKS = [
    check("rows_did_not_collapse", "failed", (700, 1000)),
    check("kom_is_given", "passed", (0, 12345)),
    check("no_row_stands_twice", "failed", (3, 1000)),
    check("one_key_is_one_person", "not_evaluated", (None, 0)),
    check("cohort_is_linked", "failed", (700, 1000), WAITS),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Three nights of the same checks, the first of them all passed."""
    home = Home(tmp_path_factory.mktemp("home"))
    record(home, dt.date(2026, 6, 28), [check(item.rule, "passed", (0, 1000), item.subject) for item in CHECKS], set())
    record(home, dt.date(2026, 6, 29), CHECKS, {WAITS})
    record(home, AS_OF, CHECKS, {WAITS})
    return home


@pytest.fixture(scope="module")
def page(home: Home) -> bytes:
    path = validation.write(home, AS_OF, CHECKS, history(home, AS_OF), rule_texts(shipped_profiles()), not_due={WAITS}, is_what_if=False)
    return path.read_bytes()


@pytest.fixture(scope="module")
def seen(page: bytes) -> Outline:
    return outline(page)


def row(seen: Outline, rule: str, language: Any = "en") -> list[str]:
    """The cells of a rule's first row, in pieces."""
    lines = seen.said(language).split("\n")
    place = lines.index(rule)
    return lines[place : place + 8]


def test_the_page_asks_for_nothing_and_runs_what_remembers_the_language_alone(page: bytes) -> None:
    assert page.count(b"<script") == 1
    assert not any(word in page for word in (b"http", b"<link", b"<img", b"src=", b"url(", b"@import", b"//"))


def test_every_link_leads_to_something_on_the_page_to_the_sealed_report_or_to_data_docs(seen: Outline) -> None:
    assert len(seen.ids) == len(set(seen.ids))
    assert {link for link in seen.links if not link.startswith("#")} == {"report.json", "../data_docs/2026-06-30/index.html"}
    assert {link[1:] for link in seen.links if link.startswith("#")} <= set(seen.ids)


def test_a_row_shows_what_was_counted_against_which_threshold_and_how_it_did_of_late(seen: Outline) -> None:
    assert row(seen, "rows did not collapse") == ["rows did not collapse", "failed", "700", "1,000", "700 of 1000", "0.8", "2 of 3, last on", "2026-06-30"]
    assert row(seen, "kom is given")[1:6] == ["Nothing <is> lost.", "passed", "0", "12,345", "700 of 1000"]
    assert REMEDY in seen.said("en")


def test_a_small_count_is_suppressed_and_a_missing_one_is_a_dash(seen: Outline) -> None:
    assert row(seen, "no row stands twice")[1:4] == ["failed", "suppressed", "suppressed"]
    assert row(seen, "one key is one person")[1:4] == ["not evaluated", "\u2013", "0"]


def test_what_nothing_depends_on_yet_was_never_red(seen: Outline) -> None:
    assert "0 of 3" in row(seen, "cohort is linked")


def test_each_rule_of_a_profile_is_explained_on_the_page_and_linked(page: bytes, seen: Outline) -> None:
    text = page.decode()
    for rule in ("rows_did_not_collapse", "no_row_stands_twice", "one_key_is_one_person", "cohort_is_linked"):
        assert f'href="#rule-{rule}"' in text
        assert re.search(rf'<section id="rule-{rule}">\s*<details><summary>', text)
    assert "Registers grow; losing more than 20 in 100 rows from one vintage to the next needs an explanation." in seen.said("en")
    assert "rule-values_are_plausible" not in seen.ids


def test_the_danish_page_says_verdicts_numbers_and_days_in_danish(seen: Outline) -> None:
    danish = seen.said("da")
    for words in ("ikke opfyldt", "ikke vurderet", "diskretioneret", "12.345", "0,8", "2 af 3, senest", "30-06-2026", "Reglerne forklaret"):
        assert words in danish


def test_the_seal_speaks_of_the_checks_alone_and_the_day_leads_to_its_newest_report(home: Home, page: bytes) -> None:
    folder = home.validation / validation.folder_name(AS_OF, CHECKS)
    sealed = json.loads((folder / "report.json").read_bytes())
    assert validation.digest({name: part for name, part in sealed.items() if name != "seal"}) == sealed["seal"]["sha256"]
    assert (home.validation / str(AS_OF) / "index.html").read_bytes() == page
    later = [*CHECKS, check("born_before_the_day", "passed", (0, 1000))]
    validation.write(home, AS_OF, later, History(history(home, AS_OF).rows), {}, not_due=set(), is_what_if=False)
    assert (home.validation / str(AS_OF)).resolve().name == validation.folder_name(AS_OF, later)


def test_a_link_to_a_subject_is_known_before_the_report_is_made(tmp_path: Path) -> None:
    assert validation.link(Home(tmp_path), AS_OF, "register:bef") == f"{tmp_path.as_uri()}/validation/2026-06-30/index.html#register:bef"
    assert "/validation/what-if/2026-06-30/" in validation.link(Home(tmp_path), AS_OF, is_what_if=True)
    assert validation.docs_link(Home(tmp_path), AS_OF, "register:bef") == f"{tmp_path.as_uri()}/validation/data_docs/2026-06-30/index.html#register:bef"
    assert "/validation/what-if/data_docs/2026-06-30/" in validation.docs_link(Home(tmp_path), AS_OF, is_what_if=True)


def test_a_day_of_the_history_that_does_not_hold_is_said(home: Home) -> None:
    said = validation.content(AS_OF, CHECKS)
    faulty = History(history(home, AS_OF).rows, ("verdicts/2026-06-29.jsonl is not what was written; restore it from a backup",))
    made = validation.page_of(said, faulty, {}, counts={}, not_due=set(), sha256="", is_what_if=False)
    assert "verdicts/2026-06-29.jsonl er ikke, som den blev skrevet; genskab den fra en sikkerhedskopi" in outline(made).said("da")


def test_a_copy_that_a_backup_put_in_the_place_of_the_link_is_moved_beside(tmp_path: Path) -> None:
    home = Home(tmp_path).prepare()
    for number in (1, 2):
        day = home.validation / "2026-06-30"
        if day.is_symlink():
            day.unlink()
        day.mkdir()
        (day / "index.html").write_text("a copy")
        page = validation.write(home, AS_OF, CHECKS, history(home, AS_OF), {}, not_due=set(), is_what_if=False)
        assert day.resolve() == page.parent.resolve()
        assert (home.validation / f"2026-06-30-copied-{number}" / "index.html").read_text() == "a copy"
