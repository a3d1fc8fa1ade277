"""Payment statements: worked by hand from entries of the ledger, to the cent, for split payers, true-ups and a waterfall, in every face."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections import defaultdict
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger.ledger_acts import decision as decided_of
from ledger.ledger_acts import executed, home_at
from nights_here import command
from pydantic import ValidationError
from reports.hand_made import distributed
from support import ROOT, SHIPPED

from pipelines.contracts.outcome import Party
from pipelines.errors import HomeError
from pipelines.ledger.accounts import balances, transactions
from pipelines.ledger.journal import Entry
from pipelines.reports.statements import indigo, invoice, writing
from pipelines.reports.statements.document import document, texts
from pipelines.reports.statements.faces import COLUMNS, EXTENSIONS, lines_csv
from pipelines.reports.statements.faces import made as made_as
from pipelines.reports.statements.lines import Line, lines, statements
from pipelines.reports.statements.statement import ALL, Statement, Terms, every, statement
from pipelines.reports.tables import waterfall
from pipelines.settings import Home

FIRST, LAST = dt.date(2025, 1, 1), dt.date(2030, 1, 1)
NAMES = {"kommune": "Kommunen <b>& Søn</b>", "fond": "Fonden", "udfoerer": "=Udfører"}
NUMBERS = {"kommune": {"cvr": "11223344", "ean": "5790000001231"}}
Q1, Q2 = (dt.date(2025, 1, 1), dt.date(2025, 4, 1)), (dt.date(2025, 4, 1), dt.date(2025, 7, 1))
TERMS = Terms(
    "hjem",
    "Trygt hjem",
    "da",
    NAMES,
    {"q1": Q1, "q2": Q2},
    {"days": ("Bilag 2 §1", "days_out_of_care@1", "person")},
    {"days": "days"},
    "exempt",
    30,
    {"kommune": {"cvr": "11223344", "ean": "5790000001231"}},
)


class Ledger:
    """Entries as they stand in a ledger, written down by hand."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def _put(self, kind: str, as_of: dt.date, about: str, key: str, body: dict[str, Any]) -> None:
        seq = len(self.entries) + 1
        self.entries.append(Entry(seq, "", kind, as_of, "hjem", about, key, body, "", f"{seq:064d}"))

    def decision(self, period: str, amount: str, *, day: int = 0, settlement: str = "final", trigger: str = "days", **shares: str) -> None:
        key = f"hjem/{trigger}/{period}/all/{settlement}"
        self._put("decision", FIRST + dt.timedelta(days=day), key, key, self._body(amount, shares))

    def true_up(self, period: str, amount: str, *, day: int, number: int = 1, settle: str = "next_statement", **shares: str) -> None:
        key = f"hjem/days/{period}/all"
        extra = {"settle": settle, "cause": "data_error"}
        self._put("true_up", FIRST + dt.timedelta(days=day), f"{key}/final", f"{key}/true_up_{number}", {**self._body(amount, shares), **extra})

    def act(self, act: str, before: str, period: str, payer: str, amount: str, *, day: int) -> None:
        kind = {"approve": "approval", "dispute": "dispute", "concede": "dispute", "pay": "payment"}[act]
        self._put(kind, FIRST + dt.timedelta(days=day), f"hjem/days/{period}/all/final", "", {"act": {"act": act, "from": before, "payer": payer, "amount": amount}})

    def _body(self, amount: str, shares: dict[str, str]) -> dict[str, Any]:
        said = {"reason": f"{amount} for 10 days", "arithmetic": [f"10 days x 1.00 = {amount}   (Bilag 3 §1)"], "clause": "Bilag 3 §1"}
        state = "due" if Decimal(amount) else "not_met"
        return {
            "contract_version": 1,
            "state": state,
            "amount": amount,
            "currency": "DKK",
            "payer": "kommune",
            "payee": "udfoerer",
            **said,
            **({"shares": shares} if shares else {}),
        }

    def lines(self, as_of: dt.date = LAST) -> list[Line]:
        return lines(self.entries, as_of)

    def of(self, period: str, party: str, role: str) -> Statement:
        found = statement(self.lines(), TERMS, period, party, role)
        assert found is not None
        return found


