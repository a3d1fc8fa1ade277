"""Nights of the Danish sample: every verdict on the board, the planted effect found again, and each defect holding exactly what rests on it."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from disclosing.attacker import Outsider, secrets
from nights_here import warm_checker
from support import AS_OF, SHIPPED, delivered, here, ledger_lines, night, only, states

from pipelines.bench_checks import _by_hand, _ours
from pipelines.night import Night
from pipelines.quality.checker import Checker
from pipelines.settings import Home
from pipelines.steps import run_steps
from pipelines.synthetic.home import make

Claim = tuple[str, str, str]
TRYGT_HJEM, UNGEBRO = only("trygt_hjem"), only("ungebro")


def sample(folder: Path, *arguments: str, contracts: Path = SHIPPED) -> Path:
    home = folder / "home"
    done = here(home, "sample", *arguments, contracts=contracts)
    assert done.returncode == 0, done.stderr
    return home


def claims(board: dict[str, Any], contract: str) -> dict[Claim, dict[str, Any]]:
    """The board's rows of a contract by trigger, claim period and settlement."""
    return {(row["trigger"], row["claim_period"], row["kind"]): row for row in board["rows"] if row["contract"] == contract}


def results(home: Path, contract: str, day: str = AS_OF) -> dict[str, Any]:
    """The results of the contract's newest hand-over of a day."""
    path = max((home / "handover" / day).glob(f"{contract}-*.json"), key=lambda item: item.stat().st_mtime_ns)
    found: dict[str, Any] = json.loads(path.read_bytes())["results"]
    return found


def truth(home: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / "truth.json").read_bytes())
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The sample as `make run` makes it, after its night."""
    home = sample(tmp_path_factory.mktemp("danish"))
    return home, night(home, contracts=SHIPPED)


@pytest.fixture(scope="module")
def children(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The clean sample of the children's contract alone, after its night: what defects are held against."""
    home = sample(tmp_path_factory.mktemp("children"), contracts=TRYGT_HJEM)
    return home, night(home, contracts=TRYGT_HJEM)


@pytest.fixture(scope="module")
def checker() -> Iterator[Checker]:
    made = Checker().start()
    yield made
    made.stop()


def decided_in(home: Path) -> dict[str, bytes]:
    """Everything that is said of the decisions of a home: its ledger and its hand-overs, to the byte."""
    return {str(path.relative_to(home)): path.read_bytes() for path in [home / "ledger.jsonl", *(home / "handover").rglob("*.json")]}


def in_steps(folder: Path, checker: Checker, defect: str | None = None) -> Path:
    """A sample home whose night was run step by step in this process, without Dagster."""
    home = Home(folder / "in_steps")
    make(home, defect)
    run_steps(Night(home, dt.date.fromisoformat(AS_OF), checker))
    return home.root


def test_a_night_run_step_by_step_decides_and_enters_to_the_byte_what_dagsters_does(whole: tuple[Path, dict[str, Any]], checker: Checker, tmp_path: Path) -> None:
    assert decided_in(in_steps(tmp_path, checker)) == decided_in(whole[0])


def test_the_board_shows_every_verdict_and_the_hold_is_a_deliverys_coverage(whole: tuple[Path, dict[str, Any]]) -> None:
    _, board = whole
    assert (board["exit_code"], board["problems"], board["findings"]) == (0, [], [])
    assert {row["state"] for row in board["rows"]} == {"due", "not_met", "not_due", "held"}
    held = [row for row in board["rows"] if row["state"] == "held"]
    assert [(row["contract"], row["claim_period"], row["kind"]) for row in held] == [("trygt_hjem", "2025H1", "final")]
    assert held[0]["reason"] == "buaf covers through 2025-06-28 by its data; the last window with its reporting lag needs 2025-09-28"


