"""docs/contracts.md is made from the models of contracts, names every key there is, and says of each whether the program carries it out."""

from __future__ import annotations

import json
import re
from pathlib import Path

from reports.annex_given import full
from support import ROOT

from pipelines.contracts.carried import uncarried
from pipelines.contracts.outcome import OutcomeContract
from pipelines.reports.contract_page import BY_HAND, DONE, PAGE, page

TEXT = PAGE.read_text(encoding="utf-8")
KEYS, PARTS = TEXT.partition("## The keys of a contract")[2].split("## Parts")[0], TEXT.partition("## Parts")[2]
SCHEMA = json.loads((ROOT / "data_contracts" / "schemas" / "outcome.schema.json").read_text(encoding="utf-8"))


def test_the_page_is_as_it_would_be_made_now() -> None:
    assert page() == TEXT, "docs/contracts.md is not current; run `make docs` and commit what it changes"


def test_every_key_of_a_contract_is_named_with_what_it_means() -> None:
    rows = dict(re.findall(r"^\| \**`(\w+)`\** \| ([^|]*) \|", KEYS, re.MULTILINE))
    assert set(rows) == {field.alias or name for name, field in OutcomeContract.model_fields.items()}
    assert [name for name, means in rows.items() if not means.strip(" .")] == []


def test_every_part_says_what_it_is_and_names_each_of_its_keys() -> None:
    said = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", PARTS, re.MULTILINE | re.DOTALL))
    assert set(said) == set(SCHEMA["$defs"])
    assert [name for name, text in said.items() if text.strip().startswith("|") or not text.strip()] == []
    missing = [f"{name}.{key}" for name, part in SCHEMA["$defs"].items() for key in part.get("properties", {}) if f"`{key}`" not in said[name]]
    assert missing == []


def test_every_link_to_a_part_leads_to_one() -> None:
    headings = {name.lower() for name in re.findall(r"^### (\w+)$", PARTS, re.MULTILINE)}
    pages = [TEXT, *(path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs" / "indicators").glob("*.md")))]
    links = {link for text in pages for link in re.findall(r"\]\((?:\.\./contracts\.md)?#(\w+)\)", text)}
    assert {"scale", "codeset", "window", "cohort"} <= links
    assert links - headings == set()


def test_the_page_says_not_carried_out_of_just_the_terms_that_are_not(tmp_path: Path) -> None:
    """Of a contract that agrees on everything."""
    (contract,) = full(tmp_path)[0].load().contracts.values()
    found = {str(term.place[0]): term.holds for term in uncarried(contract)}
    held = {key for key, done in DONE.items() if "every payment of the contract is held" in done}
    assert {key for key, holds in found.items() if holds} == held
    assert {key for key, holds in found.items() if not holds} == {key for key, done in DONE.items() if done == BY_HAND}
