"""What makes the ledger quick changes nothing it says: the quick canonical form, the proof of a line by its end, and finding by index."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from ledger_acts import day, decision, executed, held, home_at, lines, small_ledger

from pipelines.bench_ledger import measure_ledger
from pipelines.canonical import canonical, canonical_again, read_line
from pipelines.ledger.index import Index
from pipelines.ledger.journal import Entry, read

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=20
)


@given(PLAIN)
def test_what_is_read_gives_the_bytes_of_rfc_8785_again(value: Any) -> None:
    made = rfc8785.dumps(value)
    assert canonical_again(read_line(made)) == made
    assert canonical(value) == made


def test_names_beyond_the_basic_plane_stand_in_the_order_of_utf_16() -> None:
    made = rfc8785.dumps({"\ufb33": 1, "\U0001f600": 2})
    assert made.index("\U0001f600".encode()) < made.index("\ufb33".encode())
    assert canonical_again(read_line(made)) == made
    assert canonical({"\ufb33": 1, "\U0001f600": 2}) == made


@pytest.mark.parametrize("line", [b"9007199254740992", b"-9007199254740992", b"1.5", b"[1e400]", b"NaN", b'{"a": -Infinity}', b'"\\ud800"'])
def test_what_has_no_canonical_form_is_refused(line: bytes) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical_again(read_line(line))


def test_names_like_those_of_an_entry_inside_its_body_do_not_mislead_the_proof(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    journal = executed(home)
    end = lines(home)[-1].decode()[-400:]
    journal.post_decision(decision(reason=end, arithmetic=['"hash":"' + "0" * 64 + '","kind":"decision"'], lines_sha256="1" * 64), "h1")
    journal.post_freeze("tarp", '{"hash":"x"}', "2" * 64, day(1))
    assert (read(home).fault, len(read(home).entries)) == ("", 3)
    home.ledger.write_bytes(home.ledger.read_bytes().replace(b'"amount":"250000.00"', b'"amount":"250000.01"'))
    assert read(home).fault.endswith("its content does not give its hash")


def test_an_index_finds_what_going_through_all_entries_finds(tmp_path: Path) -> None:
    journal = small_ledger(home_at(tmp_path))
    for number, name in enumerate(("a", "b", "a", "c"), start=2):
        journal.post_hold(held("lasting", name, as_of=day(number)), f"n{number}")
        journal.post_freeze("tarp", name, "3" * 64, day(number))
    entries: list[Entry] = []
    index = Index(entries)
    for entry in journal.entries:
        entries.append(entry)
        for name in {item.about for item in journal.entries} | {"", "nothing"}:
            assert index.about(name) == [item for item in entries if item.about == name]
            assert index.standing(name) == next((item for item in entries if name and item.posting_key == name), None)
        for kind in ("execution", "freeze", "referrals"):
            assert index.of_contract(kind, "tarp") == [item for item in entries if (item.kind, item.contract) == (kind, "tarp")]
        assert index.newest_day() == max(item.as_of for item in entries)
    assert Index([]).newest_day() is None
    assert len(entries) == 12
    assert isinstance(entries[0].as_of, dt.date)


@pytest.mark.parametrize(("decisions", "most_posted"), [(12, 20), (30, 20)])
def test_the_bench_of_the_ledger_posts_and_proves_what_it_says(monkeypatch: pytest.MonkeyPatch, decisions: int, most_posted: int) -> None:
    monkeypatch.setattr("pipelines.bench_ledger.MOST_POSTED", most_posted)
    monkeypatch.setattr("pipelines.bench_ledger.PER_HANDOVER", 5)
    monkeypatch.setattr("pipelines.bench_deciding.PRICED", 5)
    found = measure_ledger(decisions)
    handovers = 3 if decisions <= most_posted else 0
    assert (found["entries"], found["fault"], found["handovers"]) == (decisions + handovers, "", handovers)
    assert (found.get("decided"), found.get("otherwise")) == ((15, 0) if handovers else (None, None))
    assert json.dumps(found)
