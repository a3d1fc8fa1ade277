"""What parties commit themselves to at most: read from a contract, entered once a version, set beside what was decided and paid, and never gone beyond."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from home_days_given import payment
from hypothesis import given, settings
from hypothesis import strategies as st
from nights_given import TEXT, Town, town_at
from reports.hand_made import worked_waterfall
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.contracts.committing import committed
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.years import year_of
from pipelines.errors import LedgerError
from pipelines.executing import execute
from pipelines.ledger.committing import enter, fault, standings
from pipelines.ledger.journal import Entry, Journal, read
from pipelines.settings import Home

SIGNED, LATER, DECEMBER, JUNE = dt.date(2024, 6, 1), dt.date(2024, 6, 20), dt.date(2025, 12, 1), dt.date(2026, 6, 15)
ROLES = {"kommune": ["payer", "commissioner"], "fond": ["payer", "investor"], "familiehuset": ["provider"], "pensionskasse": ["investor"], "stiftelse": ["guarantor"]}
PARTIES = [{"id": name, "name": name, "roles": roles} for name, roles in ROLES.items()]
PROPERTY = settings(max_examples=20, deadline=None, derandomize=True, database=None)


def cap(amount: str, **more: Any) -> dict[str, Any]:
    return {"clause": "§9", "amount": Decimal(amount), **more}


def a_year(amount: str, by: str = "service_day", year: str = "calendar", excess: str = "lapses") -> dict[str, Any]:
    return {"per_year": cap(amount, year=year, by=by, excess=excess)}


def made(base: OutcomeContract, *payments: dict[str, Any], **terms: Any) -> OutcomeContract:
    return OutcomeContract.model_validate({**base.model_dump(by_alias=True), "parties": PARTIES, **({"payments": list(payments)} if payments else {}), **terms})


def plain(**more: Any) -> dict[str, Any]:
    """10.00 a day for two claim periods, finally only."""
    given = payment(adjust=[], **more)
    del given["on_account"]
    return {**given, "claim_periods": [{key: day for key, day in period.items() if key != "on_account_from"} for period in given["claim_periods"]][:2]}


def town(folder: Path, *payments: dict[str, Any], days: Any = None, **terms: Any) -> Town:
    """A town whose contract is executed with what its parties commit themselves to."""
    found = Town(Home(folder).prepare(key=b"k" * 32), days=days or {"hjemmedage/2024H2": {"a": 60, "b": 40}, "hjemmedage/2025H1": {"a": 50, "b": 30}})
    found.made = made(found.made, *(payments or (plain(),)), **terms)
    execute(Journal(found.home), found.catalogue, "hjem", SIGNED)
    return found


def told(found: Town) -> list[tuple[str, str, str, str, str]]:
    """Over, committed, decided, paid and left of every commitment of those who pay."""
    return [(item.over, *map(str, (item.committed, item.decided, item.paid, item.left))) for item in standings(read(found.home).entries)]


def test_what_is_promised_is_read_from_caps_waterfall_and_referrals() -> None:
    base = Town(None).made  # type: ignore[arg-type]
    assert committed(base) == []
    split = {"clause": "§7", "shares": {"kommune": Decimal("0.70"), "fond": Decimal("0.30")}}
    caps = {"in_all": cap("1500.00"), "per_payer": {"fond": cap("400.00", clause="§10")}, **a_year("900.00")}
    terms = worked_waterfall()
    terms["classes"][1]["protection"] = {"by": "stiftelse", "of": "principal", "share": Decimal("0.50")}
    found = committed(
        made(
            base,
            plain(split=split),
            caps=caps,
            waterfall={**terms, "bonus": {**terms["bonus"], "to": "familiehuset"}},
            referrals={"clause": "§3", "by": "kommune", "minimum": 120, "shortfall_price": Decimal("9000.00")},
        )
    )
    assert [(item["parties"], item["role"], item["over"], item["amount"], item.get("of", ""), item["clause"]) for item in found] == [
        (["kommune", "fond"], "payer", "contract", "1500.00", "", "§9"),
        (["fond"], "payer", "contract", "400.00", "", "§10"),
        (["kommune", "fond"], "payer", "year", "900.00", "", "§9"),
        (["fond"], "investor", "contract", "6000000", "senior", "Bilag 5"),
        (["pensionskasse"], "investor", "contract", "2000000", "junior", "Bilag 5"),
        (["stiftelse"], "guarantor", "contract", "500000", "", "Bilag 5"),
        (["stiftelse"], "guarantor", "contract", "1000000.00", "junior", "Bilag 5"),
        (["kommune"], "commissioner", "contract", "1080000.00", "", "§3"),
    ]
    assert found[3]["draws"] == {"2023-01-01": "6000000"}
    assert {item["currency"] for item in found} == {"DKK"}


def test_an_execution_enters_it_once_and_a_new_version_anew(tmp_path: Path) -> None:
    found = town(tmp_path, caps={"in_all": cap("1500.00")})
    kinds = [entry.kind for entry in read(found.home).entries]
    before = found.home.ledger.read_bytes()
    assert kinds == ["execution", "commitment"]
    assert execute(Journal(found.home), found.catalogue, "hjem", LATER) == []
    assert found.home.ledger.read_bytes() == before
    amended = replace(found.catalogue, contracts={"hjem": found.made.model_copy(update={"version": 2, "caps": made(found.made, caps={"in_all": cap("900.00")}).caps})})
    posted = execute(Journal(found.home), replace(amended, digests={"outcomes/hjem.yaml": "b" * 64}), "hjem", LATER)
    assert [(entry.kind, entry.body["version"]) for entry in posted] == [("execution", 2), ("commitment", 2)]
    assert posted[1].body["execution"] == posted[0].hash
    assert [(item.version, str(item.committed)) for item in standings(read(found.home).entries)] == [(2, "900.00")]
    with pytest.raises(LedgerError, match="not the one that is executed"):
        enter(Journal(found.home), "hjem", 1, [{}], LATER)


def test_a_contract_that_was_executed_before_gets_its_commitment_when_it_is_executed_again(tmp_path: Path) -> None:
    found = town_at(tmp_path, {})
    found.made = made(found.made, caps={"in_all": cap("1500.00")})
    assert [entry.kind for entry in execute(Journal(found.home), found.catalogue, "hjem", DECEMBER)] == ["commitment"]


def pay(found: Town, claim: str, amount: str, payer: str = "kommune", kind: str = "payment") -> None:
    about = f"hjem/hjemmedage/{claim}/all/final"
    Journal(found.home).post_act(kind, "hjem", about, {"act": {"payer": payer, "amount": amount}}, JUNE)


def test_committed_decided_paid_and_left_by_hand(tmp_path: Path) -> None:
    found = town(tmp_path, caps={"in_all": cap("1500.00")})
    assert told(found) == [("contract", "1500.00", "0.00", "0.00", "1500.00")]
    found.night(DECEMBER)
    assert told(found) == [("contract", "1500.00", "1000.00", "0.00", "500.00")]
    found.night(JUNE)
    pay(found, "2024H2", "1000.00")
    pay(found, "2025H1", "250.00")
    pay(found, "2025H1", "50.00", kind="reversal")
    assert told(found) == [("contract", "1500.00", "1500.00", "1200.00", "0.00")]
    assert fault(read(found.home).entries) == ""


def test_each_payer_of_a_split_has_its_own(tmp_path: Path) -> None:
    split = {"clause": "§7", "shares": {"kommune": Decimal("0.70"), "fond": Decimal("0.30")}}
    found = town(tmp_path, plain(split=split), caps={"in_all": cap("2000.00"), "per_payer": {"fond": cap("400.00")}})
    found.night(DECEMBER)
    found.night(JUNE)
    pay(found, "2024H2", "300.00", "fond")
    assert told(found) == [("contract", "2000.00", "1660.00", "300.00", "340.00"), ("contract", "400.00", "400.00", "300.00", "0.00")]


def test_years_have_their_own_and_what_is_paid_is_of_the_years_it_was_decided_for(tmp_path: Path) -> None:
    found = town(tmp_path, caps=a_year("900.00"))
    found.night(DECEMBER)
    found.night(JUNE)
    pay(found, "2024H2", "100.00")
    assert told(found) == [("2024", "900.00", "900.00", "100.00", "0.00"), ("2025", "900.00", "800.00", "0.00", "100.00")]


def test_a_claim_period_across_new_year_is_shared_by_its_days(tmp_path: Path) -> None:
    across = {"id": "2024H2", "from": dt.date(2024, 12, 1), "to": dt.date(2025, 2, 1), "decided_from": DECEMBER}
    found = town(tmp_path, {**plain(), "claim_periods": [across]}, days={"hjemmedage/2024H2": {"a": 62}}, caps=a_year("500.00"))
    found.night(DECEMBER)
    assert told(found) == [("2024", "500.00", "310.00", "0.00", "190.00"), ("2025", "500.00", "310.00", "0.00", "190.00")]
    own = town(tmp_path / "own", {**plain(), "claim_periods": [across]}, days={"hjemmedage/2024H2": {"a": 62}}, caps=a_year("500.00", year="contract"))
    own.night(DECEMBER)
    assert told(own) == [("2024", "500.00", "500.00", "0.00", "0.00")]


def test_a_year_is_named_by_the_day_it_begins() -> None:
    assert [year_of(day, "06-01") for day in (dt.date(2025, 5, 31), dt.date(2025, 6, 1))] == ["2024", "2025"]


def beyond(found: Town, amount: str, day: dt.date = JUNE, **more: Any) -> list[Entry]:
    """The ledger's entries and a decision that somebody posted around the caps."""
    entries = read(found.home).entries
    said = {"amount": amount, "currency": "DKK", "payer": "kommune", "payee": "familiehuset", **more}
    return [*entries, Entry(len(entries) + 1, "0" * 64, "decision", day, "hjem", "hjem/hjemmedage/2025H1/all/final", "", said, "0" * 32, "0" * 64)]


