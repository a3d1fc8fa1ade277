"""The investment case of a contract: each mistake in it is named with its place, its line and the nearest name that is there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from contract_files.planted import TRYGT_HJEM, UNGEBRO, Contracts, copied
from contract_files.schemas_asked import SHIPPED, refusals

from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.refunding import COLUMNS, Refunding, read_refunds
from pipelines.contracts.source import Source, read, validate
from pipelines.contracts.valuing import check_value, unfit_list, value_doubts
from pipelines.payments.vocabulary import vocabulary

VALUE = "\nvalue:\n"
BENEFITS = "refunds/ydelser.csv"


@pytest.fixture
def young(tmp_path: Path) -> Contracts:
    return copied(tmp_path, "ungebro")


MISTAKES = [
    ("follows: uger", "follows: uge", "there is no effect 'uge' under value.effects; did you mean 'uger'?"),
    ("outcome: uger", "outcome: ugre", "there is no outcome 'ugre'; did you mean 'uger'?"),
    ("municipality: [kommune]", "municipality: [komune]", "there is no party 'komune'; did you mean 'kommune'?"),
    ("municipality: [kommune]", "municipalty: [kommune]", "unknown key 'municipalty' in value.payers; did you mean 'municipality'?"),
    ("municipality: [kommune]", "municipality: [kommune], state: [kommune]", "'kommune' stands as municipality and as state; a party is one payer, so leave one of the two"),
    ("shares: {municipality: 1.0}", "shares: {municipal: 1.0}", "unknown key 'municipal' in value.consequences[0].shares; did you mean 'municipality'?"),
    ("shares: {municipality: 1.0}", "shares: {municipality: 0.9}", "value.consequences[0].shares: the shares come to 0.9 and not to 1; payers share the whole value"),
    (
        "shares: {municipality: 1.0}",
        "shares: {state: 1.0}",
        "the state refunds the municipality, which has no share of it; give it one, or take 'refund' out",
    ),
    ("schedule: ydelser", "schedule: ydelse", "there is no refund schedule 'ydelse' in data_contracts/refunds/ or under 'refunds'; did you mean 'ydelser'?"),
    ("schedule: ydelser", "schedule: dyre_enkeltsager", "'dyre_enkeltsager' refunds by the amount of a year; give 'amount_a_year' and its 'price_level'"),
    ("from_week: 53", "amount_a_year: 1.00, price_level: 2024", "'ydelser' refunds by the week of a course; give 'from_week'"),
    ("from_week: 53", "amount_a_year: 1.00", "'amount_a_year' needs its 'price_level', the year whose prices it is in; give both or neither"),
    (", from_week: 53", "", "a refund is by the week the effect begins in, or by what a year costs; give 'from_week' or 'amount_a_year', and not both"),
    ("unit: week", "unit: person", "a refund by weeks is of a value by weeks; write unit: week, or refund by amount"),
    (", 2029: 115.9", "", "the index 'Aftalt pris- og lønindeks' has no level for 2029, a budget year; add it with its source, or let the case do without that year"),
    (
        "price_level: 2024}\n      lasts",
        "price_level: 2023}\n      lasts",
        "the index 'Aftalt pris- og lønindeks' has no level for 2023, the price level of 'ydelse'; add it with its source, or let the case do without that year",
    ),
    ("rates: {2021-01-07", "rates: {2025-01-02", "no discount rate holds on 2025-01-01; the first holds from 2025-01-02, so add the one before it"),
    ("rates: {2021-01-07", "rates: {2021", "value.discount.rates: a rate is keyed by the day it holds from; write {2024-01-01: 0.035}"),
    ("marginal: {2024-01-01", "marginal: {2024-01-02", "no amount holds on 2024-01-01, the first day of the first budget year; the first holds from 2024-01-02"),
    ("figure: difference", "figure: diference", "there is no figure 'diference' of matched@1; did you mean 'difference'?"),
    ("      interval: welch\n", "", "'uger' is compared, so say under 'interval' which of its intervals the effect lies in; it has welch"),
    ("      interval: welch", "      interval: welsh", "there is no interval 'welsh' of 'uger'; did you mean 'welch'?"),
    (
        "      better: higher",
        "      better: higher\n      deadweight: 0.3",
        "'uger' is compared, and the comparison takes off what would have come anyway; take 'deadweight' out",
    ),
    ("each: 6.0", "each: 16.0", "what is expected of each (16.0) does not lie between 'low' (2.0) and 'high' (10.0); put them in their order"),
    (", 2026H1: 30", "", "how many people are expected in 2026H1 is missing; give them, nought where none are"),
    ("2026H1: 30", "2026H2: 30", "there is no claim period '2026H2' of 'uger'"),
    ("last: 2029", "last: 2026", "the claim period 2026H1 of the payment 'selvforsoergelse' is decided in 2027, outside the budget years 2024 to 2026; move those"),
    ("first: 2024, last", "first: 2026, last", "the claim period 2025Q1 of 'uger' ends in 2025, outside the budget years 2026 to 2029; move those"),
    ("first: 2024, last", "first: 2031, last", "the budget years 2031 to 2029 are no case; write the first before the last, and 36 of them at most"),
    ("amounts: {2024: 5000000.00", "amounts: {2023: 5000000.00", "'indsats' costs something in 2023, outside the budget years 2024 to 2029; move those, or the amount"),
    ("amounts: {2024: 5000000.00", "amounts: {24: 5000000.00", "'24' is not a year that can stand here; write it as 2024, or years after the first as 0, 1, 2"),
    ("lasts: {0: 1.0, 1: 0.7,", "lasts: {0: 1.0,", "how long an effect lasts is said for year 0, 1, 2 and on without a gap, 35 at most; nought where nothing is left"),
    ("lasts: {0: 1.0", "lasts: {0: 1.1", "value.consequences[0].lasts[0]: input should be less than or equal to 1"),
    (
        "kind: cost\n      unit: week",
        "kind: cost\n      unit: day",
        "'mistet_ydelse' counts the effect by day, and 'ydelse' by week; what follows from one effect is priced by one unit, so write the same",
    ),
    ("id: mistet_ydelse", "id: ydelse", "'ydelse' stands twice in value.consequences; leave one of the two, or give one another name"),
    ("payer: others", "payer: other", "value.costs[0].payer: input should be 'municipality', 'region', 'state', 'citizen' or 'others'"),
    ("lasts: {0: 1.0", "lasts: {00: 1.0", "'00' is not a year that can stand here; write it as 2024, or years after the first as 0, 1, 2"),
    ("each: 6.0, low: 2.0, high: 10.0", "each: 6.0, low: 2.0, high: 1000000.1", "value.effects[0].expected.high: input should be less than or equal to 1000000"),
    ("each: 6.0", "each: 6.0000001", "value.effects[0].expected.each: decimal input should have no more than 6 decimal places"),
    ("2025Q1: 45", "2025Q1: 10000001", "input should be less than or equal to 10000000"),
    ("levels: {2024: 100.0", "levels: {2024: 0.0001", "value.index.levels[2024]: input should be greater than or equal to 0.001"),
    ("amounts: {2024: 5000000.00", "amounts: {2024: 10000000000000.01", "input should be less than or equal to 10000000000000"),
    ("marginal: {2024-01-01: 2750.00", "marginal: {2024-01-01: 10000000000000.01", "a price of 10,000,000,000,000.01 is larger than any that a case is reckoned with"),
    ("kind: saving", "kind: savings", "value.consequences[0].kind: input should be 'saving', 'income' or 'cost'"),
    ("      source: Stikprøvens egen antagelse\n      dated: 2023-11-15\n      figure", "      dated: 2023-11-15\n      figure", "'source' is missing from value.effects[0]"),
    ("unit: week\n      price: {marginal", "unit: person\n      price: {per: year, marginal", "a year has no number of units of 'person'; give the price per unit"),
]


def said_of(folder: Path, *changes: tuple[str, str]) -> list[str]:
    """What is wrong or doubtful in the case of the sample's contract after changes of its text, without reading all other contracts."""
    text = shipped()
    for old, new in changes:
        at = text.index(old, text.index(VALUE))
        text = text[:at] + new + text[at + len(old) :]
    path = folder / "data_contracts" / UNGEBRO
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    source = read(path, root=folder / "data_contracts")
    contract = None if source.findings else validate(OutcomeContract, source.value, source)
    if contract is not None:
        check_value(contract, listed(), vocabulary().indicators, vocabulary().methods, source)
        source.findings += value_doubts(contract, listed(), source)
    return [finding.sentence() for finding in source.findings]


