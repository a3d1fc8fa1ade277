"""What disclosure control says: in Danish too, and on its page as it really is."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml
from disclosing.night_given import given
from support import ROOT

from pipelines.contracts.outcome import Disclosure
from pipelines.reports.disclosing.guarding import guard
from pipelines.reports.disclosing.suppressions import RULES, sentence
from pipelines.reports.phrases import book

PAGE = (ROOT / "docs" / "disclosure.md").read_text(encoding="utf-8")
NOTES = [
    "the open tables tell no counts and no amounts: released.jsonl, line 3, is not what was written, so restore it from a backup",
    "the open tables tell no counts and no amounts: released.jsonl cannot be read (PermissionError)",
    "the open tables tell no counts of trygt_hjem: disclosure control could not be proved (status 1); report it to the data engineer",
    "the open tables tell no counts of register:bef: disclosure control could not be proved (MemoryError); report it to the data engineer",
]


@pytest.mark.parametrize("words", [*NOTES, *RULES.values(), *(sentence("ungebro", "gate_checks", rule, 2) for rule in RULES), sentence("", "deliveries", "small_count", 1)])
def test_every_sentence_has_danish(words: str) -> None:
    assert [text for text, is_danish in book().say(words) if not is_danish] == []


def test_the_keys_on_the_page_are_those_of_the_contract_with_what_they_are_when_left_out() -> None:
    said = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0])["disclosure"]
    said["dominance"]["share"] = Decimal(str(said["dominance"]["share"]))
    assert Disclosure.model_validate(said).rounded_to == 5
    assert said.keys() == set(Disclosure.model_fields)
    left_out = Disclosure()
    assert (left_out.smallest_count, left_out.rounded_to, left_out.dominance.persons, str(left_out.dominance.share)) == (5, None, 2, "0.85")


def test_the_queries_of_the_page_give_what_it_shows(tmp_path: Path) -> None:
    told = guard(tmp_path, *given()).tables
    results, by_rule = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    with duckdb.connect() as connection:
        for name, frame in told.items():
            connection.register(name, frame)
        found = [tuple("" if value is None else str(value) for value in row) for row in connection.execute(results).fetchall()]
        rules = {row[0] for row in connection.execute(by_rule).fetchall()}
    shown = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in PAGE.split("counts_state |\n|---|---|---|---|---|\n")[1].split("\n\n")[0].splitlines()]
    assert len(shown) == 4
    assert set(shown) <= set(found)
    assert rules == {"small_count", "rests_on_suppressed", "protects_another"}


def test_every_state_and_rule_that_the_page_speaks_of_exists() -> None:
    assert {"not_frozen", "restated", "suppressed", "not_solved", "register_damaged"} <= set(re.findall(r"`([a-z_]+)`", PAGE))
    assert {"not_frozen", "not_solved", "register_damaged"} <= RULES.keys()