@pytest.mark.parametrize(
    ("caps", "room", "words"),
    [
        ({"in_all": cap("1500.00")}, "500.00", "1500.01 DKK is decided, and kommune, fond committed to 1500.00 in all"),
        ({"per_payer": {"kommune": cap("1200.00")}}, "200.00", "1200.01 DKK is decided, and kommune committed to 1200.00 in all"),
        (a_year("1100.00"), "1100.00", "1100.01 DKK is decided, and kommune, fond committed to 1100.00 for 2025"),
        (a_year("1100.00", by="payment"), "1100.00", "1100.01 DKK is decided, and kommune, fond committed to 1100.00 for 2026"),
    ],
)
def test_a_decision_up_to_the_commitment_holds_and_one_a_cent_beyond_is_found(tmp_path: Path, caps: dict[str, Any], room: str, words: str) -> None:
    found = town(tmp_path, caps=caps)
    found.night(DECEMBER)
    assert fault(beyond(found, room)) == ""
    assert words in fault(beyond(found, str(Decimal(room) + Decimal("0.01"))))


def test_a_newer_commitment_of_the_same_day_hides_no_breach() -> None:
    """5,000.00 is decided under 1,000.00, and on the same day another version promises 1,000.00 anew."""

    def entry(seq: int, kind: str, about: str, body: dict[str, Any]) -> Entry:
        return Entry(seq, "0" * 64, kind, JUNE, "hjem", about, "", body, "0" * 32, f"{seq:064x}")

    promised = [{"parties": ["kommune"], "role": "payer", "amount": "1000.00", "over": "contract", "clause": "§9", "currency": "DKK"}]
    first, again = (entry(seq, "commitment", "hjem/commitment", {"version": version, "committed": promised}) for seq, version in ((1, 1), (3, 2)))
    decided = entry(2, "decision", "hjem/days/2025/all/final", {"amount": "5000.00", "payer": "kommune"})
    assert "with it 5000.00 DKK is decided" in fault([first, decided])
    assert "with it 5000.00 DKK is decided" in fault([first, decided, again])


