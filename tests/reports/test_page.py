"""The site made of hand-made data: both languages in every file, nothing asked of the network, nothing dropped, and no link that leads nowhere."""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from reports.hand_made import board, contracts, trygt_hjem_decisions, ungebro, worked_waterfall
from reports.outline import Outline, outline
from reports.site_given import HOSTILE, LONG, hostile, material, written

from pipelines.canonical import plain
from pipelines.contracts.waterfall import Waterfall
from pipelines.payments.decide import causes
from pipelines.payments.waterfall import Inflow, distribute
from pipelines.reports import tables
from pipelines.reports.pages import TEMPLATES, card
from pipelines.reports.web.material import claims, no_verdicts
from pipelines.reports.web.places import contract_page, payment_page

MOST_BYTES = 1 << 20
BESIDE = ("../validation/", "../evidence/", "deliveries.html", "quarantine.html")
"""What pages of the site lead to that is written apart from it, from the folder of reports."""
UNGEBRO, TRYGT = "contracts/ungebro.html", "contracts/trygt_hjem.html"


@pytest.fixture(scope="module")
def site() -> dict[str, bytes]:
    return written()


@pytest.fixture(scope="module")
def seen(site: dict[str, bytes]) -> dict[str, Outline]:
    return {at: outline(page) for at, page in site.items()}


def text(site: Mapping[str, bytes], at: str) -> str:
    return site[at].decode()


def test_each_page_is_one_file_that_asks_for_nothing_and_runs_only_what_remembers_the_language(site: dict[str, bytes]) -> None:
    script = (TEMPLATES / "language.js").read_text(encoding="utf-8")
    assert not re.search(r"fetch|XMLHttp|import|eval|innerHTML|document\.write|setTimeout", script)
    for page in site.values():
        assert b"http" not in page
        assert re.findall(r"<script.*?</script>", page.decode(), re.DOTALL) == [f"<script>{script}</script>"]
        assert not re.search(r"<link|<img|@import|url\(|src=", page.decode())
        assert len(page) < MOST_BYTES


def test_the_same_data_gives_the_same_bytes(site: dict[str, bytes]) -> None:
    assert written() == site


def test_there_is_a_board_and_a_page_for_each_contract_claim_and_register(site: dict[str, bytes]) -> None:
    given = material()
    own = {payment_page(item["row"]) for terms in given.terms for item in claims(given, terms)}
    lists = {"index.html", "contracts/index.html", "payments/index.html", "registers/index.html"}
    assert set(site) == own | lists | {contract_page(terms["contract"]) for terms in given.terms} | {"registers/buaf.html", "registers/vnds.html"}
    assert len(own) == len(board()["rows"]) - 1, "all but the one of the contract that does not load"


def test_every_id_stands_once_and_every_link_leads_to_a_page_and_a_place_that_are_there(seen: dict[str, Outline]) -> None:
    followed = 0
    for at, page in seen.items():
        assert len(page.ids) == len(set(page.ids))
        for link in page.links:
            path, _, place = link.partition("#")
            there = posixpath.normpath(posixpath.join(posixpath.dirname(at), path)) if path else at
            if there.startswith(BESIDE) or there == "contracts/ungebro.annex.da.html":
                continue
            assert there in seen, f"{at} leads to {link}"
            assert not place or place in seen[there].ids, f"{at} leads to {link}"
            followed += 1
    assert followed > 400


def test_a_danish_reader_is_led_to_danish(site: dict[str, bytes]) -> None:
    for at, page in site.items():
        danish = page.decode().split('id="said-da"')[1]
        links = [link for link in re.findall(r'href="([^"#]+(?:#[^"]*)?)"', danish) if not link.startswith("#") and ".html" in link]
        away = [link for link in links if "#da." not in link and "#said-da" not in link]
        assert {link.split("/")[-1] for link in away} <= {"index.html", "deliveries.html", "quarantine.html", "ungebro.annex.da.html"}, at
        assert not [link for link in away if link.endswith("index.html") and "validation" not in link and "evidence" not in link], at