@pytest.fixture
def shared() -> Ledger:
    """1,000.01 that two share 60 to 40, 400.00 of it on account before."""
    made = Ledger()
    made.decision("q1", "400.00", settlement="on_account", kommune="240.00", fond="160.00")
    made.decision("q1", "600.01", day=90, kommune="360.01", fond="240.00")
    return made


@pytest.fixture
def restated() -> Ledger:
    """255,445.66 for q1, taken back by 2,945.13, and 100,000.00 for q2."""
    made = Ledger()
    made.decision("q1", "255445.66")
    made.true_up("q1", "-2945.13", day=45)
    made.decision("q2", "100000.00", day=60)
    return made


def test_each_payer_has_its_share_and_the_recipient_has_all(shared: Ledger) -> None:
    totals = {(party, role): str(shared.of("q1", party, role).total) for party, role in (("kommune", "payer"), ("fond", "payer"), ("udfoerer", "payee"))}
    assert totals == {("kommune", "payer"): "600.01", ("fond", "payer"): "400.00", ("udfoerer", "payee"): "1000.01"}
    final = shared.of("q1", "fond", "payer").lines[1]
    assert (str(final.amount), str(final.earlier)) == ("600.01", "400.00")
    assert shared.of("q1", "udfoerer", "payee").others == ("kommune", "fond")


def test_a_true_up_is_set_off_in_the_next_statement_and_shown_in_its_own(restated: Ledger) -> None:
    first, second = restated.of("q1", "kommune", "payer"), restated.of("q2", "kommune", "payer")
    assert (str(first.total), str(second.total)) == ("255445.66", "97054.87")
    assert [(line.entry.seq, line.settled_with) for line in first.elsewhere] == [(2, "q2")]
    assert [line.entry.seq for line in second.lines] == [2, 3]
    assert str(restated.of(ALL, "kommune", "payer").total) == "352500.53"


def test_a_true_up_waits_while_nothing_is_decided_after_it_and_stands_at_once_where_that_is_agreed(restated: Ledger) -> None:
    before = statement(restated.lines(FIRST + dt.timedelta(days=50)), TERMS, "q1", "udfoerer", "payee")
    assert before is not None
    assert (str(before.total), [line.settled_with for line in before.elsewhere]) == ("255445.66", [""])
    at_once = Ledger()
    at_once.decision("q1", "255445.66")
    at_once.true_up("q1", "-2945.13", day=45, settle="at_once")
    assert str(at_once.of("q1", "udfoerer", "payee").total) == "252500.53"


def test_where_claims_stand_is_said_with_what_was_approved_disputed_and_paid(shared: Ledger) -> None:
    shared.act("approve", "decided", "q1", "kommune", "360.01", day=95)
    shared.act("pay", "approved", "q1", "kommune", "300.00", day=99)
    shared.act("dispute", "decided", "q1", "fond", "40.00", day=99)
    assert {name: str(amount) for name, amount in shared.of("q1", "udfoerer", "payee").parts().items() if amount} == {
        "decided": "600.00",
        "approved": "60.01",
        "disputed": "40.00",
        "paid": "300.00",
    }
    assert str(shared.of("q1", "kommune", "payer").parts()["paid"]) == "300.00"
    actual, planned, disputed = defaultdict(Decimal), defaultdict(Decimal), defaultdict(Decimal)
    for item in indigo.project(TERMS, [], shared.lines())["outcome_payments"]:
        kind = actual if item["type"]["value"] == "Actual" else disputed if item["status"] == "DISPUTED" else planned
        kind[item["payer_organisation_id"]["value"]] += item["money"]["amount"]["value"]
    assert (dict(actual), dict(disputed)) == ({"kommune": Decimal("300.00")}, {"fond": Decimal("40.00")})
    assert dict(planned) == {"kommune": Decimal("300.01"), "fond": Decimal("360.00")}


def test_the_waterfall_stands_beside_the_amounts_that_filled_it_to_the_cent() -> None:
    flows = {"hjem": {"rows": [row.as_data() for row in distributed()]}}
    ledger = Ledger()
    for place, amount in enumerate(("100000.00", "3500000.00", "4200000.00", "1660000.00", "1000000.00")):
        ledger.decision(f"q{place}", amount, day=place)
    flow = writing.flow_of(waterfall(flows, LAST))["hjem"]
    found = ledger.of(ALL, "udfoerer", "payee")
    came = sum((row["amount"] for row in flow if row["step"] == "in"), Decimal(0))
    assert came == found.total == Decimal("10460000.00")
    told = document(found, "en", flow)
    assert sum(1 for block in told.blocks for row in getattr(block, "rows", ()) if row[1:2] == (texts()["step.in"]["en"],)) == 5
    inflow = {row["step"] for row in flow}
    assert inflow <= {key.removeprefix("step.") for key in texts() if key.startswith("step.")}


