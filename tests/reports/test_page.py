"""The page made of hand-made data: both languages in one file, nothing asked of the network, nothing dropped and nothing broken."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import polars as pl
import pytest
from reports.hand_made import COUNTED, bare, board, contracts, sealed, trygt_hjem, trygt_hjem_decisions, ungebro, worked_waterfall

from pipelines.canonical import plain
from pipelines.contracts.waterfall import Waterfall
from pipelines.payments.decide import causes
from pipelines.payments.waterfall import Inflow, distribute
from pipelines.reports import site, tables
from pipelines.reports.pages import TEMPLATES, card

VOID = {"meta", "input", "br", "link", "img"}
MOST_BYTES = 1 << 20


class Outline(HTMLParser):
    """What stands on a page: balanced tags, ids, links, and each piece of text with the language it is in."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.labels: list[str | None] = []
        self.pieces: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids += [str(found["id"])] if "id" in found else []
        self.links += [str(found["href"])] if "href" in found else []
        self.labels += [found.get("for")] if tag == "label" else []
        if tag not in VOID:
            self.open.append((tag, found))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ("path", "line", "rect", "g"), (tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(tag in ("style", "script") for tag, _ in self.open):
            language = next(str(attrs["lang"]) for _, attrs in reversed(self.open) if "lang" in attrs)
            self.pieces.append((language, data.strip()))

    def said(self, language: str) -> str:
        return "\n".join(text for spoken, text in self.pieces if spoken == language)


def outline(page: bytes) -> Outline:
    made = Outline()
    made.feed(page.decode())
    made.close()
    assert made.open == []
    return made


def rendered(**changes: Any) -> bytes:
    """The hand-made page, with some of the board replaced."""
    return site.page({**board(), **changes}, contracts(), sealed(), COUNTED)


@pytest.fixture(scope="module")
def page() -> bytes:
    return rendered()


@pytest.fixture(scope="module")
def text(page: bytes) -> str:
    return page.decode()


@pytest.fixture(scope="module")
def seen(page: bytes) -> Outline:
    return outline(page)


def test_it_is_one_file_that_asks_for_nothing_and_runs_only_what_remembers_the_language(text: str) -> None:
    script = (TEMPLATES / "language.js").read_text(encoding="utf-8")
    assert "http" not in text
    assert re.findall(r"<script.*?</script>", text, re.DOTALL) == [f"<script>{script}</script>"]
    assert not re.search(r"<link|<img|@import|url\(|src=", text)
    assert not re.search(r"fetch|XMLHttp|import|eval|innerHTML|document\.write|setTimeout", script)
    assert len(text.encode()) < MOST_BYTES


def test_the_same_data_gives_the_same_bytes(page: bytes) -> None:
    assert rendered() == page


def test_every_id_stands_once_and_every_link_within_the_page_leads_somewhere(seen: Outline) -> None:
    assert len(seen.ids) == len(set(seen.ids))
    within = {link[1:] for link in seen.links if link.startswith("#")}
    assert within <= set(seen.ids)
    assert len(within) > 40
    others = {link for link in seen.links if not link.startswith("#")}
    assert {link.partition("#")[0] for link in others} == {
        "../validation/2026-06-30-80bf83e5ed75/index.html",
        "deliveries.html",
        "quarantine.html",
        "index.html",
    }


def test_what_holds_a_payment_leads_to_its_row_in_the_validation_report(seen: Outline) -> None:
    holds = [(hold["subject"], hold["rule"]) for item in trygt_hjem_decisions() for hold in causes(item["holds"])]
    wanted = {f"../validation/2026-06-30-80bf83e5ed75/index.html#{at}{subject}-{rule}" for subject, rule in holds for at in ("", "da.")}
    assert wanted
    assert {link for link in seen.links if "#" in link and link.startswith("../validation")} == wanted


def test_the_language_is_chosen_by_two_links_and_english_is_first(text: str, seen: Outline) -> None:
    assert re.findall(r'<a href="#said-(\w\w)" lang="(\w\w)" hreflang="\w\w">(.*?)</a>', text) == [("en", "en", "English"), ("da", "da", "Dansk")]
    assert {"said-en", "said-da"} <= set(seen.ids)
    assert text.index('id="said-en"') < text.index('id="said-da"')
    assert '<html lang="en" data-languages="en da"' in text
    assert 'data-title-da="Udbytte: betalinger pr. 30-06-2026"' in text


def test_every_word_of_the_danish_part_is_marked_with_its_language(seen: Outline) -> None:
    danish, english = seen.said("da"), seen.said("en")
    for words in ("Betalinger pr.", "Oversigt over betalingsudløsere", "betaling udløst", "Kræver opmærksomhed", "Betalingsrækkefølge", "Det, der kan frigive den:"):
        assert words in danish.replace("\u00ad", "")
        assert words not in english.replace("\u00ad", "")
    for words in ("Payments as of", "Trigger board", "What needs attention", "Waterfall", "What would release it:"):
        assert words in english
        assert words not in danish


def test_what_a_contract_says_is_marked_with_the_contracts_language(text: str) -> None:
    assert '<h2 id="ungebro"><span lang="da">Ungebro: vejen til selvforsørgelse</span></h2>' in text
    assert '<h2 id="da.ungebro">Ungebro: vejen til selvforsørgelse</h2>' in text
    assert '<h2 id="da.bare"><span lang="en">A grant that nobody delivered for</span></h2>' in text


def test_english_sentences_stay_as_they_were_said(seen: Outline) -> None:
    english = seen.said("en")
    for row in board()["rows"]:
        assert row["reason"] in english
    assert "What stands below is what tonight's data say: due." in english
    assert "Posted as entry 4." in english
    assert "(outcome:ungebro/weeks/2025Q4): fewer than 5 of 66." in english


def test_only_the_sentence_without_danish_is_in_english_on_the_danish_page(text: str) -> None:
    danish = text[text.index('id="said-da"') :]
    assert set(re.findall(r'<span lang="en">(.*?)</span>', danish)) == {
        "Something that nobody has put into the phrase book &amp; &lt;never&gt; will",
        "A grant that nobody delivered for",
        "A",
        "B",
        "results paid",
    }


def test_danish_amounts_are_in_kroner_and_dates_in_danish_order(seen: Outline) -> None:
    danish, english = seen.said("da"), seen.said("en")
    assert "1.317.500,00\u00a0kr." in danish
    assert "1,317,500.00\u00a0DKK" in english
    assert not re.search(r"\d{4}-\d{2}-\d{2}", danish)
    assert not re.search(r"\d,\d{3}\.\d", danish)


def test_markup_in_names_is_text(text: str) -> None:
    assert "<i>§ 3</i>" not in text
    assert "Hjem &amp; Co &lt;b&gt;ApS&lt;/b&gt;" in text
    assert "henvisninger &lt;juni&gt;.csv" in text


def test_the_board_has_a_settlement_column_only_when_something_is_paid_on_account(text: str) -> None:
    assert '<th scope="col">Settlement</th>' in text
    only = [row for row in board()["rows"] if row["kind"] == "final"]
    plain = site.page({**board(), "rows": only}, [ungebro()], {"ungebro": sealed()["ungebro"]}, COUNTED).decode()
    assert '<th scope="col">Settlement</th>' not in plain


def test_on_account_and_final_have_cards_of_their_own(seen: Outline) -> None:
    assert {"trygt_hjem-days-2024H2", "trygt_hjem-days-2024H2-on_account", "da.trygt_hjem-days-2024H2", "da.trygt_hjem-days-2024H2-on_account"} <= set(seen.ids)
    assert card({"contract": "a", "trigger": "b", "claim_period": "c"}) == card({"contract": "a", "trigger": "b", "claim_period": "c", "kind": "final"}) == "a-b-c"


def test_the_waterfall_has_a_row_a_date_its_totals_and_what_waits(text: str) -> None:
    english = text[text.index("<caption>Waterfall") : text.index("How it adds up")]
    assert re.findall(r'<th scope="row" class="day">(.*?)</th>', english) == [f"{year}-01-01" for year in range(2024, 2029)]
    headings = re.findall(r'class="number">([^<]*)</th>', english)
    assert headings == ["In", "Guarantee", "Floor interest", "Principal, senior", "Principal, junior", "Guarantor", "Return, senior", "Return, junior", "Bonus", "Reverts"]
    totals = re.findall(r'<td class="number">([^<]*)</td>', english[english.index("<tfoot>") :])
    assert totals == ["10,460,000.00", "80,000.00", "440,907.94", "6,000,000.00", "2,000,000.00", "80,000.00", "459,092.06", "600,000.00", "400,000.00", "560,000.00"]
    assert "250,000.00\u00a0DKK has come in since and is distributed on 2027-01-01." in text
    assert "250.000,00\u00a0kr. er kommet ind siden og udloddes den 01-01-2027." in text


def test_premium_and_protection_have_columns_where_they_are_agreed() -> None:
    agreed: dict[str, Any] = {
        **worked_waterfall(),
        "classes": [
            {**worked_waterfall()["classes"][0], "premium": {"share": Decimal("0.01")}},
            {**worked_waterfall()["classes"][1], "protection": {"by": "stiftelse", "of": "loss", "share": Decimal("0.50"), "on": dt.date(2024, 1, 1)}},
        ],
        "order": ["floor_interest", {"principal": "senior"}, {"premium": "senior"}, {"principal": "junior"}, {"protection": "junior"}, "guarantor", "return", "bonus", "reverts"],
    }
    rows = distribute(Waterfall.model_validate(agreed), [Inflow(dt.date(2025, 1, 1), Decimal("8500000.00"), "results paid")], dt.date(2025, 1, 1))
    flow: dict[str, Any] = {"rows": [row.as_data() for row in rows], "waiting": "0.00", "classes": ["senior", "junior"]}
    shown = site.page({**board(), "waterfalls": {"ungebro": plain(flow)}}, [{**ungebro(), "waterfall": plain(agreed)}], {}, COUNTED).decode()
    english = shown[shown.index("<caption>Waterfall") : shown.index("How it adds up")]
    totals = dict(zip(re.findall(r'class="number">([^<]*)</th>', english), re.findall(r'<td class="number">([^<]*)</td>', english[english.index("<tfoot>") :]), strict=True))
    added = {name: amount for name, amount in totals.items() if name.startswith(("Protect", "Back", "Premium"))}
    assert added == {
        "Protection, junior": "1,000,000.00",
        "Protected principal, junior": "1,000,000.00",
        "Back for protection, junior": "1,000,000.00",
        "Premium, senior": "60,000.00",
    }
    made = tables.waterfall({"ungebro": flow}, dt.date(2025, 1, 1))
    comes_in = pl.col("step").is_in(["in", "guarantee", "protection"])
    by_day = made.group_by("distributed_on").agg(came=pl.col("amount").filter(comes_in).sum(), went=pl.col("amount").filter(~comes_in).sum())
    assert by_day["came"].to_list() == by_day["went"].to_list()
    assert by_day.height == 2


def test_a_waterfall_before_its_first_date_says_so() -> None:
    shown = site.page({**board(), "waterfalls": {"ungebro": {"rows": [], "waiting": "0.00", "classes": ["senior", "junior"]}}}, [ungebro()], {}, COUNTED).decode()
    assert "No distribution date has come yet." in shown
    assert "Der er endnu ikke nået en udlodningsdato." in shown


@pytest.mark.parametrize("missing", ["waterfalls", "nothing"])
def test_a_board_or_hand_over_with_less_on_it_gives_a_whole_page(missing: str) -> None:
    less = {name: value for name, value in board().items() if name != missing}
    if missing == "nothing":
        less |= {"rows": [], "findings": [], "problems": [], "quarantined": [], "notes": [], "ledger": {"entries": 0, "head": ""}}
    for terms, handovers in (([], {}), ([bare(), trygt_hjem(), ungebro()], {}), (contracts(), {"ungebro": {"results": {}, "decisions": []}}), (contracts(), sealed())):
        outline(site.page(less, terms, handovers, COUNTED))


def test_a_decision_whose_row_is_not_on_the_board_is_shown_as_it_was_decided() -> None:
    shown = site.page({**board(), "rows": []}, [ungebro()], {"ungebro": sealed()["ungebro"]}, COUNTED).decode()
    assert '<section class="card" id="ungebro-half_a_year-2025Q1">' in shown
    assert "Posted as entry" not in shown


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_its_ground_as_wcag_aa_asks(scheme: int) -> None:
    roots = re.findall(r":root \{[^}]*\}", (TEMPLATES / "style.css").read_text(encoding="utf-8"))
    colours = dict(re.findall(r"--([a-z_-]+): (#[0-9a-f]{6})", roots[scheme]))
    states = ("due", "held", "not_met", "not_due")
    pairs = [(ink, ground) for ink in ("ink", "quiet", "bad", *states) for ground in ("paper", "card")] + [(state, f"{state}-bg") for state in states] + [("paper", "ink")]
    assert {pair: round(contrast(*(colours[name] for name in pair)), 2) for pair in pairs if contrast(*(colours[name] for name in pair)) < 4.5} == {}
    assert contrast(colours["focus"], colours["paper"]) >= 3


def test_a_loosened_rule_stands_apart_in_both_languages_with_its_clause_and_reason(text: str) -> None:
    assert text.count('<strong class="problem">loosened</strong>') == 1
    assert text.count('<strong class="problem">lempet</strong>') == 1
    assert text.count("Flytninger &lt;i&gt; kommunen") == 4
    unchanged = rendered(gate_changes=[]).decode()
    assert "No contract changes a rule of its gate profile." in unchanged
    assert "loosened" not in unchanged


def test_a_hold_says_since_when_and_by_when_in_both_languages(seen: Outline) -> None:
    english, danish = (re.sub(r"\s+", " ", seen.said(code)) for code in ("en", "da"))
    assert re.search(r"Since 2026-05-28 \(days: 33\)\. To be cured by 2026-06-27 ?\. Long stop 2026-11-24 ?\. Overdue", english)
    assert re.search(r"Siden 28-05-2026 \(dage: 33\)\. Skal være afhjulpet senest 27-06-2026 ?\. Endelig frist 24-11-2026 ?\. Overskredet", danish)
