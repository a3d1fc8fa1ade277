"""The terms of a waterfall: what is refused, on which line and in which words, and what a contract may leave out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from rules.waterfall.waterfall_given import HERE, read_here, terms

from pipelines.contracts.investors import InvestorClass, late
from pipelines.contracts.source import read, validate
from pipelines.contracts.waterfall import Step, Waterfall

TERMS = (HERE / "terms.yaml").read_text(encoding="utf-8")


def findings(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    """What is found in the worked terms after each first text is replaced by the second."""
    text = TERMS
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (tmp_path / "terms.yaml").write_text(text, encoding="utf-8")
    source = read(tmp_path / "terms.yaml", root=tmp_path)
    validate(Waterfall, source.value, source)
    return [f"{found.line}: {found.message}" for found in source.findings]


def test_the_worked_terms_have_no_findings(tmp_path: Path) -> None:
    assert findings(tmp_path) == []


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in read_here("refused.yaml").value["refused"]])
def test_what_is_refused_says_where_and_what_to_do(tmp_path: Path, case: dict[str, Any]) -> None:
    assert findings(tmp_path, (case["turn"], case["into"])) == case["says"]


def test_a_floor_step_without_a_floor_has_nothing_to_pay(tmp_path: Path) -> None:
    found = findings(tmp_path, (", floor: {rate: 0.03, years: 3}", ""), ("guarantee: {guarantor: stiftelse, limit: 500000.00}\n", ""), ("guarantor, ", ""))
    assert found == ["11: order: the step 'floor_interest' has nothing to pay; take it out, or add a 'floor' to a class"]


def test_mistakes_in_other_parts_do_not_make_the_order_wrong(tmp_path: Path) -> None:
    found = findings(tmp_path, ("id: junior", "id: senior"), ("junior: 0.60", "junior: 0.70"))
    assert [said.split(":")[1] for said in found] == [" classes", " return_split"]


def one_class(**changes: Any) -> InvestorClass:
    given = {"id": "one", "investor": "fond", "principal": Decimal("1.00"), "drawn_on": dt.date(2023, 1, 1), "return_cap": Decimal("0.15")}
    return InvestorClass.model_validate({**given, **changes})


@pytest.mark.parametrize(
    ("drawn_on", "years", "ends"),
    [
        pytest.param(dt.date(2023, 1, 1), 3, dt.date(2026, 1, 1), id="the same date three years later"),
        pytest.param(dt.date(2024, 2, 29), 1, dt.date(2025, 2, 28), id="a leap day in a common year"),
        pytest.param(dt.date(2024, 2, 29), 4, dt.date(2028, 2, 29), id="a leap day in a leap year"),
        pytest.param(dt.date(2023, 12, 31), 1, dt.date(2024, 12, 31), id="the last day of a year"),
    ],
)
def test_the_day_a_floor_ends(drawn_on: dt.date, years: int, ends: dt.date) -> None:
    assert one_class(drawn_on=drawn_on, floor={"rate": Decimal("0.03"), "years": years}).floor_ends == ends


def drawn(*parts: tuple[int, str]) -> list[dict[str, Any]]:
    """Draws on days of January 2023."""
    return [{"on": dt.date(2023, 1, day), "amount": Decimal(amount)} for day, amount in parts]


@pytest.mark.parametrize(
    ("told", "found"),
    [
        pytest.param(None, [], id="nothing is told"),
        pytest.param([], [], id="nothing was drawn as far as is told"),
        pytest.param([(1, "60"), (11, "40")], [], id="both on their day"),
        pytest.param([(1, "100")], [], id="all of it at once"),
        pytest.param([(2, "60"), (11, "40")], [(1, "60", 2)], id="a day late, and then on time"),
        pytest.param([(1, "59.99"), (11, "40.01")], [(1, "0.01", 11)], id="a cent late"),
        pytest.param([(1, "60"), (12, "40")], [(11, "40", 12)], id="the second a day late"),
        pytest.param([(1, "60"), (11, "39.99")], [(11, "0.01", None)], id="a cent that has not come"),
        pytest.param([(1, "60")], [], id="what is due later is still open"),
        pytest.param([(5, "30"), (20, "70")], [(1, "60", 20), (11, "70", 20)], id="both late"),
    ],
)
def test_what_was_drawn_too_late(told: list[tuple[int, str]] | None, found: list[tuple[int, str, int | None]]) -> None:
    item = one_class(principal=None, drawn_on=None, draws=drawn((1, "60"), (11, "40")), drawn=None if told is None else drawn(*told))
    expected = [(dt.date(2023, 1, due), Decimal(missing), came and dt.date(2023, 1, came)) for due, missing, came in found]
    assert [tuple(part) for part in late(item)] == expected


def test_money_drawn_fills_the_draws_agreed_from_the_first_on() -> None:
    item = one_class(principal=None, drawn_on=None, draws=drawn((1, "60"), (11, "40")), drawn=drawn((5, "30"), (20, "50")))
    assert [(draw.on.day, str(draw.amount)) for draw in item.as_scheduled()] == [(1, "60"), (11, "20")]
    assert [(draw.on.day, str(draw.amount)) for draw in item.as_scheduled(dt.date(2023, 1, 19))] == [(1, "30")]
    assert item.as_scheduled(dt.date(2023, 1, 4)) == []


def test_terms_as_agreed_know_nothing_of_what_was_drawn() -> None:
    told = terms(classes=[{**terms().classes[0].model_dump(), "drawn": drawn((5, "1.00"))}, terms().classes[1]])
    assert told.classes[0].put_in != told.classes[0].scheduled
    assert told.as_scheduled() == terms()


def test_a_floor_of_exactly_the_rate_is_taken() -> None:
    assert one_class(return_cap={"irr": Decimal("0.05"), "on": "actual"}, floor={"rate": Decimal("0.05"), "years": 50}).floor
    assert one_class(return_cap={"irr": Decimal("0.05"), "on": "actual"}, floor={"rate": Decimal("0.051"), "years": 1, "counts_to_cap": False}).floor


def test_a_floor_of_exactly_the_cap_is_taken_and_one_above_where_it_does_not_count() -> None:
    assert one_class(floor={"rate": Decimal("0.05"), "years": 3}).floor
    assert one_class(floor={"rate": Decimal("0.050001"), "years": 3, "counts_to_cap": False}).floor
    with pytest.raises(ValueError, match="comes to more than the return cap"):
        one_class(floor={"rate": Decimal("0.050001"), "years": 3})


def test_a_class_drawn_on_the_first_distribution_date_is_taken() -> None:
    first = terms().distributed_on[0]
    assert terms(classes=[{**item.model_dump(), "drawn_on": first} for item in terms().classes]).of("junior").drawn_on == first


def test_what_the_conventions_are_where_the_contract_does_not_say() -> None:
    agreed = terms()
    floor = agreed.of("senior").floor
    assert floor is not None
    assert (agreed.over_cap, floor.unpaid, floor.counts_to_cap) == ("other_classes", "carried", True)


def test_every_party_named_with_its_place_and_the_role_it_needs() -> None:
    assert [tuple(use) for use in terms().parties_used()] == [
        (("classes", 0, "investor"), "fond", "investor"),
        (("classes", 1, "investor"), "pensionskasse", "investor"),
        (("guarantee", "guarantor"), "stiftelse", "guarantor"),
        (("bonus", "to"), "udfoerer", "provider"),
        (("reverts_to",), "kommune", "commissioner"),
    ]


def test_only_parties_that_are_named_are_listed() -> None:
    agreed = terms(bonus=None, order=[step for step in terms().order if step.written != "bonus"])
    assert [use.role for use in agreed.parties_used()] == ["investor", "investor", "guarantor", "commissioner"]


def test_a_step_is_said_as_it_is_written() -> None:
    assert [step.written for step in terms().order] == ["floor_interest", "{principal: senior}", "{principal: junior}", "guarantor", "return", "bonus", "reverts"]
    assert Step.model_validate({"principal": "senior"}).repays == "senior"
    assert Step.model_validate("bonus").repays is None


def test_the_terms_have_a_json_schema_that_names_every_step() -> None:
    schema = Waterfall.model_json_schema()
    assert set(schema["required"]) == {"clause", "day_count", "classes", "reverts_to", "distributed_on", "order"}
    assert schema["$defs"]["Step"]["anyOf"][0]["enum"] == ["floor_interest", "guarantor", "return", "bonus", "reverts"]