def test_what_holds_a_payment_leads_to_its_row_in_the_validation_report(seen: dict[str, Outline]) -> None:
    holds = [(hold["subject"], hold["rule"]) for item in trygt_hjem_decisions() for hold in causes(item["holds"])]
    wanted = {f"../../validation/newest/index.html#{at}{subject}-{rule}" for subject, rule in holds for at in ("", "da.")}
    assert wanted
    assert {link for link in seen[TRYGT].links if link.startswith("../../validation")} == wanted
    assert {link for at, page in seen.items() if at.startswith("payments/trygt") for link in page.links if link.startswith("../../validation")} == wanted


def test_the_language_is_chosen_by_two_links_and_english_is_first(site: dict[str, bytes], seen: dict[str, Outline]) -> None:
    for at, page in site.items():
        assert re.findall(r'<a href="#said-(\w\w)" lang="(\w\w)" hreflang="\w\w">(.*?)</a>', page.decode()) == [("en", "en", "English"), ("da", "da", "Dansk")]
        assert {"said-en", "said-da"} <= set(seen[at].ids)
        assert page.index(b'id="said-en"') < page.index(b'id="said-da"')
        assert b'<html lang="en" data-languages="en da"' in page
    assert 'data-title-da="Udbytte: betalinger pr. 30-06-2026"' in text(site, "index.html")
    assert 'data-title-da="Registre \u2013 Udbytte"' in text(site, "registers/index.html")


def test_every_word_of_the_danish_part_is_marked_with_its_language(seen: dict[str, Outline]) -> None:
    wanted = {
        "index.html": (("Betalinger pr.", "Trigger board"), ("Oversigt over betalingsudløsere", "What needs attention"), ("Kræver opmærksomhed", "Who waits for whom")),
        UNGEBRO: (("Betalingsrækkefølge", "Waterfall"), ("Det, der kan frigive den:", "What would release it:"), ("På listen", "On the list"), ("Betalingslofter", "Caps")),
        "payments/ungebro-half_a_year-2025Q1.html": (("Beregningen i ord", "The sum in words"), ("efterregulering", "true-up")),
        "registers/buaf.html": (("Hvor langt det rækker", "How far it reaches"), ("Nattens værste", "Worst of the night")),
    }
    for at, pairs in wanted.items():
        danish, english = (seen[at].said(code).replace("\u00ad", "") for code in ("da", "en"))
        for da, en in pairs:
            assert da in danish, at
            assert en in english, at
            assert da not in english, at
            assert en not in danish, at


def test_what_a_contract_says_is_marked_with_the_contracts_language(site: dict[str, bytes]) -> None:
    assert '<h1><span lang="da">Ungebro: vejen til selvforsørgelse</span></h1>' in text(site, UNGEBRO)
    assert "<h1>Ungebro: vejen til selvforsørgelse</h1>" in text(site, UNGEBRO)
    assert '<h1><span lang="en">A grant that nobody delivered for</span></h1>' in text(site, "contracts/bare.html")


def test_english_sentences_stay_as_they_were_said_on_the_board_or_on_the_claims_own_page(seen: dict[str, Outline]) -> None:
    for row in board()["rows"]:
        at = payment_page(row) if row["trigger"] != "-" else "index.html"
        assert row["reason"] in seen[at].said("en")
    held = seen["payments/ungebro-half_a_year-2025Q4.html"].said("en")
    assert "(outcome:ungebro/weeks/2025Q4): fewer than 5 of 66." in held
    first = re.sub(r"\s+", " ", seen["payments/ungebro-half_a_year-2025Q1.html"].said("en"))
    assert "Entry 3 stands. Tonight's data would say: due." in first


def test_only_sentences_without_danish_are_in_english_on_the_danish_pages(site: dict[str, bytes]) -> None:
    found = {words for page in site.values() for words in re.findall(r'<span(?: class="quiet")? lang="en">(.*?)</span>', page.decode().split('id="said-da"')[1])}
    assert found == {
        "Something that nobody has put into the phrase book &amp; &lt;never&gt; will",
        "Something that nobody has put into the phrase book",
        "A grant that nobody delivered for",
        "A",
        "B",
        "results paid",
        "Support of children",
        "Migrations",
    }


