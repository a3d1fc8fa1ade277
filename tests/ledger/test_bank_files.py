"""Reading what banks send: exact amounts from tables and statements, and every file that is refused, in words that quote none of it."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path

import pytest
from bank_given import AMOUNTS, REFERENCES, ROWS, Line, camt, changed, table
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import BankFileError
from pipelines.ledger.bank import bank_file
from pipelines.ledger.bank.bank_file import LARGEST_FILE, read, statement
from pipelines.ledger.bank.shapes import Statement, reference_of

THIRD = ROWS[2].replace("x", "-108.000,01")
PROPERTY = settings(max_examples=60, deadline=None, derandomize=True, database=None)


def told(raw: bytes) -> list[tuple[str, str, str, str, str]]:
    made = statement(raw, "bank.csv").booked
    return [(line.references[0], line.direction, str(line.amount), line.currency, str(line.day)) for line in made]


EXPECTED = [
    ("UDB-1", "out", "1250.00", "DKK", "2026-06-30"),
    ("UDB-2", "out", "99.95", "DKK", "2026-07-01"),
    ("udb 3", "out", "108000.01", "DKK", "2026-07-02"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
def test_a_danish_table_is_read_to_the_cent(encoding: str) -> None:
    assert told(table(*ROWS[:2], THIRD, encoding=encoding)) == EXPECTED


def test_a_table_with_commas_or_tabs_and_decimal_points_says_the_same() -> None:
    rows = ("2026-06-30,UDB-1,1250.00,DKK", "2026-07-01,UDB-2,99.95,DKK", '2026-07-02,udb 3,"108,000.01",DKK')
    assert told(table(*rows, head="date,reference,paid,currency")) == EXPECTED
    assert told(table(*(row.replace(",", "\t") for row in rows[:2]), head="date\treference\tpaid\tcurrency")) == EXPECTED[:2]


def test_columns_nobody_asked_for_are_left_alone_and_optional_ones_are_read() -> None:
    head = "Tekst;Bogføringsdato;Reference;Beløb;Valuta;Bankreference;Tilbageført;Saldo"
    (line,) = statement(table('"Til: ""Huset""";30/06/2026;A1;1250,00-;DKK;B-9;ja;7', head=head), "x.csv").booked
    assert (line.amount, line.direction, line.bank_id, line.is_reversal, line.place) == (Decimal("1250.00"), "out", "B-9", True, "line 2")


REFUSED_TABLES = {
    "thousands or thousandths": table("30-06-2026;A;1.250;DKK"),
    "two decimals": table("30-06-2026;A;1,250;DKK"),
    "amount cannot be read": table("30-06-2026;A;1.25,00;DKK"),
    "write it as 1250,00": table("30-06-2026;A;1e3;DKK"),
    "amount is nought": table("30-06-2026;A;0,00;DKK"),
    "date cannot be read": table("31-06-2026;A;1,00;DKK"),
    "write it as 2026-07-20": table("07/20/2026;A;1,00;DKK"),
    "three capital letters": table("30-06-2026;A;1,00;kr."),
    "cells and the first line 4": table("30-06-2026;A;1,00"),
    "yes or no": table("30-06-2026;A;1,00;DKK;maybe", head="Dato;Reference;Beløb;Valuta;Tilbageført"),
    "'amount' stands twice": table(head="Dato;Reference;Beløb;Valuta;Amount"),
    "reference are missing": table(head="Dato;Tekst;Beløb;Valuta"),
    "both, or neither": table(head="Dato;Reference;Valuta"),
    "columns amount and paid": table(head="Dato;Reference;Beløb;Betalt;Valuta"),
    "quote that is never closed": table('30-06-2026;"A;1,00;DKK'),
    "more than 2000 characters": table(f"30-06-2026;{'A' * 2001};1,00;DKK"),
    "neither text nor XML": table("30-06-2026;A;1,00;DKK", encoding="utf-16"),
    "not text in UTF-8 or windows-1252": table("30-06-2026;\x81;1,00;DKK", encoding="latin-1"),
    "the file is empty": b" \r\n",
}


