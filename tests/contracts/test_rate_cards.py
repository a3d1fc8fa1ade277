"""Contracts that pay a price for each outcome: their tables as published, and what goes wrong with them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from contracts.contracts_given import amount, arithmetic, catalogue, quote_of, results, states, table

from pipelines.errors import ResultsError

CARE_LEAVERS = {"project_apollo": "INDIGO-POJ-0123", "reboot_west": "INDIGO-POJ-0121"}
CAP = ('caps:\n  in_all: {clause: "Public record, outcome payment commitment", amount: 2629000.00}\n', "")
"""The commitment to Greater Manchester taken out."""


def record(contract: str) -> list[dict[str, str]]:
    if contract == "gm_rough_sleeping":
        return table(contract)
    return [row for row in table("care_leavers") if row["project_id"] == CARE_LEAVERS[contract]]


def prices(contract: str) -> list[Decimal]:
    """The price of one outcome, by the contract's order."""
    made = []
    for payment in catalogue().contracts[contract].payments:
        ((_, arguments),) = payment.rule.root.items()
        dated = arguments["price"] if "price" in arguments else arguments["prices"]["1"]
        made.append(Decimal(str(next(iter(dated.values())))))
    return made


@pytest.mark.parametrize("contract", [*CARE_LEAVERS, "gm_rough_sleeping"])
def test_prices_and_results_are_those_of_the_record(contract: str) -> None:
    rows = record(contract)
    assert [int(row["metric_id"].removeprefix("outcomemetric")) for row in rows] == list(range(1, len(rows) + 1))
    assert prices(contract) == [Decimal(row["price_gbp"]) for row in rows]
    said = [line.split(",")[2] for line in results(contract).splitlines()[1:]]
    assert said == [row["outcomes_reported"] for row in rows]


def test_in_apollo_22_of_23_outcomes_are_paid_as_they_are_priced_and_one_is_paid_once_less() -> None:
    found = quote_of("project_apollo", results("project_apollo"))
    differ = {item.payment.id: item.amount - Decimal(row["paid_gbp"]) for item, row in zip(found.quoted, record("project_apollo"), strict=True)}
    assert {name: by for name, by in differ.items() if by} == {"outcome_17": Decimal("220.00")}
    assert "21 persons x 220.00" in arithmetic(found, "outcome_17")
    assert found.amount - sum(int(row["paid_gbp"]) for row in record("project_apollo")) == Decimal("220.00")