SHARES = st.lists(st.integers(-500_00, 900_00), min_size=1, max_size=2)


@settings(max_examples=40, deadline=None)
@given(drawn=st.lists(st.tuples(st.sampled_from(["decision", "true_up"]), st.integers(0, 2), SHARES, st.booleans()), max_size=8))
def test_all_statements_and_what_waits_are_together_what_the_accounts_of_the_ledger_come_to(drawn: list[tuple[str, int, list[int], bool]]) -> None:
    ledger, decided = Ledger(), set[str]()
    for day, (kind, place, cents, at_once) in enumerate(drawn):
        shares = {party: str(Decimal(part).scaleb(-2)) for party, part in zip(("kommune", "fond"), cents, strict=False)}
        amount, period = str(Decimal(sum(cents)).scaleb(-2)), f"q{place}"
        if kind == "decision" and period not in decided and sum(cents) >= 0 and min(cents) >= 0:
            decided.add(period)
            ledger.decision(period, amount, day=day, **shares)
        elif kind == "true_up" and period in decided:
            ledger.true_up(period, amount, day=day, number=day, settle="at_once" if at_once else "next_statement", **shares)
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for party, share in (side for entry in ledger.entries for side in entry.body["shares"].items()):
        owed[party] += Decimal(share)
    told: dict[str, Decimal] = defaultdict(Decimal)
    for item in every(ledger.lines(), {"hjem": TERMS}):
        told[item.party] += item.total
    for line in ledger.lines():
        for party, role in line.sides() if not line.settled_with else ():
            told[party] += line.amount_of(party, role)
    for party in ("kommune", "fond"):
        assert told[party] == owed[party]
    received = sum((item.amount for item in balances(transactions(ledger.entries)) if item.party == "udfoerer" and item.account in ("receivable", "received")), Decimal(0))
    assert told["udfoerer"] == received


def test_the_published_table_has_a_row_for_each_side_of_each_line(shared: Ledger) -> None:
    rows = statements(shared.lines()).select("party", "role", "ledger_entry", "party_amount", "amount", "earlier_posted", "decided").rows()
    assert rows[3:] == [
        ("kommune", "payer", 2, Decimal("360.01"), Decimal("600.01"), Decimal("400.00"), Decimal("360.01")),
        ("fond", "payer", 2, Decimal("240.00"), Decimal("600.01"), Decimal("400.00"), Decimal("240.00")),
        ("udfoerer", "payee", 2, Decimal("600.01"), Decimal("600.01"), Decimal("400.00"), Decimal("600.01")),
    ]


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_page_says_every_amount_in_its_language_and_takes_names_for_text(restated: Ledger, language: Any) -> None:
    page = made_as("html", restated.of("q2", "kommune", "payer"), language).decode()
    total, taken = ("97.054,87", "-2.945,13") if language == "da" else ("97,054.87", "-2,945.13")
    assert total in page
    assert taken in page
    assert "<b>&" not in page
    assert "Kommunen &lt;b&gt;&amp; Søn&lt;/b&gt;" in page
    assert set(texts()["title"].values()) & {page.partition("<title>")[2].partition(":")[0]} == {texts()["title"][language]}


def test_a_pdf_comes_out_in_the_same_bytes(shared: Ledger) -> None:
    first, again = (made_as("pdf", shared.of("q1", "udfoerer", "payee"), "da") for _ in range(2))
    assert first.startswith(b"%PDF-")
    assert first == again


def test_every_text_stands_in_both_languages_with_the_same_slots() -> None:
    for key, said in texts().items():
        slots = [sorted(part.partition("}")[0] for part in said[code].split("{")[1:]) for code in ("en", "da")]
        assert set(said) == {"en", "da"}, key
        assert slots[0] == slots[1], key