@pytest.mark.parametrize("words", REFUSED_TABLES)
def test_a_table_that_can_be_doubted_is_refused(words: str) -> None:
    with pytest.raises(BankFileError, match=words):
        statement(REFUSED_TABLES[words], "bank.csv")


@pytest.mark.parametrize("version", ["02", "04", "08", "12"])
def test_a_statement_of_every_known_version_says_the_same(version: str) -> None:
    made = statement(camt(*changed(0), version=version), "bank.xml")
    assert [(line.references, str(line.amount), line.direction) for line in made.booked] == [((name,), amount, "out") for name, amount in zip(REFERENCES, AMOUNTS, strict=True)]
    assert (made.through, made.not_booked, made.form) == (dt.date(2026, 7, 5), 0, f"camt.053.001.{version}")


def test_payments_booked_as_one_are_read_one_by_one_each_with_its_own_amount_and_currency() -> None:
    batch = Line("1349.95", (("UDB-1", "1250.00"), ("UDB-2", "99.95")))
    assert [(line.references[0], str(line.amount)) for line in statement(camt(batch), "b.xml").booked] == [("UDB-1", "1250.00"), ("UDB-2", "99.95")]
    foreign = '<TxDtls><Refs><EndToEndId>UDB-1</EndToEndId></Refs><Amt Ccy="EUR">167.00</Amt></TxDtls>'
    raw = camt(Line("1250.00", more="", detail="")).replace(b"</BookgDt></Ntry>", f"</BookgDt><NtryDtls>{foreign}</NtryDtls></Ntry>".encode())
    assert [(line.currency, str(line.amount)) for line in statement(raw, "b.xml").booked] == [("EUR", "167.00")]


def test_no_amount_passes_through_a_binary_float() -> None:
    exact = "900719925474099.93"
    (line,) = statement(camt(Line(exact, (("A", exact),)), opening="1.00"), "b.xml").booked
    assert line.amount == Decimal(exact)
    assert Decimal(str(float(exact))) != line.amount


def test_what_is_not_booked_yet_is_left_out_and_counted_and_a_return_is_called_so() -> None:
    made = statement(camt(*changed(1, status="PDNG"), Line("1250.00", (("UDB-1", "1250.00"),), way="CRDT", more="<RvslInd>true</RvslInd>")), "b.xml")
    assert (len(made.booked), made.not_booked) == (3, 1)
    assert [(line.direction, line.is_reversal) for line in made.booked][-1] == ("in", True)
    returned = statement(camt(Line("5.00", (("UDB-1", "5.00"),), way="CRDT", detail="<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")), "b.xml")
    assert returned.booked[0].is_reversal


def test_a_reference_written_in_the_text_is_found_where_no_end_to_end_id_was_carried() -> None:
    written = Line("5.00", (("NOTPROVIDED", "5.00"),), detail="<RmtInf><Ustrd>Faktura UDB-1 juli</Ustrd></RmtInf>")
    assert "UDB-1" in statement(camt(written), "b.xml").booked[0].references
    assert "NOTPROVIDED" not in statement(camt(written), "b.xml").booked[0].references


