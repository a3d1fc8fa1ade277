"""How a page leads to the others: relative ways, the kind one stands in, and nothing that is not there."""

from __future__ import annotations

import pytest

from pipelines.reports.navigation import SECTIONS, Entry, place
from pipelines.reports.phrases import LANGUAGES, interface

PRESENT = {"index.html", "contracts/index.html", "contracts/ungebro.html", "payments/000007.html", "deliveries.html"}


def test_a_page_beside_the_board_leads_to_what_there_is() -> None:
    found = place("index.html", PRESENT)
    assert found.root == ""
    assert found.entries == (Entry("board", "index.html", "page"), Entry("contracts", "contracts/index.html", ""))


def test_a_page_in_a_folder_leads_back_and_says_which_kind_it_is() -> None:
    found = place("contracts/ungebro.html", PRESENT)
    assert found.root == "../"
    assert found.entries == (Entry("board", "../index.html", ""), Entry("contracts", "../contracts/index.html", "true"))


def test_a_kind_without_its_first_page_is_not_linked() -> None:
    assert "payments" not in {entry.section for entry in place("payments/000007.html", PRESENT).entries}


@pytest.mark.parametrize("section", SECTIONS)
def test_every_kind_has_a_name_in_every_language(section: str) -> None:
    assert set(interface()[f"nav.{section}"]) == set(LANGUAGES)
