"""Contracts that name the indicators of the library: what loads, and the mistakes in their terms, each named where it stands."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from contract_files.planted import UNGEBRO, Contracts

BENEFITS = [
    "dagpenge",
    "kontanthjaelp",
    "uddannelseshjaelp",
    "dagpenge_forlaenget",
    "orlov",
    "voksenlaerling",
    "rotationsvikar",
    "overgangsydelse_efterloen",
    "efterloen",
    "fleksydelse",
    "voksenuddannelsesstoette",
    "integrationsydelse",
    "integration_kontanthjaelp",
    "ledighedsydelse",
    "forrevalidering",
    "revalidering",
    "sygedagpenge_fra_fleksjob",
    "foertidspension",
    "jobafklaring",
    "ressourceforloeb",
    "sygedagpenge",
]
WORK = "[selvforsoergelse, beskaeftigelse, servicejob]"
OTHERS = """neutral: [su, fleksjob]
        pause: [barsel]
        stop: [udvandret, folkepension, doed]"""
STATES = f"""states:
        codes: dream
        success: {WORK}
        failure: [{", ".join(BENEFITS)}]
        {OTHERS}"""
PRICES = f"""prices:
        codes: dream
        free: {WORK}
        priced: {{{", ".join(f"{name}: {{2024-01-01: 2900.00}}" for name in BENEFITS)}}}
        {OTHERS}"""


class Terms(NamedTuple):
    """What an outcome says of one indicator: the lines below `with`, and what else the outcome needs."""

    pin: str
    given: str
    beside: str = ""
    is_claimed_by_window: bool = True


EMPLOYMENT = Terms(
    "weeks_in_employment@1", f'weeks: 52\n      pause_at_most: 13\n      industries: {{does_not_count: ["782"]}}\n      from_week: 14\n      in_a_row: true\n      {STATES}'
)
BENEFIT_COST = Terms("benefit_cost_saved@1", f"weeks: 52\n      pause_at_most: 13\n      reference: {{2024-01-01: 2000.00, 2025-01-01: 2050.50}}\n      {PRICES}")
KINDS = "{codes: education, counts: [gymnasial, erhvervsfaglig, videregaaende], does_not_count: [grundskole]}"
IN_EDUCATION = "\n    reads: {education: kotre}"
ENTERED = Terms("education_entered@1", f"within_months: 18\n      tolerated_gap_days: 28\n      kinds: {KINDS}", IN_EDUCATION, is_claimed_by_window=False)
SUSTAINED = Terms(
    "education_sustained@1", f"within_months: 36\n      sustained_months: 12\n      tolerated_gap_days: 28\n      kinds: {KINDS}", IN_EDUCATION, is_claimed_by_window=False
)
QUALIFIED = Terms(
    "qualification_obtained@1", f"within_months: 36\n      unless_held: the_same\n      kinds: {KINDS}", "\n    reads: {qualifications: udda}", is_claimed_by_window=False
)
ABSENCE = Terms(
    "school_absence_rate@1",
    "window: {unit: calendar_months, from: 0, to: 12}\n      kinds: [illness, without_leave]\n      least_school_days: 20",
    is_claimed_by_window=False,
)
LOADS = [EMPLOYMENT, BENEFIT_COST, ENTERED, SUSTAINED, QUALIFIED, ABSENCE]
OF_STATISTICS = ("kotre", "udda", "skolefravaer")


def planted(danish: Contracts, terms: Terms) -> None:
    """The contract of the young with another indicator in the place of its own, and nothing that compares or is reckoned as worth something. What Statistics Denmark lends
    is a register of the municipality's own here, so that a contract may administer by it."""
    for name in OF_STATISTICS:
        danish.replace(f"registers/{name}.odcs.yaml", "{property: permittedUse, value: statistics}", "{property: permittedUse, value: administration}")
    text = danish.text(UNGEBRO)
    begin, end = text.index("  - id: uger\n"), text.index("payments:\n")
    claimed = "\n    claimed_by: window_end" if terms.is_claimed_by_window else ""
    outcome = f"  - id: uger\n    clause: Bilag 2 §1\n    kind: outcome\n    cohort: unge\n    indicator: {terms.pin}{claimed}{terms.beside}\n    with:\n      {terms.given}\n"
    effect, waterfall, value = text.index("  - id: effekt\n"), text.index("waterfall:\n"), text.index("# What the effect is worth")
    danish.write(UNGEBRO, text[:begin] + outcome + text[end:effect] + text[waterfall:value])


