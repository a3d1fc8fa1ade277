"""A municipality's own list becomes one in the key space of the extracts, and no CPR number gets out with it."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import hmac
import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from deliveries.handed import KNOWN_FROM, shipped
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from support import udbytte

from pipelines.bench_guard import cpr_numbers
from pipelines.deliveries import archive
from pipelines.deliveries.inbox import deliver
from pipelines.deliveries.intake import take_in
from pipelines.deliveries.pseudonyms import Written, fingerprint, new_key, pseudonym, pseudonymise, read_key, ten_digits
from pipelines.errors import DeliveryRefusedError, HomeError
from pipelines.settings import PACKAGE_ROOT, Home

thorough = settings(deadline=None, database=None, derandomize=True, max_examples=100)

KEY = bytes(range(32))
ONE, TWO, THREE = "0102031237", "1704650050", "2912994567"
HEAD = "CPR;Indsats;Gruppe;Henvist_dato;Indskrevet_dato;Afslag_af;Udtraeksdato"
BIRTHS = st.dates(dt.date(1937, 1, 1), dt.date(1999, 12, 31)).map(lambda day: day.strftime("%d%m%y"))
TENS = st.builds(lambda birth, serial: f"{birth}{serial:04}", BIRTHS, st.integers(0, 4999).filter(lambda serial: serial < 4000))


def by_hand(number: str, project: str = "", key: bytes = KEY) -> str:
    """The pseudonym by the standard library."""
    return hmac.new(key, b"udbytte.pseudonym/1\x00" + project.encode() + b"\x00" + number.encode(), hashlib.sha256).hexdigest()[:32]


def row(number: str, group: str = "ung") -> str:
    return f"{number};ungebro;{group};01-02-2024;03-02-2024;;01-03-2024"


def listed(folder: Path, *rows: str, head: str = HEAD, encoding: str = "cp1252", end: str = "\r\n") -> Path:
    path = folder / "list.csv"
    path.write_bytes((end.join([head, *rows]) + end).encode(encoding))
    return path


def made(file: Path, column: str = "cpr", project: str = "", becomes: str = "pnr") -> Written:
    return pseudonymise(file, file.with_name("out.csv"), column, KEY, project=project, becomes=becomes)


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")), delimiter=";"))


def keys_of(path: Path) -> list[str]:
    return [item["pnr"] for item in rows_of(path)]


def test_a_pseudonym_is_the_one_that_was_computed_apart_and_stays_so() -> None:
    assert pseudonym(KEY, ONE) == "4e79669fd9d9571a76c36cf7a8568013"
    assert pseudonym(KEY, ONE, "ungebro") == "b3083a6e7df09cb303337dd9283d586f"


@thorough
@given(TENS, st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8), st.binary(min_size=32, max_size=80))
def test_a_pseudonym_is_hmac_sha256_over_scheme_project_and_digits(number: str, project: str, key: bytes) -> None:
    assert pseudonym(key, number, project) == by_hand(number, project, key)


@thorough
@given(TENS)
def test_a_number_is_the_same_however_it_is_written(ten: str) -> None:
    ways = [
        ten,
        f" {ten[:6]}-{ten[6:]}\u00a0",
        f"{ten[:6]} {ten[6:]}",
        f"{ten[:6]}\u2013{ten[6:]}",
        f"{ten[:2]}.{ten[2:4]}.{ten[4:6]}-{ten[6:]}",
        f"{int(ten)}",
        f"{int(ten)}.0",
        f"{int(ten)},00",
    ]
    assert {ten_digits(way) for way in ways if len(str(int(ten))) >= 9} == {ten}


@pytest.mark.parametrize("text", ["", "010203", "010203-123", "01020312345", "010203-1AB4", "12345678", "010203--", "-", "x0102031237"])
def test_what_is_not_ten_digits_is_no_number(text: str) -> None:
    assert ten_digits(text) is None


def test_other_keys_and_other_projects_give_pseudonyms_that_cannot_be_linked() -> None:
    assert len({pseudonym(key, ONE, project) for key in (KEY, KEY[::-1]) for project in ("", "a", "b")}) == 6
    assert pseudonym(KEY, ONE, "a") != pseudonym(KEY, ONE, "a1")


@pytest.mark.parametrize(("encoding", "end"), [("cp1252", "\r\n"), ("utf-8", "\n"), ("utf-8-sig", "\r\n")])
def test_a_list_comes_out_whole_with_one_column_replaced(tmp_path: Path, encoding: str, end: str) -> None:
    file = listed(tmp_path, row("010203-1237"), row(TWO, "æøå \u2013 ældre"), row(f"{ONE[:6]} {ONE[6:]}"), encoding=encoding, end=end)
    written = made(file)
    assert (written.rows, written.persons, written.left_out, written.left_out_path) == (3, 2, 0, None)
    assert keys_of(written.path) == [by_hand(ONE), by_hand(TWO), by_hand(ONE)]
    assert [item["Gruppe"] for item in rows_of(written.path)] == ["ung", "æøå \u2013 ældre", "ung"]
    assert list(rows_of(written.path)[0]) == ["pnr", *HEAD.split(";")[1:]]
    assert written.path.stat().st_mode & 0o777 == 0o600


def test_a_workbook_with_numbers_as_numbers_gives_the_same_pseudonyms(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(HEAD.split(";"))
    for number in (int(ONE), f"{TWO[:6]}-{TWO[6:]}", float(int(TWO))):
        book.active.append([number, "ungebro", "ung", dt.date(2024, 2, 1), dt.date(2024, 2, 3), None, "01-03-2024"])
    book.save(tmp_path / "list.xlsx")
    written = made(tmp_path / "list.xlsx")
    assert keys_of(written.path) == [by_hand(ONE), by_hand(TWO), by_hand(TWO)]
    assert [rows_of(written.path)[0][name] for name in ("Henvist_dato", "Indskrevet_dato", "Afslag_af")] == ["2024-02-01", "2024-02-03", ""]


def test_rows_without_a_number_are_left_out_and_named_by_row_and_reason_alone(tmp_path: Path) -> None:
    bad = ["", "310203-1237", "010203-12", "290201-1234", "111203123", "0102031AB4"]
    file = listed(tmp_path, row(ONE), *(row(text) for text in bad), row(TWO))
    written = made(file)
    assert keys_of(written.path) == [by_hand(ONE), by_hand(TWO)]
    assert written.left_out_path is not None
    left = written.left_out_path.read_text(encoding="utf-8")
    no_date, nine = "no such date of birth", "nine digits, and with a leading nought the check digit is wrong"
    assert left.replace('"', "") == f"data_row;reason\n2;empty\n3;{no_date}\n4;not ten digits\n5;{no_date}\n6;{nine}\n7;not ten digits\n"
    assert written.left_out_path.stat().st_mode & 0o777 == 0o600
    made(listed(tmp_path, row(ONE)))
    assert not written.left_out_path.exists()


@pytest.mark.parametrize(
    ("number", "is_one"), [("2902000123", False), ("2902004123", True), ("2902005123", True), ("2902965123", True), ("2902585123", False), ("2902605123", True)]
)
def test_the_century_of_a_leap_day_is_that_of_the_serial(tmp_path: Path, number: str, is_one: bool) -> None:
    assert made(listed(tmp_path, row(ONE), row(number))).rows == 1 + is_one


def test_numbers_that_fail_the_check_digit_are_kept_and_counted(tmp_path: Path) -> None:
    assert made(listed(tmp_path, row(ONE), row("010203-1234"), row("010203-1234"))).without_check == 1


def test_a_list_that_was_pseudonymised_already_is_refused(tmp_path: Path) -> None:
    once = made(listed(tmp_path, row(ONE), row(TWO)))
    with pytest.raises(DeliveryRefusedError, match="2 cells of the column are pseudonyms already"):
        pseudonymise(once.path, tmp_path / "twice.csv", "pnr", KEY)
    with pytest.raises(DeliveryRefusedError, match="1 cell of the column are pseudonyms already"):
        made(listed(tmp_path, row(ONE), row(by_hand(TWO).upper())))


# Each is (header, rows, words). Nothing may be written.
ELSEWHERE = {
    "another column": (f"{HEAD};Mor", [f"{row(ONE)};{TWO}"], "1 cell of column 8 looks like a CPR number"),
    "free text": (f"{HEAD};Note", [f"{row(ONE)};ringede om 170465-0050", f"{row(TWO)};"], "1 cell of column 8 looks like a CPR number"),
    "a column name": (f"{HEAD};{TWO}", [f"{row(ONE)};x"], "the name of column 8 looks like a CPR number"),
    "no names at all": (row(ONE), [row(TWO)], "none of the 7 columns has the name"),
    "cut in two": (f"{HEAD};Foedt;Lbnr", [], ""),
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_a_list_with_numbers_elsewhere_is_not_written(tmp_path: Path, case: str) -> None:
    head, rows, words = ELSEWHERE[case]
    if case == "cut in two":
        rows = [f"{row(ten)};{ten[:6]};{ten[6:]}" for ten in cpr_numbers(np.random.default_rng(5), 20)]
        words = "columns 8 and 9 together look like CPR numbers cut in two"
    file = listed(tmp_path, *rows, head=head)
    with pytest.raises(DeliveryRefusedError, match=words) as error:
        made(file)
    assert [path.name for path in tmp_path.iterdir()] == ["list.csv"]
    assert not any(secret in str(error.value) for secret in (ONE, TWO, "170465-0050"))


def test_nothing_is_written_over_the_list_itself_or_under_a_name_with_a_number(tmp_path: Path) -> None:
    file = listed(tmp_path, row(ONE))
    before = file.read_bytes()
    for out in (file, tmp_path / "." / "list.csv", tmp_path / "om 010203-1237.csv"):
        with pytest.raises(DeliveryRefusedError):
            pseudonymise(file, out, "cpr", KEY)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


@pytest.mark.parametrize(("column", "becomes"), [("person", "pnr"), ("cpr", "indsats"), ("cpr", "a;b"), ("indsats", "pnr")])
def test_a_column_that_is_not_there_or_not_of_numbers_is_said_without_values(tmp_path: Path, column: str, becomes: str) -> None:
    with pytest.raises(DeliveryRefusedError) as error:
        made(listed(tmp_path, row("010203-1237")), column=column, becomes=becomes)
    assert "010203" not in str(error.value)


def test_what_comes_out_is_taken_in_as_referrals(tmp_path: Path) -> None:
    register = shipped().registers["referrals"]
    names = [item.name for item in register.table.properties]
    values = {"pnr": "", "indsats": "ungebro", "gruppe": "ung", "henvist_dato": "01-02-2024", "indskrevet_dato": "03-02-2024", "udtraeksdato": "01-03-2024"}
    head = ";".join("CPR" if name == "pnr" else name.upper() for name in names)
    file = listed(tmp_path, *(";".join(number if name == "pnr" else values.get(name, "") for name in names) for number in ("010203-1237", TWO)), head=head)
    written = made(file)
    home = Home(tmp_path / "home").prepare()
    deliver(home, written.path, "referrals", sender="Aarhus Kommune")
    (receipt,) = take_in(home, shipped(), KNOWN_FROM)
    assert receipt.state == "accepted", receipt.sentence
    (delivery,) = archive.deliveries(home)
    assert pl.read_parquet(archive.data_of(home, delivery))["pnr"].to_list() == [by_hand(ONE), by_hand(TWO)]


def test_a_drawn_key_is_one_that_is_read_again(tmp_path: Path) -> None:
    home, path = Home(tmp_path / "home"), tmp_path / "extracts.key"
    drawn = new_key(path, home)
    assert (len(drawn), read_key(path, home), path.stat().st_mode & 0o777) == (32, drawn, 0o600)
    assert new_key(tmp_path / "other.key", home) != drawn
    with pytest.raises(DeliveryRefusedError, match="never written over"):
        new_key(path, home)
    assert read_key(path, home) == drawn


def key_file(path: Path, text: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="ascii")
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        (KEY.hex(), 0o640, "others than its owner may read"),
        (KEY.hex(), 0o604, "others than its owner may read"),
        (KEY[:31].hex(), 0o600, "too short or too simple"),
        ("ab" * 32, 0o600, "too short or too simple"),
        ("", 0o600, "too short or too simple"),
        ("a secret that somebody thought of, which is long", 0o600, "holds no key"),
    ],
)
def test_a_key_that_is_open_short_or_thought_of_is_refused(tmp_path: Path, text: str, mode: int, words: str) -> None:
    with pytest.raises(DeliveryRefusedError, match=words) as error:
        read_key(key_file(tmp_path / "a.key", text, mode), Home(tmp_path / "home"))
    assert not text or text not in str(error.value)


def test_a_key_inside_the_home_or_the_program_is_refused_also_through_a_link(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    inside = key_file(home.root / "keys" / "a.key", KEY.hex())
    link = tmp_path / "link.key"
    link.symlink_to(inside)
    for path in (inside, link):
        with pytest.raises(DeliveryRefusedError, match="inside the home"):
            read_key(path, home)
    for path in (home.root / "new.key", PACKAGE_ROOT / "new.key"):
        with pytest.raises(DeliveryRefusedError, match="inside the home"):
            new_key(path, home)
        assert not path.exists()
    with pytest.raises(HomeError, match="no such key file"):
        read_key(tmp_path / "none.key", home)


def test_a_fingerprint_tells_keys_apart_and_nothing_of_them() -> None:
    assert fingerprint(KEY) == hashlib.sha256(b"udbytte.key/1\0" + KEY).hexdigest()[:8]
    assert fingerprint(KEY) != fingerprint(KEY[::-1])


def test_the_command_prints_counts_and_the_fingerprint_and_never_a_number(tmp_path: Path) -> None:
    home, key = tmp_path / "home", key_file(tmp_path / "a.key", KEY.hex())
    file = listed(tmp_path, row("010203-1237"), row(TWO), row("nobody"))
    done = udbytte(home, "pseudonymise", str(file), "--key", str(key), "--column", "CPR", "--project", "ungebro")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"Key fingerprint {fingerprint(KEY)}, project ungebro" in done.stdout
    assert "2 rows of 2 people" in done.stdout
    assert "1 rows without a CPR number were left out" in done.stdout
    assert keys_of(tmp_path / "list.pseudonymised.csv") == [by_hand(ONE, "ungebro"), by_hand(TWO, "ungebro")]
    refused = udbytte(home, "pseudonymise", str(tmp_path / "list.pseudonymised.csv"), "--key", str(key), "--column", "pnr")
    assert (refused.returncode, refused.stdout) == (7, "")
    assert udbytte(home, "pseudonymise", str(tmp_path / "none.csv"), "--key", str(key)).returncode == 6
    assert udbytte(home, "pseudonymise", "--key", str(key)).returncode == 2
    made_key = udbytte(home, "pseudonymise", "--new-key", "--key", str(tmp_path / "b.key"))
    assert made_key.returncode == 0
    assert (tmp_path / "b.key").read_text(encoding="ascii").strip() not in made_key.stdout
    assert not any(secret in repr((done, refused, made_key)) for secret in (ONE, TWO, "010203", KEY.hex()))
    assert not home.exists()
