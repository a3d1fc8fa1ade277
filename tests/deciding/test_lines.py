"""Persons' lines: kept apart under their hash, proved when they are read again, and counted to what a person was given before."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from home_days_given import decide, unit
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import lines
from pipelines.canonical import canonical, digest
from pipelines.errors import HomeError
from pipelines.ledger.journal import GENESIS, Entry
from pipelines.lines import Paid
from pipelines.payments.decide import FINAL, ON_ACCOUNT, Decision
from pipelines.payments.rule import Line
from pipelines.settings import Home

KEY = b"k" * 32
PROPERTY = settings(max_examples=100, deadline=None, derandomize=True, database=None)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).prepare(key=KEY)


BARE = decide(unit("LEAKME-a", 1))


def decision(*amounts: tuple[str, Any], period: str = "2024H2", kind: str = FINAL) -> Decision:
    """A due decision with these lines, bound to them as deciding binds it."""
    given_lines = tuple(Line(key, "edge", Fraction(amount)) for key, amount in amounts)
    whole = replace(BARE, claim_period=period, kind=kind, lines=given_lines, amount=Decimal("1.00"))
    return replace(whole, lines_sha256=lines.sha256_of(whole))


def path_of(home: Home, made: Decision) -> Path:
    return home.archive / "lines" / f"{made.lines_sha256}.json"


def entry(seq: int, made: Decision, amount: str = "1.00", state: str = "due") -> Entry:
    """The ledger's entry of a decision."""
    bound = {"lines_sha256": made.lines_sha256} if made.lines_sha256 else {}
    return Entry(seq, GENESIS, "decision", made.as_of, made.contract, made.posting_key, made.posting_key, {"state": state, "amount": amount, **bound}, "", "")


MADE = (("LEAKME-a", "40625.48"), ("LEAKME-b", "1/3"))


def test_what_was_kept_is_read_back_exactly(home: Home) -> None:
    made = decision(*MADE)
    lines.keep(home, made)
    assert lines.kept(home, made.lines_sha256) == {"LEAKME-a": Fraction("40625.48"), "LEAKME-b": Fraction(1, 3)}


def test_the_file_is_canonical_named_by_its_hash_and_for_its_owner_alone(home: Home) -> None:
    made = decision(*MADE)
    lines.keep(home, made)
    raw = path_of(home, made).read_bytes()
    assert canonical(json.loads(raw)) + b"\n" == raw
    assert digest(json.loads(raw)) == made.lines_sha256
    assert path_of(home, made).stat().st_mode & 0o777 == 0o600
    assert json.loads(raw)["posting_key"] == made.posting_key


