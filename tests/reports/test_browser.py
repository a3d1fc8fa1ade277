"""Every kind of page in a real browser: what WCAG 2.2 AA asks, what a keyboard reaches, what a phone shows, and that nothing written becomes markup."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from quoting.test_cash import UNGEBRO
from quoting.test_faces import page_of
from reports.browser import SIZES, Eye, faults
from reports.site_given import hostile, material, written
from reports.test_arrivals_pages import made as arrivals_made
from reports.test_validation_page import AS_OF, CHECKS, WAITS

from pipelines.payments.vocabulary import catalogue
from pipelines.quality.history import history, record
from pipelines.reports import validation
from pipelines.reports.pages import render
from pipelines.reports.phrases import LANGUAGES, Language
from pipelines.reports.rule_texts import rule_texts
from pipelines.reports.web import agreed
from pipelines.settings import Home

SITE = (
    "index.html",
    "contracts/index.html",
    "contracts/ungebro.html",
    "payments/index.html",
    "payments/ungebro-half_a_year-2025Q1.html",
    "payments/ungebro-half_a_year-2025Q4.html",
    "registers/index.html",
    "registers/buaf.html",
)
BESIDE = ("deliveries.html", "quarantine.html", "validation.html", "evidence.html", "contracts/annex.html", "quote.html")
FOCUSABLE = "a[href], summary, button, input, [tabindex='0']"
assert UNGEBRO


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of hand-made data, with every page beside it."""
    made = tmp_path_factory.mktemp("reports")
    found = catalogue()
    annex = agreed.agreed(found.contracts["ungebro"], found)["annexes"]["da"]
    quote = page_of("ungebro", made, "da").encode()
    pages = {**written(), **arrivals_made(), "contracts/annex.html": annex, "quote.html": quote, "validation.html": validation_page(made), "evidence.html": evidence_page()}
    for at, content in pages.items():
        (made / at).parent.mkdir(exist_ok=True)
        (made / at).write_bytes(content)
    return made


def validation_page(folder: Path) -> bytes:
    home = Home(folder / "home")
    record(home, dt.date(2026, 6, 29), CHECKS, {WAITS})
    profiles = catalogue().profiles.values()
    return validation.write(home, AS_OF, CHECKS, history(home, AS_OF), rule_texts(profiles), not_due={WAITS}, is_what_if=False).read_bytes()


def evidence_page() -> bytes:
    """The page of a bundle, of a held decision made by hand."""
    decision = dict.fromkeys(("trigger", "clause", "payer", "payee", "reason", "fingerprint"), "x")
    held = {**decision, "state": "held", "claim_period": "2025Q4", "kind": "final", "amount": "0.00", "currency": "DKK", "required": 24, "arithmetic": [], "holds": []}
    entry = {"seq": 7, "kind": "hold", "hash": "0" * 64, "prev": "1" * 64, "body": {}}
    check = {"subject": "register:bef", "rule": "no_row_stands_twice", "verdict": "failed", "reason": "3 of 1,000", "observed": ""}
    register = {"register": "bef", "count": 1, "newest": "0" * 64, "covers_through": "2026-03-31"}
    inputs = {"contract": {"sha256": "0" * 64}, "program": "1" * 64, "lock": "2" * 64}
    return render(
        "frame.html",
        title="evidence_title",
        body="evidence.html",
        as_of="2026-06-30",
        languages=[Language(code) for code in LANGUAGES],
        entry=entry,
        decision=held,
        contract={"title": "Ungebro", "language": "da"},
        handover="3" * 64,
        registers=[register],
        cohorts={"unge": "4" * 64},
        inputs=inputs,
        passed=23,
        checks=[check],
        names=["decision.json"],
    )


@pytest.fixture(scope="module")
def eye(browser: Any) -> Iterator[Eye]:
    opened = Eye(browser)
    yield opened
    opened.close()


@pytest.mark.parametrize("at", [*SITE, *BESIDE])
def test_a_page_is_for_everybody_in_both_languages_light_and_dark_on_a_desk_and_on_a_phone(at: str, folder: Path, eye: Eye) -> None:
    assert faults(eye, folder / at) == []


def test_what_is_wrong_with_a_page_is_found(tmp_path: Path, eye: Eye) -> None:
    page = tmp_path / "bad.html"
    wide = "<div class='scroll' style='overflow-x: auto'><div style='width: 3000px'>wide</div></div><p style='width: 2000px'>wider</p>"
    page.write_text(
        f"<html><head><title>x</title></head><body><main><h1>x</h1><h3>y</h3><p style='color: #bbb; background: #fff'>pale</p>{wide}<a href='#x'></a></main></body></html>"
    )
    found = "\n".join(faults(eye, page))
    for rule in ("html-has-lang", "heading-order", "color-contrast", "link-name", "wider than the window", "out of the keyboard's reach: scroll"):
        assert rule in found


