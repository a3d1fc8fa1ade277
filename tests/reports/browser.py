"""A real browser for pages: one a session, and what it finds wrong with a page for people who see, hear or point otherwise.

A page is looked at in both languages, light and dark, on a desk and on a phone. Where there is no browser the tests that need one are skipped, in
words; where everything must be checked (CI=true) they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}
LOOKS = (("en", "desk", "light"), ("en", "phone", "dark"), ("da", "desk", "dark"), ("da", "phone", "light"))
"""Every language with every size and every scheme, and every size with every scheme."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NOT_REACHED = """() => [...document.querySelectorAll('.scroll, main, pre')].filter(item => item.scrollWidth > item.clientWidth + 1 && getComputedStyle(item).overflowX !== 'visible'
    && item.tabIndex < 0).map(item => item.className)"""
"""What scrolls sideways and cannot be reached with the keyboard."""


def executable() -> str | None:
    """The browser of this machine."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A browser that asks nothing of the network."""
    found = executable()
    if found is None:
        words = "no Chromium or Chrome on this machine: pages are not looked at in a browser"
        pytest.fail(words) if os.environ.get("CI") == "true" else pytest.skip(words)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield opened
        opened.close()


def axe_source() -> str:
    """The checker itself, as the package carries it."""
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


class Eye:
    """One window through which pages are looked at: its size and whether it is light or dark are changed, not opened anew."""

    def __init__(self, browser: Any) -> None:
        self.asked: list[str] = []
        self.page = browser.new_context(locale="en-GB", bypass_csp=True).new_page()
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.add_init_script(axe_source())

    def close(self) -> None:
        self.page.context.close()

    def open(self, path: Path, place: str = "") -> None:
        self.page.goto("about:blank")
        self.page.goto(f"{path.as_uri()}{place}")

    def forget(self) -> None:
        """Forget the language that was chosen, and stand at the top of the page again."""
        self.page.evaluate("localStorage.clear()")
        self.page.reload()

    def speak(self, code: str) -> None:
        """Choose a language as a reader does, and wait until the page speaks it."""
        link = self.page.locator(f".languages a[hreflang={code}]")
        if link.count():
            link.click()
            self.page.wait_for_function("code => document.documentElement.lang === code", arg=code)

    def look(self, size: str, scheme: str) -> None:
        self.page.set_viewport_size(SIZES[size])
        self.page.emulate_media(color_scheme=scheme)

    def violations(self, *, rules: list[str] | None = None) -> list[str]:
        """What the checker finds, one line a rule and element."""
        options = {"runOnly": {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
        found = self.page.evaluate("options => axe.run(document, options).then(said => said.violations)", options)
        return [f"{item['id']}: {node['target']} {node['html'][:160]}" for item in found for node in item["nodes"]]

    def is_wider_than_the_window(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))

    def out_of_reach(self) -> list[str]:
        return list(self.page.evaluate(NOT_REACHED))


def faults(eye: Eye, path: Path) -> list[str]:
    """Everything that is wrong with a page, in both languages, light and dark, on a desk and on a phone."""
    found: list[str] = []
    eye.asked.clear()
    eye.open(path)
    is_in_one_language = not eye.page.locator(".languages").count()
    for code, size, scheme in LOOKS[:2] if is_in_one_language else LOOKS:
        eye.speak(code)
        eye.look(size, scheme)
        where = f"{path.name} {code} {size} {scheme}"
        found += [f"{where}: {line}" for line in eye.violations()]
        found += [f"{where}: the page is wider than the window"] if eye.is_wider_than_the_window() else []
        found += [f"{where}: out of the keyboard's reach: {name}" for name in eye.out_of_reach()]
    return found + [f"{path.name} asked for {url}" for url in eye.asked if not url.startswith(("file:", "about:", "data:"))]
