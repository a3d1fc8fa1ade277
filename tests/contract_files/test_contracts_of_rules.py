"""A contract may pay by each rule that prices claims, units, volumes, savings or people against a number: it loads, and what cannot fit is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from contract_files.planted import Contracts, copied
from contract_files.test_contracts_of_indicators_by_part import HEAD, NAME, STAYED

RULES = {
    "mestring": "per_claim@1: {prices: {1: {2024-07-01: 20001.00}, 5: {2024-07-02: 40003.00, 2026-01-04: 41005.00}}, at_most: 7, role: treatment}",
    "sene_uger": "per_unit_between@1: {unit: week, first: 27, last: 52, price: {2024-07-05: 306.00}, role: treatment}",
    "bolig": "pro_rata@1: {unit: month, whole: 36, more_than: 18, full_price: {2024-07-07: 36008.00}, role: treatment}",
    "personer": "tiered_by_volume@1: {tiers: {1: {2024-07-09: 1110.00}, 371: {2024-07-10: 1012.00}, 411: {2024-07-11: 1354.00}}, unit: person, role: treatment}",
    "besparelse": "share_of_savings@1: {shares: {0.00: 0.61, 5000000.00: 0.42}, role: treatment}",
    "bonus": "per_person_above@1: {above: 92, price: {2024-07-12: 513.00}, over: contract_life, role: treatment}",
    "manglende": "per_person_missing@1: {minimum: 123, price: {2024-07-14: 9015.00}, role: treatment}",
    "fast": "standing_charge@1: {amount: {2024-07-16: 600017.00}}",
    "uger_efter_art": "per_unit_by_component@1: {unit: week, prices: {job: {2024-07-18: 519.00}, su: {2024-07-20: 221.00}}, role: treatment}",
}
PERIODS = """\
    claim_periods:
      - {id: 2025Q3, from: 2025-07-01, to: 2025-10-01, decided_from: 2026-06-15}
      - {id: 2025Q4, from: 2025-10-01, to: 2026-01-01, decided_from: 2026-06-15}