@pytest.mark.parametrize("at", ["index.html", "contracts/ungebro.html"])
def test_a_keyboard_reaches_everything_in_order_and_is_caught_nowhere(at: str, folder: Path, eye: Eye) -> None:
    eye.look("desk", "light")
    eye.open(folder / at)
    eye.forget()
    wanted = eye.page.evaluate(f"[...document.querySelectorAll({FOCUSABLE!r})].filter(item => item.checkVisibility() && item.tabIndex >= 0).length")
    eye.page.evaluate("window.reached = []; 0")
    for _ in range(wanted):
        eye.page.keyboard.press("Tab")
        shown = eye.page.evaluate(
            "(() => { const item = document.activeElement, box = item.getBoundingClientRect(); window.reached.push(item);"
            " return item !== document.body && box.width > 0 && box.bottom > 0 && box.top < innerHeight && getComputedStyle(item).outlineStyle !== 'none' })()"
        )
        assert shown, eye.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    assert eye.page.evaluate("new Set(window.reached).size") == wanted > 20
    in_order = "window.reached.every((item, place, all) => !place || all[place - 1].compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING)"
    assert eye.page.evaluate(in_order)


def test_the_first_thing_a_keyboard_reaches_leads_past_the_header(folder: Path, eye: Eye) -> None:
    eye.look("desk", "light")
    eye.open(folder / "index.html")
    eye.forget()
    eye.page.keyboard.press("Tab")
    assert eye.page.evaluate("document.activeElement.textContent") == "Skip to content"
    eye.page.keyboard.press("Enter")
    assert eye.page.evaluate("document.activeElement.id") == "said-en"


def spoken(eye: Eye) -> tuple[str, str, str]:
    """The language of the page, the headings that are shown, and the title of the window."""
    heading = eye.page.evaluate("[...document.querySelectorAll('h1')].filter(item => item.checkVisibility()).map(item => item.textContent.trim()).join('|')")
    return eye.page.evaluate("document.documentElement.lang"), heading, eye.page.title()


def test_a_language_that_was_chosen_is_kept_from_page_to_page_and_can_be_left_again(folder: Path, eye: Eye) -> None:
    eye.look("desk", "light")
    eye.open(folder / "registers" / "index.html")
    eye.speak("en")
    assert spoken(eye) == ("en", "Registers", "Registers \u2013 Udbytte")
    eye.speak("da")
    assert spoken(eye) == ("da", "Registre", "Registre \u2013 Udbytte")
    eye.page.click("header a:visible:text('Betalinger')")
    assert spoken(eye) == ("da", "Betalinger", "Betalinger \u2013 Udbytte")
    eye.open(folder / "contracts" / "index.html")
    assert spoken(eye)[:2] == ("da", "Kontrakter"), "it is remembered where the link does not say it"
    eye.open(folder / "deliveries.html", "#buaf")
    assert eye.page.evaluate("location.hash") == "#da.buaf", "a place in the other language leads to the same place in this one"
    eye.speak("en")
    assert (eye.page.evaluate("location.hash"), spoken(eye)[0]) == ("#buaf", "en")
    eye.open(folder / "index.html", "#da.board")
    assert spoken(eye)[0] == "da"
    eye.speak("en")


def test_without_a_script_a_page_speaks_its_first_language_and_links_keep_the_other(folder: Path, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    def shown() -> str:
        return str(page.locator("h1:visible").inner_text())

    page.goto((folder / "registers" / "index.html").as_uri())
    assert shown() == "Registers"
    page.click("text=Dansk")
    assert shown() == "Registre"
    page.click("header a:visible:text('Kontrakter')")
    assert shown() == "Kontrakter"
    page.click("text=English")
    assert shown() == "Contracts"
    context.close()


@pytest.mark.parametrize("size", SIZES)
def test_what_people_and_deliveries_write_takes_no_page_over_and_makes_none_wider(size: str, tmp_path: Path, eye: Eye) -> None:
    pages = written(hostile())
    eye.look(size, "light")
    for at in ("index.html", "contracts/ungebro.html", "payments/ungebro-half_a_year-2025Q1.html", "registers/buaf.html"):
        path = tmp_path / at
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(pages[at])
        eye.open(path)
        for code in ("en", "da"):
            eye.speak(code)
            assert "taken" not in (eye.page.title().split("<")[0], str(eye.page.evaluate("(document.getElementById('taken') || {}).id")))
            assert eye.page.evaluate("[...document.scripts].length + document.images.length") == 1
            assert not eye.is_wider_than_the_window(), (at, code)


def test_paper_has_what_is_folded_on_the_screen_and_no_menu(folder: Path, eye: Eye) -> None:
    eye.look("desk", "dark")
    eye.open(folder / "contracts" / "ungebro.html")
    eye.speak("en")
    eye.page.emulate_media(media="print", color_scheme="dark")
    assert not eye.page.locator("header.top").is_visible()
    assert eye.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert eye.page.locator("text=words in en").is_visible()
    assert not eye.page.locator("text=words in da").is_visible()
    eye.page.emulate_media(media="screen")


def test_every_page_of_the_hand_made_site_is_of_a_kind_that_is_looked_at() -> None:
    folders = {at.partition("/")[0] for at in written(material())}
    assert folders == {at.partition("/")[0] for at in SITE}