def test_children_are_paid_for_exactly_the_days_that_were_planted(whole: tuple[Path, dict[str, Any]]) -> None:
    home, board = whole
    planted, found = truth(home)["trygt_hjem"]["days_out_of_care"], results(home, "trygt_hjem")
    for outcome, source in (("hjemmedage_foreloebig", "case_placements"), ("hjemmedage", "buaf")):
        days = sum(planted[source][group]["2024H2"] for group in ("edge", "in_care"))
        assert Decimal(found[f"{outcome}/2024H2"]["roles"]["treatment"]["value"]) == days
    rows = claims(board, "trygt_hjem")
    assert {key[1:]: row["state"] for key, row in rows.items()} == {
        ("2024H2", "on_account"): "due",
        ("2024H2", "final"): "due",
        ("2025H1", "on_account"): "due",
        ("2025H1", "final"): "held",
        ("2025H2", "on_account"): "due",
        ("2025H2", "final"): "not_due",
        ("2026H1", "on_account"): "not_due",
        ("2026H1", "final"): "not_due",
    }


def test_on_account_and_final_together_are_what_the_register_says(whole: tuple[Path, dict[str, Any]]) -> None:
    home, board = whole
    rows = claims(board, "trygt_hjem")
    paid = Decimal(rows["hjemmedage", "2024H2", "on_account"]["amount"]) + Decimal(rows["hjemmedage", "2024H2", "final"]["amount"])
    entry = next(json.loads(line) for line in ledger_lines(home) if json.loads(line)["posting_key"] == "trygt_hjem/hjemmedage/2024H2/all/final")
    lines = json.loads((home / "archive" / "lines" / f"{entry['body']['lines_sha256']}.json").read_bytes())["rows"]
    assert sum(Fraction(amount) for _, amount in lines) == Fraction(paid)


def test_nobody_is_ever_above_the_cap_over_the_contracts_life(whole: tuple[Path, dict[str, Any]]) -> None:
    home, _ = whole
    newest: dict[str, str] = {}
    for entry in (json.loads(line) for line in ledger_lines(home)):
        if entry["posting_key"].startswith("trygt_hjem/"):
            period, kind = entry["posting_key"].split("/")[2], entry["posting_key"].split("/")[4]
            if kind == "final" or period not in newest:
                newest[period] = entry["body"]["lines_sha256"]
    given: dict[str, Fraction] = {}
    for sha256 in newest.values():
        for key, amount in json.loads((home / "archive" / "lines" / f"{sha256}.json").read_bytes())["rows"]:
            given[key] = given.get(key, Fraction(0)) + Fraction(amount)
    assert len(newest) == 3
    assert max(given.values()) == 400_000, "the cap binds for somebody, to the cent"


def test_young_people_are_paid_for_as_many_as_were_planted_to_reach_26_weeks(whole: tuple[Path, dict[str, Any]]) -> None:
    home, board = whole
    planted, rows, found = truth(home)["ungebro"]["by_claim_quarter"], claims(board, "ungebro"), results(home, "ungebro")
    for quarter in ("2025Q1", "2025Q2", "2025Q3", "2025Q4"):
        row, people, treated = rows["selvforsoergelse", quarter, "final"], planted[quarter], found[f"uger/{quarter}"]["roles"]["treatment"]
        assert (treated["n"], Decimal(treated["value"])) == (people["people"], people["weeks"])
        assert row["reason"] == f"{people['reached_26_weeks']} of {treated['n_counted']} persons reach 26 weeks"
        price = 24_000 if quarter < "2025Q3" else 24_840
        expected = people["reached_26_weeks"] * price
        assert Decimal(row["amount"]) == expected if quarter != "2025Q3" else 24_000 * people["reached_26_weeks"] <= Decimal(row["amount"]) <= expected


