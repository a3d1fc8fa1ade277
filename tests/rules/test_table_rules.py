"""Rules that look a figure up in a table, count events avoided or value an effect: what must be true whoever the people are, and contracts on them,
with their annexes and with what is refused of them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from contract_files.planted import TARP, Contracts, copied
from hypothesis import given, settings
from hypothesis import strategies as st
from test_rules import PERIOD, assess

from pipelines.payments.rule import Assessment
from pipelines.payments.rules.present_value import in_whole_cents
from pipelines.payments.vocabulary import vocabulary
from pipelines.reports.annex.build import annex

PROPERTY = settings(max_examples=150, deadline=None, derandomize=True, database=None)
SHARES = st.lists(st.decimals(Decimal(0), Decimal(1), places=4), min_size=2, max_size=6)
COUNTS = st.integers(0, 1000)


def group(value: Any, counted: int) -> dict[str, Any]:
    return {"value": value, "counted": counted}


def looked_up(value: int, pin: str = "step_table@1", **terms: Any) -> Assessment:
    """What a table says of `value` of a thousand people, of 1,000,000.00."""
    given_case = {"treatment": group(value, 1000)}
    return assess(pin, {"given": given_case, "with": {"figure": "mean", "of": {PERIOD.start: Decimal("1000000.00")}, **terms}})


def rising(figures: list[int], shares: list[Decimal]) -> dict[Decimal, Decimal]:
    """Steps at these thousandths, each with a share that is no lower than the one before."""
    return {Decimal(figure) / 1000: share for figure, share in zip(sorted(figures), sorted(shares), strict=False)}


@given(figures=st.lists(COUNTS, min_size=6, max_size=6, unique=True), shares=SHARES, one=COUNTS, other=COUNTS, between=st.sampled_from(["step", "linear"]))
@PROPERTY
def test_where_steps_rise_more_never_pays_less(figures: list[int], shares: list[Decimal], one: int, other: int, between: str) -> None:
    low, high = (looked_up(value, steps=rising(figures, shares), between=between).amount for value in sorted((one, other)))
    assert low <= high


@given(figures=st.lists(COUNTS, min_size=6, max_size=6, unique=True), shares=SHARES, value=COUNTS)
@PROPERTY
def test_a_straight_line_pays_what_its_steps_do_where_they_are_and_no_less_between(figures: list[int], shares: list[Decimal], value: int) -> None:
    steps = rising(figures, shares)
    for figure in (int(step * 1000) for step in steps):
        assert looked_up(figure, steps=steps, between="linear").amount == looked_up(figure, steps=steps).amount
    stepped, straight = looked_up(value, steps=steps).amount, looked_up(value, steps=steps, between="linear").amount
    last = looked_up(1000, steps=steps).amount
    assert stepped <= straight <= max(last, stepped)


@given(figures=st.lists(COUNTS, min_size=6, max_size=6, unique=True), shares=SHARES, value=COUNTS)
@PROPERTY
def test_linear_is_the_table_whose_steps_lie_on_a_line(figures: list[int], shares: list[Decimal], value: int) -> None:
    steps = rising(figures, shares)
    assert looked_up(value, "linear@1", pays=steps).amount == looked_up(value, steps=steps, between="linear").amount


@given(value=COUNTS, shares=SHARES, plus=st.decimals(Decimal(0), Decimal(1), places=3))
@PROPERTY
def test_what_comes_on_top_comes_from_the_first_step_on_and_never_before(value: int, shares: list[Decimal], plus: Decimal) -> None:
    steps = rising([100, 200, 300, 400, 500, 600], shares)
    plain, more = looked_up(value, steps=steps).amount, looked_up(value, steps=steps, plus=plus).amount
    assert more - plain == (plus * 1_000_000 if value >= 100 else 0)


@given(parts=st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.fractions(0, 10**9), min_size=1, max_size=7))
@PROPERTY
def test_the_parts_of_payers_are_the_amount_and_none_is_a_cent_away(parts: dict[str, Fraction]) -> None:
    whole = in_whole_cents(parts)
    assert list(whole) == list(parts)
    total = sum(parts.values(), Fraction(0))
    assert abs(Fraction(sum(whole.values(), Decimal(0))) - total) <= Fraction(1, 200)
    assert all(abs(Fraction(whole[name]) - part) < Fraction(1, 100) for name, part in parts.items())
    assert all(whole[name] == 0 for name, part in parts.items() if part == 0)


@given(effect=st.fractions(Fraction(1, 1000), 10), people=st.integers(1, 500), years=st.dictionaries(st.integers(0, 30), st.integers(1, 10**6), min_size=1, max_size=8))
@PROPERTY
def test_what_lies_further_off_is_worth_less_and_at_no_rate_as_much(effect: Fraction, people: int, years: dict[int, int]) -> None:
    def worth(rate: str, later: int) -> Decimal:
        values = {"kommune": {year + later: Decimal(amount) for year, amount in years.items()}}
        given_case = {"treatment": group(people, people), "comparison": group(0, 1), "quantity": "difference", "exact": str(effect)}
        terms = {"figure": "difference", "better": "higher", "values": values, "price_level": 2024, "rate": Decimal(rate), "share": Decimal(1)}
        return assess("present_value@1", {"given": given_case, "with": terms}).amount

    assert worth("0.0", 0) == worth("0.0", 5) >= worth("0.035", 0) >= worth("0.035", 5)


@given(cohorts=st.lists(st.tuples(st.integers(1, 400), st.integers(0, 400), st.integers(1, 400), st.integers(1, 400)), min_size=1, max_size=5))
@PROPERTY
def test_events_avoided_are_the_cohorts_expected_summed_less_all_that_were_observed(cohorts: list[tuple[int, int, int, int]]) -> None:
    named = {f"c{index}": {"treatment": group(had, n), "comparison": group(others, m)} for index, (n, had, m, others) in enumerate(cohorts)}
    whole = {role: group(sum(part[role]["value"] for part in named.values()), sum(part[role]["counted"] for part in named.values())) for role in ("treatment", "comparison")}
    expected = sum((Fraction(n * others, m) for n, _, m, others in cohorts), Fraction(0))
    avoided = expected - sum(had for _, had, _, _ in cohorts)
    said = assess("per_event_avoided@1", {"given": {**whole, "cohorts": named}, "with": {"at_least": Decimal("0.10"), "price": {PERIOD.start: Decimal("14500.00")}}})
    if avoided / expected >= Fraction(1, 10):
        assert said.counted == avoided
        assert abs(Fraction(said.amount) - avoided * 14500) <= Fraction(1, 200)
    else:
        assert (said.state, said.counted) == ("not_met", 0)


@given(values=st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)), min_size=1, max_size=4), weight=st.integers(1, 99))
@PROPERTY
def test_an_index_lies_between_nought_and_one_and_is_one_of_alike_cohorts_either_way(values: list[tuple[int, int]], weight: int) -> None:
    def index(average: str, pairs: list[tuple[int, int]]) -> Fraction:
        cohorts = {name: {f"c{place}": {"treatment": group(pair[number] * 10, 10)} for place, pair in enumerate(pairs)} for number, name in enumerate("ab")}
        given_case = {"treatment": group(1, 1), "cohorts": cohorts["a"], "outcomes": {name: {"cohorts": found} for name, found in cohorts.items()}}
        shares = {"a": Decimal(weight) / 100, "b": Decimal(100 - weight) / 100}
        parts = [{"outcome": name, "weight": share, "from": Decimal(0), "to": Decimal(100)} for name, share in shares.items()]
        terms = {
            "parts": parts,
            "average": average,
            "steps": {Decimal(0): Decimal(0), Decimal(1): Decimal(1)},
            "of": {PERIOD.start: Decimal("1000000000000.00")},
            "between": "linear",
        }
        return Fraction(assess("composite_index@1", {"given": given_case, "with": terms}).amount) / 10**12

    assert 0 <= index("cohorts", values) <= 1
    assert abs(index("cohorts", values) - index("persons", values)) <= Fraction(1, 10**13)
    assert index("cohorts", values[:1]) == index("cohorts", values[:1] * 3)


TABLE = "figure: relative_reduction, steps: {0.085: 0.00, 0.11: 0.012}, of: {2024-07-01: 9600000.00}"
RULES = {
    "a price for each event avoided": "{per_event_avoided@1: {at_least: 0.10, price: {2024-07-01: 14500.00}}}",
    "principal back with a return by steps": f"{{step_table@1: {{{TABLE}, plus: 1.00}}}}",
    "interest by steps with a floor": "{step_table@1: {figure: mean, steps: {0.55: 0.03, 0.60: 0.075}, of: {2024-07-01: 7000000.00}, floor: {share: 0.05, until: 2025-04-01}}}",
    "amounts by steps, on the line": "{step_table@1: {figure: difference, steps: {-0.20: {2024-07-01: 900.00}, 0.00: {2024-07-01: 0.00}}, between: linear}}",
    "a table and a line put together by weight": (
        "{combined@1: {pays: sum, parts: [{weight: 0.8, rule: {step_table@1: {figure: relative_reduction, steps: {0.10: 1.0}, of: {2024-07-01: 1000.00}}}}, "
        "{weight: 0.2, outcome: rearrest_104_weeks, rule: {linear@1: {figure: mean, pays: {0.10: 0.0, 0.50: 1.0}, of: {2024-07-01: 1000.00}}}}]}}"
    ),
    "a line between two figures": "{linear@1: {figure: mean, pays: {0.50: 0.00, 1.40: 1.00}, of: {2024-07-01: 900000.00}}}",
    "the value of an effect": "{present_value@1: {figure: difference, better: lower, values: {state: {0: 5000.00, 2: 8000.00}}, price_level: 2024, rate: 0.035, share: 0.5}}",
    "an index of two outcomes": (
        "{composite_index@1: {parts: [{outcome: rearrest_52_weeks, weight: 0.3, from: 1, to: 0}, {outcome: rearrest_104_weeks, weight: 0.7, from: 0.8, to: 0.1}], "
        "average: persons, steps: {0.50: 0.40, 0.60: 1.00}, of: {2024-07-01: 250000.00}}}"
    ),
}
SAID = {
    "a price for each event avoided": ["at least 10\xa0%", "reduction (50 - 45) / 50 = 10.00 %", "5 events x 14,500.00"],
    "principal back with a return by steps": ["0\xa0% of the amount at 0.085 and 1.2\xa0% of the amount at 0.11", "100\xa0% of the amount is paid on top"],
    "interest by steps with a floor": ["before 1\xa0April\xa02025 at least 5\xa0% of the amount", "60 of 100 persons: mean 0.6000"],
    "amounts by steps, on the line": ["900.00\xa0USD from 1\xa0July\xa02024 at -0.2", "follows a straight line"],
    "a table and a line put together by weight": ["80.00 % of 1,000.00 = 800.00", "20.00 % of 500.00 = 100.00", "together 900.00", "100\xa0% of the amount at 0.1"],
    "a line between two figures": ["mean of the treated people who are counted", "95 of 100 persons: mean 0.9500"],
    "the value of an effect": ["5,000.00\xa0USD to “state” in year 0", "in prices of 2024", "discounted by 3.5\xa0% a year", "lower is better"],
    "an index of two outcomes": ["30\xa0% of “rearrest_52_weeks”, from 1 to 0", "by persons: (100 x 0.6000) / 100 = 0.6000"],
}


@pytest.fixture
def contracts(tmp_path: Path) -> Contracts:
    return copied(tmp_path, "tarp")


def with_rule(contracts: Contracts, rule: str) -> None:
    contracts.replace(TARP, "{threshold@1: {measure: relative_reduction, at_least: 0.10, amount: {2024-07-01: 250000.00}}}", rule)


@pytest.mark.parametrize("what", RULES)
def test_a_contract_on_each_rule_loads_and_its_annex_says_it_in_both_languages(contracts: Contracts, what: str) -> None:
    with_rule(contracts, RULES[what])
    made = contracts.load()
    assert made.findings() == []
    english, danish = (str(annex(made.contracts["tarp"], made, vocabulary(), language=language)).replace("\\xa0", "\xa0").replace("\xa0", " ") for language in ("en", "da"))
    assert [words for words in SAID[what] if words.replace("\xa0", " ") not in english] == []
    assert "Betalingen" in danish
    assert "nothing due" not in danish


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (f"{{step_table@1: {{{TABLE.replace('0.085: 0.00, 0.11: 0.012', '0.11: 0.012, 0.085: 0.00')}}}}}", "the step 0.085 does not lie above 0.11, the one before it"),
        (f"{{step_table@1: {{{TABLE.replace('0.11:', '0.0850:')}}}}}", "the step 0.0850 does not lie above 0.085"),
        (f"{{step_table@1: {{{TABLE.replace('0.012', '1.2')}}}}}", "'1.2' is not a share; 1.2 % is written 0.012"),
        (f"{{step_table@1: {{{TABLE.replace('0.085:', 'most:')}}}}}", "'most' is no figure"),
        (f"{{step_table@1: {{{TABLE.replace('0.012}', '{2024-07-01: 5.00}}')}}}}}", "some pay a share and some an amount"),
        (f"{{step_table@1: {{{TABLE.replace('{0.085: 0.00, 0.11: 0.012}', '{}')}}}}}", "steps are figures with what is paid from each on"),
        (f"{{step_table@1: {{{TABLE.partition(', of')[0]}}}}}", "these steps are shares, and nothing says of what; give the amount as 'of'"),
        (f"{{step_table@1: {{{TABLE.replace('0.00, 0.11: 0.012}', '{2024-07-01: 5.00}}')}}}}}", "these steps are amounts, and 'of' is for steps that are shares"),
        (f"{{step_table@1: {{{TABLE}, plus: 2.0}}}}", "less than or equal to 1"),
        (f"{{step_table@1: {{{TABLE}, floor: {{share: 0.05}}}}}}", "'until' is missing from payments[1].rule.step_table@1.floor"),
        (f"{{step_table@1: {{{TABLE}, floor: {{share: 0.05, until: 2025-01-01}}}}}}", "the floor ends on 2025-01-01, inside the claim period 2024-25"),
        (f"{{step_table@1: {{{TABLE.replace('relative_reduction', 'odds')}}}}}", "there is no measure 'odds'; known: difference, mean, relative_reduction"),
        (f"{{step_table@1: {{{TABLE.replace('2024-07-01', '2024-07-02')}}}}}", "no amount holds on 2024-07-01"),
        ("{step_table@1: {figure: mean, steps: {0.5: {2024-07-02: 5.00}}}}", "no amount holds on 2024-07-01"),
        ("{linear@1: {figure: mean, pays: {0.5: 1.0}, of: {2024-07-01: 5.00}}}", "a line has two figures at least"),
        ("{linear@1: {figure: mean, pays: {0.5: 0.0, 1.0: 1.0}}}", "these steps are shares, and nothing says of what"),
        ("{per_event_avoided@1: {at_least: 10.0, price: {2024-07-01: 14500.00}}}", "less than 1"),
        ("{per_event_avoided@1: {at_least: 0.0, price: {2024-07-01: 14500.00}}}", "greater than 0"),
        (RULES["the value of an effect"].replace("difference", "mean"), "there is no measure 'mean'; known: difference, relative_reduction"),
        (RULES["the value of an effect"].replace("{state:", "{police:"), "'police' pays but does not have the role 'payer'"),
        (RULES["the value of an effect"].replace("{state:", "{stat:"), "there is no party 'stat'; did you mean 'state'?"),
        (RULES["the value of an effect"].replace("0: 5000.00", "first: 5000.00"), "'first' is not a year after the service"),
        (RULES["the value of an effect"].replace("0.035", "3.5"), "less than 1"),
        (RULES["the value of an effect"].replace("5000.00", "-5000.00"), "greater than or equal to 0"),
        (RULES["an index of two outcomes"].replace("weight: 0.7", "weight: 0.6"), "the weights of the index come to 0.9 and not to 1"),
        (RULES["an index of two outcomes"].replace("rearrest_104_weeks", "rearrest_52_weeks"), "the outcome 'rearrest_52_weeks' is a part of the index twice"),
        (RULES["an index of two outcomes"].replace("rearrest_104_weeks", "rearrest_103_weeks"), "there is no outcome 'rearrest_103_weeks'; did you mean 'rearrest_104_weeks'?"),
        (RULES["an index of two outcomes"].replace("from: 1, to: 0", "from: 1, to: 1"), "'from' and 'to' of rearrest_52_weeks are both 1"),
        (RULES["an index of two outcomes"].replace("weight: 0.3", "weigth: 0.3"), "unknown key 'weigth' in payments[1].rule.composite_index@1.parts[0]; did you mean 'weight'?"),
    ],
)
def test_what_does_not_fit_is_named(contracts: Contracts, rule: str, words: str) -> None:
    with_rule(contracts, rule)
    assert [said for said in contracts.said() if words in said], contracts.said()


@pytest.mark.parametrize("what", ["a price for each event avoided", "principal back with a return by steps", "the value of an effect"])
def test_an_outcome_that_compares_nothing_has_no_estimate_to_pay_on(contracts: Contracts, what: str) -> None:
    with_rule(contracts, RULES[what])
    contracts.replace(TARP, "pays_for: rearrest_52_weeks", "pays_for: enrolment", after="id: reduction")
    assert [said for said in contracts.said() if "pays on a comparison, and the outcome 'enrolment' has no 'compare'" in said]


@pytest.mark.parametrize("pin", ["step_table@1", "linear@1", "composite_index@1"])
def test_arguments_that_do_not_fit_each_other_are_not_computed_either(pin: str) -> None:
    table = "pays" if pin == "linear@1" else "steps"
    terms: dict[str, Any] = {table: {Decimal("0.5"): Decimal(0), Decimal(1): Decimal(1)}}
    parts = [{"outcome": name, "weight": Decimal("0.5"), "from": Decimal(0), "to": Decimal(1)} for name in "ab"]
    terms |= {"parts": parts, "average": "cohorts"} if pin == "composite_index@1" else {"figure": "mean"}
    with pytest.raises(ValueError, match="these steps are shares, and nothing says of what"):
        assess(pin, {"given": {"treatment": group(1, 2)}, "with": terms})
