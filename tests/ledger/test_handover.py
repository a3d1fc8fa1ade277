"""The sealed hand-over: what was sealed is what is read, to the byte, and nobody in it is a person."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from ledger_acts import DAY, content, day, decision, held, home_at, write

from pipelines.canonical import canonical, digest
from pipelines.errors import HandoverRefusedError
from pipelines.ledger import handover
from pipelines.payments.rule import Line
from pipelines.settings import Home

FLIPS = (0x01, 0x20)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home")


def trusted(home: Home) -> set[str]:
    return {handover.public_key(home)}


def refused(home: Home, path: Path, raw: bytes) -> str:
    """The words with which these bytes are refused."""
    path.write_bytes(raw)
    with pytest.raises(HandoverRefusedError) as caught:
        handover.read(path, trusted(home))
    return caught.value.what


def test_what_was_sealed_is_read_back(home: Home) -> None:
    made = content(decision(), held("certain_reduction"))
    found = handover.read(handover.write(home, made), trusted(home))
    assert {name: found.content[name] for name in made} == made
    assert (found.contract, found.as_of, found.decisions) == ("tarp", DAY, made["decisions"])
    assert found.content["format"] == "udbytte.handover/1"
    assert found.sha256 == digest(found.content)


def test_a_hand_over_is_kept_under_its_day_contract_and_hash_and_never_written_over(home: Home) -> None:
    path = write(home, decision())
    sha256 = json.loads(path.read_bytes())["seal"]["sha256"]
    assert path == home.handover / "2026-06-30" / f"tarp-{sha256[:16]}.json"
    before = path.stat()
    assert write(home, decision()) == path
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert write(home, decision(amount="1.00")) != path
    assert len(list(path.parent.iterdir())) == 2


def test_a_hand_over_can_be_read_by_its_parties_and_by_nobody_else(home: Home) -> None:
    assert write(home, decision()).stat().st_mode & 0o007 == 0


def test_the_same_content_is_sealed_to_the_same_bytes_by_the_same_key(home: Home, tmp_path: Path) -> None:
    twin = home_at(tmp_path / "twin")
    assert handover.seal(home, content(decision())) == handover.seal(twin, content(decision()))
    turned = dict(reversed(content(decision()).items()))
    assert handover.seal(home, turned) == handover.seal(home, content(decision()))


def test_altering_any_byte_is_refused(home: Home) -> None:
    path = write(home, decision())
    raw = path.read_bytes()
    for place in range(len(raw)):
        for flip in FLIPS:
            refused(home, path, raw[:place] + bytes([raw[place] ^ flip]) + raw[place + 1 :])


def test_cutting_or_lengthening_it_is_refused(home: Home) -> None:
    path = write(home, decision())
    raw = path.read_bytes()
    for altered in (b"", raw[:-1], raw[:-2], raw[: len(raw) // 2], raw + b"\n", b" " + raw, raw + raw, b"\xef\xbb\xbf" + raw):
        refused(home, path, altered)


@pytest.mark.parametrize("raw", [b"null\n", b"[]\n", b"7\n", b'"x"\n', b"{}\n", b'{"seal":{}}\n', b'{"seal":7}\n', b'{"seal":{"sha256":"","public_key":"","signature":""}}\n'])
def test_what_is_no_hand_over_is_refused(home: Home, raw: bytes) -> None:
    assert "it is not a hand-over, or is damaged" in refused(home, home.root / "x.json", raw) or raw.startswith(b'{"seal":{"sha')


def resealed(path: Path, **mark: Any) -> bytes:
    """The same hand-over with other parts of its seal."""
    data = json.loads(path.read_bytes())
    return canonical({**data, "seal": {**data["seal"], **mark}}) + b"\n"


def test_one_without_a_seal_is_refused(home: Home) -> None:
    path = write(home, decision())
    data = json.loads(path.read_bytes())
    del data["seal"]
    assert refused(home, path, canonical(data) + b"\n") == "it is not a hand-over, or is damaged"


def test_a_content_that_was_changed_and_hashed_anew_but_not_signed_is_refused(home: Home) -> None:
    path = write(home, decision())
    data = json.loads(path.read_bytes())
    data["decisions"][0]["amount"] = "999999.00"
    body = {name: value for name, value in data.items() if name != "seal"}
    assert refused(home, path, canonical(data) + b"\n") == "the content is not what was sealed"
    anew = canonical({**body, "seal": {**data["seal"], "sha256": digest(body)}}) + b"\n"
    assert refused(home, path, anew) == "the signature does not belong to the content"


def test_a_signature_of_another_hand_over_is_refused(home: Home) -> None:
    path, other = write(home, decision()), write(home, decision(amount="1.00"))
    signature = json.loads(other.read_bytes())["seal"]["signature"]
    assert refused(home, path, resealed(path, signature=signature)) == "the signature does not belong to the content"


@pytest.mark.parametrize("mark", [{"note": "please pay"}, {"signature": ""}, {"signature": None}, {"signature": 7}, {"signature": "zz"}, {"public_key": None}, {"sha256": None}])
def test_a_seal_of_another_form_is_refused(home: Home, mark: dict[str, Any]) -> None:
    path = write(home, decision())
    assert refused(home, path, resealed(path, **mark))


def test_one_signed_by_an_unknown_key_is_refused_and_taken_once_the_key_is_trusted(home: Home, tmp_path: Path) -> None:
    stranger = home_at(tmp_path / "stranger", key=b"s" * 32)
    path = write(stranger, decision())
    with pytest.raises(HandoverRefusedError, match="signed by a key this home does not know"):
        handover.read(path, trusted(home))
    assert handover.read(path, trusted(stranger)).contract == "tarp"
    own = json.loads(write(home, decision()).read_bytes())["seal"]["public_key"]
    assert refused(home, path, resealed(path, public_key=own)) == "the signature does not belong to the content"


def test_one_of_another_format_is_refused_although_it_is_signed(home: Home) -> None:
    raw = handover.seal(home, content(decision()) | {"format": "udbytte.handover/2"})
    assert refused(home, home.root / "x.json", raw) == "the content is not what was sealed"


@pytest.mark.parametrize("key", handover.FORBIDDEN)
@pytest.mark.parametrize("depth", ["top", "decision", "list"])
def test_nothing_that_carries_a_person_is_sealed_at_any_depth(home: Home, key: str, depth: str) -> None:
    planted = {key: "LEAKME-0001"}
    made = {"top": content() | planted, "decision": content(decision(**planted)), "list": content() | {"results": {"x": [[{"y": [planted]}]]}}}[depth]
    with pytest.raises(HandoverRefusedError, match="a hand-over holds aggregates only") as caught:
        handover.seal(home, made)
    assert "LEAKME" not in caught.value.sentence()
    with pytest.raises(HandoverRefusedError):
        handover.write(home, made)
    assert not list(home.handover.iterdir())


def test_the_keys_that_name_a_person_are_the_agreed_ones_and_the_hash_of_lines_is_none(home: Home) -> None:
    assert {"person_id", "person_key", "pseudonym", "evidence", "indicator_values", "cohort_members", "lines"} <= set(handover.FORBIDDEN)
    found = handover.read(write(home, decision(lines_sha256="1" * 64, discloses=True)), trusted(home))
    assert found.decisions[0]["lines_sha256"] == "1" * 64


def test_a_decisions_own_lines_cannot_be_sealed(home: Home) -> None:
    for planted in ([["LEAKME-0001", "1/3"]], [Line("LEAKME-0001", "edge", Fraction(1))], []):
        with pytest.raises((HandoverRefusedError, TypeError)) as caught:
            handover.seal(home, content(decision(lines=planted)))
        assert "LEAKME" not in str(caught.value)


def test_refusals_repeat_nothing_of_the_content(home: Home) -> None:
    path = write(home, decision(reason="LEAKME-0001"))
    raw = path.read_bytes()
    for altered in (raw[:-2], raw.replace(b"LEAKME-0001", b"LEAKME-0002"), raw[:40] + b"}" + raw[40:]):
        assert "LEAKME" not in refused(home, path, altered)


def test_floats_are_never_sealed(home: Home) -> None:
    with pytest.raises(TypeError, match="float"):
        handover.seal(home, content(decision(amount=0.1)))


def test_the_newest_day_decided_is_that_of_the_newest_hand_over(home: Home, tmp_path: Path) -> None:
    assert handover.last_decided(home) is None
    assert handover.last_decided(Home(tmp_path / "nowhere")) is None
    for number in (3, 0, 1):
        write(home, decision(as_of=day(number)), as_of=day(number))
    assert handover.last_decided(home) == day(3)
