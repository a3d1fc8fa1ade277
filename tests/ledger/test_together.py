"""What is posted together: written and acknowledged at once, all of it or, when something is refused, none; a kill at any instant loses nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ledger_acts import day, decision, executed, head, held, home_at, killed_after, lines, put_head, put_lines

from pipelines.errors import LedgerError
from pipelines.ledger.head import GENESIS, Head, Mark, read_head
from pipelines.ledger.journal import Journal, read
from pipelines.settings import Home

NAMES = ("intake", "reduction", "lasting")


def post(journal: Journal) -> None:
    with journal.together():
        for name in NAMES:
            journal.post_decision(decision(name), "h1")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = home_at(tmp_path / "home")
    executed(made)
    return made


@pytest.fixture
def whole(tmp_path: Path) -> Home:
    """A home in which all were posted undisturbed, one at a time."""
    made = home_at(tmp_path / "whole")
    journal = executed(made)
    for name in NAMES:
        journal.post_decision(decision(name), "h1")
    return made


def announced(home: Home, whole: Home) -> None:
    """Leave the head as a run does that is killed while it writes all of them."""
    entries = read(whole).entries
    content = {"seq": 1, "hash": entries[0].hash, "until": {"seq": 4, "hash": entries[3].hash}}
    head(home).write_bytes(json.dumps(content).encode())


def test_what_is_posted_together_gives_the_bytes_of_posting_one_by_one(home: Home, whole: Home) -> None:
    post(Journal(home))
    assert (home.ledger.read_bytes(), head(home).read_bytes()) == (whole.ledger.read_bytes(), head(whole).read_bytes())


def test_they_are_announced_before_and_acknowledged_after_one_writing(home: Home, whole: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    write = Journal._write
    monkeypatch.setattr(Journal, "_write", lambda self, made: (seen.append((read_head(self.home), made)), write(self, made))[1])
    post(Journal(home))
    first, *_, last = read(whole).entries
    assert seen == [(Head(1, first.hash, Mark(4, last.hash)), b"".join(line + b"\n" for line in lines(whole)[1:]))]
    assert read_head(home) == Head(4, last.hash)


def test_a_kill_at_any_byte_leaves_what_was_whole_and_posting_again_adds_the_rest(home: Home, whole: Home) -> None:
    raw, begun = whole.ledger.read_bytes(), home.ledger.stat().st_size
    for place in [*range(begun, len(raw), 97), len(raw)]:
        home.ledger.write_bytes(raw[:place])
        announced(home, whole)
        stands = raw[:place].count(b"\n")
        reading = read(home)
        assert (reading.fault, reading.count, reading.torn_bytes) == ("", stands, place - len(b"".join(line + b"\n" for line in lines(whole)[:stands])))
        post(Journal(home))
        assert (home.ledger.read_bytes(), head(home).read_bytes()) == (raw, head(whole).read_bytes())


def test_whole_entries_that_a_kill_left_are_acknowledged_by_who_opens_the_ledger_next(home: Home, whole: Home) -> None:
    put_lines(home, lines(whole)[:3])
    announced(home, whole)
    journal = Journal(home)
    assert (journal.notes, read_head(home)) == ([], Head(3, read(whole).entries[2].hash))


def test_blocks_that_never_reached_the_disk_are_cut_with_all_that_follows_them(home: Home, whole: Home) -> None:
    raw = whole.ledger.read_bytes()
    place = raw.index(b"\n", len(lines(whole)[0]) + 1) + 1
    home.ledger.write_bytes(raw[:place] + bytes(200) + raw[place + 200 :])
    announced(home, whole)
    assert (read(home).fault, read(home).count, read(home).torn_bytes) == ("", 2, len(raw) - place)
    journal = Journal(home)
    assert journal.notes == [f"a torn last line of the ledger ({len(raw) - place} bytes, written by a run that was killed) was cut"]
    post(journal)
    assert home.ledger.read_bytes() == raw


def test_only_what_was_announced_may_follow_what_was_acknowledged(home: Home, whole: Home) -> None:
    longer = home_at(whole.root / "longer")
    post(executed(longer))
    Journal(longer).post_decision(decision("days", as_of=day(1)), "h2")
    put_lines(home, lines(longer))
    announced(home, whole)
    assert read(home).fault == "entry 5 is not the one that was announced in ledger.head; restore both from a backup"
    other = home_at(whole.root / "other")
    journal = executed(other)
    for name in reversed(NAMES):
        journal.post_decision(decision(name), "h1")
    put_lines(home, lines(other))
    announced(home, whole)
    assert read(home).fault == "entry 4 is not the one that was announced in ledger.head; restore both from a backup"
    with pytest.raises(LedgerError):
        Journal(home)


def test_an_acknowledged_entry_is_never_cut_whatever_was_announced(home: Home, whole: Home) -> None:
    first, *rest = lines(whole)
    put_lines(home, [first.replace(b'"seq":1', b'"seq":2'), *rest])
    announced(home, whole)
    assert read(home).fault.startswith("entry 1 (execution, ")
    home.ledger.write_bytes(first[:-4])
    assert read(home).fault.endswith("the line is cut or altered, and it was acknowledged as written")


def test_a_first_writing_of_several_that_is_killed_is_caught_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twin, home = home_at(tmp_path / "twin"), home_at(tmp_path / "home")
    post(Journal(twin))
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_write", killed_after(0))
        with pytest.raises(KeyboardInterrupt):
            post(Journal(home))
    assert (read(home).fault, read_head(home)) == ("", Head(0, GENESIS, Mark(3, read(twin).head)))
    journal = Journal(home)
    assert read_head(home) == Head(0, GENESIS)
    post(journal)
    assert (home.ledger.read_bytes(), head(home).read_bytes()) == (twin.ledger.read_bytes(), head(twin).read_bytes())


def test_when_one_of_several_is_refused_none_is_posted_and_the_journal_goes_on(home: Home, whole: Home) -> None:
    before, journal = home.ledger.read_bytes(), Journal(home)

    def refused() -> None:
        with journal.together():
            assert journal.post_decision(decision("intake"), "h1")
            assert journal.post_hold(held("lasting"), "h1")
            journal.post_decision(decision("reduction", gate="held"), "h1")

    with pytest.raises(LedgerError, match="open gate"):
        refused()
    assert (home.ledger.read_bytes(), journal.posted, len(journal.entries), journal.standing(decision("intake")["posting_key"])) == (before, [], 1, None)
    post(journal)
    assert home.ledger.read_bytes() == whole.ledger.read_bytes()
    assert [entry.seq for entry in journal.posted] == [2, 3, 4]


def test_a_journal_whose_writing_failed_posts_no_more(home: Home, whole: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Journal, made: bytes) -> None:
        with self.home.ledger.open("ab") as stream:
            stream.write(made[:100])
        raise OSError("no space left")

    journal = Journal(home)
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_write", full)
        with pytest.raises(OSError, match="no space left"):
            post(journal)
    with pytest.raises(LedgerError, match="could not be written before"):
        post(journal)
    post(Journal(home))
    assert home.ledger.read_bytes() == whole.ledger.read_bytes()


@pytest.mark.parametrize("until", [7, None, [], {}, {"seq": 4}, {"seq": True, "hash": "x"}, {"seq": -1, "hash": "x"}, {"seq": 4, "hash": 4}, {"seq": 4, "hash": "x", "more": 1}])
def test_a_head_with_an_announcement_of_no_form_is_unreadable(home: Home, until: Any) -> None:
    head(home).write_bytes(json.dumps({"seq": 1, "hash": read(home).head, "until": until}).encode())
    assert read_head(home) is None
    assert read(home).fault.startswith("ledger.head is missing or unreadable")


def test_a_head_with_another_word_in_it_is_unreadable(home: Home) -> None:
    put_head(home, 1, read(home).head)
    assert read_head(home) is not None
    head(home).write_bytes(json.dumps({"seq": 1, "hash": read(home).head, "untie": {"seq": 4, "hash": "x"}}).encode())
    assert read(home).fault.startswith("ledger.head is missing or unreadable")


def test_reading_keeps_only_what_it_is_asked_for_and_proves_all(whole: Home) -> None:
    reading, kept = read(whole), read(whole, keep=lambda entry: entry.seq == 3)
    assert kept.entries == [reading.entries[2]]
    assert (kept.count, kept.head, kept.sound_bytes, kept.fault) == (4, reading.head, reading.sound_bytes, "")
    whole.ledger.write_bytes(whole.ledger.read_bytes().replace(b"250000.00", b"250000.01", 1))
    assert read(whole, keep=lambda _: False).fault == read(whole).fault != ""