def test_danish_amounts_are_in_kroner_and_dates_in_danish_order(seen: dict[str, Outline]) -> None:
    danish, english = (seen["payments/ungebro-half_a_year-2025Q1.html"].said(code) for code in ("da", "en"))
    assert "1.317.500,00\u00a0kr." in danish
    assert "1,317,500.00\u00a0DKK" in english
    for at, page in seen.items():
        assert not re.search(r"\d{4}-\d{2}-\d{2}", page.said("da")), at
        assert not re.search(r"\d,\d{3}\.\d", page.said("da")), at


def test_markup_in_names_is_text(site: dict[str, bytes]) -> None:
    assert "<i>§ 3</i>" not in text(site, TRYGT)
    assert "Hjem &amp; Co &lt;b&gt;ApS&lt;/b&gt;" in text(site, TRYGT)
    assert "henvisninger &lt;juni&gt;.csv" in text(site, "index.html")


def test_nothing_that_people_or_deliveries_write_becomes_markup_anywhere() -> None:
    pages = written(hostile())
    assert set(pages) == set(written())
    for at, page in pages.items():
        seen = outline(page)
        assert "taken" not in seen.ids, at
        assert page.count(b"<script") == 1, at
        assert b"<img" not in page, at
        assert b"{{ 7*7 }}" in page or b"49" not in page, at
    told = sum(HOSTILE.split("&")[0][:20].replace('"', "&#34;").replace(">", "&gt;").replace("<", "&lt;").encode() in page for page in pages.values())
    assert told > len(pages) // 2, "the words themselves are shown"


def test_a_title_of_two_hundred_letters_is_whole_on_its_own_page_and_short_in_lists() -> None:
    given = material(terms=tuple({**terms, "title": LONG} for terms in contracts()))
    pages = written(given)
    assert f"<h1>{LONG}</h1>" in text(pages, UNGEBRO)
    assert LONG not in text(pages, "index.html")
    assert "En meget lang titel, som nogen har skrevet uden at tænke på, hvor den skal stå, En meget…" in text(pages, "index.html")


def test_a_contract_page_has_a_settlement_column_only_when_something_is_paid_on_account(site: dict[str, bytes]) -> None:
    assert ">Settlement</th>" in text(site, TRYGT)
    assert ">Settlement</th>" not in text(site, UNGEBRO)


def test_on_account_and_final_have_pages_of_their_own(site: dict[str, bytes]) -> None:
    assert {"payments/trygt_hjem-days-2024H2.html", "payments/trygt_hjem-days-2024H2-on_account.html"} <= set(site)
    assert card({"contract": "a", "trigger": "b", "claim_period": "c"}) == card({"contract": "a", "trigger": "b", "claim_period": "c", "kind": "final"}) == "a-b-c"


def test_the_waterfall_has_a_row_a_date_its_totals_and_what_waits(site: dict[str, bytes]) -> None:
    page = text(site, UNGEBRO)
    english = page[page.index("<caption>Waterfall") : page.index("How it adds up")]
    assert re.findall(r'<th scope="row" class="day">(.*?)</th>', english) == [f"{year}-01-01" for year in range(2024, 2029)]
    headings = re.findall(r'class="number">([^<]*)</th>', english)
    assert headings == ["In", "Guarantee", "Floor interest", "Principal, senior", "Principal, junior", "Guarantor", "Return, senior", "Return, junior", "Bonus", "Reverts"]
    totals = re.findall(r'<td class="number">([^<]*)</td>', english[english.index("<tfoot>") :])
    assert totals == ["10,460,000.00", "80,000.00", "440,907.94", "6,000,000.00", "2,000,000.00", "80,000.00", "459,092.06", "600,000.00", "400,000.00", "560,000.00"]
    assert "250,000.00\u00a0DKK has come in since and is distributed on 2027-01-01." in page
    assert "250.000,00\u00a0kr. er kommet ind siden og udloddes den 01-01-2027." in page


def of_waterfall(flow: dict[str, Any], agreed: dict[str, Any] | None = None) -> str:
    """The page of the contract with a waterfall that came to something else."""
    terms = {**ungebro(), **({"waterfall": plain(agreed)} if agreed else {})}
    return text(written(material(board={**board(), "waterfalls": {"ungebro": plain(flow)}}, terms=(terms,), sealed={})), UNGEBRO)


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
    shown = of_waterfall(flow, agreed)
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
    shown = of_waterfall({"rows": [], "waiting": "0.00", "classes": ["senior", "junior"]})
    assert "No distribution date has come yet." in shown
    assert "Der er endnu ikke nået en udlodningsdato." in shown


