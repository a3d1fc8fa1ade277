"""What the tests of quotes share: the sample's contracts, some with terms of a worked case in place of their own, and results as text."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from support import SHIPPED

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.loading import load
from pipelines.payments.quoting.checking import checked
from pipelines.payments.quoting.given import Row
from pipelines.payments.quoting.quote import Quote, quote
from pipelines.payments.quoting.results_file import read, refuse
from pipelines.payments.vocabulary import vocabulary

CASE_1 = """\
outcome,cohort,period,group,enrolled,persons,units,value,paid_before
hjemmedage,edge,2025H1,A,,1,91,,330000.00
hjemmedage,edge,2025H1,B,,1,49,,100000.00
hjemmedage,in_care,2025H1,C,,1,52,,0
hjemmedage,edge,2025H1,D,,1,31,,390000.00
hjemmedage,edge,2025H1,E,,1,71,,200000.00
hjemmedage,edge,2025H1,F,,1,14,,0
trivsel,edge,2025H1,,5,,,1.5,
trivsel,in_care,2025H1,,1,,,2,
"""
CASE_5 = """\
outcome;cohort;period;enrolled;persons;units;value
hjemmedage;in_care;2024H2;;12;732;
hjemmedage;in_care;2025H1;;12;372;
trivsel;in_care;2024H2;12;;;0
trivsel;in_care;2025H1;12;;;0
"""
TARP = """\
outcome,cohort,period,enrolled,persons,comparison,interval
enrolment,released,2024-25,216,216,,
rearrest_52_weeks,released,2024-25,216,48,66/216,-0.165163..0.000025
rearrest_104_weeks,released,2024-25,216,70,0.40,
"""
PRICE = "2025-01-01: 1226.53"
"""The price of trygt_hjem in 2025; the first worked case has another."""


@cache
def agreed(name: str, *changes: tuple[str, str]) -> Catalogue:
    """The shipped contracts, with words of one replaced. Every replaced word must be there, and the contract must load."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(shutil.copytree(SHIPPED, Path(folder) / "data_contracts"))
        path = made / "outcomes" / f"{name}.yaml"
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        found = load(made, vocabulary())
    assert name in found.contracts, [finding.sentence() for finding in found.findings()]
    return found


def written(text: str, folder: Path, name: str = "results.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def rows_of(text: str) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        return read(written(text, Path(folder)))


def quote_of(name: str, text: str, *changes: tuple[str, str]) -> Quote:
    """The quote of a shipped contract, changed or not, for results as text."""
    found = agreed(name, *changes)
    contract = found.contracts[name]
    rows, findings = checked(contract, rows_of(text), "results.csv")
    refuse(findings)
    return quote(contract, rows, found.gate_of(contract))