@pytest.mark.parametrize("terms", LOADS, ids=[terms.pin for terms in LOADS])
def test_a_contract_that_uses_the_indicator_loads_without_a_finding(danish: Contracts, terms: Terms) -> None:
    planted(danish, terms)
    assert danish.said() == []
    assert danish.load().contracts["ungebro"].outcome("uger").indicator == terms.pin


@pytest.mark.parametrize(
    ("terms", "old", "new", "words"),
    [
        (EMPLOYMENT, '["782"]', "[782]", "input should be a valid string"),
        (EMPLOYMENT, '["782"]', '["7820000"]', "string should match pattern '^[0-9]{1,6}$'"),
        (EMPLOYMENT, "does_not_count: [", "do_not_count: [", "did you mean 'does_not_count'?"),
        (EMPLOYMENT, "from_week: 14", "from_week: 0", "greater than or equal to 1"),
        (EMPLOYMENT, "in_a_row: true", "in_a_row: often", "input should be a valid boolean"),
        (EMPLOYMENT, "        pause: [barsel]\n", "", "the code 881 of the code list dream is placed nowhere; every code has a treatment"),
        (BENEFIT_COST, "sygedagpenge: {2024-01-01: 2900.00}}", "sygedagpenge: 2900.00}", "an amount needs the day it holds from, as {2024-01-01: 1000.00}"),
        (BENEFIT_COST, "2024-01-01: 2000.00", "2024-01-01: 104000.00", "'104000.00' is above 100,000 a week; give the amount of one week"),
        (BENEFIT_COST, "orlov: {2024-01-01: 2900.00}", "orlov: {2024-01-01: -1.00}", "is not an amount of money"),
        (BENEFIT_COST, "neutral: [su, fleksjob]", "neutral: [su, fleksjob, orlov]", "'orlov' is placed twice; a code has one treatment"),
        (SUSTAINED, "sustained_months: 12", "sustained_months: 0", "greater than or equal to 1"),
        (SUSTAINED, "tolerated_gap_days: 28", "tolerated_gap_days: 367", "less than or equal to 366"),
        (SUSTAINED, "does_not_count: [grundskole]", "does_not_count: []", "the code 0010 of the code list education is placed nowhere; every code has a treatment"),
        (SUSTAINED, "    reads: {education: kotre}\n", "", "there is no register contract for education_sustained@1 named 'education'"),
        (ENTERED, "within_months: 18", "within_months: 18.0", "input should be a valid integer"),
        (ENTERED, "reads: {education: kotre}", "reads: {education: udda}\n    claimed_by: window_end", "is computed for each claim period; leave 'claimed_by' out"),
        (QUALIFIED, "unless_held: the_same", "unless_held: never", "input should be 'the_same' or 'any_that_counts'"),
        (QUALIFIED, "counts: [gymnasial, ", "counts: [gymnasie, ", "'gymnasie' is neither a code nor a group of the code list education"),
        (ABSENCE, "kinds: [illness, without_leave]", "kinds: []", "at least 1 item"),
        (ABSENCE, "kinds: [illness, ", "kinds: [flu, ", "input should be 'illness', 'leave' or 'without_leave'"),
        (ABSENCE, "least_school_days: 20", "least_school_days: 0", "greater than or equal to 1"),
        (ABSENCE, "from: 0, to: 12}", "from: 12, to: 0}", "a window from 12 to 0 calendar months ends before it starts"),
        (BENEFIT_COST, "orlov: {", "orlo: {", "'orlo' is neither a code nor a group of the code list dream"),
    ],
)
def test_a_mistake_in_the_terms_is_named(danish: Contracts, terms: Terms, old: str, new: str, words: str) -> None:
    planted(danish, terms)
    danish.replace(UNGEBRO, old, new)
    said = [sentence for sentence in danish.said() if words in sentence]
    assert said, danish.said()
    assert all(sentence.startswith(f"data_contracts/{UNGEBRO}:") for sentence in said)


def test_a_register_that_may_be_used_for_statistics_alone_is_refused(danish: Contracts) -> None:
    lent = danish.text("registers/kotre.odcs.yaml")
    planted(danish, ENTERED)
    danish.write("registers/kotre.odcs.yaml", lent)
    assert any("the register 'kotre' may be used for statistics only" in sentence for sentence in danish.said())
