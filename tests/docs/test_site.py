"""The documentation site: it builds without a warning and without a network, every link of it leads somewhere, and it says all that the code has."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from docs.test_command_line import every
from support import ROOT

from indicators.evaluation.method import methods
from pipelines.payments.adjusters import adjusters
from pipelines.payments.rule import rules
from pipelines.payments.vocabulary import catalogue
from pipelines.worlds.known import known

LOADS = re.compile(r"<(?:link|script|img|iframe|source)\b[^>]*?\b(?:href|src)=\"([^\"]+)\"")
LEADS = re.compile(r"<a\b[^>]*?\bhref=\"([^\"]+)\"")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs-site` builds it, with a proxy that leads nowhere: what asked a network would fail."""
    made = tmp_path_factory.mktemp("site")
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", str(made / "trees"), str(ROOT / "docs"), str(made / "html")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return made / "html"


@cache
def text_of(page: Path) -> str:
    return unescape(page.read_text(encoding="utf-8"))


@cache
def anchors(page: Path) -> frozenset[str]:
    return frozenset(re.findall(r"\bid=\"([^\"]+)\"", text_of(page)))


def dead(page: Path, link: str) -> bool:
    """Whether a link within the site leads to no file, or to no place in it."""
    at = urlsplit(unescape(link))
    target = (page.parent / unquote(at.path)).resolve() if at.path else page
    if target.is_dir():
        target /= "index.html"
    return not target.exists() or bool(at.fragment and target.suffix == ".html" and unquote(at.fragment) not in anchors(target))


def test_every_link_within_the_site_leads_somewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 100
    found = {(page, link) for page in pages for link in LEADS.findall(text_of(page)) if not urlsplit(link).scheme}
    assert len(found) > 1000
    assert [f"{page.relative_to(site)}: {link}" for page, link in sorted(found) if dead(page, link)] == []


def test_a_page_loads_nothing_from_elsewhere(site: Path) -> None:
    loads = {(page.relative_to(site).as_posix(), link) for page in site.rglob("*.html") for link in LOADS.findall(text_of(page))}
    assert [item for item in sorted(loads) if urlsplit(item[1]).scheme not in ("", "data") or item[1].startswith("//")] == []
    for path in site.rglob("*.css"):
        assert not re.search(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", text_of(path)), path.name


def test_the_reference_says_every_method_and_how_often_it_is_wrong(site: Path) -> None:
    text = text_of(site / "reference" / "methods.html")
    assert [pin for pin in methods() if f"<h3>{pin}" not in text] == []
    for pin in {rate.method for rate in known()}:
        section = text.partition(f"<h3>{pin}")[2].partition("<h3>")[0]
        rows = {(rate.scenario, rate.people) for rate in known() if rate.method == pin}
        assert section.count("<tr") >= len(rows) + 1, pin


def test_the_reference_says_every_command_option_rule_adjuster_register_and_column(site: Path) -> None:
    commands, tables = text_of(site / "reference" / "commands.html"), text_of(site / "tables.html")
    options = {option for command in every().values() for par in command.params for option in par.opts if option.startswith("--")}
    assert [typed for typed in every() if f"<h2>{' '.join(typed)}" not in commands] == []
    assert [name for name in options if f">{name}<" not in commands] == []
    payments = text_of(site / "reference" / "payment_rules.html")
    assert [pin for pin in (*rules(), *adjusters()) if f"<h3>{pin}" not in payments] == []
    assert [name for name in catalogue().registers if f'id="{name.replace("_", "-")}"' not in text_of(site / "reference" / "registers.html")] == []
    texts = [path.read_text(encoding="utf-8") for folder in ("published", "views") for path in (ROOT / "sql" / folder).glob("*.sql")]
    published = {name for text in texts for name in re.findall(r"^create (?:table|view) (\w+)", text, re.MULTILINE)} - {"data_dictionary"}
    assert [name for name in published if f"<h3>{name}" not in tables] == []


def test_every_page_of_the_repository_is_a_page_of_the_site(site: Path) -> None:
    sources = {path.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert sources - {path.relative_to(site).as_posix() for path in site.rglob("*.html")} == set()