def test_csv_has_the_lines_with_exact_amounts_and_no_formula(restated: Ledger) -> None:
    restated.entries[2].body["reason"] = "=cmd()"
    found = restated.of("q1", "kommune", "payer")
    rows = list(csv.DictReader(io.StringIO(lines_csv(found).decode(), newline="")))
    assert [(row["in_total"], row["party_amount"]) for row in rows] == [("yes", "255445.66"), ("no", "-2945.13")]
    other = csv.DictReader(io.StringIO(lines_csv(restated.of("q2", "kommune", "payer")).decode(), newline=""))
    assert next(row["reason"] for row in other if row["ledger_entry"] == "3") == "'=cmd()"


def test_drafts_of_invoices_have_a_buyer_each_and_sum_to_the_statement(shared: Ledger) -> None:
    drafts = invoice.drafts(shared.of("q1", "udfoerer", "payee"))
    assert {item["buyer"]["id"]: item["total"] for item in drafts} == {"kommune": "600.01", "fond": "400.00"}
    assert all(item["is_draft"] and item["type"] == "invoice" and item["vat"]["treatment"] == "exempt" and item["due_date"] is None for item in drafts)
    assert [sum(Decimal(line["amount"]) for line in item["lines"]) for item in drafts] == [Decimal("600.01"), Decimal("400.00")]
    assert invoice.drafts(shared.of("q1", "kommune", "payer")) == []
    rows = list(csv.DictReader(io.StringIO(made_as("invoice_csv", shared.of("q1", "udfoerer", "payee"), "da").decode(), newline="")))
    assert [(row["buyer_cvr"], row["buyer_ean"], row["seller_cvr"], row["amount"]) for row in rows] == [
        ("11223344", "5790000001231", "", "240.00"),
        ("11223344", "5790000001231", "", "360.01"),
        ("", "", "", "160.00"),
        ("", "", "", "240.00"),
    ]


@pytest.mark.parametrize(("number", "is_right"), [("5790000001231", True), ("5790000001232", False), ("579000000123", False)])
def test_an_ean_number_has_thirteen_digits_of_which_the_last_is_that_of_the_others(number: str, is_right: bool) -> None:
    with nullcontext() if is_right else pytest.raises(ValidationError):
        Party.model_validate({"id": "kommune", "name": "Kommunen", "roles": ["payer"], "ean": number})


def test_nobody_is_billed_for_what_was_refused() -> None:
    """1,000.00 was decided, of which 400.00 was refused; then all of it."""
    ledger = Ledger()
    ledger.decision("q1", "1000.00")
    ledger.act("dispute", "decided", "q1", "kommune", "400.00", day=1)
    ledger.act("concede", "disputed", "q1", "kommune", "400.00", day=2)
    (draft,) = invoice.drafts(ledger.of("q1", "udfoerer", "payee"))
    assert (draft["total"], [line["amount"] for line in draft["lines"]]) == ("600.00", ["1000.00", "-400.00"])
    ledger.act("dispute", "decided", "q1", "kommune", "600.00", day=3)
    ledger.act("concede", "disputed", "q1", "kommune", "600.00", day=4)
    assert invoice.drafts(ledger.of("q1", "udfoerer", "payee")) == []


def test_what_is_to_be_paid_back_alone_is_a_credit_note() -> None:
    ledger = Ledger()
    ledger.decision("q1", "100.00")
    ledger.true_up("q1", "-30.00", day=5)
    ledger.decision("q2", "0.00", day=6)
    (draft,) = invoice.drafts(ledger.of("q2", "udfoerer", "payee"))
    assert (draft["type"], draft["total"], [line["amount"] for line in draft["lines"]]) == ("credit_note", "30.00", ["30.00"])


def result(**changes: Any) -> dict[str, Any]:
    plain = {
        "contract": "hjem",
        "outcome": "days",
        "claim_period": "q1",
        "role": "treatment",
        "n": 200,
        "n_counted": 199,
        "value": Decimal("26166.000000"),
        "counts_state": "shown",
    }
    return {**plain, **changes}


