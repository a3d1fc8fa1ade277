"""The ledger file: whatever is done to it behind its back is found and named, and what was acknowledged is never lost."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from ledger_acts import DAY, SIGNED_ON, TEXT, day, decision, executed, head, held, hold, home_at, lines, put_head, put_lines, rehash, small_ledger

from pipelines.errors import LedgerError
from pipelines.ledger.journal import GENESIS, Journal, execution, read
from pipelines.settings import Home

FLIPS = (0x01, 0x20)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a small ledger."""
    made = home_at(tmp_path)
    small_ledger(made)
    return made


def refuses_to_post(home: Home) -> None:
    before = home.ledger.read_bytes() if home.ledger.exists() else None
    with pytest.raises(LedgerError):
        Journal(home)
    assert (home.ledger.read_bytes() if home.ledger.exists() else None) == before


def test_a_ledger_that_nobody_touched_proves_whole(home: Home) -> None:
    reading = read(home)
    assert (reading.fault, reading.torn_bytes, reading.sound_bytes) == ("", 0, home.ledger.stat().st_size)
    assert [entry.kind for entry in reading.entries] == ["execution", "hold", "decision", "question", "decision"]
    assert [entry.seq for entry in reading.entries] == [1, 2, 3, 4, 5]
    assert [entry.prev for entry in reading.entries] == [GENESIS, *(entry.hash for entry in reading.entries[:-1])]
    assert json.loads(head(home).read_bytes()) == {"seq": 5, "hash": reading.head}


def test_an_empty_home_has_an_empty_ledger_without_fault(tmp_path: Path) -> None:
    reading = read(home_at(tmp_path))
    assert (reading.entries, reading.fault, reading.head) == ([], "", GENESIS)


@pytest.fixture
def short(tmp_path: Path) -> Home:
    """A home with three entries: enough for a first, a middle and a last one."""
    made = home_at(tmp_path / "short")
    journal = executed(made)
    journal.post_hold(held(), "h1")
    journal.post_decision(decision("intake", amount="108000.00"), "h2")
    return made


@pytest.mark.parametrize("flip", FLIPS)
def test_flipping_any_byte_of_any_line_is_found_and_names_the_entry(short: Home, flip: int) -> None:
    raw = short.ledger.read_bytes()
    for place in range(len(raw)):
        named = raw[:place].count(b"\n") + 1
        short.ledger.write_bytes(raw[:place] + bytes([raw[place] ^ flip]) + raw[place + 1 :])
        reading = read(short)
        assert re.match(rf"entry {named}\b", reading.fault), (place, flip, reading.fault)
        assert len(reading.entries) == named - 1
    refuses_to_post(short)


def test_cutting_the_file_anywhere_is_found(short: Home) -> None:
    raw = short.ledger.read_bytes()
    for place in range(len(raw)):
        short.ledger.write_bytes(raw[:place])
        assert read(short).fault, place
    refuses_to_post(short)
    short.ledger.unlink()
    assert read(short).fault == "entry 3 was acknowledged and is gone; the ledger ends at entry 0"
    refuses_to_post(short)


def test_a_byte_put_in_or_taken_out_anywhere_is_found(short: Home) -> None:
    home, raw = short, short.ledger.read_bytes()
    for place in range(0, len(raw), 7):
        for altered in (raw[:place] + b" " + raw[place:], raw[:place] + b"\n" + raw[place:], raw[:place] + raw[place + 1 :]):
            home.ledger.write_bytes(altered)
            assert read(home).fault, place


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ([0, 1, 2, 3], "entry 5 was acknowledged and is gone; the ledger ends at entry 4"),
        ([0, 1, 3, 4], "entry 3 (question, tarp/intake/2024-25/all/final, as of 2026-07-02): it does not follow the entry before it"),
        ([1, 2, 3, 4], "entry 1 (hold, tarp/reduction/2024-25/all/final, as of 2026-06-30): it does not follow the entry before it"),
        ([0, 2, 1, 3, 4], "entry 2 (decision, tarp/intake/2024-25/all/final, as of 2026-07-01): it does not follow the entry before it"),
        ([0, 1, 2, 4, 3], "entry 4 (decision, tarp/certain_reduction/2024-25/all/final, as of 2026-07-02): it does not follow the entry before it"),
        ([0, 1, 2, 3, 4, 4], "entry 6 (decision, tarp/certain_reduction/2024-25/all/final, as of 2026-07-02): it does not follow the entry before it"),
        ([], "entry 5 was acknowledged and is gone; the ledger ends at entry 0"),
    ],
)
def test_a_line_dropped_swapped_or_repeated_is_found(home: Home, kept: list[int], words: str) -> None:
    whole = lines(home)
    put_lines(home, [whole[place] for place in kept])
    assert read(home).fault == words
    refuses_to_post(home)