def joined(first: int) -> str:
    """Apollo's results with the ids 1 to 6 standing twice: on their own rows, and on the six rows from number `first` on."""
    lines = ["outcome,period,group,persons"]
    for number, row in enumerate(record("project_apollo"), 1):
        wrong = number - first + 1 if first <= number < first + 6 else number
        lines.append(f"outcome_{wrong},whole,row {number},{row['outcomes_reported']}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("first", range(7, 19))
def test_apollo_joined_on_an_id_that_stands_twice_comes_to_another_total(first: int) -> None:
    """The published table of outcomes repeats the ids 1 to 6. Wherever they stand the second time, a join prices those rows as the first six are."""
    wrong = quote_of("project_apollo", joined(first))
    assert wrong.amount not in (Decimal("848760.00"), Decimal("848540.00"))
    extra = sum(int(row["outcomes_reported"]) * (price - prices("project_apollo")[number]) for number, (row, price) in enumerate(repriced(first)))
    assert wrong.amount - Decimal("848760.00") == extra


def repriced(first: int) -> list[tuple[dict[str, str], Decimal]]:
    """Each row with the price that the wrong join gives it."""
    own = prices("project_apollo")
    return [(row, own[number - first + 1] if first - 1 <= number < first + 5 else own[number]) for number, row in enumerate(record("project_apollo"))]


def test_an_id_that_stands_twice_is_refused_where_nothing_tells_the_rows_apart() -> None:
    text = "\n".join(",".join((cells := line.split(","))[:2] + cells[3:]) for line in joined(7).splitlines())
    with pytest.raises(ResultsError) as found:
        quote_of("project_apollo", text)
    said = found.value.sentence().split("\n")
    assert len(said) == 6
    assert said[0].startswith("results.csv:8: this claim (outcome_1, care_leavers, whole) stands in line 2 already")


def test_in_bristol_every_payment_is_a_whole_multiple_of_its_price_and_claims_are_not_persons() -> None:
    """Paid by persons it would be 1,118 claims x 220 + 2 x 1,760 + 1 x 4,730 = 254,210 less."""
    found = quote_of("reboot_west", results("reboot_west"))
    for item, row, price in zip(found.quoted, record("reboot_west"), prices("reboot_west"), strict=True):
        assert item.amount == price * int(row["paid_units"]) == Decimal(row["paid_gbp"])
    assert "527 claims of 231 persons" in arithmetic(found, "outcome_1")
    by_persons = sum(price * int(row["outcomes_reported"]) for row, price in zip(record("reboot_west"), prices("reboot_west"), strict=True))
    assert by_persons == Decimal(1871540 - 254210)
    assert found.amount == Decimal("1871540.00")


def test_the_cap_of_bristol_is_not_reached_and_would_cut_what_is_above_it() -> None:
    found = quote_of("reboot_west", results("reboot_west"))
    assert "cap of" not in arithmetic(found, "total")
    lower = quote_of("reboot_west", results("reboot_west"), ("amount: 2250000.00", "amount: 1871539.99"))
    assert lower.amount == Decimal("1871539.99")


def test_a_claim_above_the_most_a_person_may_have_is_not_paid() -> None:
    """527 claims of 231 people are spread as 65 people with 3 and 166 with 2: 65 are above two a person."""
    found = quote_of("reboot_west", results("reboot_west"), ("at_most: 12", "at_most: 2"))
    assert amount(found, "outcome_1") == Decimal(115940 - 65 * 220)


def test_the_commitment_takes_what_is_above_it_from_the_outcomes_in_their_order() -> None:
    whole = quote_of("gm_rough_sleeping", results("gm_rough_sleeping"), CAP)
    assert whole.amount == Decimal("3324020.00")
    assert [item.amount for item in whole.quoted] == [Decimal(row["price_x_outcomes"]) for row in record("gm_rough_sleeping")]
    capped = quote_of("gm_rough_sleeping", results("gm_rough_sleeping"))
    assert capped.amount == Decimal("2629000.00")
    taken = {before.payment.id: before.amount - after.amount for before, after in zip(whole.quoted, capped.quoted, strict=True) if before.amount != after.amount}
    assert list(taken) == [f"outcome_{number}" for number in range(6, 23)]
    assert sum(taken.values()) == Decimal("695020.00")
    words = "the cap of 2,629,000.00 in all less 2,480,100.00 given before leaves 148,900.00: 351,000.00 - 202,100.00 = 148,900.00"
    assert words in arithmetic(capped, "outcome_6")


def implying(later: int, earlier: int) -> tuple[str, str]:
    clause = f"    clause: Public record, outcome metric {later}\n    kind: outcome\n    cohort: rough_sleepers\n"
    return clause, f"{clause}    implies: outcome_{earlier}\n"


def test_more_people_sustained_than_entered_are_held_when_the_one_implies_the_other() -> None:
    """329 stay three months and 328 enter; 95 stay in drug treatment and 81 enter."""
    found = quote_of("gm_rough_sleeping", results("gm_rough_sleeping"), CAP, implying(2, 1), implying(15, 14), implying(3, 2))
    held = {name: item for name, item in states(found).items() if item[0] == "held"}
    assert held == {"outcome_2/whole": ("held", 0), "outcome_15/whole": ("held", 0)}
    assert "1 of 329 people of rough_sleepers reach outcome_2 and not outcome_1, which it implies" in arithmetic(found, "outcome_2")
    assert "14 of 95 people of rough_sleepers reach outcome_15 and not outcome_14, which it implies" in arithmetic(found, "outcome_15")
    assert found.amount == Decimal(3324020 - 493500 - 247000)


def test_the_same_people_are_priced_when_nothing_is_implied() -> None:
    found = quote_of("gm_rough_sleeping", results("gm_rough_sleeping"), CAP)
    assert (amount(found, "outcome_2"), amount(found, "outcome_15")) == (Decimal("493500.00"), Decimal("247000.00"))