@cache
def shipped() -> str:
    return (SHIPPED / UNGEBRO).read_text(encoding="utf-8")


@cache
def listed() -> dict[str, tuple[Refunding, ...]]:
    return {path.stem: read_refunds(path, Source(path.name)) for path in (SHIPPED / "refunds").glob("*.csv")}


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES, ids=[words for _, _, words in MISTAKES])
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    said = said_of(tmp_path, (old, new))
    assert any(words in sentence for sentence in said), said
    assert all(sentence.startswith("data_contracts/outcomes/ungebro.yaml:") for sentence in said)


def test_as_it_ships_nothing_is_wrong(tmp_path: Path) -> None:
    assert said_of(tmp_path) == []


@pytest.mark.parametrize("mistake", [("shares: {municipality: 1.0}", "shares: {municipal: 1.0}"), ("follows: uger", "follows: uge"), ("kind: saving", "kind: savings")])
def test_the_whole_loader_names_its_line_and_the_schema_agrees(young: Contracts, mistake: tuple[str, str]) -> None:
    line = young.replace(UNGEBRO, *mistake, after=VALUE)
    (sentence,) = young.said()
    assert sentence.startswith(f"data_contracts/outcomes/ungebro.yaml:{line}: ")


BY_YEAR = [
    ("amounts: {2024: 5000000.00", "amounts: {24: 5000000.00"),
    ("lasts: {0: 1.0", "lasts: {0: 1.1"),
    ("rates: {2021-01-07: 0.035}", "rates: {2021-01-07: 1.5}"),
]


