"""Prices that follow an index: the worked case over two changes of year, what is chained and how it is rounded, what no contract may write, and
that whatever uses dated amounts uses them unchanged."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from contract_files.planted import TARP, TRYGT_HJEM, Contracts, copied
from contract_files.test_indicator_terms import BENEFIT_COST, planted
from hypothesis import given, settings
from hypothesis import strategies as st
from persons_given import result_of
from pydantic import ValidationError
from test_rules import PERIOD, assess

from indicators.prices import DatedMoney, WeeklyMoney
from pipelines.contracts.carried import uncarried
from pipelines.contracts.outcome import ClaimPeriod
from pipelines.contracts.resolving import resolved
from pipelines.payments.adjusters import adjusted, adjusters
from pipelines.payments.rule import Assessment, Seen, Unit, index_words, rules
from pipelines.payments.vocabulary import vocabulary
from pipelines.quality.suites import prices_of
from pipelines.reports.annex.build import annex

PROPERTY = settings(max_examples=150, deadline=None, derandomize=True, database=None)
GIVEN: dict[str, Any] = {
    "clause": "Bilag 4 §2",
    "base": {dt.date(2024, 1, 1): Decimal("1187.35")},
    "rates": {dt.date(2025, 1, 1): Decimal("0.0330"), dt.date(2026, 1, 1): Decimal("0.0280")},
    "chain": "unrounded",
    "to": Decimal("0.01"),
    "mode": "half_up",
    "index": "pl_index",
    "edition": "June of the year before",
    "settled_later": False,
}
WRITTEN = (
    "{indexed: {clause: Bilag 4 §2, base: {2024-01-01: 1187.35}, rates: {2025-01-01: 0.0330, 2026-01-01: 0.0280}, chain: unrounded, to: 0.01, mode: half_up, "
    "index: pl_index, edition: juni 2024, settled_later: false}}"
)


def indexed(**changes: Any) -> DatedMoney:
    return DatedMoney.model_validate({"indexed": {**GIVEN, **changes}})


def on(money: DatedMoney, year: int) -> str:
    return str(money.on(dt.date(year, 6, 30)))


@pytest.mark.parametrize(("chain", "second"), [("unrounded", "1260.88"), ("rounded", "1260.87")])
def test_the_worked_case_is_chained_on_what_the_contract_says(chain: str, second: str) -> None:
    price = indexed(chain=chain)
    assert [on(price, year) for year in (2024, 2025, 2026, 2031)] == ["1187.35", "1226.53", second, second]
    assert [str(price.on(day)) for day in (dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2025, 12, 31), dt.date(2026, 1, 1))] == ["1187.35", "1226.53", "1226.53", second]


def test_the_worked_claim_over_the_change_of_year_comes_to_its_total() -> None:
    """Twelve children all days of November, December and January: 732 days at one price and 372 at the next."""
    parts = []
    for start, end, days in ((dt.date(2024, 11, 1), dt.date(2025, 1, 1), 61), (dt.date(2025, 1, 1), dt.date(2025, 2, 1), 31)):
        period = ClaimPeriod(id="p", start=start, end=end, decided_from=end)
        units = tuple(Unit(str(child), "treatment", "k", Decimal(days), end) for child in range(12))
        seen = Seen(result_of(units), period, lambda units=units: units)
        parts.append(rules()["per_unit@1"].assessed(seen, {"unit": "day", "price": indexed(), "role": "treatment"}))
    assert [str(part.amount) for part in parts] == ["869140.20", "456269.16"]
    assert str(sum((part.amount for part in parts), Decimal(0))) == "1325409.36"
    assert [len(part.arithmetic) for part in parts] == [1, 2]
    assert parts[1].arithmetic[0] == "price from 2025-01-01 by pl index: 1,187.35 x 1.0330 = 1,226.53"


def test_the_arithmetic_says_each_step_of_the_chain() -> None:
    ever = (dt.date.min, dt.date.max)
    assert list(index_words(indexed(), *ever)) == [
        "price from 2025-01-01 by pl index: 1,187.35 x 1.0330 = 1,226.53",
        "price from 2026-01-01 by pl index: 1,187.35 x 1.0330 x 1.0280 = 1,260.88",
    ]
    assert list(index_words(indexed(chain="rounded"), *ever))[1] == "price from 2026-01-01 by pl index: 1,226.53 x 1.0280 = 1,260.87"
    assert list(index_words(DatedMoney({dt.date(2024, 1, 1): Decimal(1)}), *ever)) == []


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        pytest.param(dt.date(2024, 1, 1), dt.date(2025, 1, 1), [], id="the base alone needs no word"),
        pytest.param(dt.date(2024, 1, 1), dt.date(2025, 1, 2), [2025], id="one day of the first change"),
        pytest.param(dt.date(2025, 12, 31), dt.date(2026, 1, 1), [2025], id="the last day of the first"),
        pytest.param(dt.date(2025, 12, 31), dt.date(2026, 1, 2), [2025, 2026], id="a day of both"),
        pytest.param(dt.date(2026, 1, 1), dt.date(2027, 1, 1), [2026], id="the second from its first day"),
    ],
)
def test_only_prices_that_hold_on_a_day_of_the_claim_period_are_said(start: dt.date, end: dt.date, said: list[int]) -> None:
    assert [int(words[11:15]) for words in index_words(indexed(), start, end)] == said


def test_every_rule_says_the_price_it_took_before_its_own_sum() -> None:
    price = {"indexed": {**GIVEN, "rates": {PERIOD.start: Decimal("0.0330")}}}
    case = {"given": {"treatment": {"value": 2, "counted": 2}}, "with": {"price": price, "role": "treatment"}}
    said = assess("per_person@1", case)
    assert said.arithmetic == ("price from 2024-07-01 by pl index: 1,187.35 x 1.0330 = 1,226.53", "2 persons x 1,226.53 (price on 2024-07-01) = 2,453.06")


def test_a_step_of_the_whole_amount_says_the_price_it_took_as_well() -> None:
    seen = Seen(result_of(()), PERIOD)
    said = Assessment("not_met", Decimal("0.00"), "nothing counts", ("0 persons",))
    given_amount = indexed(base={dt.date(2024, 1, 1): Decimal("500.00")}, rates={PERIOD.start: Decimal("0.10")})
    found = adjusted(said, [(adjusters()["guaranteed@1"], {"at_least": given_amount})], seen)
    assert (str(found.amount), found.arithmetic[1]) == ("550.00", "price from 2024-07-01 by pl index: 500.00 x 1.10 = 550.00")


@pytest.mark.parametrize(
    ("to", "mode", "rate", "expected"),
    [
        ("0.01", "half_up", "0.00005", "100.01"),
        ("0.01", "half_even", "0.00005", "100.00"),
        ("0.01", "half_even", "0.00015", "100.02"),
        ("0.01", "half_up", "0.000049999", "100.00"),
        ("0.01", "down", "0.000099999", "100.00"),
        ("0.01", "down", "0.0001", "100.01"),
        ("1.00", "half_up", "0.005", "101.00"),
        ("1.00", "half_up", "0.00499", "100.00"),
        ("5.00", "half_up", "0.025", "105.00"),
        ("0.25", "down", "0.0049", "100.25"),
        ("0.01", "half_up", "-0.00005", "100.00"),
        ("0.01", "half_even", "-0.00005", "100.00"),
        ("0.01", "half_up", "-0.5", "50.00"),
        ("0.01", "half_up", "0.0", "100.00"),
    ],
)
def test_the_price_used_is_rounded_to_what_and_as_the_contract_says(to: str, mode: str, rate: str, expected: str) -> None:
    price = indexed(base={dt.date(2024, 1, 1): Decimal("100.00")}, rates={dt.date(2025, 1, 1): Decimal(rate)}, to=Decimal(to), mode=mode)
    assert on(price, 2025) == expected


@given(
    base=st.decimals(Decimal("0.01"), Decimal("9999999999.99"), places=2),
    rates=st.lists(st.decimals(Decimal("-0.4"), Decimal("0.4"), places=6), min_size=1, max_size=12),
    chain=st.sampled_from(["unrounded", "rounded"]),
    mode=st.sampled_from(["half_up", "half_even", "down"]),
)
@PROPERTY
def test_whatever_the_chain_its_last_price_is_as_near_as_its_rounding_lets_it_be(base: Decimal, rates: list[Decimal], chain: str, mode: str) -> None:
    """Exact over many more digits than a decimal computes with: unrounded, within a cent of the product; rounded, within a cent of one step."""
    price = indexed(base={dt.date(2000, 1, 1): base}, rates={dt.date(2001 + year, 1, 1): rate for year, rate in enumerate(rates)}, chain=chain, mode=mode)
    product = Fraction(base)
    for year, rate in enumerate(rates):
        before = product if chain == "unrounded" else Fraction(price.on(dt.date(2000 + year, 1, 1)))
        product = before * (1 + Fraction(rate))
        off = Fraction(price.on(dt.date(2001 + year, 1, 1))) - product
        assert (-Fraction(1, 100) < off <= 0) if mode == "down" else abs(off) <= Fraction(1, 200)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rates": {dt.date(2025, 1, 1): Decimal("3.30")}}, "'3.30' is not a rate as a share; 3.30 % is written 0.0330"),
        ({"rates": {dt.date(2025, 1, 1): Decimal(-1)}}, "'-1' is not a rate as a share"),
        ({"rates": {dt.date(2025, 1, 1): 1}}, "'1' is not a rate as a share"),
        ({"rates": {}}, "at least 1 item"),
        ({"rates": {dt.date(2024, 1, 1): Decimal("0.03")}}, "in the order of their days, each after the day of its base"),
        ({"rates": {dt.date(2026, 1, 1): Decimal("0.03"), dt.date(2025, 1, 1): Decimal("0.03")}}, "in the order of their days"),
        ({"rates": {dt.date(2025, 1, 1): 0.03}}, "instance of Decimal"),
        ({"base": {}}, "one base, the price at the level of one day"),
        ({"base": {dt.date(2023, 1, 1): Decimal(1), dt.date(2024, 1, 1): Decimal(1)}}, "one base, the price at the level of one day"),
        ({"base": {dt.date(2024, 1, 1): Decimal("1187.355")}}, "is not an amount of money"),
        ({"base": {dt.date(2024, 1, 1): Decimal("-1.00")}}, "is not an amount of money"),
        ({"base": {dt.date(2024, 1, 1): Decimal("999999999999999.00")}}, "is not an amount of money"),
        ({"to": Decimal("0.00")}, "greater than 0"),
        ({"to": Decimal("0.001")}, "no more than 2 decimal places"),
        ({"chain": "yearly"}, "'unrounded' or 'rounded'"),
        ({"mode": "up"}, "'half_up', 'half_even' or 'down'"),
        ({"clause": " "}, "at least 1 character"),
        ({"settled_later": "no"}, "valid boolean"),
        ({"until": dt.date(2026, 1, 1)}, "'until' is 2026-01-01, and a rate holds from 2026-01-01"),
        ({"capped": True}, "Extra inputs are not permitted"),
    ],
)
def test_what_no_index_is_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        indexed(**changes)


@pytest.mark.parametrize("key", [key for key in GIVEN if key != "until"])
def test_every_term_of_an_index_is_said_and_none_assumed(key: str) -> None:
    with pytest.raises(ValidationError, match="Field required"):
        DatedMoney.model_validate({"indexed": {name: value for name, value in GIVEN.items() if name != key}})


def test_an_index_and_written_amounts_do_not_stand_together() -> None:
    with pytest.raises(ValidationError, match="written out by date, or 'indexed' from one; here it is both"):
        DatedMoney.model_validate({"indexed": GIVEN, dt.date(2024, 1, 1): Decimal("1.00")})


def test_from_the_day_the_next_rate_is_needed_no_price_holds() -> None:
    price = indexed(until=dt.date(2027, 1, 1))
    assert str(price.on(dt.date(2026, 12, 31))) == "1260.88"
    with pytest.raises(ValueError, match="no price holds on 2027-01-01; the rate of pl_index from 2027-01-01 is not written in"):
        price.on(dt.date(2027, 1, 1))


def test_a_weekly_price_follows_an_index_within_its_own_bounds() -> None:
    assert isinstance(WeeklyMoney.model_validate({"indexed": GIVEN}), WeeklyMoney)
    with pytest.raises(ValidationError, match="give the amount of one week"):
        WeeklyMoney.model_validate({"indexed": {**GIVEN, "base": {dt.date(2024, 1, 1): Decimal("99000.00")}}})


@pytest.fixture
def danish(tmp_path: Path) -> Contracts:
    made = copied(tmp_path, "trygt_hjem")
    made.replace(TRYGT_HJEM, "{2024-07-01: 1187.35, 2025-01-01: 1226.53, 2026-01-01: 1260.88}", WRITTEN)
    return made


def test_a_contract_with_an_indexed_price_loads_and_its_annex_says_how_it_moves(danish: Contracts) -> None:
    made = danish.load()
    assert made.findings() == []
    for language, words in (
        ("da", ["De følger indekset", "1.187,35 x 1,0330 x 1,0280 = 1.260,88", "3,3 % fra 1. januar 2025", "Bilag 4 §2"]),
        ("en", ["They follow the index", "1,187.35 x 1.0330 x 1.0280 = 1,260.88", "edition juni 2024", "not settled later"]),
    ):
        text = str(annex(made.contracts["trygt_hjem"], made, vocabulary(), language=language)).replace("\\xa0", " ")
        assert [part for part in words if part not in text] == []


def test_rates_that_are_estimates_are_named_as_what_the_parties_settle_themselves(danish: Contracts) -> None:
    danish.replace(TRYGT_HJEM, "settled_later: false", "settled_later: true")
    (found,) = [item for item in uncarried(danish.load().contracts["trygt_hjem"]) if "indexed" in item.place]
    assert (found.clause, found.holds) == ("Bilag 4 §2", False)
    assert "final" in found.words


def test_amounts_that_an_indicator_is_given_follow_an_index_as_well(tmp_path: Path) -> None:
    made = copied(tmp_path, "ungebro")
    weekly = WRITTEN.replace("settled_later: false", "settled_later: true")
    given = BENEFIT_COST.given.replace("{2024-01-01: 2000.00, 2025-01-01: 2050.50}", weekly).replace("sygedagpenge: {2024-01-01: 2900.00}}", f"sygedagpenge: {weekly}}}")
    planted(made, BENEFIT_COST._replace(given=given))
    found = made.load()
    assert found.findings() == []
    contract = found.contracts["ungebro"]
    estimates = [item.place for item in uncarried(contract) if "indexed" in item.place]
    assert estimates == [("outcomes", 0, "with", "reference", "indexed"), ("outcomes", 0, "with", "prices", "priced", "sygedagpenge", "indexed")]
    text = str(annex(contract, found, vocabulary(), language="da")).replace("\\xa0", " ")
    assert "En uge sammenholdes med 1.187,35 kr. fra 1. januar 2024, 1.226,53 kr. fra 1. januar 2025 og 1.260,88 kr. fra 1. januar 2026. De følger indekset »pl_index«" in text
    assert text.count("Satserne er skøn") >= 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("chain: unrounded", "chian: unrounded", "unknown key 'chian' in payments[0].rule.per_unit@1.price.indexed; did you mean 'chain'?"),
        ("index: pl_index, ", "", "'index' is missing from payments[0].rule.per_unit@1.price.indexed"),
        ("0.0330", "3.30", "'3.30' is not a rate as a share; 3.30 % is written 0.0330"),
        ("base: {2024-01-01: 1187.35}", "base: {2024-12-01: 1187.35}", "no amount holds on"),
        ("settled_later: false", "settled_later: false, until: 2026-03-01", "no price holds from 2026-03-01 on, inside the claim period 2026H1; end one claim period"),
        ("2025-01-01: 0.0330", "2025-02-01: 0.0330", "the price changes on 2025-02-01, inside the claim period"),
    ],
)
def test_a_mistake_in_an_index_is_named_where_it_stands(danish: Contracts, old: str, new: str, words: str) -> None:
    danish.replace(TRYGT_HJEM, old, new, after="indexed")
    assert [said for said in danish.said() if words in said], danish.said()


def test_a_price_by_index_is_one_for_a_contract_of_another_kind(tmp_path: Path) -> None:
    made = copied(tmp_path, "tarp")
    made.replace(TARP, "{2024-07-01: 500.00}", WRITTEN)
    assert made.said() == []


def resolves(contracts: Contracts) -> dict[str, str]:
    return {name: terms["sha256"] for name, terms in resolved(contracts.load().contracts["trygt_hjem"]).items()}


def test_a_rate_is_written_in_when_it_is_published_and_rewrites_nothing_that_is_over(danish: Contracts) -> None:
    danish.replace(TRYGT_HJEM, ", 2026-01-01: 0.0280}", "}")
    danish.replace(TRYGT_HJEM, "settled_later: false", "settled_later: false, until: 2026-01-01")
    before = resolves(danish)
    danish.replace(TRYGT_HJEM, "{2025-01-01: 0.0330}", "{2025-01-01: 0.0330, 2026-01-01: 0.0280}")
    danish.replace(TRYGT_HJEM, "until: 2026-01-01", "until: 2027-01-01")
    danish.replace(TRYGT_HJEM, "juni 2024", "juni 2024 og juni 2025")
    later = {name for name, terms in resolves(danish).items() if before[name] != terms}
    assert later == {"hjemmedage/2026H1"}


def test_another_rate_of_a_year_that_is_over_rewrites_it(danish: Contracts) -> None:
    before = resolves(danish)
    danish.replace(TRYGT_HJEM, "2025-01-01: 0.0330", "2025-01-01: 0.0340")
    assert {name for name, terms in resolves(danish).items() if before[name] != terms} == {"hjemmedage/2025H1", "hjemmedage/2025H2", "hjemmedage/2026H1"}


def test_the_same_amounts_written_out_resolve_to_the_same(danish: Contracts) -> None:
    before = resolves(danish)
    danish.replace(TRYGT_HJEM, "price: {indexed: {", "price: {2024-01-01: 1187.35, 2025-01-01: 1226.53, 2026-01-01: 1260.88} #{")
    danish.replace(TRYGT_HJEM, "} #{", "}, role: treatment}}\n    # {")
    assert resolves(danish) == before


def test_every_price_that_may_be_paid_by_is_known_to_the_gate(danish: Contracts) -> None:
    (payment,) = danish.load().contracts["trygt_hjem"].payments
    assert [str(price) for price in prices_of(payment)] == ["1187.35", "1226.53", "1260.88"]


def test_prices_in_steps_follow_an_index_each(tmp_path: Path) -> None:
    made = copied(tmp_path, "tarp")
    tiers = f"{{1: {WRITTEN}, 371: {WRITTEN.replace('1187.35', '1000.00')}}}"
    made.replace(TARP, "per_person@1: {price: {2024-07-01: 500.00}, role: treatment}", f"tiered_by_volume@1: {{tiers: {tiers}, unit: person, role: treatment}}")
    found = made.load()
    assert found.findings() == []
    text = str(annex(found.contracts["tarp"], found, vocabulary(), language="en"))
    assert [sums for sums in ("1,187.35 x 1.0330 = 1,226.53", "1,000.00 x 1.0330 = 1,033.00") if sums not in text] == []
    assert text.count("They follow the index") == 1
