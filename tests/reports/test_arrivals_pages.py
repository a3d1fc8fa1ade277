"""The pages of deliveries and of the quarantine, made of hand-made rows: both languages, nothing withheld is told, and every refusal says what next."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from reports.outline import Outline, outline

from pipelines.deliveries.archive import Delivery
from pipelines.deliveries.manifest import WITHHELD
from pipelines.reports import arrivals

AS_OF = dt.date(2026, 6, 30)
JANUARY, MAY, JUNE = dt.date(2026, 1, 2), dt.date(2026, 5, 2), dt.date(2026, 6, 2)
NAMES = {"buaf": "Support of children", "vnds": "Migrations", "who5": "Well-being"}
DASH = "\u2013"
NUMBERS = "14 cells of the column 'borger_id' look like CPR numbers; pseudonymise the file before it is delivered, and purge this one"


def came(register: str, known_from: dt.date, **changes: Any) -> dict[str, Any]:
    """A row of the published table `deliveries`."""
    usual = {"is_accepted": True, "is_in_use": False, "declared_through": None, "covers_through": None, "reference_period": "", "row_count": 1_234, "rejected": 0}
    return {"register": register, "delivery": f"{register}-{known_from:%m}", "known_from": known_from, "row_count_state": "shown", **usual, **changes}


def change(column: str, changed: int | None, state: str = "shown") -> dict[str, Any]:
    """A row of the published table `delivery_changes`."""
    counts = {"people_added": 310, "people_gone": 14, "people_in_both": 9_000, "weeks_changed": None, "rows_before": 1_100, "rows_after": 1_234}
    shown = counts if state == "shown" else dict.fromkeys(counts)
    return {"register": "buaf", "before_known_from": JANUARY, "known_from": MAY, "column_name": column, "people_changed": changed, "counts_state": state, **shown}


def refusal(number: int, reason: str, name: str = "liste.xlsx") -> Delivery:
    return Delivery("who5", f"{number:064x}"[::-1], JUNE, False, name, reason=reason)


DELIVERIES = [
    came("buaf", JANUARY, row_count=1_100),
    came("buaf", MAY, is_in_use=True, declared_through=AS_OF, covers_through=dt.date(2026, 3, 31), rejected=7, reference_period="2026H1"),
    came("who5", MAY, row_count=None, rejected=None, row_count_state="suppressed", is_in_use=True),
    came("who5", JUNE, is_accepted=False, row_count=0, delivery=refusal(1, "").id),
]
REFUSED = [refusal(1, "the columns 'pnr', 'udtraeksdato' are missing"), refusal(2, NUMBERS, WITHHELD), refusal(3, NUMBERS)]
PURGED = {refusal(3, "").id: (JUNE, "numbers <of> citizens")}


def made(changes: list[dict[str, Any]] | None = None) -> dict[str, bytes]:
    found = [change("", 90), change("afgoerelse", 90)] if changes is None else changes
    return arrivals.pages(AS_OF, arrivals.by_register(NAMES, DELIVERIES, found), arrivals.refused(REFUSED, PURGED))


@pytest.fixture(scope="module")
def deliveries() -> Outline:
    return outline(made()["deliveries.html"])


@pytest.fixture(scope="module")
def quarantine() -> Outline:
    return outline(made()["quarantine.html"])


def test_the_pages_ask_for_nothing_and_give_the_same_bytes() -> None:
    for name, page in made().items():
        assert page == made()[name]
        assert not any(word in page for word in (b"http", b"<link", b"<img", b"src=", b"url("))


def test_every_id_stands_once_and_the_pages_lead_to_each_other(deliveries: Outline, quarantine: Outline) -> None:
    for seen in (deliveries, quarantine):
        assert len(seen.ids) == len(set(seen.ids))
    named = {link.partition("#")[2] for link in deliveries.links if link.startswith("quarantine.html#") and not link.endswith("#said-da")}
    assert named == {refusal(1, "").id, f"da.{refusal(1, '').id}"}
    assert named <= set(quarantine.ids)
    assert {link.partition("#")[0] for link in deliveries.links if not link.startswith("#")} == {"index.html", "quarantine.html"}
    assert {link.partition("#")[0] for link in quarantine.links if not link.startswith("#")} == {"index.html", "deliveries.html"}


def test_each_register_is_shown_newest_first_with_what_counts_and_what_is_less_than_declared(deliveries: Outline) -> None:
    english = deliveries.said("en")
    assert english.index("buaf-05") < english.index("buaf-01")
    row = english[english.index("buaf-05") : english.index("buaf-01")].split("\n")
    assert row[:8] == ["buaf-05", "2026H1", "2026-06-30", "2026-03-31", "less than declared", "1,234", "7", "yes"]
    assert "No delivery is known." in english


def test_numbers_that_are_withheld_in_the_tables_are_withheld_on_the_page() -> None:
    hidden = [change("", None, "suppressed"), change("afgoerelse", None, "suppressed")]
    english = outline(made(hidden)["deliveries.html"]).said("en")
    assert english[english.index("who5-05") :].split("\n")[4:7] == ["withheld", "withheld", "yes"]
    told = english[english.index("What changed in buaf") : english.index("vnds")].split("\n")
    assert [word for word in told if word.replace(",", "").isdigit()] == []
    assert told.count("withheld") == 9


def test_what_changed_between_vintages_is_told_by_column(deliveries: Outline) -> None:
    english = deliveries.said("en")
    told = english[english.index("What changed in buaf") : english.index("vnds")].split("\n")
    assert told[1] == "(from what was known from 2026-01-02 to what is known from 2026-05-02)"
    assert told[told.index("any column") :][:8] == ["any column", "90", DASH, "310", "14", "9,000", "1,100", "1,234"]
    assert told[told.index("afgoerelse") :][:2] == ["afgoerelse", "90"]


def test_every_refusal_says_what_next(quarantine: Outline) -> None:
    english = quarantine.said("en")
    lines = {item.id: english[english.index(item.id) :].split(item.id)[1] for item in REFUSED}
    assert "Have it corrected and deliver it again" in lines[refusal(1, "").id]
    assert "Have it pseudonymised and deliver it again; remove this copy with\nudbytte purge" in english
    assert "Its bytes were removed on\n2026-06-02\n: numbers <of> citizens" in english


def test_a_name_that_is_withheld_is_withheld_in_danish_too(quarantine: Outline) -> None:
    danish = quarantine.said("da")
    assert "(navn udeladt: det ligner et CPR-nummer)" in danish
    assert "14 celler i kolonnen 'borger_id' ligner CPR-numre" in danish
    assert "name withheld" not in danish


def test_all_that_the_danish_pages_say_is_danish(deliveries: Outline, quarantine: Outline) -> None:
    for words in ("Dataleverancer kendt pr.", "Referenceperiode", "Dækker til og med", "mindre end oplyst", "i karantæne", "Hvad der er ændret i buaf"):
        assert words in deliveries.said("da").replace("\u00ad", "")
    for words in ("Karantæne pr.", "Begrundelse", "Næste skridt", "Få den rettet og lever den igen", "Filens indhold blev slettet"):
        assert words in quarantine.said("da").replace("\u00ad", "")


def test_an_empty_quarantine_says_so() -> None:
    page = outline(arrivals.pages(AS_OF, [], [])["quarantine.html"])
    assert "Nothing lies in quarantine." in page.said("en")
    assert "Intet ligger i karantæne." in page.said("da")


def test_a_file_that_was_refused_twice_is_shown_once_as_it_came_last() -> None:
    again = Delivery("who5", REFUSED[0].sha256, AS_OF, False, "liste.xlsx", reason=REFUSED[0].reason)
    (shown,) = arrivals.refused([REFUSED[0], again], {})
    assert shown["known_from"] == AS_OF
