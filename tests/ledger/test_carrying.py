"""Hand-overs carried as JSON, page and workbook: each proves the same seal, every altered bit is found, and what is refused leaves the ledger as it was."""

from __future__ import annotations

import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ledger_acts import DAY, TEXT, content, day, decision, executed, held, home_at, killed_after, write

from pipelines.errors import HandoverRefusedError, LedgerError
from pipelines.ledger import carrying, handover, trust
from pipelines.ledger.journal import Journal, read
from pipelines.ledger.settle import settle, settle_carried
from pipelines.reports import handing_over
from pipelines.settings import Home

FLIPS = 300
FORMS = ("json", "html", "xlsx")


@pytest.fixture
def measuring(tmp_path: Path) -> Home:
    return home_at(tmp_path / "measuring", b"m" * 32)


@pytest.fixture
def settling(tmp_path: Path, measuring: Home) -> Home:
    """A home that knows the measuring one's key and in which the contract is signed."""
    home = home_at(tmp_path / "settling", b"s" * 32)
    trust.record(home, handover.public_key(measuring), "the one that measures")
    executed(home)
    return home


def carried(home: Home, out: Path, *decisions: dict[str, Any], **more: Any) -> dict[str, Path]:
    """All three forms of a hand-over, by their ending."""
    write(home, *decisions, **more)
    return {path.suffix[1:]: path for path in handing_over.write(home, "tarp", more.get("as_of"), out)}


def refused(home: Home, path: Path) -> str:
    """The words with which a file is refused, the ledger being the same after as before."""
    before = home.ledger.read_bytes()
    with pytest.raises(HandoverRefusedError) as caught:
        settle_carried(home, Journal(home), path, trust.trusted(home))
    assert home.ledger.read_bytes() == before
    return caught.value.what


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_taken_with_the_same_seal_and_posts_the_same(form: str, measuring: Home, settling: Home, tmp_path: Path) -> None:
    paths = carried(measuring, tmp_path / "out", decision(), held("certain_reduction"))
    found, made, is_known = settle_carried(settling, Journal(settling), paths[form], trust.trusted(settling))
    assert (found.sha256, is_known) == (handover.read(paths["json"], {handover.public_key(measuring)}).sha256, False)
    assert [(entry.kind, entry.about) for entry in made] == [("decision", "tarp/reduction/2024-25/all/final"), ("hold", "tarp/certain_reduction/2024-25/all/final")]
    assert (settling.handover / str(DAY) / f"{found.name}.json").read_bytes() == paths["json"].read_bytes()