@pytest.mark.parametrize("mistake", BY_YEAR)
def test_the_schema_refuses_what_the_loader_refuses_by_year_and_day(tmp_path: Path, mistake: tuple[str, str]) -> None:
    assert said_of(tmp_path, mistake)
    assert refusals(tmp_path / "data_contracts" / UNGEBRO, tmp_path / "data_contracts")


def test_the_sample_has_a_case_and_nothing_is_wrong_or_doubtful(young: Contracts) -> None:
    found = young.load()
    assert (found.findings(), found.warnings) == ([], [])
    assert found.contracts["ungebro"].value is not None


def test_what_lasts_beyond_the_budget_years_is_warned_of(young: Contracts) -> None:
    young.replace(UNGEBRO, "3: 0.3}", "3: 0.3, 4: 0.1}", after=VALUE)
    (warning,) = young.load().warnings
    assert "'ydelse' lasts to 2030, and the budget years end with 2029, so what comes after is not counted" in warning.sentence()


def test_a_claim_period_of_which_nothing_was_expected_stops_the_case(young: Contracts) -> None:
    young.replace(UNGEBRO, ", expected: 540000.00", "")
    assert young.said()[0].endswith("what the payment 'selvforsoergelse' was expected to pay for 2025Q1 is missing; give that claim period 'expected', nought where none was")


def test_an_index_of_its_own_moves_no_price_of_a_case(tmp_path: Path) -> None:
    rates = "rates: {2025-01-01: 0.0330}, chain: unrounded, to: 0.01, mode: half_up, index: x, edition: y, settled_later: false"
    said = said_of(tmp_path, ("marginal: {2024-01-01: 2750.00}", f"marginal: {{indexed: {{clause: x, base: {{2024-01-01: 2750.00}}, {rates}}}}}"))
    assert "the case has an index of its own, which carries every price; write this one out by date" in said[0]


def test_what_is_compared_with_nothing_is_less_what_came_anyway(tmp_path: Path) -> None:
    """The days at home of `trygt_hjem` have no comparison: without a deadweight nobody may call them an effect."""
    made = copied(tmp_path, "ungebro", "trygt_hjem")
    value = made.text(UNGEBRO).partition(VALUE)[2].replace("outcome: uger", "outcome: hjemmedage").replace("follows: uger", "follows: hjemmedage")
    made.append(TRYGT_HJEM, VALUE.lstrip("\n") + value)
    said = [sentence for sentence in made.said() if "trygt_hjem" in sentence]
    assert any("is compared with nothing, so there is no 'difference'; write figure: mean, and agree on its 'deadweight'" in sentence for sentence in said)
    assert any("so say under 'deadweight' which share of it would have come anyway" in sentence for sentence in said)
    assert any("is compared with nothing, and has no interval; take 'interval' out" in sentence for sentence in said)