def forged(home: Home, **changes: Any) -> bytes:
    """A line that follows the last one and gives its own hash, made without the home's key."""
    last = json.loads(lines(home)[-1])
    return rehash({**last, "seq": last["seq"] + 1, "prev": last["hash"], **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"posting_key": "tarp/bonus/2024-25/all/final", "about": "tarp/bonus/2024-25/all/final"},
        {"salt": "0" * 32},
        {"kind": "hold", "posting_key": ""},
        {"kind": "payment"},
        {"as_of": "2026-99-99"},
        {"as_of": 20260630},
        {"body": "250000.00"},
        {"seq": True},
        {"seq": "6"},
    ],
)
def test_an_entry_that_was_forged_without_the_key_is_found(home: Home, changes: dict[str, Any]) -> None:
    put_lines(home, [*lines(home), forged(home, **changes)])
    assert read(home).fault.startswith("entry 6 (")
    refuses_to_post(home)


def test_a_forged_entry_is_found_even_when_the_head_is_forged_with_it(home: Home) -> None:
    line = forged(home)
    put_lines(home, [*lines(home), line])
    put_head(home, 6, json.loads(line)["hash"])
    assert read(home).fault.endswith("it was not written with this home's key")


def test_an_altered_last_entry_is_found_even_when_hash_and_head_are_made_to_fit(home: Home) -> None:
    *before, last = lines(home)
    altered = rehash({**json.loads(last), "body": {**json.loads(last)["body"], "state": "due", "amount": "1.00"}})
    put_lines(home, [*before, altered])
    put_head(home, 5, json.loads(altered)["hash"])
    assert read(home).fault == "entry 5 (decision, tarp/certain_reduction/2024-25/all/final, as of 2026-07-02): it was not written with this home's key"


def test_a_ledger_moved_to_a_home_with_another_key_is_found_and_without_a_key_the_chain_is_still_proved(home: Home, tmp_path: Path) -> None:
    other = home_at(tmp_path / "other", key=b"o" * 32)
    for name in ("ledger.jsonl", "ledger.head"):
        (other.root / name).write_bytes((home.root / name).read_bytes())
    assert read(other).fault.startswith("entry 1 (execution, tarp, as of 2024-06-01): it was not written with this home's key")
    (other.keys / "salt.key").unlink()
    assert (read(other).fault, len(read(other).entries)) == ("", 5)
    other.ledger.write_bytes(other.ledger.read_bytes().replace(b"108000.00", b"208000.00"))
    assert read(other).fault.startswith("entry 3 ")


@pytest.mark.parametrize("line", [b"", b"null", b"[]", b"7", b'"entry"', b"{}", b"[" * 200_000, b"\xff\xfe", b'{"format": "udbytte.ledger/1"}', b'{"seq": 1e400}'])
def test_a_line_that_is_no_entry_is_a_fault_and_not_a_crash(home: Home, line: bytes) -> None:
    put_lines(home, [*lines(home), line])
    assert read(home).fault.startswith("entry 6: the line ")


def test_deleting_the_head_is_found_beside_any_entry(home: Home, tmp_path: Path) -> None:
    head(home).unlink()
    assert read(home).fault == "ledger.head is missing or unreadable beside a ledger with entries; restore it from a backup"
    refuses_to_post(home)
    single = home_at(tmp_path / "single")
    executed(single)
    head(single).unlink()
    assert read(single).fault
    single.ledger.write_bytes(single.ledger.read_bytes()[:-9])
    assert read(single).fault


def test_flipping_any_byte_of_the_head_is_found(home: Home) -> None:
    raw = head(home).read_bytes()
    for place in range(len(raw)):
        for flip in FLIPS:
            head(home).write_bytes(raw[:place] + bytes([raw[place] ^ flip]) + raw[place + 1 :])
            assert read(home).fault, (place, flip)