def test_a_claw_back_of_the_same_day_makes_room_and_a_lower_cap_later_is_no_fault_of_what_stood(tmp_path: Path) -> None:
    found = town(tmp_path, caps={"in_all": cap("1000.00")})
    found.night(DECEMBER)
    more = beyond(found, "30.00")
    back = replace(more[-1], seq=more[-1].seq + 1, body={**more[-1].body, "amount": "-30.00"})
    assert fault([*more, back]) == ""
    assert fault([*more, replace(back, as_of=JUNE + dt.timedelta(days=1))]) != ""
    entries = read(found.home).entries
    (item,) = entries[1].body["committed"]
    lower = replace(entries[1], seq=len(entries) + 1, as_of=JUNE, body={"version": 2, "committed": [{**item, "amount": "900.00"}]})
    for amount, words in (("0.00", ""), ("-50.00", ""), ("0.01", "committed to 900.00")):
        later = [*entries, lower, replace(beyond(found, amount)[-1], as_of=JUNE + dt.timedelta(days=1))]
        assert words in fault(later)
        assert bool(words) == bool(fault(later))


@PROPERTY
@given(
    st.lists(st.integers(0, 90), min_size=2, max_size=2),
    st.integers(1, 2500),
    st.sampled_from(["service_day", "claim_period", "payment"]),
    st.sampled_from(["calendar", "contract"]),
    st.sampled_from(["lapses", "carried"]),
)
def test_what_nights_decide_under_caps_is_never_beyond_what_was_committed(counts: list[int], most: int, by: str, year: str, excess: str) -> None:
    days = {f"hjemmedage/{period}": {"a": count, "b": count // 2} for period, count in zip(("2024H2", "2025H1"), counts, strict=True)}
    split = {"clause": "§7", "shares": {"kommune": Decimal("0.70"), "fond": Decimal("0.30")}}
    caps = {**a_year(str(most), by, year, excess), "in_all": cap(str(most + 300)), "per_payer": {"fond": cap(str(most // 3 + 1))}}
    with tempfile.TemporaryDirectory() as folder:
        found = town(Path(folder), plain(split=split), days=days, caps=caps)
        for night in (DECEMBER, JUNE):
            found.night(night)
        entries = read(found.home).entries
        assert fault(entries) == ""
        posted = sum((Decimal(entry.body["amount"]) for entry in entries if entry.kind == "decision"), Decimal(0))
        assert standings(entries)[0].decided == posted
        assert all(item.left is not None and item.left >= 0 for item in standings(entries))


def test_accounts_and_verify_say_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, run = town(tmp_path, caps={"in_all": cap("1500.00")}), CliRunner()
    found.home.settle_in()
    found.night(DECEMBER)
    monkeypatch.setenv("UDBYTTE_HOME", str(found.home.root))
    assert "hjem  kommune, fond (payer)  committed 1,500.00 DKK in all: decided 1,000.00, paid 0.00, left 500.00" in run.invoke(app, ["accounts"]).stdout
    (item,) = json.loads(run.invoke(app, ["accounts", "hjem", "--json"]).stdout)["commitments"]
    assert (item["committed"], item["decided"], item["paid"], item["left"], item["clause"]) == ("1500.00", "1000.00", "0.00", "500.00", "§9")
    assert run.invoke(app, ["verify"]).exit_code == 0
    Journal(found.home)._append("decision", JUNE, "hjem", "hjem/x/2025H1/all/final", "", {**beyond(found, "500.01")[-1].body, "fingerprint": TEXT})
    assert isinstance(run.invoke(app, ["verify"]).exception, LedgerError)
