"""Settling: a hand-over posts what changed, once, in the order of days, for texts that bind; and whatever is repeated changes nothing."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_acts import content, day, decision, executed, head, held, home_at, killed_after, lines, write

from pipelines.errors import HandoverRefusedError
from pipelines.ledger import handover
from pipelines.ledger.journal import Journal, read
from pipelines.ledger.settle import settle
from pipelines.settings import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = home_at(tmp_path / "home")
    executed(made)
    return made


def taken(home: Home, *paths: Path) -> list[tuple[str, str]]:
    """Kind and subject of what settling these hand-overs posts."""
    return [(entry.kind, entry.about.split("/")[1]) for entry in settle(home, Journal(home), list(paths))]


def test_a_hand_over_posts_decisions_and_holds_and_nothing_that_is_not_due(home: Home) -> None:
    path = write(
        home,
        decision("reduction"),
        held("certain"),
        decision("lasting", state="not_due", gate="", fingerprint="", amount="0.00"),
        decision("bonus", state="not_met", amount="0.00"),
    )
    assert taken(home, path) == [("decision", "reduction"), ("hold", "certain"), ("decision", "bonus")]
    sha256 = json.loads(path.read_bytes())["seal"]["sha256"]
    assert {entry.body["handover"] for entry in read(home).entries[1:]} == {sha256}


def test_taking_a_hand_over_twice_gives_nothing(home: Home) -> None:
    path = write(home, decision("reduction"), held("certain"))
    assert len(taken(home, path)) == 2
    before = home.ledger.read_bytes()
    assert taken(home, path) == []
    assert taken(home, path, path) == []
    assert home.ledger.read_bytes() == before


def claim(trigger: str, period: str, kind: str, **changes: Any) -> dict[str, Any]:
    """A due decision of one settlement of a claim."""
    key = f"tarp/{trigger}/{period}/all/{kind}"
    return decision(trigger, claim_period=period, kind=kind, posting_key=key, **changes)


BUILDING = [
    claim("days", "2024H2", "on_account", amount="1200.00", lines_sha256="1" * 64),
    claim("days", "2024H2", "final", amount="-200.00", lines_sha256="2" * 64),
    claim("days", "2025H1", "on_account", amount="400.00", lines_sha256="3" * 64),
    claim("a_later_one", "2025H1", "final"),
    claim("a_later_one", "2024H2", "final"),
]
"""Two triggers as measuring decides them, claims in the order they build on one another, whatever the triggers are called."""


def keys(home: Home) -> list[str]:
    return [entry.posting_key.removeprefix("tarp/") for entry in read(home).entries[1:]]


def test_what_builds_on_one_another_is_posted_in_the_hand_overs_own_order(home: Home) -> None:
    settle(home, Journal(home), [write(home, *BUILDING)])
    assert keys(home) == [item["posting_key"].removeprefix("tarp/") for item in BUILDING]


def test_each_entry_binds_the_lines_behind_it_and_one_without_lines_has_no_word_of_them(home: Home) -> None:
    settle(home, Journal(home), [write(home, *BUILDING, claim("none", "2024H2", "final", lines_sha256=""))])
    assert {entry.posting_key.split("/", 1)[1]: entry.body.get("lines_sha256") for entry in read(home).entries[1:]} == {
        "a_later_one/2025H1/all/final": None,
        "a_later_one/2024H2/all/final": None,
        "days/2024H2/all/on_account": "1" * 64,
        "days/2024H2/all/final": "2" * 64,
        "days/2025H1/all/on_account": "3" * 64,
        "none/2024H2/all/final": None,
    }


@pytest.mark.parametrize("written", range(len(BUILDING) + 1))
@pytest.mark.parametrize("more", [0, 1, 400])
def test_a_kill_anywhere_in_writing_a_hand_over_leaves_the_same_ledger_once_it_is_taken_again(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int, more: int
) -> None:
    twin = home_at(tmp_path / "twin")
    executed(twin)
    before = twin.ledger.stat().st_size
    settle(twin, Journal(twin), [write(twin, *BUILDING)])
    place = sum(len(line) + 1 for line in lines(twin)[1 : written + 1])
    path = write(home, *BUILDING)
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_write", killed_after(place + more))
        with pytest.raises(KeyboardInterrupt):
            settle(home, Journal(home), [path])
    assert home.ledger.read_bytes() == twin.ledger.read_bytes()[: before + place + more]
    assert (read(home).fault, len(keys(home))) == ("", written)
    settle(home, Journal(home), [path])
    assert (home.ledger.read_bytes(), head(home).read_bytes()) == (twin.ledger.read_bytes(), head(twin).read_bytes())


def test_account_and_final_settlement_of_a_claim_have_keys_of_their_own(home: Home) -> None:
    settle(home, Journal(home), [write(home, *BUILDING[:2])])
    again = [{**item, "as_of": day(1).isoformat(), "amount": "7.00"} for item in BUILDING[:2]]
    settle(home, Journal(home), [write(home, *again, as_of=day(1))])
    entries = read(home).entries[1:]
    assert [(entry.kind, entry.about.rsplit("/", 1)[1]) for entry in entries] == [
        ("decision", "on_account"),
        ("decision", "final"),
        ("question", "on_account"),
        ("question", "final"),
    ]


def test_two_hand_overs_of_one_day_that_disagree_are_each_taken_once(home: Home) -> None:
    one, other = write(home, held("a", "r1"), decision("b")), write(home, held("a", "r2"), decision("b", amount="1.00"))
    assert len(taken(home, one)) == 2
    assert taken(home, other) == [("hold", "a"), ("question", "b")]
    for _ in range(3):
        assert taken(home, one) == []
        assert taken(home, other) == []


def test_one_older_than_the_head_is_refused_and_one_of_the_same_day_is_not(home: Home) -> None:
    late, early = write(home, decision("a", as_of=day(5)), as_of=day(5)), write(home, decision("b", as_of=day(4)), as_of=day(4))
    assert taken(home, late) == [("decision", "a")]
    before = home.ledger.read_bytes()
    with pytest.raises(HandoverRefusedError, match="it decides 2026-07-04, and the ledger's newest entry is of 2026-07-05"):
        taken(home, early)
    assert home.ledger.read_bytes() == before
    assert taken(home, write(home, decision("b", as_of=day(5)), as_of=day(5))) == [("decision", "b")]


def test_hand_overs_given_together_are_taken_in_the_order_of_their_days(home: Home) -> None:
    paths = [write(home, decision("a", as_of=day(number)), held("b", f"r{number}", as_of=day(number)), as_of=day(number)) for number in (2, 0, 1)]
    settle(home, Journal(home), paths)
    assert [entry.as_of for entry in read(home).entries[1:]] == [day(0), day(0), day(1), day(2)]


@pytest.mark.parametrize("made", [content(held("a"), decision("b"), sha256="b" * 64), content(held("a", contract="other"), decision("b", contract="other"), contract="other")])
def test_one_that_decides_by_a_text_that_was_not_executed_is_refused_whole(home: Home, made: dict[str, Any]) -> None:
    before = home.ledger.read_bytes()
    with pytest.raises(HandoverRefusedError, match="no execution binds"):
        taken(home, handover.write(home, made))
    assert home.ledger.read_bytes() == before


def test_a_version_that_was_not_executed_is_refused_although_another_was(home: Home) -> None:
    made = content(decision("a", contract_version=2))
    with pytest.raises(HandoverRefusedError, match="no execution binds"):
        taken(home, handover.write(home, {**made, "contract": {**made["contract"], "version": 2}}))


def test_holds_alone_are_posted_for_a_text_that_was_not_executed(home: Home) -> None:
    assert taken(home, handover.write(home, content(held("a"), sha256="b" * 64))) == [("hold", "a")]


@pytest.mark.parametrize("changes", [{"contract": "other"}, {"contract_version": 2}, {"as_of": "2026-07-01"}])
def test_a_decision_of_another_contract_version_or_day_is_refused_with_its_whole_hand_over(home: Home, changes: dict[str, Any]) -> None:
    before = home.ledger.read_bytes()
    with pytest.raises(HandoverRefusedError, match="of another contract, version or day"):
        taken(home, write(home, decision("a"), decision("b") | changes))
    assert home.ledger.read_bytes() == before


@pytest.mark.parametrize("changes", [{"gate": "held"}, {"fingerprint": ""}, {"state": "paid"}])
def test_a_sealed_decision_without_an_open_gate_is_never_posted(home: Home, changes: dict[str, Any]) -> None:
    before = home.ledger.read_bytes()
    with pytest.raises(HandoverRefusedError, match="open gate"):
        taken(home, write(home, decision("0"), decision("a") | changes))
    assert home.ledger.read_bytes() == before


def test_one_of_another_home_is_refused(home: Home, tmp_path: Path) -> None:
    stranger = home_at(tmp_path / "stranger", key=b"s" * 32)
    with pytest.raises(HandoverRefusedError, match="signed by a key this home does not know"):
        taken(home, write(stranger, decision("a")))
    assert len(lines(home)) == 1


def test_a_damaged_one_is_refused(home: Home) -> None:
    path = write(home, decision("a"))
    path.write_bytes(path.read_bytes().replace(b"250000.00", b"950000.00"))
    with pytest.raises(HandoverRefusedError, match="the content is not what was sealed"):
        taken(home, path)
    assert len(lines(home)) == 1


def on(number: int, *decisions: dict[str, Any]) -> tuple[dt.date, list[dict[str, Any]]]:
    return day(number), [{**item, "as_of": day(number).isoformat()} for item in decisions]


NIGHTS = [
    on(0, held("a", "r1"), decision("b")),
    on(1, held("a", "r1"), decision("b", fingerprint="e" * 64)),
    on(2, held("a", "r2"), decision("b", amount="1.00")),
    on(3, decision("a", amount="5.00"), held("b")),
    on(4, decision("a", amount="5.00"), decision("b", amount="1.00")),
    on(5, held("a", "r1"), decision("b", amount="2.00")),
    on(6, decision("a", amount="5.00"), decision("b")),
]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], bytes]:
    """Seven nights of two contracts as hand-overs in the order of their days, and the ledger that settling them once gives."""
    home = home_at(tmp_path_factory.mktemp("nights"))
    executed(home, "tarp", "other")
    named = [
        (contract, as_of, [{**item, "contract": contract, "posting_key": item["posting_key"].replace("tarp", contract)} for item in items])
        for as_of, items in NIGHTS
        for contract in ("other", "tarp")
    ]
    paths = [write(home, *items, as_of=as_of, contract=contract) for contract, as_of, items in named]
    settle(home, Journal(home), paths)
    return sorted(paths), home.ledger.read_bytes()


def test_the_nights_of_the_property_post_every_kind_of_entry(nights: tuple[list[Path], bytes]) -> None:
    kinds = [json.loads(line)["kind"] for line in nights[1].splitlines()]
    assert {kind: kinds.count(kind) for kind in kinds} == {"execution": 2, "hold": 4, "decision": 4, "question": 4}


def offer(home: Home, paths: list[Path]) -> None:
    """Settle what may be settled: one of an earlier day is refused and posts nothing."""
    before = home.ledger.read_bytes()
    try:
        settle(home, Journal(home), paths)
    except HandoverRefusedError:
        assert home.ledger.read_bytes().startswith(before)


@settings(derandomize=True, deadline=None, max_examples=20)
@given(st.data())
def test_any_order_of_repeated_settles_of_the_same_hand_overs_yields_the_same_ledger(nights: tuple[list[Path], bytes], data: st.DataObject) -> None:
    paths, expected = nights
    with tempfile.TemporaryDirectory() as folder:
        home = home_at(Path(folder))
        executed(home, "tarp", "other")
        first = data.draw(st.permutations(paths))
        settle(home, Journal(home), first + data.draw(st.lists(st.sampled_from(paths), max_size=6)))
        for again in data.draw(st.lists(st.lists(st.sampled_from(paths), min_size=1, max_size=5), max_size=4)):
            offer(home, again)
        assert home.ledger.read_bytes() == expected


@settings(derandomize=True, deadline=None, max_examples=15)
@given(st.data())
def test_taking_the_nights_one_by_one_with_any_repeats_between_yields_the_same_ledger(nights: tuple[list[Path], bytes], data: st.DataObject) -> None:
    paths, expected = nights
    with tempfile.TemporaryDirectory() as folder:
        home = home_at(Path(folder))
        executed(home, "tarp", "other")
        for place, path in enumerate(paths):
            settle(home, Journal(home), [path])
            for again in data.draw(st.lists(st.sampled_from(paths[: place + 1]), max_size=2)):
                offer(home, [again])
        assert home.ledger.read_bytes() == expected


@settings(derandomize=True, deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["a", "b"]), st.sampled_from(["due", "not_met", "held", "not_due"]), st.sampled_from(["1.00", "2.00"])),
        min_size=1,
        max_size=10,
    )
)
def test_whatever_is_decided_at_most_one_decision_ever_stands_for_a_posting_key(acts: list[tuple[int, str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = home_at(Path(folder))
        executed(home)
        for number, trigger, state, amount in acts:
            given_state = {"state": state, "amount": amount if state == "due" else "0.00", "gate": "open" if state in ("due", "not_met") else "held"}
            offer(home, [write(home, held(trigger, as_of=day(number)) | given_state, as_of=day(number))])
        reading = read(home)
        keys = [entry.posting_key for entry in reading.entries if entry.posting_key]
        assert reading.fault == ""
        assert len(keys) == len(set(keys))
        assert [entry.as_of for entry in reading.entries] == sorted(entry.as_of for entry in reading.entries)
        for key in keys:
            kinds = [entry.kind for entry in reading.entries if entry.about == key]
            assert set(kinds[kinds.index("decision") + 1 :]) <= {"question"}