def test_the_planted_effect_is_recovered_within_its_interval(whole: tuple[Path, dict[str, Any]]) -> None:
    home, _ = whole
    planted, found = truth(home)["ungebro"]["by_claim_quarter"], results(home, "ungebro")
    for quarter in ("2025Q1", "2025Q2", "2025Q3", "2025Q4"):
        interval = found[f"uger/{quarter}"]["estimate"]["quantities"]["difference"]["intervals"]["welch"]
        assert Decimal(interval["low"]) <= Decimal(planted[quarter]["effect_weeks"]) <= Decimal(interval["high"])


def test_nearly_everyone_treated_has_two_unreferred_people_beside_them(whole: tuple[Path, dict[str, Any]]) -> None:
    home, _ = whole
    rows = json.loads((home / "archive" / "cohorts" / "ungebro.unge.json").read_bytes())["rows"]
    treated = [row for row in rows if row[1] == "treatment" and row[3] == "eligible"]
    beside = [row for row in rows if row[1] == "comparison"]
    with duckdb.connect() as connection:
        referred = {row[0] for row in connection.read_parquet(str(next((home / "archive" / "referrals").glob("*/data.parquet")))).project("pnr").fetchall()}
    assert len(treated) == truth(home)["ungebro"]["enrolled"]
    assert 1.9 * len(treated) <= len(beside) <= 2 * len(treated)
    assert len({row[0] for row in beside}) == len(beside), "nobody stands beside two"
    assert not {row[0] for row in beside} & referred, "nobody who was ever referred is compared with"


def test_a_sample_without_an_effect_pays_nothing_on_effect(tmp_path: Path) -> None:
    home = sample(tmp_path, "--no-effect", contracts=UNGEBRO)
    board = night(home, contracts=UNGEBRO)
    effects = {row["claim_period"]: row["state"] for (trigger, _, _), row in claims(board, "ungebro").items() if trigger == "effekt"}
    assert effects == {"2025Q1": "not_met", "2025Q2": "not_met", "2025Q3": "not_met", "2025Q4": "not_met", "2026H1": "not_due"}


def test_the_waterfall_stands_on_what_was_posted_and_adds_up(whole: tuple[Path, dict[str, Any]]) -> None:
    home, board = whole
    posted = sum(Decimal(json.loads(line)["body"]["amount"]) for line in ledger_lines(home) if '"ungebro/' in line and json.loads(line)["kind"] == "decision")
    rows = board["waterfalls"]["ungebro"]["rows"]
    assert [row["date"] for row in rows] == ["2025-02-01", "2026-06-30"]
    assert [Decimal(row["inflow"]) for row in rows] == [0, posted]
    with duckdb.connect(str(home / "published" / "party.duckdb"), read_only=True) as connection:
        query = "select sum(amount) filter (where step in ('in', 'guarantee')), sum(amount) filter (where step not in ('in', 'guarantee')) from waterfall group by distributed_on"
        for paid_in, paid_out in connection.execute(query).fetchall():
            assert paid_in == paid_out > 0


def test_the_gate_counts_what_the_same_rules_count_by_hand(whole: tuple[Path, dict[str, Any]]) -> None:
    home = Home(whole[0])
    by_hand = _by_hand(home)
    assert len(by_hand) > 400
    assert _ours(home, warm_checker()) == by_hand


def test_a_person_is_explained_with_a_reason_and_who_looked_is_written_down(children: tuple[Path, dict[str, Any]]) -> None:
    home, _ = children
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        query = "select person_key, value from outcomes.indicator_values join identity.persons using (person_id) where subject = ? and value > 0 order by person_key limit 1"
        key, days = warehouse.execute(query, ["outcome:trygt_hjem/hjemmedage/2024H2"]).fetchall()[0]
    unasked = here(home, "explain", "--person", key, contracts=TRYGT_HJEM)
    assert (unasked.returncode, unasked.stdout) == (6, "")
    assert not (home / "looks.jsonl").exists()
    said = here(home, "explain", "--person", key, "--reason", "klage 17", "--json", contracts=TRYGT_HJEM)
    found = json.loads(said.stdout)
    row = next(item for item in found["outcomes"] if item["subject"] == "outcome:trygt_hjem/hjemmedage/2024H2")
    assert (row["status"], Decimal(row["value"])) == ("counted", days)
    assert (row["window_start"] >= "2024-07-01", row["window_end"]) == (True, "2025-01-01")
    assert {item["claim"] for item in found["posted"]} >= {"trygt_hjem/hjemmedage/2024H2/all/final"}
    log = (home / "looks.jsonl").read_text(encoding="utf-8")
    assert json.loads(log)["reason"] == "klage 17"
    assert key not in log
    assert (home / "looks.jsonl").stat().st_mode & 0o777 == 0o600
    assert here(home, "explain", "--person", "nobody", "--reason", "klage 17", contracts=TRYGT_HJEM).returncode == 6


