"""The learning, investment, evaluator's, citizen's and auditor's pages as a site has them: whole, escaped, leading nowhere that is not there, and never with a name."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from reports.outline import outline
from reports.sheets_given import AS_OF, CHANGED, EVIL, LONG, PERSON, known, ledger, worst

from pipelines.reports.invested import Invested
from pipelines.reports.sheets import Known, Sheet, sheets


def said(page: bytes) -> str:
    """All words of a page, English first."""
    found = outline(page)
    return " ".join(f"{found.said('en')} {found.said('da')}".split())


def pages(of: Known) -> dict[str, bytes]:
    found = sheets(of)
    present = {"index.html", *(sheet.at for sheet in found)}
    return {sheet.at: sheet.page().bytes(present) for sheet in found}


@pytest.fixture(scope="module")
def site() -> dict[str, bytes]:
    return pages(known())


def empty() -> Known:
    return Known(AS_OF, [], [], {}, [], "", [], [], set(), [], [])


def test_there_is_a_first_page_of_each_kind_and_one_for_each_contract(site: dict[str, bytes]) -> None:
    every = {f"{kind}/{page}.html" for kind in ("learning", "investment", "citizen", "auditor") for page in ("index", "tarp", "trygt_hjem", "ungebro")}
    assert set(site) == every | {f"evaluator/{page}.html" for page in ("index", "tarp", "ungebro")}


def test_every_page_is_whole_and_leads_to_what_is_there(site: dict[str, bytes]) -> None:
    for at, page in site.items():
        found = outline(page)
        assert len(found.ids) == len(set(found.ids)), at
        ways = {link.partition("#")[0] for link in found.links} - {""}
        reached = {way[3:] if way.startswith("../") else f"{at.partition('/')[0]}/{way}" for way in ways}
        assert {way for way in reached if not way.startswith("../evidence/")} <= {*site, "index.html", "contracts/ungebro.html", "contracts/tarp.html"}, at
        assert not re.findall(rb'(?:src|href)="(?:https?:)?//', page), at


def test_words_of_contracts_people_and_deliveries_are_escaped_everywhere() -> None:
    every = pages(worst())
    for at, page in every.items():
        assert page.count(b"<script") == 1, at
        assert b"<script>alert" not in page, at
        assert EVIL in said(page), at
    assert LONG.strip() in said(every["learning/ungebro.html"])


def test_no_page_says_the_name_of_a_person(site: dict[str, bytes]) -> None:
    every = " ".join(said(page) for page in site.values())
    assert PERSON not in every
    assert "Bo Ukendt" not in every


def test_a_home_without_a_contract_and_one_without_an_entry_have_pages_that_say_so() -> None:
    bare = pages(empty())
    assert len(bare) == 5
    assert all("No contract has been read yet." in said(page) for page in bare.values())
    young = pages(replace(known(), entries=[], rows=[], results={}, changed=[], suppressed=[], invested=[Invested(item.terms) for item in known().invested]))
    assert "Nothing has been held." in said(young["learning/ungebro.html"])
    assert "No money has moved yet." in said(young["investment/trygt_hjem.html"])
    assert "No text of this contract has been executed." in said(young["auditor/ungebro.html"])


def test_the_same_night_gives_the_same_bytes_and_a_page_changes_only_with_what_it_says() -> None:
    first, second = sheets(known()), sheets(known())
    assert [sheet.says() for sheet in first] == [sheet.says() for sheet in second]
    assert first[1].page().bytes(set()) == second[1].page().bytes(set())
    later = sheets(replace(known(), rows=[{**row, "state": "due"} for row in known().rows]))
    changed = {sheet.at for sheet, was in zip(later, first, strict=True) if sheet.says() != was.says()}
    assert changed == {"learning/index.html", "learning/ungebro.html"}


def test_what_a_page_says_holds_the_numbers_of_its_drawing() -> None:
    was = known()
    less = replace(was, invested=[replace(item, flows=item.flows[1:]) for item in was.invested])
    one, other = (next(sheet for sheet in sheets(night) if sheet.at == "investment/ungebro.html").says() for night in (was, less))
    assert one != other


def test_the_learning_page_says_why_how_long_and_who(site: dict[str, bytes]) -> None:
    learning = said(site["learning/ungebro.html"])
    for words in (
        "nobody in the treatment group counts",
        "too young 3 4.7 %",
        "unlinked 11 17.2 %",
        "selvforsoergelse, 2025Q1 register is on time (outcome:ungebro/uger/2025Q1) 2026-02-01 2026-02-08 7 kommune",
        "ikke fundet i registrene 11 17,2 %",
        "cohort is linked kommune and udfoerer",
        "late report",
        "open question",
        "two fewer reach 26 weeks",
    ):
        assert words in learning, words
    assert "window not covered yet" not in learning


def test_an_outcome_is_called_by_its_title_where_it_has_one() -> None:
    def learning(title: object) -> str:
        terms = [{**item, "outcomes": [{**outcome, "title": title} for outcome in item["outcomes"]]} for item in known().terms]
        return next(sheet for sheet in sheets(replace(known(), terms=terms)) if sheet.at == "learning/ungebro.html").page().bytes({"index.html"}).decode()

    both, one, danish = (learning(title) for title in ({"da": "Uger i arbejde", "en": "Weeks in work"}, "Uger i arbejde", {"da": "Uger i arbejde"}))
    assert ">Weeks in work</th>" in both
    assert ">Uger i arbejde</th>" in both
    for page in (one, danish):
        assert '<span lang="da">Uger i arbejde</span></th>' in page
        assert ">Uger i arbejde</th>" in page


def test_loosened_rules_stand_apart_from_tightened_ones(site: dict[str, bytes]) -> None:
    words = said(site["auditor/ungebro.html"])
    loosened, tightened = words.index("Rules of the gate that were loosened"), words.index("Rules of the gate that were added or tightened")
    assert loosened < words.index("cohort is linked", loosened) < tightened < words.index("follow up is complete")
    assert "follow up is complete" not in said(site["learning/ungebro.html"])
    assert {row["change"] for row in CHANGED} == {"loosened", "tightened"}


def test_the_auditor_sees_the_chain_its_anchors_and_how_to_prove_each_payment(site: dict[str, bytes]) -> None:
    whole, one = said(site["auditor/index.html"]), said(site["auditor/ungebro.html"])
    assert f"all {len(ledger())} entries were read and proved" in whole
    assert f"The newest has the hash {ledger()[-1].hash}" in whole
    assert "1 entries have come since the newest anchor" in whole
    assert "payment_decisions 3 9" in whole
    assert "udbytte verify --bundle evidence/000007 udbytte replay 7" in one
    assert "approved kommune" in one
    assert b'href="../../evidence/000007/index.html"' in site["auditor/ungebro.html"]


def test_a_ledger_that_does_not_hold_is_said_first() -> None:
    broken = pages(replace(known(), fault="entry 3: its content does not give its hash"))
    assert "The ledger does not hold." in said(broken["auditor/index.html"])
    assert "entries were read and proved" not in said(broken["auditor/index.html"])
    assert "The ledger does not hold." in said(broken["auditor/ungebro.html"])


def test_accounts_that_cannot_be_made_are_said_and_nothing_is_shown() -> None:
    spoilt = pages(replace(known(), invested=[replace(item, fault="it does not say who pays how much") for item in known().invested]))
    words = said(spoilt["investment/ungebro.html"])
    assert "it does not say who pays how much" in words
    assert "Whose budget" not in words


def test_what_anyone_may_read_leads_to_no_page_of_the_parties() -> None:
    of_citizens = [sheet for sheet in sheets(known()) if sheet.for_anyone]
    assert {sheet.at.partition("/")[0] for sheet in of_citizens} == {"citizen"}
    for sheet in of_citizens:
        ways = {link.partition("#")[0] for link in outline(sheet.page().bytes({"index.html", "learning/index.html"})).links} - {""}
        assert not {way for way in ways if "/" in way}, sheet.at


def test_a_page_has_its_title_in_both_languages() -> None:
    sheet = Sheet("learning/x.html", "learning_title", {"contract": EVIL}, [])
    page = sheet.page().bytes({"index.html"}).decode()
    assert "Udbytte: what &lt;script&gt;" in page
    assert "Udbytte: læring af" in page
