"""The log of referrals: list by list, never written over, hashed so that it can be proved and tells nobody, and entered into the ledger."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from ledger_acts import content, day, executed, home_at

from indicators.referrals import LOGGED
from pipelines.canonical import canonical, digest
from pipelines.contracts.outcome import Cohort
from pipelines.errors import HomeError, LedgerError
from pipelines.ledger import handover
from pipelines.ledger.journal import Entry, Journal, logged
from pipelines.ledger.settle import settle
from pipelines.referral_log import earlier, history, keep, lists, row_hash, salt_of
from pipelines.reports.evidence.chain import tell_of_chain
from pipelines.settings import Home

ANNA, BO, CARL = (("LEAKME-a", 20000, None, 20010, False), ("LEAKME-b", 20001, None, None, False), ("LEAKME-c", 20002, None, None, True))
SAID: dict[str, Any] = {"id": "released", "clause": "§1", "from": "releases", "enrolled": {"from": dt.date(2024, 7, 1), "to": dt.date(2025, 4, 1)}, "enrolled_on": "released_on"}
COHORT = Cohort.model_validate(SAID)
THROUGH = dt.date(2026, 6, 1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home")


def rows(*people: tuple[Any, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(people), schema=LOGGED, orient="row").sort(list(LOGGED))


def log(home: Home, number: int, *people: tuple[Any, ...], cohort: Cohort = COHORT) -> None:
    keep(home, "tarp", cohort, day(number), THROUGH + dt.timedelta(days=number), rows(*people))


def known(home: Home, number: int = 99) -> list[tuple[dt.date, int]]:
    return [(item.as_of, item.rows.height) for item in lists(home, "tarp", "released", day(number))]


def files(home: Home) -> list[Path]:
    return sorted((home.archive / "referral_logs" / "tarp.released").iterdir())


def test_a_list_is_logged_when_it_is_not_the_one_before_it(home: Home) -> None:
    for number, people in enumerate([(ANNA,), (ANNA,), (BO, ANNA), (ANNA, BO), (ANNA,)]):
        log(home, number, *people)
    assert known(home) == [(day(0), 1), (day(2), 2), (day(4), 1)]
    assert known(home, 3) == [(day(0), 1), (day(2), 2)]
    assert [item.rows.rows() for item in lists(home, "tarp", "released", day(2))] == [[ANNA], [ANNA, BO]]
    assert history(lists(home, "tarp", "released", day(2))).rows() == [(*ANNA, 0), (*ANNA, 1), (*BO, 1)]
    assert {path.stat().st_mode & 0o777 for path in files(home)} == {0o600}


def test_a_log_begins_with_the_first_list_that_has_somebody_on_it(home: Home) -> None:
    log(home, 0)
    assert known(home) == []
    log(home, 1, ANNA)
    log(home, 2)
    assert known(home) == [(day(1), 1), (day(2), 0)]


def test_earlier_lists_are_those_logged_before_what_counts_now_was_known(home: Home) -> None:
    for number, people in enumerate([(ANNA,), (ANNA, BO), (ANNA, BO, CARL)]):
        log(home, number, *people)
    for number, expected in enumerate([0, 1, 2, 3]):
        assert len(earlier(home, "tarp", COHORT, day(number))) == expected


def test_lists_that_other_terms_chose_are_not_compared(home: Home) -> None:
    log(home, 0, ANNA, BO)
    longer = Cohort.model_validate({**SAID, "enrolled": {"from": dt.date(2024, 7, 1), "to": dt.date(2025, 5, 1)}})
    assert earlier(home, "tarp", longer, day(9)) == []
    log(home, 1, ANNA, BO, cohort=longer)
    assert known(home) == [(day(0), 2), (day(1), 2)]
    assert [item.as_of for item in earlier(home, "tarp", longer, day(9))] == [day(1)]
    assert [item.as_of for item in earlier(home, "tarp", Cohort.model_validate({**SAID, "clause": "§2"}), day(9))] == [day(0)]


def test_the_hash_is_of_rows_whatever_their_order_and_another_home_has_another(home: Home, tmp_path: Path) -> None:
    log(home, 0, ANNA, BO)
    sha256 = lists(home, "tarp", "released", day(0))[0].sha256
    same, other = home_at(tmp_path / "same"), home_at(tmp_path / "other", key=b"o" * 32)
    for twin in (same, other):
        log(twin, 0, BO, ANNA)
    assert lists(same, "tarp", "released", day(0))[0].sha256 == sha256
    assert lists(other, "tarp", "released", day(0))[0].sha256 != sha256
    unsalted = [digest(list(row)) for row in (ANNA, BO)]
    assert sha256 not in {digest(sorted(unsalted)), digest([list(ANNA), list(BO)])}


def test_who_is_shown_a_row_with_its_salt_and_the_hashes_of_the_rest_finds_it_in_the_list(home: Home) -> None:
    log(home, 0, ANNA, BO, CARL)
    key, named, row = home.key("salt"), "tarp/released", list(ANNA)
    shown = digest([salt_of(key, named, row), row])
    rest = [row_hash(key, named, list(other)) for other in (BO, CARL)]
    assert digest(sorted([shown, *rest])) == lists(home, "tarp", "released", day(0))[0].sha256
    assert salt_of(key, "tarp/other", row) != salt_of(key, named, row)


def spoiled(home: Home, **changes: Any) -> bytes:
    """The first list with a change that its seal was made anew for."""
    data = json.loads(files(home)[0].read_bytes())
    data.update(changes)
    facts = {name: data[name] for name in ("format", "as_of", "covers_through", "terms", "sha256")}
    return canonical({**facts, "rows": data["rows"], "seal": digest(facts)}) + b"\n"


@pytest.mark.parametrize("changes", [{"rows": [list(ANNA)]}, {"sha256": "0" * 64}, {"format": "udbytte.referral_log/0"}, {"as_of": "never"}, {"rows": None}])
def test_a_list_that_is_not_what_was_logged_is_refused(home: Home, changes: dict[str, Any]) -> None:
    log(home, 0, ANNA, BO)
    files(home)[0].write_bytes(spoiled(home, **changes))
    with pytest.raises(HomeError, match="a list of the referral log is not what was logged") as refused:
        lists(home, "tarp", "released", day(0))
    assert "LEAKME" not in str(refused.value)


def test_a_list_that_is_gone_is_noticed_by_those_after_it(home: Home) -> None:
    for number, people in enumerate([(ANNA,), (ANNA, BO)]):
        log(home, number, *people)
    files(home)[0].unlink()
    with pytest.raises(HomeError, match="a list of the referral log is gone"):
        lists(home, "tarp", "released", day(9))


def entered(home: Home, number: int, **said: Any) -> list[Entry]:
    body = {"sha256": "1" * 64, "referrals": 2, "covers_through": "2026-06-01", **said}
    path = handover.write(home, {**content(as_of=day(number)), "referral_logs": {"released": body}})
    return settle(home, Journal(home), [path])


def test_the_ledger_enters_a_list_once_and_again_when_it_is_another(home: Home) -> None:
    executed(home)
    first = entered(home, 0)
    assert [(entry.kind, entry.about, entry.posting_key, entry.body) for entry in first] == [
        ("referrals", "tarp/released", "", {"cohort": "released", "sha256": "1" * 64, "referrals": 2, "covers_through": "2026-06-01"})
    ]
    assert entered(home, 1) == []
    assert [entry.body["referrals"] for entry in entered(home, 2, sha256="2" * 64, referrals=3)] == [3]
    assert len(entered(home, 3)) == 1
    assert [entry.as_of for entry in logged(Journal(home).entries, "tarp", "released")] == [day(0), day(2), day(3)]
    assert logged(Journal(home).entries, "tarp", "other") == []


def test_hand_overs_of_one_day_that_are_taken_again_enter_nothing(home: Home) -> None:
    executed(home)
    paths = [handover.write(home, {**content(as_of=day(0)), "referral_logs": {"released": {"sha256": mark * 64}}}) for mark in "12"]
    assert len(settle(home, Journal(home), paths)) == 2
    assert settle(home, Journal(home), paths) == []
    assert settle(home, Journal(home), paths[:1]) == []


def verified(home: Home, capsys: pytest.CaptureFixture[str]) -> str:
    tell_of_chain(home, as_json=False)
    return capsys.readouterr().out


def test_verifying_the_ledger_proves_that_each_list_it_entered_is_kept(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    executed(home)
    for number, people in enumerate([(ANNA,), (ANNA, BO)]):
        log(home, number, *people)
        Journal(home).post_referrals("tarp", "released", lists(home, "tarp", "released", day(number))[-1].as_entered(), day(number))
    assert "The log of referrals holds: 2 lists entered, each kept as it was logged." in verified(home, capsys)
    files(home)[1].unlink()
    with pytest.raises(LedgerError, match=r"entry 3 .* entered a list of referrals that is not kept"):
        verified(home, capsys)
    keep(home, "tarp", COHORT, day(1), THROUGH, rows(ANNA, CARL))
    with pytest.raises(LedgerError, match="entered a list of referrals that is not kept"):
        verified(home, capsys)


def test_a_home_that_only_settles_is_not_asked_for_lists(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    executed(home)
    assert len(entered(home, 0)) == 1
    assert "log of referrals" not in verified(home, capsys)