def test_the_forms_come_out_in_the_same_bytes_each_time(measuring: Home, tmp_path: Path) -> None:
    first, again = carried(measuring, tmp_path / "a", decision()), carried(measuring, tmp_path / "b", decision())
    assert {form: path.read_bytes() for form, path in first.items()} == {form: path.read_bytes() for form, path in again.items()}
    with zipfile.ZipFile(first["xlsx"]) as book:
        assert {item.date_time for item in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_people_read_sums_amounts_and_verdicts_in_the_page_and_in_the_workbook(measuring: Home, tmp_path: Path) -> None:
    import openpyxl

    paths = carried(measuring, tmp_path, decision(), held("certain_reduction"))
    page = paths["html"].read_text()
    assert "250,000.00" in page
    assert "250.000,00" in page
    assert "27.27 % &gt;= 10 %" in page
    book = openpyxl.load_workbook(paths["xlsx"])
    assert [cell.value for cell in book["decisions"][2]][:6] == ["reduction", "2024-25", "final", "due", "250000.00", "USD"]
    assert book["verdicts"].cell(2, 3).value == "follow_up_is_complete"


def test_a_text_of_the_content_ends_no_script_and_starts_no_formula(measuring: Home, settling: Home, tmp_path: Path) -> None:
    import openpyxl

    paths = carried(measuring, tmp_path, decision(reason="</script><script>alert(1)</script>", trigger='=HYPERLINK("x")', posting_key="tarp/x/2024-25/all/final"))
    assert b"<script>alert" not in paths["html"].read_bytes()
    assert openpyxl.load_workbook(paths["xlsx"])["decisions"].cell(2, 1).data_type == "s"
    assert settle_carried(settling, Journal(settling), paths["html"], trust.trusted(settling))[1]


@pytest.mark.parametrize("form", FORMS)
def test_every_altered_bit_is_found(form: str, measuring: Home, settling: Home, tmp_path: Path) -> None:
    path = carried(measuring, tmp_path, decision(), held("certain_reduction"))[form]
    raw, draw = path.read_bytes(), random.Random(7)
    ends = [0, 1, len(raw) - 1, len(raw) - 2, len(raw) - carrying.MARK_LENGTH, len(raw) - carrying.MARK_LENGTH - 1]
    for place in [*ends, *(draw.randrange(len(raw)) for _ in range(FLIPS))]:
        path.write_bytes(raw[:place] + bytes([raw[place] ^ (1 << draw.randrange(8))]) + raw[place + 1 :])
        refused(settling, path)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_cut_or_lengthened_is_refused(form: str, measuring: Home, settling: Home, tmp_path: Path) -> None:
    path = carried(measuring, tmp_path, decision())[form]
    raw = path.read_bytes()
    for altered in (b"", raw[:-1], raw[: len(raw) // 2], raw + b"\n", b" " + raw, raw + raw):
        path.write_bytes(altered)
        refused(settling, path)


def test_a_face_of_one_hand_over_with_another_inside_is_refused_also_under_a_known_key(measuring: Home, settling: Home, tmp_path: Path) -> None:
    other = home_at(tmp_path / "other", b"o" * 32)
    trust.record(settling, handover.public_key(other), "another one that measures")
    sealed = write(measuring, decision()).read_bytes()
    path = tmp_path / "mixed.html"
    path.write_bytes(carrying.marked(other, b"<p>pay</p>" + carrying.in_page(sealed) + b"\n"))
    assert refused(settling, path) == "the signature does not belong to the content"


@pytest.mark.parametrize("form", FORMS)
def test_an_unknown_key_is_refused_and_one_given_for_this_once_is_not_kept(form: str, settling: Home, tmp_path: Path) -> None:
    stranger = home_at(tmp_path / "stranger", b"x" * 32)
    path = carried(stranger, tmp_path / "out", decision())[form]
    assert refused(settling, path) == "it is signed by a key this home does not know"
    assert settle_carried(settling, Journal(settling), path, trust.trusted(settling, handover.public_key(stranger)))[1]
    assert handover.public_key(stranger) not in trust.trusted(settling)


def test_a_key_that_is_withdrawn_is_taken_no_more_and_what_was_settled_stands(measuring: Home, settling: Home, tmp_path: Path) -> None:
    settle_carried(settling, Journal(settling), carried(measuring, tmp_path / "out", decision())["json"], trust.trusted(settling))
    before = settling.ledger.read_bytes()
    assert trust.withdraw(settling, handover.public_key(measuring)) == "the one that measures"
    assert trust.named(settling) == {}
    later = carried(measuring, tmp_path / "later", decision("intake"), as_of=day(1))["json"]
    assert refused(settling, later) == "it is signed by a key this home does not know"
    with pytest.raises(HandoverRefusedError, match="not entered here"):
        trust.withdraw(settling, handover.public_key(measuring))
    assert settling.ledger.read_bytes() == before


def test_another_text_or_version_of_the_contract_is_refused(measuring: Home, settling: Home, tmp_path: Path) -> None:
    path = carried(measuring, tmp_path / "text", decision(), sha256="b" * 64)["json"]
    assert refused(settling, path) == "it decides by a text of the contract that no execution binds"
    Journal(settling).execute("tarp", 2, "c" * 64, ["state", "aid_programme"], DAY)
    old = handover.write(measuring, content(decision(), sha256=TEXT))
    assert refused(settling, old) == "version 2 of tarp is executed, and 1 is older"


def test_one_older_than_the_ledger_is_refused_and_one_taken_twice_posts_nothing_and_is_told(measuring: Home, settling: Home, tmp_path: Path) -> None:
    first, second = (carried(measuring, tmp_path / str(number), decision(f"intake{number}", as_of=day(number)), as_of=day(number))["xlsx"] for number in (0, 2))
    between = carried(measuring, tmp_path / "1", decision("intake1", as_of=day(1)), as_of=day(1))["json"]
    for path in (first, second):
        assert len(settle_carried(settling, Journal(settling), path, trust.trusted(settling))[1]) == 1
    before = settling.ledger.read_bytes()
    for path in (first, second):
        assert settle_carried(settling, Journal(settling), path, trust.trusted(settling))[1:] == ([], True)
    assert settling.ledger.read_bytes() == before
    assert refused(settling, between) == f"it decides {day(1)}, and the ledger's newest entry is of {day(2)}"


def test_what_a_kill_left_half_taken_is_taken_by_the_same_file_again(measuring: Home, settling: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = carried(measuring, tmp_path, decision(), held("certain_reduction"))["json"]
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_write", killed_after(1_100))
        with pytest.raises(KeyboardInterrupt):
            settle_carried(settling, Journal(settling), path, trust.trusted(settling))
    _, made, is_known = settle_carried(settling, Journal(settling), path, trust.trusted(settling))
    assert ([entry.kind for entry in made], is_known) == (["hold"], False)


def test_what_the_ledger_would_refuse_in_the_middle_is_refused_before_anything_is_posted(measuring: Home, settling: Home, tmp_path: Path) -> None:
    Journal(settling).post_freeze("tarp", "released", "1" * 64, DAY)
    made = {**content(held(), decision("intake")), "cohorts": {"another": "3" * 64, "released": "2" * 64}}
    assert refused(settling, handover.write(measuring, made)) == "the cohort released was frozen as another list"
    before = settling.ledger.read_bytes()
    with pytest.raises(LedgerError, match="released by an override that is not in this ledger"):
        settle(settling, Journal(settling), [write(settling, held(), decision("intake", overridden_by=1, basis="b" * 64))])
    assert settling.ledger.read_bytes() == before


@pytest.mark.parametrize("words", ["born 010190-1234", "CPR 0101901234", "0101901234"])
def test_a_text_like_a_cpr_number_is_neither_sealed_nor_taken(words: str, measuring: Home) -> None:
    with pytest.raises(HandoverRefusedError) as caught:
        write(measuring, decision(reason=words))
    assert caught.value.what == "1 texts in it look like CPR numbers"


def test_amounts_and_ratios_are_nobodys_number(measuring: Home) -> None:
    assert write(measuring, decision(amount="0101901234.00", counted="0101901234/7")).exists()


def test_a_list_of_known_keys_that_was_written_by_other_means_is_refused(settling: Home, tmp_path: Path) -> None:
    path = settling.root / "trusted.json"
    raw = path.read_bytes()
    stranger = handover.public_key(home_at(tmp_path / "stranger", b"x" * 32))
    for altered in (raw.replace(handover.public_key(home_at(tmp_path / "measuring", b"m" * 32)).encode(), stranger.encode()), b"{}", b"", raw[:-3]):
        path.write_bytes(altered)
        with pytest.raises(HandoverRefusedError, match="not what this home wrote"):
            trust.trusted(settling)


@pytest.mark.parametrize("key", ["", "ab", "G" * 64, "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_what_is_no_key_is_not_entered(key: str, settling: Home) -> None:
    before = trust.named(settling)
    with pytest.raises(HandoverRefusedError, match="64 characters"):
        trust.record(settling, key, "someone")
    with pytest.raises(HandoverRefusedError, match="name of the home"):
        trust.record(settling, "a" * 64, "  ")
    assert trust.named(settling) == before
    assert read(settling).fault == ""