WEEKS = "weeks of a course are whole numbers, and the first step is that of week 1; write a share of 0.0 where nothing is refunded yet"
REFUNDS = [
    ("week,5,0.40,2016-01-04", "week,5,1.40,2016-01-04", 3, "'1.40' in share is not a share; write it from 0.0 to 1.0, as 0.40"),
    ("week,5,0.40,2016-01-04", "month,5,0.40,2016-01-04", 3, "'month' in by is not a way to refund; write week or amount_a_year"),
    ("week,5,0.40,2016-01-04", "week,1,0.40,2016-01-04", 3, "the step at 1 does not lie above 1, the one before it; put the steps of 2016-01-04 in their order"),
    ("week,5,0.40,2016-01-04", "week,5,0.40,2016-02-30", 3, "'2016-02-30' is not a date that exists; write YYYY-MM-DD"),
    ("week,5,0.40,2016-01-04", "week,5,0.40,2017-01-04", 3, "two schedules hold on 2017-01-04; let the earlier one end before that day"),
    ("week,5,0.40,2016-01-04,,", "week,5,0.40,2016-01-04,,2022", 3, "a refund by amount has its 'price_level', and one by week has none; write it as its kind asks"),
    ("week,1,0.80", "week,2,0.80", 2, WEEKS),
    ("week,5,0.40", "week,5.50,0.40", 2, WEEKS),
    ("week,5,0.40,2016-01-04,,,", "week,5,0.40,2016-01-04,,,a,", 3, "this row has more cells than the list has columns; put quotes around a source with a comma in it"),
    ("by,at,share", "by,share,at", 1, f"a refund schedule needs the columns {', '.join(COLUMNS)}, and at least one step; write them"),
]


def said_of_schedule(folder: Path, text: bytes) -> list[str]:
    path, source = folder / "ydelser.csv", Source("ydelser.csv")
    path.write_bytes(text)
    read_refunds(path, source)
    return [finding.sentence() for finding in source.findings]


@pytest.mark.parametrize(("old", "new", "line", "words"), REFUNDS, ids=[f"{new}: {words}" for _, new, _, words in REFUNDS])
def test_a_mistake_in_a_refund_schedule_is_named_by_its_line(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    text = (SHIPPED / BENEFITS).read_text(encoding="utf-8")
    assert old in text
    assert f"ydelser.csv:{line}: {words}" in said_of_schedule(tmp_path, text.replace(old, new, 1).encode())


def test_a_schedule_that_is_no_text_or_has_no_source_is_named(tmp_path: Path) -> None:
    assert said_of_schedule(tmp_path, b"\xff\xfe") == ["ydelser.csv:1: the refund schedule cannot be read as CSV in UTF-8 (UnicodeDecodeError)"]
    head = ",".join(COLUMNS)
    assert said_of_schedule(tmp_path, f"{head}\nweek,1,0.80,2016-01-04,,,\n".encode()) == ["ydelser.csv:2: '' in source is not a source; say who says so"]


@pytest.mark.parametrize("slip", [("week,5,0.40", "week,5,1.40"), (',,,"Lov', ',,,x,"Lov'), ("by,at,share", "by,share,at"), ("2016-01-04", "2025-01-04")])
def test_a_slip_in_a_list_is_a_warning_and_the_contract_is_paid_as_ever(young: Contracts, slip: tuple[str, str]) -> None:
    """The list is no part of the contract: one row with a cell too many may not stop what the parties agreed to pay."""
    text = young.text(BENEFITS)
    assert slip[0] in text
    young.write(BENEFITS, text.replace(*slip))
    found = young.load()
    assert (found.findings(), list(found.contracts)) == ([], ["ungebro"])
    said = [warning.sentence() for warning in found.warnings]
    assert any("'ydelser'" in sentence and "ungebro.yaml" in sentence for sentence in said), said
    assert unfit_list(found.contracts["ungebro"], found.refunds) == "ydelser"


def test_a_contract_may_have_a_schedule_of_its_own_which_must_hold(young: Contracts) -> None:
    own = "refunds: {clause: §1, amounts_are: gross, schedules: {ydelser: {clause: §2, by: week, from: 2026-01-01, steps: [{at: 1, share: 0.50}]}}}\n"
    young.append(UNGEBRO, own)
    assert any("the refund schedule 'ydelser' does not hold on 2024-01-01; add the one that does, or begin the budget years later" in sentence for sentence in young.said())
    young.replace(UNGEBRO, "from: 2026-01-01, steps", "from: 2024-01-01, steps")
    assert young.said() == []
    young.replace(UNGEBRO, "at: 1, share: 0.50", "at: 1.50, share: 0.50")
    assert any("weeks of a course are whole numbers from 1 on; write those" in sentence for sentence in young.said())
