"""The bundles of a night: what they are, that each proves itself alone, and that nothing can be changed in one unseen."""

from __future__ import annotations

import json
import random
import re
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evidence.bundles_made import CONTRACTS, bundle_about, changed, entry_of, failed, forged, make_home, sealed_again
from support import here, ledger_lines, night, only

from pipelines.errors import HomeError
from pipelines.ledger import handover
from pipelines.reports.evidence import bundle, crate
from pipelines.reports.evidence.proof import prove
from pipelines.settings import Home

FLIPS = 24
DUE, NOT_MET = "tarp/reduction/2024-25/all/final", "tarp/certain_reduction/2024-25/all/final"
HELD, BY_PERSON = "trygt_hjem/hjemmedage/2025H1/all/final", "trygt_hjem/hjemmedage/2024H2/all/final"
LOOKED_AT = (DUE, NOT_MET, HELD, BY_PERSON)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    return make_home(tmp_path_factory.mktemp("evidence"))


@pytest.fixture(scope="module")
def home(made: tuple[Path, dict[str, Any]]) -> Path:
    return made[0]


def folders(home: Path) -> list[Path]:
    return sorted((home / "evidence").iterdir())


def test_every_entry_about_a_decision_has_a_bundle_and_no_other_has(made: tuple[Path, dict[str, Any]]) -> None:
    home, board = made
    assert board["problems"] == []
    entries = [json.loads(line) for line in ledger_lines(home)]
    assert [folder.name for folder in folders(home)] == [f"{entry['seq']:06d}" for entry in entries if entry["kind"] in bundle.ABOUT]
    assert {entry_of(folder)["kind"] for folder in folders(home)} == {"decision", "hold"}
    for folder in folders(home):
        assert (folder / "entry.json").read_text(encoding="utf-8").rstrip("\n") in ledger_lines(home)
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o640}


def test_a_bundle_is_small(home: Path) -> None:
    assert max(sum(path.stat().st_size for path in folder.iterdir()) for folder in folders(home)) < bundle.LARGEST


def test_no_person_is_in_a_bundle(home: Path) -> None:
    lists = [json.loads(path.read_bytes())["rows"] for path in (home / "archive" / "cohorts").iterdir()]
    keys = {str(row[0]) for rows in lists for row in rows}
    assert len(keys) > 500
    for path in (home / "evidence").rglob("*.*"):
        text = path.read_text(encoding="utf-8")
        assert set(re.findall(r"\w+", text)) & keys == set(), path
        assert not re.search(r"(?<![0-9a-f.])\d{6}-?\d{4}(?![0-9a-f.])", text), path


def test_a_withheld_count_is_a_state_and_never_a_number(home: Path) -> None:
    for folder in folders(home):
        said = json.loads((folder / "verdicts.json").read_bytes())
        for check in [check for suite in said["suites"] for check in suite["checks"]]:
            assert check["counts_state"] == "shown" or check["numerator"] is check["denominator"] is None
        results = json.loads((folder / "result.json").read_bytes()).values()
        assert all(("result" in item) is (item["state"] == "shown") for item in results)


def test_every_bundle_proves_itself(home: Path) -> None:
    assert {folder.name: failed(prove(folder)) for folder in folders(home)} == {folder.name: [] for folder in folders(home)}


@pytest.mark.parametrize(
    ("key", "state", "words"),
    [
        (DUE, "proved", "the decision, due 250000.00 USD, comes out the same when it is decided again"),
        (NOT_MET, "proved", "the decision, not met 0.00 USD, comes out the same when it is decided again"),
        (HELD, "proved", "the hold and its causes come out the same when it is decided again"),
        (BY_PERSON, "beyond", "the amount is not computed again: per_unit@1 prices persons one by one, and their lines stay where person data may be read"),
    ],
)
def test_what_aggregates_can_say_is_decided_again(home: Path, key: str, state: str, words: str) -> None:
    assert (state, words) in [(item.state, item.words) for item in prove(bundle_about(home, key))]


def test_a_bundle_is_proved_by_the_command_line_without_a_home(home: Path, tmp_path: Path) -> None:
    alone = shutil.copytree(bundle_about(home, DUE), tmp_path / "mailed")
    key = handover.public_key(Home(home))
    done = here(tmp_path / "no home", "verify", "--bundle", str(alone), "--signed-by", key)
    assert (done.returncode, done.stderr) == (0, "")
    assert "proved  it is signed by the key that was asked for" in done.stdout
    assert "beyond  that the ledger has this entry" in done.stdout
    assert not (tmp_path / "no home").exists()
    (alone / "arithmetic.txt").write_text("Due: 350000.00 USD\n")
    broken = here(tmp_path / "no home", "verify", "--bundle", str(alone), "--json")
    assert broken.returncode == 5
    assert json.loads(broken.stdout)["holds"] is False


