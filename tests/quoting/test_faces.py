"""Every face of a quote: the terminal, JSON and the page; each says that it is a quote, and the page asks nothing of the network."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest
from quoting.quoting_given import CASE_5, TARP, agreed, written
from quoting.test_cash import UNGEBRO
from support import SHIPPED, udbytte

from pipelines import bench_quote
from pipelines.payments.quoting.columns import COLUMNS
from pipelines.reports.phrases import Code
from pipelines.reports.quote_drawing import Bars, spec, unit_of
from pipelines.reports.quote_page import page
from pipelines.reports.quoting import shown, told

TEXTS = {"tarp": TARP, "trygt_hjem": CASE_5, "ungebro": UNGEBRO}


def page_of(name: str, tmp_path: Path, language: Code) -> str:
    results = written(TEXTS[name], tmp_path)
    return page(shown(told(agreed(name), name, results, results, has_cliffs=True)), language).decode()


def test_the_terminal_marks_it_as_a_quote_above_and_below_and_says_each_sum(tmp_path: Path) -> None:
    done = udbytte(tmp_path / "home", "quote", "tarp", "--results", str(written(TARP, tmp_path)), "--cliffs", contracts=SHIPPED)
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.split("\n") if line.strip()]
    assert lines[0].startswith("QUOTE of tarp, version 1: what these results would pay. Nothing is decided or posted")
    assert lines[-1] == "QUOTE: 508,000.00 USD in all"
    assert "  48 of 216 (22.2 %) against 66 of 216 (30.6 %): relative reduction 27.27 %   (Schedule 2 §2)" in lines
    assert any("12 away, at 60: -250,000.00 (reduction)" in line for line in lines)
    assert not (tmp_path / "home").exists()


def test_json_says_that_it_is_a_quote_and_has_amounts_as_text(tmp_path: Path) -> None:
    done = udbytte(tmp_path / "home", "quote", "trygt_hjem", "--results", str(written(CASE_5, tmp_path)), "--json", contracts=SHIPPED)
    found = json.loads(done.stdout)
    assert found["is_quote"] is True
    assert found["amount"] == "1325409.36"
    assert found["cliffs"] is None
    assert [item["state"] for item in found["payments"]] == ["due", "due", "no_result", "no_result"]


def test_a_file_that_cannot_be_quoted_ends_with_its_own_code_and_writes_nothing(tmp_path: Path) -> None:
    bad = written(TARP.replace("enrolment", "enrollment"), tmp_path)
    done = udbytte(tmp_path / "home", "quote", "tarp", "--results", str(bad), "--page", str(tmp_path / "quote.html"), contracts=SHIPPED)
    assert (done.returncode, done.stdout) == (10, "")
    assert done.stderr == "udbytte: results.csv:2: there is no outcome 'enrollment'; did you mean 'enrolment'?\n"
    assert not (tmp_path / "quote.html").exists()


def test_a_contract_that_is_not_there(tmp_path: Path) -> None:
    done = udbytte(tmp_path / "home", "quote", "trap", "--results", str(written(TARP, tmp_path)), contracts=SHIPPED)
    assert done.returncode == 3
    assert done.stderr == "udbytte: there is no outcome contract 'trap'; did you mean 'tarp'?\n"


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(("language", "mark"), [("en", "QUOTE"), ("da", "PRØVEBEREGNING")])
def test_the_page_marks_every_part_as_a_quote_and_stands_alone(name: str, language: Code, mark: str, tmp_path: Path) -> None:
    html = page_of(name, tmp_path, language)
    title = re.search(r"<title>(.*?)</title>", html)
    assert title is not None
    assert title[1].startswith(mark)
    assert all(mark in heading or "aterfall" in heading or "rækkefølge" in heading for heading in re.findall(r"<h[12][^>]*>(.*?)</h", html))
    assert re.findall(r"(?:src|href)=\"(?!#)|url\(|@import|<script|<link", html) == []
    assert html.count("<svg") == len(re.findall(r"<figure class=\"panel(?: narrow)?\">", html))


@pytest.mark.parametrize("name", ["trygt_hjem", "ungebro"])
def test_a_danish_contracts_page_has_every_sentence_in_danish(name: str, tmp_path: Path) -> None:
    assert re.findall(r'<span lang="en">(.*?)</span>', page_of(name, tmp_path, "da")) == []


def test_the_page_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    assert page_of("ungebro", tmp_path, "da") == page_of("ungebro", tmp_path, "da")


@pytest.mark.parametrize(
    ("amounts", "unit"), [(["-1000000.00", "5.00"], ("in_millions", 1_000_000)), (["-999999.99"], ("in_thousands", 1_000)), (["9999.99"], ("in_units", 1)), ([], ("in_units", 1))]
)
def test_the_unit_of_a_drawing_is_what_its_largest_amount_reads_best_in(amounts: list[str], unit: tuple[str, int]) -> None:
    assert unit_of([Decimal(amount) for amount in amounts]) == unit


def test_a_drawing_has_a_bar_for_each_quarter_that_moves_and_an_outline_for_what_was_expected() -> None:
    made = spec(Bars("kommune", ("2025Q4", "2026Q1", "2026Q2"), (Decimal(-2000000), Decimal(0), Decimal(500000)), (Decimal(-1000000), Decimal(0), Decimal(0))))
    moved, expected, _ = (layer["data"]["values"] for layer in made["layer"])
    assert [(bar["quarter"], bar["value"], bar["colour"]) for bar in moved] == [("2025Q4", -2.0, "var(--held)"), ("2026Q2", 0.5, "var(--due)")]
    assert [(bar["quarter"], bar["value"]) for bar in expected] == [("2025Q4", -1.0)]


def test_the_documented_columns_are_those_of_the_program() -> None:
    text = (Path(SHIPPED).parent / "docs" / "quote.md").read_text(encoding="utf-8")
    rows = [f"| `{column.name}` | {'yes' if column.is_needed else ''} | {column.holds} | `{column.example}` |" for column in COLUMNS]
    assert "\n".join(rows) in text


def test_the_bench_quotes_a_rate_card_of_as_many_outcomes_as_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three outcomes at 100, 101 and 102 for 300, 293 and 286 people: 30,000 + 29,593 + 29,172."""
    monkeypatch.setattr(bench_quote, "ROUNDS", 1)
    found = bench_quote.measure_quote(3)
    assert (found["outcomes"], found["amount"]) == (3, "88765.00")
    assert "processor seconds of the whole command; 88765.00 quoted" in bench_quote.quote_table(found)
