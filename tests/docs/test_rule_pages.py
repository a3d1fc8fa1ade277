"""The pages of docs/rules are made from the profiles and the SQL of their rules, and say all of what is there."""

from __future__ import annotations

import pytest
from support import ROOT

from pipelines.reports.rule_pages import FOLDER, pages, shipped_profiles
from pipelines.reports.rule_texts import counted

RULES = sorted(path.stem for path in (ROOT / "sql" / "expectations").glob("*.sql"))


def test_every_page_is_as_it_would_be_made_now() -> None:
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    stale = sorted(name for name in {*found, *pages()} if found.get(name) != pages().get(name))
    assert stale == [], "docs/rules is not current; run `make docs` and commit what it changes"


def test_every_rule_has_a_page_and_stands_in_the_list() -> None:
    made = pages()
    assert sorted(made) == sorted(["README.md", *(f"{name}.md" for name in RULES)])
    assert [name for name in RULES if f"({name}.md)" not in made["README.md"]] == []


def test_a_page_says_why_since_when_how_and_what_to_do() -> None:
    made = pages()
    for profile in shipped_profiles():
        for rule in profile.rules:
            page = made[f"{rule.rule}.md"]
            for words in (rule.protects, rule.because, rule.remedy, rule.since.isoformat(), rule.dimension, rule.severity, f"`{profile.pin}`", rule.cured_by.replace("_", " ")):
                assert words in page, f"{rule.rule}: {words}"
            assert counted(rule.rule).part in page


def test_making_the_pages_twice_makes_the_same() -> None:
    assert pages() == pages()


def test_sql_that_does_not_say_what_it_counts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.reports.rule_texts.sql_text", lambda _: "-- Counts things.\nselect 1")
    with pytest.raises(ValueError, match=r"sql/expectations/quiet\.sql: its first comment has to say"):
        counted("quiet")
