"""How a site is kept: what changed is written and nothing else, what is gone is removed, and the same inputs give the same bytes."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from reports.hand_made import AS_OF, board, sealed
from reports.outline import outline
from reports.site_given import entry, material, people, register, rooms
from reports.test_page import contrast

from pipelines.contracts.agreed import CapAYear, CapInAll, Caps
from pipelines.ledger.journal import KINDS
from pipelines.ledger.transitions import TABLE
from pipelines.payments.contract_wide import Given
from pipelines.payments.contract_wide import rooms as rooms_of
from pipelines.payments.vocabulary import catalogue
from pipelines.reports import site
from pipelines.reports.phrases import Language, interface
from pipelines.reports.web import agreed, kept, plots
from pipelines.reports.web import board as boards
from pipelines.reports.web.contract import contract_data
from pipelines.reports.web.flow import flows_of
from pipelines.reports.web.kept import Page
from pipelines.reports.web.material import Material
from pipelines.reports.web.places import file_name, payment_page
from pipelines.reports.web.register import heat_drawn

DANISH, ENGLISH = Language("da"), Language("en")


def write(folder: Path, given: Material | None = None) -> kept.Written:
    return kept.write(folder, site.pages(given or material()), {"contracts/ungebro.annex.da.html": b"<!doctype html>"})


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("reports")
    assert write(made).written == len(site.pages(material())) + 1
    return made


def test_a_second_night_that_says_the_same_writes_nothing_and_one_from_nothing_writes_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    before = contents(folder)
    assert write(folder).written == 0
    write(tmp_path)
    assert contents(tmp_path) == before == contents(folder)


def test_what_moves_one_claim_writes_its_page_its_contracts_and_the_lists_alone(folder: Path) -> None:
    rows = [dict(row) for row in board()["rows"]]
    moved = next(row for row in rows if (row["contract"], row["claim_period"]) == ("bare", "2026"))
    moved.update(state="due", amount="100.00", reason="216 persons at 500.00 each", waits=[])
    before = contents(folder)
    assert write(folder, material(board={**board(), "rows": rows})).written == 5
    changed = {name for name, content in contents(folder).items() if before[name] != content}
    assert changed == {"index.html", "payments/index.html", "payments/bare-intake-2026.html", "contracts/bare.html", "contracts/index.html", kept.STATE}
    write(folder)
    assert contents(folder) == before


def test_another_night_of_which_nothing_is_new_writes_the_board_alone(folder: Path) -> None:
    before = contents(folder)
    later = {**board(), "as_of": "2026-07-01", "validation": "2026-07-01-aaaaaaaaaaaa", "rows": [row for row in board()["rows"] if row["state"] != "held"]}
    usual = material(board={**board(), "rows": later["rows"]}, sealed=unheld())
    write(folder, usual)
    assert write(folder, replace(usual, board=later)).written == 1
    write(folder)
    assert contents(folder) == before


def unheld() -> dict[str, Any]:
    return {name: {**said, "decisions": [item for item in said["decisions"] if item["state"] != "held"]} for name, said in sealed().items()}


def test_a_page_that_somebody_altered_or_lost_is_written_again(folder: Path) -> None:
    before = contents(folder)
    (folder / "contracts" / "ungebro.html").write_text("something else")
    (folder / "registers" / "buaf.html").unlink()
    (folder / "contracts" / "ungebro.annex.da.html").unlink()
    assert write(folder).written == 3
    assert contents(folder) == before


def test_a_contract_that_is_gone_takes_its_pages_with_it_and_nothing_else(folder: Path) -> None:
    before = contents(folder)
    (folder / "deliveries.html").write_text("beside the site")
    said = write(folder, material(terms=tuple(terms for terms in material().terms if terms["contract"] != "bare")))
    assert set(said.removed) == {"contracts/bare.html", "payments/bare-intake-2026.html"}
    assert (folder / "deliveries.html").exists()
    (folder / "deliveries.html").unlink()
    write(folder)
    assert contents(folder) == before


@pytest.mark.parametrize(
    "said", ["", "{", "[]", '{"format": "another", "pages": {"../../outside": ["", ""]}}', '{"format": "udbytte.pages/1", "pages": {"../outside": ["", ""], "/x": ["", ""]}}']
)
def test_a_list_of_pages_that_cannot_be_read_or_names_files_outside_removes_nothing(said: str, tmp_path: Path) -> None:
    folder, outside = tmp_path / "reports", tmp_path / "outside"
    folder.mkdir()
    outside.write_text("kept")
    (folder / kept.STATE).write_text(said)
    page = Page("index.html", "page_title", "quarantine.html", {}, lambda: {"quarantined": []}, as_of="2026-06-30")
    assert kept.write(folder, [page]).written == 1
    assert outside.read_text() == "kept"


def test_file_names_are_names_where_they_may_be_and_never_meet_where_not() -> None:
    assert file_name("trygt_hjem") == "trygt_hjem"
    odd = ["../../etc/passwd", "a/b", "a_b", "a b", "æble", "😀", "", ".hidden", "index", "x" * 300]
    made = [file_name(name) for name in odd]
    assert len(set(made)) == len(odd)
    assert not any("/" in name or name.startswith(".") or len(name) > 130 for name in made)
    assert payment_page({"contract": "c", "trigger": "t", "claim_period": "2024-25", "kind": "on_account"}) == "payments/c-t-2024-25-on_account.html"


def test_people_flow_from_the_list_to_those_who_count_and_nobody_vanishes() -> None:
    (flow,) = flows_of({"outcomes": []}, people("unge"), [])
    assert [(step["step"], step["people"]) for step in flow["steps"]] == [("referred", 424), ("enrolled", 384), ("in_cohort", 324), ("drawn_to_compare", 642)]
    assert [step["left"] for step in flow["steps"]] == [[], [("never_enrolled", 40)], [("enrolled_outside_period", 60)], []]


def test_two_arms_are_told_apart_and_of_an_outcome_the_newest_counted_period_is_shown() -> None:
    arms = [{"cohort": "c", "role": role, "status": "eligible", "reason": "enrolled", "people": 216} for role in ("comparison", "treatment")]
    reasons = [["counted", "arrest", 48], ["counted", "no_arrest", 160], ["not_observed", "unlinked", 8]]
    counts = {"n": 216, "n_counted": 208, "value": "48", "reasons": reasons}
    results = [{"outcome": "o", "period": period, "result": {"roles": {"treatment": said}}} for period, said in (("1", counts), ("2", {**counts, "n_counted": 0}))]
    cohort, followed = flows_of({"outcomes": [{"id": "o"}]}, arms, results)
    assert cohort["steps"][-1]["roles"] == {"comparison": 216, "treatment": 216}
    assert (followed["period"], [step["people"] for step in followed["steps"]]) == ("1", [216, 208])
    assert followed["steps"][-1]["left"] == [("unlinked", 8)]
    assert followed["steps"][-1]["kept"] == [("no_arrest", 160), ("arrest", 48)]


def given(trigger: str, period: str, amount: str, **more: Any) -> Given:
    return Given(trigger, period, "final", AS_OF, Decimal(amount), **more)


def test_caps_are_used_in_all_by_year_of_service_and_by_payer() -> None:
    contract = catalogue().contracts["ungebro"]
    caps = Caps(
        in_all=CapInAll(clause="§1", amount=Decimal(5_000_000)),
        per_year=CapAYear(clause="§2", amount=Decimal(1_000_000), year="calendar", by="service_day", excess="lapses"),
        per_payer={"kommune": CapInAll(clause="§3", amount=Decimal(2_000_000))},
    )
    paid = [given("selvforsoergelse", "2025Q1", "600000.00"), given("selvforsoergelse", "2025Q2", "900000.00"), given("effekt", "2026H1", "-100.00")]
    found = rooms_of(contract.model_copy(update={"caps": caps}), paid)
    assert [(room.cap, room.of, room.clause, room.used) for room in found] == [
        ("in_all", "", "§1", Decimal("1499900.00")),
        ("per_year", "2025", "§2", Decimal("1500000.00")),
        ("per_year", "2026", "§2", Decimal("-100.00")),
        ("per_payer", "kommune", "§3", Decimal("1499900.00")),
    ]
    assert rooms_of(contract, paid) == []


def test_a_board_of_many_claims_shows_each_payments_current_claim_and_how_the_others_stand() -> None:
    rows = [dict(row) for row in board()["rows"]]
    many = [{**row, "claim_period": f"{row['claim_period']}-{turn}"} for turn in range(3) for row in rows if row["contract"] == "ungebro"]
    shown = boards.board_data(material(board={**board(), "rows": [*many, *rows]}))
    lines = {(line["row"]["trigger"], line["row"]["kind"]): line for group in shown["groups"] if group["contract"] == "ungebro" for line in group["lines"]}
    assert set(lines) == {("half_a_year", "final"), ("effect", "final")}
    current = lines["half_a_year", "final"]
    assert (current["row"]["claim_period"], current["row"]["state"], len(current["states"]), current["held"]) == ("2026Q1", "held", 24, 8)
    assert current["due"] == 4 * Decimal("4080000.00")
    assert shown["totals"]["states"]["held"] == sum(row["state"] == "held" for row in [*many, *rows])


def test_who_waits_longest_over_a_day_agreed_comes_first() -> None:
    shown = boards.board_data(material())
    assert [item["is_overdue"] for item in shown["waits"]] == sorted((item["is_overdue"] for item in shown["waits"]), reverse=True)
    assert len(shown["waits"]) == sum(max(len(row["waits"]), 1) for row in board()["rows"] if row["state"] == "held")
    broken = next(item for item in shown["waits"] if item["row"]["contract"] == "broken")
    assert (broken["row"]["page"], broken["row"]["contract_page"], broken["rule"]) == ("", "", "")


def test_old_claims_are_folded_and_the_current_one_stands_open() -> None:
    terms = next(dict(item) for item in material().terms if item["contract"] == "ungebro")
    days = [(f"{year}Q{quarter}", f"{year}-{3 * quarter - 2:02d}-01") for year in range(2021, 2026) for quarter in range(1, 5)]
    claim_periods = [{"id": name, "from": day, "to": day, "decided_from": day} for name, day in days]
    usual = next(row for row in board()["rows"] if row["contract"] == "ungebro")
    rows = [{**usual, "claim_period": name, "state": "due" if name < "2024Q3" else "not_due", "amount": "10.00"} for name, _ in days]
    terms["payments"] = [{**terms["payments"][0], "claim_periods": claim_periods}]
    (payment,) = contract_data(material(board={**board(), "rows": rows}, sealed={}), terms)["payments"]
    assert payment["current"]["row"]["claim_period"] == "2024Q2"
    assert (payment["next"]["claim_period"], payment["next"]["from"]) == ("2024Q3", "2024-07-01")
    assert payment["newest"][0]["row"]["claim_period"] == "2025Q4"
    assert [item["row"]["claim_period"] for item in payment["older"]] == [name for name, _ in days[:9]][::-1]
    assert payment["total"] == Decimal("140.00")


def test_a_register_shows_thirty_nights_bad_rules_first_and_its_worst() -> None:
    pages = {page.at: page for page in site.pages(material())}
    shown = pages["registers/buaf.html"].drawn()["register"]
    assert (len(shown["days"]), shown["days"][-1], shown["always"]) == (30, "2026-06-30", 1)
    assert [(item["rule"], item["counts"]["failed"], item["last_bad"]) for item in shown["rules"]] == [("register_is_on_time", 1, "2026-06-20"), ("no_row_stands_twice", 0, "")]
    assert heat_drawn(shown["rules"], ENGLISH).count('fill="var(--held)"') == 2


def test_each_act_of_a_claim_has_its_place_in_the_chain_its_evidence_and_what_was_carried_outside_after_it() -> None:
    pages = {page.at: page for page in site.pages(material())}
    acts = pages["payments/ungebro-half_a_year-2025Q1.html"].drawn()["claim"]["acts"]
    assert [(act["seq"], act["kind"], act["has_evidence"], (act["anchor"] or {}).get("seq")) for act in acts] == [
        (1, "hold", False, 3),
        (2, "decision", True, 3),
        (4, "true_up", False, None),
        (7, "approval", False, None),
        (8, "long_stop", False, None),
    ]
    assert all((act["prev"], act["hash"]) == (f"{act['seq'] - 1:064x}", f"{act['seq']:064x}") for act in acts)
    said = outline(pages["payments/ungebro-half_a_year-2025Q1.html"].bytes(set(pages))).said("en")
    assert "settled again at 1,275,000.00, of which 1,317,500.00 was posted: 42,500.00 to be paid back" in said
    assert "1 passed" in said
    assert "1 warned" in said
    assert "Entry 7: approved" in said
    assert "Cai Ravn (kommune)" in said
    assert "Entry 8: referred on at the long stop" in said
    wax = outline(pages["payments/trygt_hjem-days-2025H2.html"].bytes(set(pages))).said("da")
    assert "sealed with wax" in wax, "an act of a kind without words is shown all the same"
    assert "Anna Holm (kommune), Bo Lind (udfoerer)" in wax


def test_every_kind_of_entry_about_a_claim_and_every_act_has_a_name_in_words() -> None:
    named = {key for key in interface() if key.startswith(("entry_kind.", "act."))}
    assert {f"entry_kind.{kind}" for kind in KINDS if kind not in ("execution", "referrals", "freeze", "anchor", "signatory")} <= named
    assert {f"act.{row.act}" for row in TABLE} - {"act.true_up"} <= named


def test_an_amount_that_waits_for_somebody_stands_on_the_board_and_on_its_claims_page() -> None:
    part = {"payer": "kommune", "state": "decided", "amount": "100.00", "waits_for": "kommune", "until": "2026-07-30", "is_overdue": False, "then": "silence_approves"}
    expert = {**part, "state": "disputed", "waits_for": "expert", "until": None, "is_overdue": True, "then": ""}
    rows = [
        {**row, "parts": [part, expert, {**part, "state": "paid", "waits_for": ""}] if row["claim_period"] == "2025Q2" and row["trigger"] == "half_a_year" else []}
        for row in board()["rows"]
    ]
    pages = {page.at: page for page in site.pages(material(board={**board(), "rows": rows}))}
    waits = [item for item in pages["index.html"].drawn()["shown"]["waits"] if item["part"]]
    assert [(item["cured_by"], item["cure_by"], item["is_overdue"]) for item in waits] == [("expert", None, True), ("kommune", "2026-07-30", False)]
    said = re.sub(r"\s+", " ", outline(pages["payments/ungebro-half_a_year-2025Q2.html"].bytes(set(pages))).said("en"))
    assert "kommune: 100.00\u00a0DKK decided, to be approved. Waits for kommune until 2026-07-30 . Silence approves it then." in said.replace(" DKK", "\u00a0DKK")
    assert "Waits for an expert." in said
    assert "Where each amount stands" in said


def test_the_words_of_an_agreement_are_those_of_its_annex() -> None:
    found = catalogue()
    said = agreed.agreed(found.contracts["trygt_hjem"], found)
    assert [part["title"] for part in said["blocks"]["da"]] == ["Hvem der tæller med", "Hvad der måles", "Hvad der betales"]
    assert set(said["annexes"]) == {"da", "en"}
    assert b"1.187,35" in said["annexes"]["da"]


def test_plots_say_their_numbers_in_a_table_too() -> None:
    page = outline({item.at: item for item in site.pages(material())}["contracts/ungebro.html"].bytes([]))
    for words in ("424", "40", "60", "324", "642", "never enrolled", "5,330,000.00", "3,670,000.00"):
        assert words in page.said("en")


def test_a_page_is_made_of_nothing_that_its_hash_does_not_cover() -> None:
    """What a page is drawn from is data that its digest is over; a change of any of it changes the digest."""
    given = material(rooms={"ungebro": rooms()}, registers=(register("a", "A"),), entries=(entry(1, "hold", "a/b/c/all/final", {}),))
    for page in site.pages(given):
        for name in page.inputs:
            assert kept.digest({**page.inputs, name: "something else"}) != kept.digest(page.inputs), (page.at, name)


def test_the_digest_is_of_what_is_written_whatever_type_wrote_it() -> None:
    assert kept.digest({"a": Decimal("1.50"), "b": AS_OF, "c": (1, 2)}) == kept.digest({"c": [1, 2], "b": "2026-06-30", "a": "1.50"})
    assert kept.digest({"a": Decimal("1.5")}) != kept.digest({"a": Decimal("1.50")})


def test_the_parts_of_a_plot_are_told_apart_and_stand_out_from_either_ground() -> None:
    assert len(set(plots.SERIES)) == len(plots.SERIES) >= 10
    assert min(contrast(colour, ground) for colour in plots.SERIES for ground in ("#ffffff", "#1d2327")) >= 3


def test_a_stack_is_as_high_as_its_parts_and_the_axis_reaches_past_the_highest() -> None:
    drawn = plots.stacks([plots.Stack("2025", (Decimal(100), Decimal(300))), plots.Stack("2026", (Decimal(0), Decimal(517)))], ["a", "b"], "where it went", "DKK")
    bars = [(float(height), colour) for height, colour in re.findall(r'width="[\d.]+" height="([\d.]+)" fill="(#\w+)"', drawn) if height != "12"]
    assert [colour for _, colour in bars] == [plots.SERIES[0], plots.SERIES[1], plots.SERIES[1]]
    assert bars[1][0] == pytest.approx(3 * bars[0][0], abs=0.2)
    assert max(float(y) for y in re.findall(r'<rect x="[\d.]+" y="([\d.]+)"', drawn)) < 300
    assert min(float(y) for y in re.findall(r'<rect x="[\d.]+" y="([\d.]+)"', drawn)) >= 24, "no column is higher than its axis"


@pytest.mark.parametrize("words", ["", "a", "<b>&", "a " * 300, "x" * 500])
def test_a_plot_takes_any_words_and_numbers(words: str) -> None:
    for drawn in (
        plots.bar([], words),
        plots.bar([("due", 0), ("held", 0)], words),
        plots.strip([], words),
        plots.strip(["due", "held", "not_met", "not_due", "new"], words),
        plots.flow([], words, []),
        plots.flow([plots.Step(words, 0, (words, words))], words, ["0"]),
        plots.stacks([], [], words, words),
        plots.coverage([(words, AS_OF, AS_OF)], [(words, AS_OF)], words),
        plots.heat([], words),
        plots.heat([(words, ["", "passed", "warned", "errored"])], words),
    ):
        outline(f'<p lang="en">{drawn}</p>'.encode())
        assert "<b>" not in drawn
        assert "nan" not in drawn