"""


def payment(name: str, rule: str, number: int = 1) -> str:
    return f"  - id: {name}\n    clause: Bilag 3 §{number}\n    pays_for: maal\n    payer: kommune\n    payee: hjemmet\n    rule: {{{rule}}}\n{PERIODS}"


def contract(rules: dict[str, str]) -> str:
    return HEAD + STAYED + "payments:\n" + "".join(payment(name, rule, number) for number, (name, rule) in enumerate(rules.items(), 1)) + "gate: {profile: standard@1}\n"


@pytest.fixture
def contracts(tmp_path: Path) -> Contracts:
    return copied(tmp_path)


def test_a_contract_that_pays_by_every_one_of_them_loads(contracts: Contracts) -> None:
    contracts.write(NAME, contract(RULES))
    assert contracts.said() == []
    (made,) = contracts.load().contracts.values()
    assert [f"{item.rule.pin}" for item in made.payments] == [rule.split(":")[0] for rule in RULES.values()]


@pytest.mark.parametrize("name", ["mestring", "sene_uger", "bolig", "uger_efter_art"])
def test_what_prices_persons_can_be_adjusted(contracts: Contracts, name: str) -> None:
    cap = "    adjust:\n      - {cap_per_person@1: {amount: 100000.00, over: contract_life}}\n"
    contracts.write(NAME, contract({name: RULES[name]}).replace(PERIODS, cap + PERIODS))
    assert contracts.said() == []


@pytest.mark.parametrize("name", ["personer", "besparelse", "bonus", "manglende", "fast"])
def test_what_prices_no_persons_cannot(contracts: Contracts, name: str) -> None:
    cap = "    adjust:\n      - {cap_per_person@1: {amount: 100000.00, over: contract_life}}\n"
    contracts.write(NAME, contract({name: RULES[name]}).replace(PERIODS, cap + PERIODS))
    assert any("prices no persons" in sentence for sentence in contracts.said())


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("mestring", "{1: {2024-07-01: 20001.00}, 5:", "{2: {2024-07-01: 20001.00}, 5:", "the first step is from 2; begin with 1, so that nothing is without a step"),
        ("mestring", "{1: {2024-07-01: 20001.00}, 5:", "{1: {2024-07-01: 20001.00}, 1: {2024-07-01: 2.00}, 5:", "the key '1' stands twice"),
        ("mestring", "{1: {2024-07-01: 20001.00}, 5:", "{one: {2024-07-01: 20001.00}, 5:", "a step is a whole number from 1"),
        ("mestring", "{1: {2024-07-01: 20001.00}, 5:", "{1: 20001.00, 5:", "an amount needs the day it holds from"),
        ("mestring", "{1: {2024-07-01: 20001.00}, 5:", "{1: {2024-07-01: 20001.001}, 5:", "is not an amount of money"),
        ("mestring", "{1: {2024-07-01: 20001.00}, 5:", "{1: {2025-07-02: 20001.00}, 5:", "no amount holds on 2025-07-01, the first day of a claim period"),
        ("mestring", "at_most: 7", "at_most: 4", "the price from claim 5 is never paid, since a person has at most 4; take it out, or let more be paid"),
        ("mestring", "at_most: 7", "at_most: 0", "greater than or equal to 1"),
        ("mestring", "at_most: 7", "at_most: 7.5", "valid integer"),
        ("mestring", "role: treatment", "role: treated", "there is no role 'treated'"),
        ("sene_uger", "first: 27", "first: 53", "the last unit that is paid, 52, stands before the first, 53; write the lower number under 'first'"),
        ("sene_uger", "first: 27", "first: 0", "greater than or equal to 1"),
        ("sene_uger", "306.00}", "306.00, 2025-08-01: 310.00}", "the price changes on 2025-08-01, inside the claim period 2025Q3"),
        ("bolig", "more_than: 18", "more_than: 36", "a part is paid beyond 36, and the whole is 36; write a number below the whole under 'more_than'"),
        ("bolig", "more_than: 18", "more_than: -1", "greater than or equal to 0"),
        ("personer", "371: {2024-07-10: 1012.00}, 411:", "411: {2024-07-10: 1012.00}, 371:", "the step from 371 stands after the step from 411; write them in ascending order"),
        ("personer", "371: {", "0: {", "a step is a whole number from 1"),
        ("personer", "371: {2024-07-10", "371: {2026-07-10", "no amount holds on 2025-07-01"),
        ("besparelse", "{0.00: 0.61,", "{1.00: 0.61,", "the first step is from 1.00; begin with 0"),
        ("besparelse", "{0.00: 0.61,", "{0: 0.61,", "a step is an amount with its decimals"),
        ("besparelse", "{0.00: 0.61,", "{0.00: 61.0,", "'61.0' is not a share; write one from 0.0 to 1.0"),
        ("besparelse", "{0.00: 0.61, 5000000.00: 0.42}", "{0.00: 0.61, 0.0: 0.42}", "the step from 0.0 stands after the step from 0.00; write them in ascending order"),
        ("besparelse", "{0.00: 0.61, 5000000.00: 0.42}", "0.61", "keys with values are needed here"),
        ("bonus", "over: contract_life", "over: year", "input should be 'claim_period' or 'contract_life'"),
        ("bonus", "above: 92", "above: -1", "greater than or equal to 0"),
        ("manglende", "minimum: 123", "minimum: 0", "greater than or equal to 1"),
        ("fast", "2024-07-16", "2025-07-02", "no amount holds on 2025-07-01"),
        ("uger_efter_art", "su: {2024", "SU: {2024", "'SU' is not the name of a component; write small letters, digits and underscores"),
        ("uger_efter_art", "su: {2024-07-20: 221.00}", "su: {2024-07-20: 221.00, 2025-11-01: 231.00}", "the price changes on 2025-11-01, inside the claim period 2025Q4"),
        ("uger_efter_art", "su: {2024-07-20", "su: {2026-07-20", "no amount holds on 2025-07-01"),
    ],
)
def test_what_cannot_fit_is_named_on_its_line_by_its_clause(contracts: Contracts, name: str, old: str, new: str, words: str) -> None:
    text = contract(RULES)
    assert old in RULES[name]
    contracts.write(NAME, text.replace(RULES[name], RULES[name].replace(old, new, 1)))
    found = [finding for finding in contracts.load().findings() if words in finding.message]
    assert found, contracts.said()
    number = list(RULES).index(name) + 1
    line = next(place for place, said in enumerate(text.splitlines(), 1) if f"clause: Bilag 3 §{number}" in said)
    assert {finding.clause for finding in found} == {f"Bilag 3 §{number}"}
    assert all(0 < finding.line - line < 10 for finding in found)
    assert contracts.load().contracts == {}