EMPTY = {"rows": [], "findings": [], "problems": [], "quarantined": [], "notes": [], "ledger": {"entries": 0, "head": ""}}


@pytest.mark.parametrize(
    "changes",
    [
        {"board": {name: value for name, value in board().items() if name not in ("waterfalls", "gate_changes", "checked")}},
        {"board": {**board(), **EMPTY}, "sealed": {}},
        {"board": {**board(), **EMPTY}, "sealed": {}, "terms": (), "registers": (), "entries": (), "cohorts": {}, "agreed": {}, "rooms": {}},
        {"sealed": {"ungebro": {"results": {}, "decisions": []}}, "agreed": {"ungebro": {"blocks": {"en": []}, "annexes": {}}}},
        {"evidence": frozenset({2, 4}), "verdicts": no_verdicts},
    ],
    ids=["an older board", "nothing decided", "nothing at all", "a hand-over without results", "evidence that is gone"],
)
def test_a_site_of_less_is_whole(changes: dict[str, Any]) -> None:
    pages = written(material(**changes))
    assert "index.html" in pages
    for page in pages.values():
        outline(page)


def test_a_decision_whose_row_is_not_on_the_board_is_shown_as_it_was_decided() -> None:
    pages = written(material(board={**board(), "rows": []}, entries=()))
    shown = text(pages, "payments/ungebro-half_a_year-2025Q1.html")
    assert "31 of 64 persons reach 26 weeks" in shown
    assert "No entry speaks of this claim yet." in shown


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_and_plots_stand_out_from_their_ground_as_wcag_aa_asks(scheme: int) -> None:
    roots = re.findall(r":root \{[^}]*\}", (TEMPLATES / "style.css").read_text(encoding="utf-8"))
    colours = dict(re.findall(r"--([a-z_-]+): (#[0-9a-f]{6})", roots[scheme]))
    states = ("due", "held", "not_met", "not_due")
    pairs = [(ink, ground) for ink in ("ink", "quiet", "bad", "link", "brand", *states) for ground in ("paper", "card")] + [(state, f"{state}-bg") for state in states]
    assert {pair: round(contrast(*(colours[name] for name in pair)), 2) for pair in pairs if contrast(*(colours[name] for name in pair)) < 4.5} == {}
    assert min(contrast(colours[name], colours[ground]) for name in ("focus", "bar") for ground in ("paper", "card")) >= 3


def test_a_loosened_rule_stands_apart_in_both_languages_with_its_clause_and_reason(site: dict[str, bytes]) -> None:
    for at in ("index.html", UNGEBRO):
        assert text(site, at).count('<strong class="problem">loosened</strong>') == 1
        assert text(site, at).count('<strong class="problem">lempet</strong>') == 1
        assert text(site, at).count("Flytninger &lt;i&gt; kommunen") == 4
    unchanged = text(written(material(board={**board(), "gate_changes": []})), "index.html")
    assert "No contract changes a rule of its gate profile." in unchanged
    assert "loosened" not in unchanged


def test_a_hold_says_since_when_and_by_when_in_both_languages(seen: dict[str, Outline]) -> None:
    for at in (UNGEBRO, "payments/ungebro-half_a_year-2025Q4.html"):
        english, danish = (re.sub(r"\s+", " ", seen[at].said(code)) for code in ("en", "da"))
        assert re.search(r"Since 2026-05-28 ?\. To be cured by 2026-06-27 ?\. Long stop 2026-11-24 ?\. Overdue", english)
        assert re.search(r"Siden 28-05-2026 ?\. Skal være afhjulpet senest 27-06-2026 ?\. Endelig frist 24-11-2026 ?\. Overskredet", danish)
    board_said = re.sub(r"\s+", " ", seen["index.html"].said("en"))
    assert "2026-05-28 (days: 33) 2026-06-27 Overdue" in board_said
