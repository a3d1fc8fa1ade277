"""The open tables attacked from outside: no small count and no suppressed number can be pinned down, and where suppression is switched off, they can."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
from disclosing.attacker import Outsider, Tables, secrets
from disclosing.night_given import QUARTERS, given

from pipelines.reports.disclosing import guarding
from pipelines.reports.disclosing.solving import Solution

SMALLEST = 5
CLAIMS = {f"ungebro/selvforsoergelse/{quarter}": price for quarter, price in {"2025Q1": 24000, "2025Q2": 24000, "2025Q3": 24840, "2025Q4": 24840}.items()}


class OutsiderOfUngebro(Outsider):
    """Knows the price of each quarter."""

    def _decision(self, row: dict[str, object]) -> None:
        self.claims = {f"{row['contract']}/{row['trigger']}": ("uger", CLAIMS[f"ungebro/selvforsoergelse/{row['claim_period']}"])}
        super()._decision(row)


def outsider(tables: Tables) -> Outsider:
    claims: dict[str, tuple[str, float | None]] = {"ungebro/selvforsoergelse": ("uger", 24000.0)}
    return OutsiderOfUngebro(frozenset(), claims, {}).read(tables)


def found_out(exact: Tables, told: Tables) -> dict[str, int]:
    """The secrets an outsider pins down to within the smallest count."""
    by = outsider(told)
    hidden = secrets(exact, told, SMALLEST, frozenset())
    listed = {"trygt_hjem/edge/referrals_withdrawn": 3, "trygt_hjem/edge/enrolled_of_referred/others": 3}
    return {name: value for name, value in (hidden | listed).items() if by.pinned(name, SMALLEST)}


def test_row_by_row_suppression_leaks_and_the_attack_finds_it(tmp_path: Path) -> None:
    """Of the third quarter, 224 people stand in one check and 221 of them in another: 3 are missing, as 2 and 1. The claim's lines say who reached."""
    _, exact, rows_alone = given()
    assert rows_alone["indicator_results"]["counts_state"].to_list().count("suppressed") == 4
    leaked = found_out(exact, rows_alone)
    assert leaked["ungebro/uger/2025Q3/treatment/uncounted"] == 1
    assert leaked["ungebro/uger/2025Q3/treatment/counted"] == 75
    assert leaked["ungebro/uger/2025Q2/treatment/counted"] == 89


def test_what_is_published_tells_no_secret(tmp_path: Path) -> None:
    night, exact, rows_alone = given()
    told = guarding.guard(tmp_path, night, exact, rows_alone).tables
    assert secrets(exact, told, SMALLEST, frozenset())
    assert found_out(exact, told) == {}


def test_what_is_large_is_still_told(tmp_path: Path) -> None:
    night, exact, rows_alone = given()
    told = guarding.guard(tmp_path, night, exact, rows_alone).tables
    shown = told["indicator_results"].filter(counts_state="shown").select("claim_period", "role", "n").rows()
    assert shown == [("2025Q1", "comparison", 96), ("2025Q1", "treatment", 44), ("2025Q4", "comparison", 189), ("2025Q4", "treatment", 96)]
    amounts = dict(told["payment_decisions"].select("claim_period", "amount").rows())
    assert [str(amounts[quarter]) for quarter in ("2025Q1", "2025Q4")] == ["600000.00", "1167480.00"]
    assert [amounts[quarter] for quarter in ("2025Q2", "2025Q3")] == [None, None]


def test_secondary_suppression_switched_off_is_found_by_the_attack(tmp_path: Path) -> None:
    """Three children withdrew of 143 referred: hidden by itself, and told by two checks beside it, 140 enrolled and 143 on the list."""
    night, exact, rows_alone = given()
    with mock.patch.object(guarding, "protect", return_value=Solution()):
        told = guarding.guard(tmp_path, night, exact, rows_alone).tables
    assert found_out(exact, told) == {"trygt_hjem/edge/referrals_withdrawn": 3, "trygt_hjem/edge/enrolled_of_referred/others": 3}


@pytest.mark.parametrize("missing", [1, 2, 3, 4])
@pytest.mark.parametrize("quarter", ["2025Q1", "2025Q4"])
def test_whichever_quarter_misses_few_people_none_is_told(tmp_path: Path, quarter: str, missing: int) -> None:
    n, counted, *rest = QUARTERS[quarter]
    night, exact, rows_alone = given(QUARTERS | {quarter: (n, counted - missing, *rest)})
    assert f"ungebro/uger/{quarter}/treatment/uncounted" in found_out(exact, rows_alone)
    assert found_out(exact, guarding.guard(tmp_path, night, exact, rows_alone).tables) == {}