def test_keeping_again_touches_nothing(home: Home) -> None:
    made = decision(*MADE)
    lines.keep(home, made)
    before = path_of(home, made).stat()
    lines.keep(home, made)
    assert (path_of(home, made).stat().st_ino, path_of(home, made).stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_decision_without_lines_binds_none_and_leaves_no_file(home: Home) -> None:
    bare = decision()
    assert (bare.lines_sha256, lines.sha256_of(bare)) == ("", "")
    lines.keep(home, bare)
    assert not (home.archive / "lines").exists()


def test_the_hash_follows_claim_people_and_amounts_and_not_their_order() -> None:
    made = decision(*MADE)
    others = [
        decision(*MADE, period="2025H1"),
        decision(*MADE, kind=ON_ACCOUNT),
        decision(MADE[0]),
        decision(MADE[0], ("LEAKME-b", "1/4")),
        decision(MADE[0], ("LEAKME-c", "1/3")),
    ]
    assert len({made.lines_sha256, *(other.lines_sha256 for other in others)}) == 6
    assert decision(*reversed(MADE)).lines_sha256 == made.lines_sha256
    assert decision(*MADE, ("LEAKME-z", 0)).lines_sha256 == made.lines_sha256


def test_a_lost_file_is_an_error_that_names_no_person(home: Home) -> None:
    made = decision(*MADE)
    with pytest.raises(HomeError, match="the persons' lines behind a posted entry are gone or altered") as caught:
        lines.kept(home, made.lines_sha256)
    assert caught.value.sentence().endswith("restore them from a backup")


def test_altering_any_byte_of_kept_lines_is_found(home: Home) -> None:
    made = decision(*MADE)
    lines.keep(home, made)
    raw = path_of(home, made).read_bytes()
    for place in range(len(raw) - 1):
        for flip in (0x01, 0x20, 0x80):
            path_of(home, made).write_bytes(raw[:place] + bytes([raw[place] ^ flip]) + raw[place + 1 :])
            with pytest.raises(HomeError) as caught:
                lines.kept(home, made.lines_sha256)
            assert "LEAKME" not in caught.value.sentence()


@pytest.mark.parametrize(
    "raw", [b"", b"null", b"[]", b"{}", b"7", b"1.5", b'{"rows":[["LEAKME-a",1.5]]}', b"\xff", b"[" * 200_000, b'{"rows":[["LEAKME-a",1e400]]}', b'["\\ud800"]']
)
def test_what_is_no_list_of_lines_is_found_and_is_no_crash(home: Home, raw: bytes) -> None:
    made = decision(*MADE)
    lines.keep(home, made)
    path_of(home, made).write_bytes(raw)
    with pytest.raises(HomeError, match="gone or altered") as caught:
        lines.kept(home, made.lines_sha256)
    assert "LEAKME" not in caught.value.sentence()


def test_lines_of_another_decision_under_this_ones_name_are_found(home: Home) -> None:
    made, other = decision(*MADE), decision(*MADE, period="2025H1")
    lines.keep(home, other)
    path_of(home, other).rename(path_of(home, made))
    with pytest.raises(HomeError):
        lines.kept(home, made.lines_sha256)


def given_before(paid: Paid, period: str, place: int | None = None) -> dict[str, Fraction]:
    return lines.sums(paid.before(BARE.trigger, period, place))


def posted(home: Home, *claims: tuple[int, Decision]) -> Paid:
    """What one trigger gave, by entry number and decision."""
    paid = Paid()
    for seq, made in claims:
        lines.keep(home, made)
        paid.add_posted(home, entry(seq, made))
    return paid


ACCOUNT_1 = decision(("a", 100), ("b", 50), kind=ON_ACCOUNT)
FINAL_1 = decision(("a", 90), ("c", 7))
ACCOUNT_2 = decision(("a", 30), period="2025H1", kind=ON_ACCOUNT)
FINAL_2 = decision(("a", 40), ("b", 1), period="2025H1")


def test_before_anything_was_posted_nobody_was_given_anything() -> None:
    assert given_before(Paid(), "2024H2") == {}
    assert lines.sums([]) == {}


def test_a_final_settlement_takes_the_place_of_the_account_of_its_own_claim_period(home: Home) -> None:
    assert given_before(posted(home, (3, ACCOUNT_1)), "2025H1") == {"a": 100, "b": 50}
    assert given_before(posted(home, (3, ACCOUNT_1), (5, FINAL_1)), "2025H1") == {"a": 90, "c": 7}
    assert given_before(posted(home, (3, FINAL_1), (5, ACCOUNT_1)), "2025H1") == {"a": 90, "c": 7}


def test_what_several_claim_periods_gave_a_person_is_added_up(home: Home) -> None:
    paid = posted(home, (3, ACCOUNT_1), (4, ACCOUNT_2), (5, FINAL_1), (6, FINAL_2))
    assert given_before(paid, "2025H2") == {"a": 130, "b": 1, "c": 7}
    assert [step.given.claim_period for step in paid.before(BARE.trigger, "2025H2", None)] == ["2024H2", "2025H1"]


def test_a_claim_periods_own_settlements_are_never_before_it(home: Home) -> None:
    paid = posted(home, (3, ACCOUNT_1), (4, ACCOUNT_2), (5, FINAL_1))
    assert given_before(paid, "2024H2") == {"a": 30}
    assert given_before(posted(home, (3, ACCOUNT_1), (5, FINAL_1)), "2024H2") == {}


def test_only_what_was_posted_before_an_entry_is_before_it(home: Home) -> None:
    paid = posted(home, (3, ACCOUNT_1), (4, ACCOUNT_2), (5, FINAL_1), (6, FINAL_2))
    assert given_before(paid, "2024H2", 3) == {}
    assert given_before(paid, "2025H1", 4) == {"a": 100, "b": 50}
    assert given_before(paid, "2024H2", 5) == {"a": 30}
    assert given_before(paid, "2025H1", 6) == {"a": 90, "c": 7}


def test_what_tonight_decided_counts_for_what_is_new_and_not_for_what_was_posted(home: Home) -> None:
    paid = posted(home, (3, ACCOUNT_1))
    paid.add_tonight(FINAL_1)
    assert given_before(paid, "2025H1") == {"a": 90, "c": 7}
    assert given_before(paid, "2025H1", 4) == {"a": 100, "b": 50}


def test_a_posted_decision_without_lines_gave_nobody_anything_and_ends_the_account(home: Home) -> None:
    paid = posted(home, (3, ACCOUNT_1))
    paid.add_posted(home, entry(5, decision(), "-120.00"))
    assert given_before(paid, "2025H1") == {}


def test_a_posted_decision_whose_lines_are_lost_is_an_error(home: Home) -> None:
    paid = Paid()
    with pytest.raises(HomeError, match="gone or altered"):
        paid.add_posted(home, entry(3, ACCOUNT_1))


def test_the_amount_of_a_claim_of_this_night_is_nought_until_it_is_decided(home: Home) -> None:
    paid = posted(home, (3, FINAL_1))
    assert paid.tonight_amount(BARE.trigger, "2024H2", FINAL) == paid.tonight_amount(BARE.trigger, "2025H1", ON_ACCOUNT) == Decimal("0.00")
    paid.add_tonight(replace(ACCOUNT_2, amount=Decimal("24.00")))
    assert paid.tonight_amount(BARE.trigger, "2025H1", ON_ACCOUNT) == Decimal("24.00")
    assert paid.tonight_amount(BARE.trigger, "2025H1", FINAL) == Decimal("0.00")


def test_read_back_from_the_ledger_a_night_counts_as_it_did_while_it_ran(home: Home) -> None:
    tonight = Paid()
    for made in (ACCOUNT_1, FINAL_1, ACCOUNT_2):
        tonight.add_tonight(made)
    later = posted(home, (3, ACCOUNT_1), (4, FINAL_1), (5, ACCOUNT_2))
    for period in ("2024H2", "2025H1", "2025H2"):
        assert given_before(later, period) == given_before(tonight, period)
        assert [step.sha256 for step in later.before(BARE.trigger, period, None)] == [step.sha256 for step in tonight.before(BARE.trigger, period, None)]


ROWS = st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), st.fractions(0, 10**9), max_size=8)


@given(rows=ROWS)
@PROPERTY
def test_any_lines_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, rows: dict[str, Fraction]) -> None:
    home = Home(tmp_path_factory.mktemp("lines")).prepare(key=KEY)
    made = decision(*rows.items())
    lines.keep(home, made)
    assert (lines.kept(home, made.lines_sha256) if made.lines_sha256 else {}) == {key: amount for key, amount in rows.items() if amount}


@given(parts=st.lists(ROWS, max_size=4))
@PROPERTY
def test_what_all_people_were_given_is_the_sum_of_the_claims(parts: list[dict[str, Fraction]]) -> None:
    paid = Paid()
    for number, rows in enumerate(parts):
        paid.add_tonight(decision(*rows.items(), period=f"p{number}"))
    total: Iterable[Fraction] = given_before(paid, "another").values()
    assert sum(total, Fraction(0)) == sum((amount for rows in parts for amount in rows.values()), Fraction(0))