def test_results_and_payments_have_only_fields_of_the_public_schema_and_exact_amounts(restated: Ledger) -> None:
    shown = indigo.project(TERMS, [result(), result(role="comparison"), result(counts_state="suppressed", outcome="other")], restated.lines())
    assert indigo.faults(shown) == []
    (only,) = shown["results"]
    assert (only["number_engaged_in_impact_bond"]["value"], only["result_type"]["value"]) == (200, "Final")
    assert only["period"] == {"start_date": {"value": "2025-01-01"}, "end_date": {"value": "2025-03-31"}}
    said = indigo.text(shown)
    assert '"value": 252500.53' in said
    assert json.loads(said, parse_float=Decimal)["outcome_payments"][0]["money"]["amount"]["value"] == Decimal("252500.53")


def test_fields_that_the_public_schema_does_not_have_or_has_otherwise_are_found() -> None:
    wrong = {
        "titel": {"value": "x"},
        "results": [{"result_type": {"value": "Perhaps"}, "number_engaged_in_impact_bond": {"value": "many"}, "period": {"start_date": {"value": "1 May"}}}],
    }
    assert [fault.partition(":")[0] for fault in indigo.faults(wrong)] == [
        "titel.value",
        "results[].result_type.value",
        "results[].number_engaged_in_impact_bond.value",
        "results[].period.start_date.value",
    ]


def test_a_night_writes_only_the_statements_that_changed(tmp_path: Path, restated: Ledger) -> None:
    home = Home(tmp_path).prepare(key=b"k" * 32)

    def write() -> list[str]:
        return [path.relative_to(writing.folder_of(home)).as_posix() for path in writing.write_all(home, restated.lines(), {"hjem": TERMS}, {}, [result()])]

    assert write() == ["hjem/q1", "hjem/q2"]
    there = {path: path.stat().st_mtime_ns for path in writing.folder_of(home).rglob("*") if path.is_file()}
    assert {path.name for path in there if path.parent.name == "q2"} == {
        *(f"kommune-payer.{end}" for end in ("da.html", "en.html", "da.pdf", "csv", "json")),
        *(f"udfoerer-payee.{end}" for end in ("da.html", "en.html", "da.pdf", "csv", "json", "invoice.json", "invoice.csv")),
    }
    assert {path.stat().st_mode & 0o777 for path in there} == {0o640}
    assert write() == []
    restated.decision("q3", "5.00", day=70)
    assert write() == ["hjem/q3"]
    assert {path: path.stat().st_mtime_ns for path in there if "q3" not in path.parts and path.name not in ("indigo.json", writing.KEPT)}.items() <= there.items()


def test_what_is_asked_for_and_not_there_is_said_with_what_there_is(restated: Ledger) -> None:
    with pytest.raises(HomeError, match="kommune, udfoerer in q1, q2"):
        writing.asked(restated.lines(), TERMS, "q9", "kommune")
    with pytest.raises(HomeError, match="nothing is posted of this contract"):
        writing.asked(restated.lines(), Terms("other"), "q1", "kommune")


def test_the_command_prints_data_and_writes_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = home_at(tmp_path / "home").settle_in()
    executed(home).post_decision(decided_of("intake", amount="108000.00", as_of=dt.date(2026, 1, 1)), "h1")
    environment = {"UDBYTTE_HOME": str(home.root), "UDBYTTE_CONTRACTS": str(SHIPPED)}
    monkeypatch.chdir(tmp_path)
    asked = ("statement", "tarp", "2024-25", "--for", "aid_programme", "--as-of", "2026-06-30")
    said = json.loads(command(environment, *asked, "--as", "json").stdout)
    assert (said["total"], said["party"]["role"], said["counterparties"][0]["id"]) == ("108000.00", "payee", "state")
    assert command(environment, *asked, "--as", "pdf", "--language", "da").stdout.strip() == "Written: afregning-tarp-2024-25-aid_programme-da.pdf"
    assert (tmp_path / "afregning-tarp-2024-25-aid_programme-da.pdf").read_bytes().startswith(b"%PDF-")
    assert command(environment, *asked[:-1], "2025-12-31").returncode == 6
    assert command(environment, "statement", "tarp").returncode == 2


def test_the_docs_name_every_column_and_every_face() -> None:
    page = (ROOT / "docs" / "statements.md").read_text(encoding="utf-8")
    assert [name for name in (*COLUMNS, *invoice.COLUMNS) if f"`{name}`" not in page] == []
    assert [face for face in EXTENSIONS if face not in ("html", "json") and f"--as {face}" not in page] == []
