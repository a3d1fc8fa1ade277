"""Rules of every kind quoted from totals, each against an amount worked by hand."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from contract_files.planted import copied
from contract_files.test_contracts_of_indicators_by_part import NAME
from contract_files.test_contracts_of_rules import RULES, contract
from quoting.quoting_given import rows_of

from pipelines.errors import ResultsError
from pipelines.payments.quoting.checking import checked
from pipelines.payments.quoting.cliffs import price_of_one
from pipelines.payments.quoting.quote import Quote, quote
from pipelines.payments.quoting.results_file import refuse


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def quoted(folder: Path, rule: str, text: str) -> Quote:
    planted = copied(folder)
    planted.write(NAME, contract({rule: RULES[rule]}))
    assert planted.said() == []
    found = planted.load()
    (terms,) = found.contracts.values()
    rows, findings = checked(terms, rows_of(text), "results.csv")
    refuse(findings)
    return quote(terms, rows, found.gate_of(terms))


@pytest.mark.parametrize(
    ("rule", "text", "amounts"),
    [
        pytest.param(
            "mestring",
            "persons,claims\n2025Q3,4,10\n2025Q4,1,9",
            [10 * 20001, 4 * 20001 + 3 * 40003],
            id="ten claims of four people; nine of one, seven paid",
        ),
        pytest.param("sene_uger", "persons,units\n2025Q3,2,60\n2025Q4,2,52", [2 * 4 * 306, 0], id="thirty weeks each are four beyond the 26th; 26 are none"),
        pytest.param("bolig", "enrolled,persons,units\n2025Q3,9,3,81\n2025Q4,9,2,72", [Decimal("81018.00"), 2 * 36008], id="27 of 36 months each; the whole"),
        pytest.param("personer", "persons\n2025Q3,380\n2025Q4,50", [370 * 1110 + 10 * 1012, 30 * 1012 + 20 * 1354], id="a tier that is filled in one period is not filled again"),
        pytest.param("besparelse", "enrolled,value\n2025Q3,50,-1000000.00\n2025Q4,50,3000000.00", [0, Decimal("1220000.00")], id="a loss is made up for before savings are shared"),
        pytest.param("bonus", "persons\n2025Q3,90\n2025Q4,12", [0, 10 * 513], id="beyond the ninety-second over the life"),
        pytest.param("manglende", "enrolled\n2025Q3,120\n2025Q4,123", [3 * 9015, 0], id="three fewer than agreed; as many as agreed"),
        pytest.param("fast", "enrolled\n2025Q3,1\n2025Q4,1", [600017, 600017], id="whatever the result"),
    ],
)
def test_a_rule_from_totals(folder: Path, rule: str, text: str, amounts: list[Decimal]) -> None:
    head, *rows = text.split("\n")
    found = quoted(folder, rule, "\n".join([f"outcome,period,{head}", *(f"maal,{row}" for row in rows)]))
    assert [item.amount for item in found.quoted] == amounts


COMPONENTS = "outcome,period,component,enrolled,persons,units\nmaal,2025Q3,job,40,30,300\nmaal,2025Q3,su,40,12,36\n"


def test_components_are_of_the_same_people_and_each_has_its_price(folder: Path) -> None:
    """300 weeks x 519 + 36 weeks x 221 = 155,700 + 7,956."""
    (item, _) = quoted(folder, "uger_efter_art", COMPONENTS).quoted
    assert item.amount == Decimal("163656.00")
    assert item.result is not None
    assert item.result.roles["treatment"].n_counted == 40
    assert item.decision is not None
    assert item.decision.arithmetic[0].startswith("300 weeks (job) of 30 persons x 519.00")
    assert len(item.decision.lines) == 40


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (COMPONENTS.replace(",su,", ",sv,"), "results.csv:3: there is no price for the component 'sv'; known: job, su"),
        ("outcome,period,persons,units\nmaal,2025Q3,30,300\n", "results.csv:2: the row does not say which component its units are of; known: job, su"),
        (
            COMPONENTS + "maal,2025Q3,su,40,12,36\n",
            "results.csv:4: this claim (maal, hjemloese, 2025Q3, component 'su') stands in line 3 already; leave one, or tell groups of people apart in 'group'",
        ),
    ],
)
def test_a_component_that_cannot_be(folder: Path, text: str, words: str) -> None:
    with pytest.raises(ResultsError) as refused:
        quoted(folder, "uger_efter_art", text)
    assert refused.value.sentence() == words


def test_the_price_of_one_is_the_highest_that_holds_whatever_the_rule_calls_it(folder: Path) -> None:
    highest = {"mestring": "41005.00", "sene_uger": "306.00", "bolig": "36008.00", "personer": "1354.00", "uger_efter_art": "519.00", "bonus": "513.00", "manglende": "9015.00"}
    for rule in RULES:
        text = COMPONENTS if rule == "uger_efter_art" else "outcome,period,persons\nmaal,2025Q3,1\n"
        (item, _) = quoted(folder / rule, rule, text).quoted
        found = price_of_one(item.payment, item.period.end.replace(year=2027))
        assert found == (Decimal(highest[rule]) if rule in highest else None)
