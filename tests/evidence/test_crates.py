"""The metadata of a bundle as an RO-Crate, by the validator of its community, and its seal. Hand-made, so that no night is needed."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ledger import handover
from pipelines.reports.evidence import crate
from pipelines.settings import Home

VALIDATOR = """
import pathlib, sys, requests.adapters, rocrate
from rocrate_validator import models, services
context = (pathlib.Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld").read_bytes()
def send(self, request, **_):
    answer = requests.Response()
    assert request.url == "https://w3id.org/ro/crate/1.3/context", request.url
    answer.url, answer.request, answer.status_code, answer._content = request.url, request, 200, context
    answer.headers["Content-Type"] = "application/ld+json"
    return answer
requests.adapters.HTTPAdapter.send = send
asked = services.ValidationSettings(rocrate_uri=sys.argv[1], profile_identifier="ro-crate-1.3", requirement_severity=models.Severity.RECOMMENDED, no_cache=True)
for issue in services.validate(asked).get_issues():
    print(issue.severity.name, issue.check.identifier, issue.message)
"""
"""Validates a crate and prints what it finds. The one address that it asks for is answered with the context that rocrate ships; any other
ends it. It runs in a process of its own, for it configures logging."""
NO_ADDRESS = ("A License entity", "rganization")
"""What it recommends and a bundle does not have, by its words: web addresses of the licence, and addresses of the publisher. The parties agree
the one between them, and a contract does not name the other."""
FILES = {"entry.json": b"{}\n", "decision.json": b"[]\n", "arithmetic.txt": b"1 + 1 = 2\n", "index.html": b"<!doctype html>\n", "contract.yaml": b"a: 1\n"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("crates")).prepare(key=b"k" * 32)


@pytest.fixture(scope="module")
def sealed(home: Home) -> bytes:
    return crate.metadata(FILES, name="Evidence", description="Of an entry", published=dt.date(2026, 6, 30), publisher="Kommunen", sign=lambda sha256: handover.sign(home, sha256))


def test_the_validator_finds_every_must_of_ro_crate_1_3_and_every_should_but_web_addresses(sealed: bytes, tmp_path: Path) -> None:
    for name, content in {**FILES, crate.METADATA: sealed}.items():
        (tmp_path / name).write_bytes(content)
    done = subprocess.run([sys.executable, "-c", VALIDATOR, str(tmp_path)], capture_output=True, text=True, check=True)
    assert [line for line in done.stdout.splitlines() if not line.startswith("RECOMMENDED") or not any(words in line for words in NO_ADDRESS)] == []


def test_the_validator_does_find_what_is_wrong(sealed: bytes, tmp_path: Path) -> None:
    data = json.loads(sealed)
    del data["@graph"][1]["datePublished"]
    for name, content in {**FILES, crate.METADATA: json.dumps(data).encode()}.items():
        (tmp_path / name).write_bytes(content)
    done = subprocess.run([sys.executable, "-c", VALIDATOR, str(tmp_path)], capture_output=True, text=True, check=True)
    assert any(line.startswith("REQUIRED") for line in done.stdout.splitlines())


def test_sound_metadata_has_no_fault(sealed: bytes, home: Home) -> None:
    assert (crate.seal_fault(sealed), crate.file_faults(sealed, FILES)) == ("", [])
    assert crate.key_of(sealed) == handover.public_key(home)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_no_bit_of_the_metadata_can_be_flipped(sealed: bytes, place: int, bit: int) -> None:
    place %= len(sealed)
    assert crate.seal_fault(sealed[:place] + bytes([sealed[place] ^ 1 << bit]) + sealed[place + 1 :])


@pytest.mark.parametrize("torn", [b"", b"{}", b"[]", b"null", b'{"@graph": []}', b'{"@graph": [{"value": "a:b:c"}]}', b'{"@graph": [{"value": 1}]}', b"\xff"])
def test_what_is_no_metadata_is_a_fault_and_raises_nothing(torn: bytes) -> None:
    assert crate.seal_fault(torn) == "it is no metadata of a bundle, or is damaged"


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(sorted(FILES)), st.binary(max_size=20))
def test_a_file_with_other_bytes_is_named(sealed: bytes, name: str, content: bytes) -> None:
    faults = crate.file_faults(sealed, {**FILES, name: content})
    assert faults == ([] if content == FILES[name] else [f"{name} is not the file that was sealed"])