def test_no_flipped_bit_anywhere_goes_unseen(home: Path, tmp_path: Path) -> None:
    drawn, flips = random.Random(20260630), 0
    for key in LOOKED_AT:
        folder = Path(shutil.copytree(bundle_about(home, key), tmp_path / key.replace("/", "-")))
        for path in sorted(folder.iterdir()):
            whole = path.read_bytes()
            for place in drawn.sample(range(len(whole) * 8), FLIPS):
                path.write_bytes(whole[: place // 8] + bytes([whole[place // 8] ^ 1 << place % 8]) + whole[place // 8 + 1 :])
                assert failed(prove(folder)), f"{path.name}: bit {place}"
                flips += 1
            path.write_bytes(whole)
        assert failed(prove(folder)) == []
    assert flips >= 1000


def test_what_two_parties_released_is_proved_with_the_entry_that_released_it(home: Path, tmp_path: Path) -> None:
    copy, contracts = Path(shutil.copytree(home, tmp_path / "home", symlinks=True)), only(*CONTRACTS)
    people = ("--by", "Anna Holm=kommune", "--by", "Bo Lind=familiehuset")
    for _ in range(2):  # what holds the claim itself is known once its data are released
        assert here(copy, "override", HELD, "--because", "Talt i hånden", *people, contracts=contracts).returncode == 0
        board = night(copy, contracts=contracts)
    assert board["problems"] == []
    folder = folders(copy)[-1]
    assert (entry_of(folder)["kind"], entry_of(folder)["about"]) == ("decision", HELD)
    said = prove(folder)
    assert failed(said) == []
    assert any("which released the claim" in item.words and item.state == "beyond" for item in said)
    found = forged(copy, folder, tmp_path / "bundle", "overrides.json", lambda said: said[0]["body"].update(because="x"))
    assert found
    (tmp_path / "bundle" / "overrides.json").unlink()
    assert any("the gate is held" in words for words in failed(prove(sealed_again(copy, tmp_path / "bundle"))))
    deep = here(copy, "verify", "--deep", contracts=contracts)
    assert (deep.returncode, deep.stderr) == (0, "")


@pytest.mark.parametrize("name", ["extra.txt", ".hidden", "deeper/extra.txt"])
def test_a_file_that_nobody_lists_is_found(home: Path, tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(bundle_about(home, DUE), tmp_path / "bundle"))
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"x")
    assert any(f"{name} is there and is not listed" in words for words in failed(prove(folder)))


def test_a_file_that_is_gone_is_found_and_a_folder_without_metadata_is_no_bundle(home: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bundle_about(home, DUE), tmp_path / "bundle"))
    (folder / "result.json").unlink()
    assert any("result.json is listed and is not there" in words for words in failed(prove(folder)))
    (folder / crate.METADATA).unlink()
    with pytest.raises(HomeError, match="no evidence bundle"):
        prove(folder)


def _first_check(said: Any) -> Any:
    return said["suites"][0]["checks"][0]


def _drop_a_verdict(said: Any) -> None:
    said["suites"][0]["checks"].pop()


def _loosen(said: Any) -> None:
    said["suites"][0]["expectations"][0]["severity"] = "warning"


FORGERIES: list[tuple[str, Callable[[Any], Any], str]] = [
    ("verdicts.json", lambda said: _first_check(said).update(verdict="failed", severity="error", remedy="", cured_by=""), "the gate is held"),
    ("verdicts.json", _drop_a_verdict, "the gate is held"),
    ("verdicts.json", lambda said: said["suites"][0].update(inputs="0" * 64), "the gate is held"),
    ("verdicts.json", lambda said: said.update(as_of="2026-06-29"), "the gate is held"),
    ("verdicts.json", lambda said: _first_check(said).update(denominator=0), "the gate is held"),
    ("suites.json", _loosen, "every suite of expectations has the digest"),
    ("suites.json", lambda said: said["expectations"][0].update(severity="warning"), "every suite of expectations has the digest"),
    ("suites.json", lambda said: said["suites"].pop() and None, "every suite of expectations has the digest"),
    ("inputs.json", lambda said: said.update(lock="0" * 64), "the inputs give the fingerprint"),
    ("decision.json", lambda said: said["terms"]["payment"].update(payee="somebody_else"), "the resolved terms are those of the contract"),
    ("decision.json", lambda said: said["decision"].update(amount="1.00"), "the entry says of the decision"),
    ("result.json", lambda said: next(iter(said.values()))["result"].update(measure="mean"), "the results are those of the hand-over"),
    ("entry.json", lambda said: said["body"].update(amount="350000.00"), "the ledger entry gives its own hash"),
    ("handover.json", lambda said: said["decisions"][0].update(amount="350000.00"), "the hand-over's seal and signature hold"),
]


@pytest.mark.parametrize(("name", "change", "words"), FORGERIES)
def test_a_forgery_that_is_sealed_again_with_the_homes_key_is_found(home: Path, tmp_path: Path, name: str, change: Callable[[Any], Any], words: str) -> None:
    found = forged(home, bundle_about(home, DUE), tmp_path / "bundle", name, change)
    assert any(words in said for said in found), found


def test_another_text_of_the_contract_is_found(home: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(bundle_about(home, DUE), tmp_path / "bundle"))
    text = (folder / "contract.yaml").read_text(encoding="utf-8")
    (folder / "contract.yaml").write_text(text.replace("250000.00", "350000.00"), encoding="utf-8")
    assert any("the contract is the text" in words for words in failed(prove(sealed_again(home, folder))))


def test_a_bundle_of_another_key_is_told_apart(home: Path, tmp_path: Path) -> None:
    other = Home(tmp_path / "other").prepare(key=b"o" * 32)
    folder = sealed_again(other.root, changed(bundle_about(home, DUE), tmp_path / "bundle", "result.json", lambda said: said))
    assert any("signed by the key" in words for words in failed(prove(folder, handover.public_key(Home(home)))))
    assert any("the hand-over's seal" in words for words in failed(prove(folder)))


def test_the_page_says_it_in_both_languages_and_asks_nothing_of_the_network(home: Path) -> None:
    for key in LOOKED_AT:
        page = (bundle_about(home, key) / "index.html").read_text(encoding="utf-8")
        assert "udbytte verify --bundle" in page
        assert "Sådan efterprøves det" in page
        assert not re.search(r"(src|href)=\"(https?:)?//", page)
        assert "afgørelse" not in page.lower()
    held = (bundle_about(home, HELD) / "index.html").read_text(encoding="utf-8")
    assert "buaf covers through 2025-06-28 by its data" in held
    assert "buaf dækker til og med" in held