BOMB = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
GOOD = camt(*changed(0))
REFUSED_STATEMENTS = {
    "document type or an entity": camt(prolog=BOMB),
    "do not trust it; ask the bank": camt(prolog=OUTSIDE),
    "no bank's statement does": camt(prolog='<!DOCTYPE d SYSTEM "http://localhost/x.dtd">'),
    "not whole XML": GOOD[:-40],
    "another encoding than it says": GOOD.replace(b"S1", b"S\xe6"),
    "not a camt.053 of a version": GOOD.replace(b"camt.053.001.08", b"camt.054.001.08"),
    "or for CSV": b"<html><body>Log in</body></html>",
    "holds no statement": GOOD.replace(b"Stmt>", b"Rpt>").replace(b"BkToCstmrRpt", b"BkToCstmrStmt"),
    "opening balance to its closing one": camt(*changed(0)[:2], closing="-108849.96"),
    "do not sum to what was booked": camt(*changed(0, amount="1250.01")),
    "does not say how much each was": camt(Line("5.00", (("A", ""), ("B", "")))),
    "amount cannot be read": camt(*changed(0)).replace(b">1250.00<", b">1.250,00<"),
    "not one of whole cents": camt(*changed(0)).replace(b">1250.00<", b">1250.001<"),
    "holds more than text": camt(*changed(0)).replace(b">1250.00<", b">125<!-- x -->0.00<"),
    "has no currency": camt(*changed(0)).replace(b' Ccy="DKK">1250.00', b">1250.00"),
    "left the account or came to it": camt(*changed(0, way="BOTH", payments=())),
    "its date cannot be read": camt(*changed(0, booked="2026-02-30")),
    "by true or false": camt(*changed(0, more="<RvslInd>perhaps</RvslInd>")),
    "one page of several": camt(extra="<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn>"),
}


@pytest.mark.parametrize("words", REFUSED_STATEMENTS)
def test_a_statement_that_can_be_doubted_is_refused(words: str) -> None:
    with pytest.raises(BankFileError, match=words) as refused:
        statement(REFUSED_STATEMENTS[words], "bank.xml")
    assert "bank.xml" in str(refused.value)


def test_a_file_that_is_not_there_or_too_large_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BankFileError, match="no such file"):
        read(tmp_path / "none.csv")
    large = tmp_path / "large.csv"
    with large.open("wb") as stream:
        stream.truncate(LARGEST_FILE + 1)
    with pytest.raises(BankFileError, match="larger than"):
        read(large)
    monkeypatch.setattr(bank_file.table, "MOST_ROWS", 1)
    with pytest.raises(BankFileError, match="more than 1 rows"):
        statement(table(*ROWS[:2]), "x.csv")


def outcome(raw: bytes) -> Statement | BankFileError:
    try:
        return statement(raw, "f")
    except BankFileError as error:
        return error


@PROPERTY
@given(st.integers(0, 2**32), st.sampled_from([GOOD, table(*ROWS[:2], THIRD), GOOD.decode().encode("utf-16")]))
def test_a_torn_or_flipped_file_is_refused_in_words_or_read_and_never_anything_else(seed: int, raw: bytes) -> None:
    drawn = random.Random(seed)
    cut = bytearray(raw[: drawn.randrange(1, len(raw) + 1)] if drawn.random() < 0.5 else raw)
    for _ in range(drawn.randrange(4)):
        cut[drawn.randrange(len(cut))] ^= 1 << drawn.randrange(8)
    made = outcome(bytes(cut))
    if isinstance(made, BankFileError):
        assert made.where.startswith("f")
        assert made.next_step
    else:
        assert all(line.amount > 0 and line.amount == round(line.amount, 2) for line in made.booked)


@PROPERTY
@given(st.integers(1, len(GOOD) - 1))
def test_a_statement_cut_short_anywhere_is_refused(length: int) -> None:
    assert isinstance(outcome(GOOD[:length]), BankFileError)


def test_a_refusal_quotes_nothing_of_the_file() -> None:
    for raw in (table("30-06-2026;0101011234;1.250;DKK"), table("0101011234;A;1,00;DKK"), GOOD.replace(b">2026-07-01<", b">0101011234<")):
        with pytest.raises(BankFileError) as refused:
            statement(raw, "bank")
        assert "0101011234" not in str(refused.value)


def test_a_reference_is_one_that_every_bank_carries_and_no_two_entries_share_it() -> None:
    made = {reference_of(f"{number:064x}") for number in range(1000)}
    assert len(made) == 1000
    assert all(len(item) == 35 and item.isascii() and item.isalnum() and item == item.upper() for item in made)