@pytest.mark.parametrize("seq", [0, 1, 2, 3, 6, 7, -1, True, "5", None, 5.0])
def test_a_head_that_stands_anywhere_else_is_found(home: Home, seq: Any) -> None:
    entries = read(home).entries
    fitting = entries[int(seq or 0) - 1].hash if seq in (1, 2, 3, -1, "5") or seq == len(entries) else GENESIS
    put_head(home, seq, fitting)
    assert read(home).fault
    refuses_to_post(home)


def test_a_kill_between_writing_and_acknowledging_is_caught_up(home: Home) -> None:
    entries = read(home).entries
    put_head(home, 4, entries[3].hash)
    assert read(home).fault == ""
    assert Journal(home).notes == []
    assert json.loads(head(home).read_bytes()) == {"seq": 5, "hash": entries[4].hash}


def test_a_kill_before_the_first_entry_was_acknowledged_is_caught_up(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    executed(home)
    put_head(home, 0, GENESIS)
    assert Journal(home).entries[0].kind == "execution"
    assert json.loads(head(home).read_bytes())["seq"] == 1


def test_a_last_line_torn_by_a_kill_at_any_byte_is_cut_reported_and_posted_again_alike(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    journal = executed(home)
    journal.post_hold(held(), "h1")
    before, acknowledged = home.ledger.read_bytes(), head(home).read_bytes()
    journal.post_decision(decision("intake"), "h2")
    whole = home.ledger.read_bytes()
    for place in range(len(before) + 1, len(whole), 29):
        home.ledger.write_bytes(whole[:place])
        head(home).write_bytes(acknowledged)
        assert (read(home).fault, read(home).torn_bytes) == ("", place - len(before))
        again = Journal(home)
        assert again.notes == [f"a torn last line of the ledger ({place - len(before)} bytes, written by a run that was killed) was cut"]
        assert home.ledger.read_bytes() == before
        again.post_decision(decision("intake"), "h2")
        assert home.ledger.read_bytes() == whole


def test_a_first_line_torn_by_a_kill_is_cut_and_posted_again_alike(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    executed(home)
    whole = home.ledger.read_bytes()
    home.ledger.write_bytes(whole[:40])
    put_head(home, 0, GENESIS)
    assert executed(home).notes
    assert home.ledger.read_bytes() == whole


def test_an_acknowledged_line_that_is_cut_is_refused_and_not_taken_for_a_kill(home: Home) -> None:
    raw = home.ledger.read_bytes()
    home.ledger.write_bytes(raw[:-1])
    assert read(home).fault.endswith("the line is cut or altered, and it was acknowledged as written")
    refuses_to_post(home)
    home.ledger.write_bytes(raw[:-300])
    assert read(home).fault == "entry 5: the line is cut or altered, and it was acknowledged as written"
    refuses_to_post(home)


def test_the_same_acts_give_the_same_bytes_and_another_key_gives_other_hashes(home: Home, tmp_path: Path) -> None:
    twin, stranger = home_at(tmp_path / "twin"), home_at(tmp_path / "stranger", key=b"s" * 32)
    small_ledger(twin)
    small_ledger(stranger)
    assert (twin.ledger.read_bytes(), head(twin).read_bytes()) == (home.ledger.read_bytes(), head(home).read_bytes())
    assert {entry.salt for entry in read(stranger).entries}.isdisjoint({entry.salt for entry in read(home).entries})
    assert read(stranger).head != read(home).head


def test_posting_is_idempotent_by_posting_key_whatever_the_fingerprint(home: Home) -> None:
    before = home.ledger.read_bytes()
    journal = Journal(home)
    again = decision("certain_reduction", state="not_met", amount="0.00", as_of=day(9))
    for fingerprint in ("f" * 64, "0" * 64):
        assert journal.post_decision({**again, "fingerprint": fingerprint}, fingerprint) is None
    assert journal.posted == []
    assert home.ledger.read_bytes() == before


def test_a_decision_is_entered_with_the_hash_of_its_lines_and_that_alone_asks_nothing(home: Home) -> None:
    journal = Journal(home)
    entry = journal.post_decision(decision("days", as_of=day(3), lines_sha256="1" * 64, discloses=True), "h4")
    assert entry
    assert entry.body["lines_sha256"] == "1" * 64
    assert "discloses" not in entry.body
    assert journal.post_decision(decision("days", as_of=day(4), lines_sha256="2" * 64), "h5") is None
    assert read(home).entries[-1] == entry


@pytest.mark.parametrize("changes", [{}, {"lines_sha256": ""}])
def test_a_decision_without_lines_is_entered_as_before_there_were_any(home: Home, tmp_path: Path, changes: dict[str, Any]) -> None:
    twin = home_at(tmp_path / "twin")
    small_ledger(twin).post_decision(decision("days", as_of=day(3)), "h4")
    Journal(home).post_decision(decision("days", as_of=day(3), **changes), "h4")
    assert home.ledger.read_bytes() == twin.ledger.read_bytes()


def test_one_fingerprint_may_stand_for_any_number_of_posting_keys(home: Home) -> None:
    journal = Journal(home)
    assert journal.post_decision(decision("lasting", as_of=day(3)), "h4")
    assert journal.post_decision(decision("lasting", as_of=day(3), claim_period="2025-26", posting_key="tarp/lasting/2025-26/all/final"), "h4")


@pytest.mark.parametrize("changes", [{"amount": "250000.01"}, {"state": "not_met", "amount": "0.00"}])
def test_a_changed_decision_asks_one_question_and_never_decides_twice(tmp_path: Path, changes: dict[str, Any]) -> None:
    journal = executed(home_at(tmp_path))
    first = journal.post_decision(decision(), "h1")
    asked = journal.post_decision(decision(as_of=day(1), **changes), "h2")
    assert first
    assert asked
    assert (asked.kind, asked.posting_key, asked.about) == ("question", "", first.posting_key)
    assert asked.body["posted"] == {"state": "due", "amount": "250000.00"}
    assert asked.body["found"] == {"state": "due", "amount": "250000.00"} | changes
    for later in range(2, 5):
        assert journal.post_decision(decision(as_of=day(later), **changes), f"h{later + 1}") is None
    assert journal.standing(first.posting_key) == first
    assert [entry.kind for entry in journal.entries] == ["execution", "decision", "question"]


def test_another_change_asks_again_and_the_standing_decision_never_moves(tmp_path: Path) -> None:
    journal = executed(home_at(tmp_path))
    first = journal.post_decision(decision(), "h1")
    for number, amount in enumerate(["1.00", "1.00", "2.00", "250000.00", "2.00", "1.00"], start=1):
        journal.post_decision(decision(as_of=day(number), amount=amount), f"h{number + 1}")
    assert [entry.body["found"]["amount"] for entry in journal.entries if entry.kind == "question"] == ["1.00", "2.00", "1.00"]
    assert [entry for entry in journal.entries if entry.kind == "decision"] == [first]


def test_a_hold_is_written_on_change_only(tmp_path: Path) -> None:
    journal = executed(home_at(tmp_path))
    nights = [("a",), ("a",), ("a", "b"), ("a", "b"), ("b",), ("a",)]
    posted = [journal.post_hold(held("reduction", *rules, as_of=day(number)), f"h{number}") for number, rules in enumerate(nights)]
    assert [entry is not None for entry in posted] == [True, False, True, False, True, True]


def test_new_words_of_the_same_causes_are_no_change(tmp_path: Path) -> None:
    journal = executed(home_at(tmp_path))
    assert journal.post_hold(held(), "h1")
    assert journal.post_hold(held(as_of=day(1), holds=[hold(words="13 of 432", remedy="Ask again.")], reason="13 of 432"), "h2") is None
    assert journal.post_hold(held(as_of=day(2), holds=[hold(verdict="errored")]), "h3")


def test_a_hold_is_never_written_after_a_decision_stands(home: Home) -> None:
    before = home.ledger.read_bytes()
    journal = Journal(home)
    assert journal.post_hold(held("intake", as_of=day(9)), "h9") is None
    assert home.ledger.read_bytes() == before


def test_a_decision_follows_a_hold_and_claims_the_key(home: Home) -> None:
    entry = Journal(home).post_decision(decision("reduction", as_of=day(3)), "h4")
    assert entry
    assert (entry.kind, entry.seq, entry.body["amount"], entry.body["handover"]) == ("decision", 6, "250000.00", "h4")


@pytest.mark.parametrize(
    "changes", [{"gate": "held"}, {"gate": ""}, {"gate": "Open"}, {"fingerprint": ""}, {"state": "held"}, {"state": "not_due"}, {"state": "paid"}, {"state": ""}]
)
def test_no_decision_is_posted_without_an_open_gate_for_its_fingerprint(home: Home, changes: dict[str, Any]) -> None:
    before = home.ledger.read_bytes()
    with pytest.raises(LedgerError, match="a decision is posted only with an open gate for its fingerprint"):
        Journal(home).post_decision(decision("reduction", as_of=day(3)) | changes, "h4")
    assert home.ledger.read_bytes() == before


def test_ledger_time_runs_forward_for_every_kind_of_entry(home: Home) -> None:
    before, journal = home.ledger.read_bytes(), Journal(home)
    early = day(1)
    acts = [
        lambda: journal.post_decision(decision("reduction", as_of=early), "h4"),
        lambda: journal.post_decision(decision("certain_reduction", as_of=early), "h4"),
        lambda: journal.post_hold(held("lasting", as_of=early), "h4"),
        lambda: journal.execute("other", 1, TEXT, [], early),
    ]
    for act in acts:
        with pytest.raises(LedgerError, match="ledger time runs forward: its newest entry is of 2026-07-02"):
            act()
    assert home.ledger.read_bytes() == before
    assert journal.post_hold(held("lasting", as_of=day(2)), "h4")


def test_a_version_is_executed_once_and_with_one_text(home: Home) -> None:
    journal = Journal(home)
    assert journal.execute("tarp", 1, TEXT, ["state"], day(9)) is None
    with pytest.raises(LedgerError, match="version 1 of tarp is executed with another text"):
        journal.execute("tarp", 1, "b" * 64, ["state"], day(9))
    assert len(journal.entries) == 5
    amended = journal.execute("tarp", 2, "b" * 64, ["state"], day(9))
    assert amended
    assert execution(journal.entries, "tarp", 2) == amended
    assert execution(journal.entries, "tarp", 1) == journal.entries[0]
    assert execution(journal.entries, "tarp", 3) is None
    assert execution(journal.entries, "other", 1) is None


def test_entries_name_themselves_and_tell_the_newest_day(home: Home, tmp_path: Path) -> None:
    journal = Journal(home)
    assert journal.entries[0].name() == "entry 1 (execution, tarp, as of 2024-06-01)"
    assert journal.entries[1].name() == "entry 2 (hold, tarp/reduction/2024-25/all/final, as of 2026-06-30)"
    assert (journal.newest_day(), Journal(home_at(tmp_path / "empty")).newest_day()) == (day(2), None)
    assert journal.entries[0].as_of == SIGNED_ON
    assert isinstance(journal.entries[1].as_of, dt.date)
    assert journal.entries[1].as_of == DAY


def test_a_float_never_enters_the_ledger(home: Home) -> None:
    before = home.ledger.read_bytes()
    with pytest.raises(TypeError, match="float"):
        Journal(home).post_decision(decision("reduction", amount=250000.0, as_of=day(3)), "h4")
    assert home.ledger.read_bytes() == before


def resolves_to(name: str, ends: int, terms: str) -> dict[str, dict[str, str]]:
    return {name: {"ends": day(ends).isoformat(), "sha256": terms * 64}}


def test_an_amendment_gives_terms_for_what_is_to_come_and_rewrites_nothing_that_is_over(home: Home) -> None:
    journal = Journal(home)
    first, second = resolves_to("a/1", 5, "1"), resolves_to("a/2", 9, "2")
    assert journal.execute("amended", 1, TEXT, ["state"], day(3), resolves={**first, **second}) is not None
    for text in (second, {**resolves_to("a/1", 6, "1"), **second}, {**resolves_to("a/1", 5, "3"), **second}):
        with pytest.raises(LedgerError, match="rewrites what a/1 resolves to, and that is over"):
            journal.execute("amended", 2, "b" * 64, ["state"], day(5), resolves=text)
    later = {**first, **resolves_to("a/2", 9, "3"), **resolves_to("a/3", 20, "4")}
    with pytest.raises(LedgerError, match="rewrites what a/2 resolves to"):
        journal.execute("amended", 2, "b" * 64, ["state"], day(9), resolves=later)
    assert journal.execution("amended", 2) is None
    amended = journal.execute("amended", 2, "b" * 64, ["state"], day(8), resolves=later)
    assert amended is not None
    assert amended.body["resolves"] == later