def test_a_look_that_cannot_be_written_down_shows_nothing(children: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    home = Path(shutil.copytree(children[0], tmp_path / "home", symlinks=True))
    (home / "looks.jsonl").unlink(missing_ok=True)
    (home / "looks.jsonl").mkdir()
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as warehouse:
        (key,) = warehouse.execute("select min(person_key) from identity.persons").fetchall()[0]
    said = here(home, "explain", "--person", key, "--reason", "klage 17", contracts=TRYGT_HJEM)
    assert said.returncode != 0
    assert said.stdout == ""


def test_explain_says_a_price_for_each_person_and_a_row_of_the_waterfall(whole: tuple[Path, dict[str, Any]]) -> None:
    home, _ = whole
    said = here(home, "explain", "ungebro", "selvforsoergelse", "--claim-period", "2025Q1", contracts=SHIPPED).stdout
    reached = truth(home)["ungebro"]["by_claim_quarter"]["2025Q1"]["reached_26_weeks"]
    assert f"{reached} persons x 24,000.00 (price from 2025-01-01) = {reached * 24_000:,}.00   (Bilag 3 §1)" in said
    assert "2025Q2" not in said
    row = here(home, "explain", "ungebro", "waterfall", "--row", "2026-06-30", contracts=SHIPPED).stdout
    assert "floor interest to senior: 6,000,000.00 x 3.00 % x 514/365 days from 2025-02-01 to 2026-06-30 = 253,479.45   (Bilag 4)" in row
    assert "Distributed on 2025-02-01" not in row
    assert "did you mean '2026-06-30'?" in here(home, "explain", "ungebro", "waterfall", "--row", "2026-06-3", contracts=SHIPPED).stderr


def test_a_second_night_changes_nothing_and_matches_nobody_anew(whole: tuple[Path, dict[str, Any]]) -> None:
    home, board = whole
    before, frozen = ledger_lines(home), (home / "archive" / "cohorts" / "ungebro.unge.json").read_bytes()
    again = night(home, contracts=SHIPPED)
    assert ledger_lines(home) == before
    assert again["rows"] == board["rows"]
    later = night(home, "--as-of", "2026-07-01", contracts=SHIPPED)
    assert (ledger_lines(home), states(later)) == (before, states(board))
    assert (home / "archive" / "cohorts" / "ungebro.unge.json").read_bytes() == frozen


def test_no_pseudonym_of_the_sample_is_in_anything_that_people_read(whole: tuple[Path, dict[str, Any]]) -> None:
    home, board = whole
    with duckdb.connect() as connection:
        keys = {
            row[0] for row in connection.execute(f"select distinct pnr from read_csv('{next((home / 'archive' / 'referrals').glob('*/original'))}', all_varchar = true)").fetchall()
        }
    read = [home / "board.json", home / "ledger.jsonl", *(home / "reports").rglob("*.*"), *(home / "validation").rglob("*.*"), *(home / "handover").rglob("*.json")]
    read += [*(home / "published").glob("*.duckdb"), *(home / "published" / "open").iterdir(), *(home / "published" / "party").iterdir()]
    for path in read:
        content = path.read_bytes()
        assert b"dk-" not in content, path
        assert not any(key.encode() in content for key in keys), path
    assert "dk-" not in str(board)


def test_two_parties_release_a_held_claim_for_its_fingerprint_and_every_reader_is_told(children: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    home = shutil.copytree(children[0], tmp_path / "home")
    claim = "trygt_hjem/hjemmedage/2025H1/all/final"
    people = ("--by", "Anna Holm=kommune", "--by", "Bo Lind=familiehuset")
    alone = here(home, "override", claim, "--because", "Talt i hånden", *people[:2], contracts=TRYGT_HJEM)
    assert (alone.returncode != 0, "two named people of two different parties" in alone.stderr) == (True, True)
    done = here(home, "override", claim, "--because", "Talt i hånden", *people, contracts=TRYGT_HJEM)
    assert done.returncode == 0, done.stderr
    row = claims(night(home, contracts=TRYGT_HJEM), "trygt_hjem")["hjemmedage", "2025H1", "final"]
    assert row["state"] == "held", "nobody's window is covered by both sources, so that they agree is not proved, and that was not released"
    assert here(home, "override", claim, "--because", "Talt i hånden", *people, contracts=TRYGT_HJEM).returncode == 0
    board = night(home, contracts=TRYGT_HJEM)
    row = claims(board, "trygt_hjem")["hjemmedage", "2025H1", "final"]
    assert (row["state"], row["is_overridden"]) == ("due", True)
    assert row["reason"].startswith("released by entry ")
    entries = [json.loads(line) for line in ledger_lines(home)]
    posted = next(entry for entry in entries if entry["posting_key"] == claim)
    assert entries[posted["body"]["overridden_by"] - 1]["kind"] == "override"
    (page,) = [text for text in (path.read_text(encoding="utf-8") for path in (home / "reports" / "payments").glob("trygt_hjem-*.html")) if "Anna Holm (kommune)" in text]
    assert "overridden" in page
    assert "overridden" in (home / "reports" / "index.html").read_text(encoding="utf-8")
    again = night(home, contracts=TRYGT_HJEM)
    assert again["posted"] == []


def test_a_whole_delivery_of_buaf_releases_the_final_settlement(children: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    from pipelines.synthetic.danish import whole_buaf

    home, _ = children
    extract = whole_buaf()
    extract.write(tmp_path / extract.file_name)
    here(home, "deliver", str(tmp_path / extract.file_name), "--register", "buaf", "--covers-through", str(extract.covers_through), contracts=TRYGT_HJEM)
    board = night(home, "--as-of", "2026-07-01", contracts=TRYGT_HJEM)
    rows = claims(board, "trygt_hjem")
    settled, account = rows["hjemmedage", "2025H1", "final"], Decimal(rows["hjemmedage", "2025H1", "on_account"]["amount"])
    assert settled["state"] == "due"
    days = sum(truth(home)["trygt_hjem"]["days_out_of_care"]["buaf"][group]["2025H1"] for group in ("edge", "in_care"))
    assert Decimal(results(home, "trygt_hjem", "2026-07-01")["hjemmedage/2025H1"]["roles"]["treatment"]["value"]) == days
    assert f"of which {account:,.2f} on account" in settled["reason"]
    assert rows["hjemmedage", "2024H2", "final"]["tonight"] == "", "the whole register says the same of the half-year that was settled"


def foreloebig(home: Path, period: str) -> dict[str, Any]:
    found: dict[str, Any] = results(home, "trygt_hjem")[f"hjemmedage_foreloebig/{period}"]["roles"]["treatment"]
    return found


@pytest.mark.parametrize(
    ("defect", "lost_2024h2", "lost_2025h1"),
    [
        pytest.param("person_dies", 78, 181, id="the day of death, 15 October 2024, and the days after it do not count"),
        pytest.param("person_emigrates", 92, 181, id="residence is proven through 30 September 2024 and no longer"),
        pytest.param("person_moves", 0, 0, id="who moves within the country counts on"),
        pytest.param("person_referred_twice", 0, 0, id="the first enrolment counts and the second changes nothing"),
    ],
)
def test_what_happens_to_one_child_costs_exactly_its_days(children: tuple[Path, dict[str, Any]], tmp_path: Path, defect: str, lost_2024h2: int, lost_2025h1: int) -> None:
    clean, _ = children
    home = sample(tmp_path, "--defect", defect, contracts=TRYGT_HJEM)
    board = night(home, contracts=TRYGT_HJEM)
    assert board["problems"] == []
    for period, lost in (("2024H2", lost_2024h2), ("2025H1", lost_2025h1)):
        was, now = foreloebig(clean, period), foreloebig(home, period)
        assert Decimal(was["value"]) - Decimal(now["value"]) == lost
        assert now["n"] == was["n"]
    assert claims(board, "trygt_hjem")["hjemmedage", "2024H2", "on_account"]["state"] == "due"


def test_an_unlinked_child_is_not_observed_and_not_paid(children: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    clean, _ = children
    home = sample(tmp_path, "--defect", "person_unlinked", contracts=TRYGT_HJEM)
    board = night(home, contracts=TRYGT_HJEM)
    now = foreloebig(home, "2024H2")
    assert ["not_observed", "unlinked", 1] in now["reasons"]
    assert (now["n"], now["n_counted"]) == (foreloebig(clean, "2024H2")["n"], foreloebig(clean, "2024H2")["n_counted"] - 1)
    assert claims(board, "trygt_hjem")["hjemmedage", "2024H2", "on_account"]["state"] == "due", "one of two hundred is within what the gate allows"
    assert truth(home)["defect"]["whom"] not in json.dumps(board)


def held_reasons(board: dict[str, Any], contract: str) -> set[str]:
    return {row["reason"] for row in claims(board, contract).values() if row["state"] == "held"}


def test_a_referral_list_with_a_cpr_number_is_kept_apart_and_holds_what_it_enrols(tmp_path: Path) -> None:
    home = sample(tmp_path, "--defect", "cpr_in_referrals", contracts=TRYGT_HJEM)
    board = night(home, contracts=TRYGT_HJEM)
    assert {row["state"] for row in claims(board, "trygt_hjem").values()} == {"held", "not_due"}
    (receipt,) = [item for item in board["receipts"] if item["state"] == "quarantined"]
    assert receipt["register"] == "referrals"
    assert "1 cell of the column 'pnr' looks like a CPR number; pseudonymise the file before it is delivered, and purge this one" in receipt["sentence"]
    assert all("referrals: 1 refused, none accepted" in reason for reason in held_reasons(board, "trygt_hjem"))
    for path in [home / "board.json", home / "ledger.jsonl", *(home / "reports").rglob("*.html"), *(home / "validation").rglob("*.*")]:
        assert "311299" not in path.read_text(encoding="utf-8")


def test_a_dream_delivery_without_ten_weeks_is_kept_apart_and_names_them(tmp_path: Path) -> None:
    home = sample(tmp_path, "--defect", "dream_lacks_ten_weeks", contracts=UNGEBRO)
    board = night(home, contracts=UNGEBRO)
    assert {row["state"] for row in claims(board, "ungebro").values()} == {"held", "not_due"}
    (receipt,) = [item for item in board["receipts"] if item["state"] == "quarantined"]
    assert "2024-W21 to 2024-W30" in receipt["sentence"]
    assert all("dream: 1 refused, none accepted" in reason for reason in held_reasons(board, "ungebro"))


def test_a_placement_that_ends_before_it_starts_holds_the_final_settlement_only(
    children: tuple[Path, dict[str, Any]], checker: Checker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, clean = children
    home = sample(tmp_path, "--defect", "buaf_ends_before_start", contracts=TRYGT_HJEM)
    board = night(home, contracts=TRYGT_HJEM)
    rows, were = claims(board, "trygt_hjem"), claims(clean, "trygt_hjem")
    assert rows["hjemmedage", "2024H2", "final"]["state"] == "held"
    assert "buaf fails 'placement runs forward': fewer than 5 of 167" in rows["hjemmedage", "2024H2", "final"]["reason"]
    for period in ("2024H2", "2025H1"):
        assert rows["hjemmedage", period, "on_account"]["amount"] == were["hjemmedage", period, "on_account"]["amount"]
    monkeypatch.setenv("UDBYTTE_CONTRACTS", str(TRYGT_HJEM))
    assert decided_in(in_steps(tmp_path, checker, "buaf_ends_before_start")) == decided_in(home), "what blocks in Dagster blocks step by step"


Change = Callable[[pl.DataFrame], pl.DataFrame]


def restated(home: Path, register: str, change: Change) -> None:
    """Deliver a register anew with something changed."""
    original = next((home / "archive" / register).glob("*/original"))
    frame = change(pl.read_parquet(original, memory_map=False))
    path = home.parent / f"{register}_restated.parquet"
    frame.write_parquet(path)
    here(home, "deliver", str(path), "--register", register, contracts=UNGEBRO)


def test_restated_births_change_nobodys_comparison(tmp_path: Path) -> None:
    home = sample(tmp_path, contracts=UNGEBRO)
    assert delivered(home, "bef").exists()
    night(home, contracts=UNGEBRO)
    frozen = (home / "archive" / "cohorts" / "ungebro.unge.json").read_bytes()
    restated(home, "bef", lambda rows: rows.with_columns(pl.col("FOED_DAG").dt.offset_by("-400d")))
    board = night(home, "--as-of", "2026-07-01", contracts=UNGEBRO)
    assert (home / "archive" / "cohorts" / "ungebro.unge.json").read_bytes() == frozen
    assert all(row["tonight"] == "" for row in claims(board, "ungebro").values())


PAID_FOR = {"tarp/intake": ("enrolment", 500.0), "tarp/reduction": ("rearrest_52_weeks", None), "tarp/certain_reduction": ("rearrest_52_weeks", None)}
PAID_FOR |= {
    "tarp/lasting_reduction": ("rearrest_104_weeks", None),
    "trygt_hjem/hjemmedage": ("hjemmedage", None),
    "trygt_hjem/hjemmedage/on_account": ("hjemmedage_foreloebig", None),
}
PAID_FOR |= {"ungebro/selvforsoergelse": ("uger", None), "ungebro/effekt": ("uger", None)}
OF_PEOPLE = frozenset({"enrolment", "rearrest_52_weeks", "rearrest_104_weeks"})


def test_an_outsider_with_a_linear_program_learns_no_small_count_of_what_the_night_published(whole: tuple[Path, dict[str, Any]]) -> None:
    """The parties' exact tables, attacked in the same way, tell them all."""
    home, _ = whole
    names = ("indicator_results", "payment_decisions", "gate_checks", "gaming_figures")
    told, exact = ({name: pl.read_parquet(home / "published" / tier / f"{name}.parquet") for name in names} for tier in ("open", "party"))
    hidden = secrets(exact, told, 5, OF_PEOPLE) | {"trygt_hjem/edge/referrals_withdrawn": 3, "trygt_hjem/in_care/referrals_withdrawn": 2, "ungebro/unge/earlier": 3}
    outside, inside = (Outsider(OF_PEOPLE, PAID_FOR, dict.fromkeys(OF_PEOPLE, "")).read(tables) for tables in (told, exact))
    assert len(hidden) > 15
    assert [name for name in hidden if outside.pinned(name, 5)] == []
    assert [name for name in hidden if not inside.pinned(name, 5)] == []
    assert told["indicator_results"].filter(counts_state="shown").height >= 8
