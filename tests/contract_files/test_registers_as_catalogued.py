"""Shipped registers against what others say of them: the catalogue of Statistics Denmark, and the linter of the standard."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import dst_fsv
import pytest
from datacontract.data_contract import DataContract

from pipelines.contracts.register import Column, RegisterContract
from pipelines.payments.vocabulary import catalogue
from pipelines.settings import PACKAGE_ROOT

FILES = sorted((PACKAGE_ROOT / "data_contracts" / "registers").glob("*.yaml"))
REGISTERS = catalogue().registers
CATALOGUED = {name: register for name, register in REGISTERS.items() if register.table.physical_name}
OF_ONE_S_OWN = {"arrests", "case_placements", "claim_checks", "claims", "referrals", "releases", "who5"}
DIGITS = {"yyww": "[0-9]{4}", "yyyy_mm": "[0-9]{4}_[0-9]{2}"}


@cache
def catalogued(table: str) -> dict[str, tuple[str, str]]:
    """Column, in capitals, and the first and last period that has it."""
    return {row["variable"].upper(): (row["first_period"], row["last_period"]) for row in dst_fsv.variables(table)}


def names_of(column: Column, table: str) -> list[str]:
    """The catalogue's names for an agreed column: its own, or all that a template fits."""
    pattern = re.escape(column.name.upper())
    for end, digits in DIGITS.items():
        pattern = re.sub(f"{end.upper()}$", lambda _, digits=digits: digits, pattern) if column.repeats else pattern
    return [name for name in catalogued(table) if re.fullmatch(pattern, name)]


def not_catalogued(register: RegisterContract) -> list[str]:
    return [column.name for column in register.table.properties if not names_of(column, register.table.physical_name or "")]


def test_every_register_of_statistics_denmark_names_its_table() -> None:
    assert set(REGISTERS) - set(CATALOGUED) == OF_ONE_S_OWN
    assert len(CATALOGUED) >= 11


@pytest.mark.parametrize("name", sorted(CATALOGUED))
def test_every_agreed_column_is_in_the_catalogue_and_in_its_newest_period(name: str) -> None:
    register = CATALOGUED[name]
    assert not_catalogued(register) == []
    table = register.table.physical_name or ""
    newest = max(last for _, last in catalogued(table).values())
    given_up = [column.name for column in register.table.properties if max(catalogued(table)[found][1] for found in names_of(column, table)) < newest]
    assert given_up == []


def test_a_column_that_the_catalogue_does_not_have_is_found() -> None:
    kraf = CATALOGUED["kraf"]
    odd = kraf.table.properties[0].model_copy(update={"name": "afg_ger11"})
    table = kraf.table.model_copy(update={"properties": [*kraf.table.properties, odd]})
    assert not_catalogued(kraf.model_copy(update={"tables": [table]})) == ["afg_ger11"]


def test_a_weekly_template_stands_for_every_week_of_the_catalogue() -> None:
    weeks = names_of(REGISTERS["dream"].column("y_yyww"), "DREAM")
    assert "Y_9132" in weeks
    assert "Y_2053" in weeks
    assert len(weeks) > 1800


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.split(".")[0])
def test_the_linter_of_the_standard_passes(path: Path) -> None:
    run = DataContract(data_contract_file=str(path)).lint()
    assert run.result == "passed"
    assert [check.reason for check in run.checks or [] if check.result != "passed"] == []


def test_the_linter_refuses_a_register_that_is_not_to_the_standard(tmp_path: Path) -> None:
    path = tmp_path / "kraf.odcs.yaml"
    path.write_text(FILES[0].read_text(encoding="utf-8").replace("dimension: consistency", "dimension: niceness"), encoding="utf-8")
    assert DataContract(data_contract_file=str(path)).lint().result != "passed"
