"""A contract may name every indicator: what it gives loads, with the registers it reads, and what it may not give is named."""

from __future__ import annotations

import pytest
from contract_files.planted import TRYGT_HJEM, Contracts

from indicators.indicator import library
from pipelines.contracts.catalogue import arguments
from pipelines.fingerprint import placed_lists
from pipelines.payments.vocabulary import vocabulary

STATISTICS = ("kraf", "krsi", "forsorg")
KINDS = """code,label,group,valid_from,valid_to,source
111,Ubetinget dom,dom,,,This test
500,Frifindelse,frifindelse,,,This test
"""
TYPES = "{codes: placement_type, counts: [anbragt], does_not_count: [eget_vaerelse]}"
OUTCOMES = {
    "days_in_care by type of placement": f"""
    indicator: days_in_care@1
    reads: {{placements: buaf}}
    with: {{years: 3, end: exclusive, types: {TYPES}}}
""",
    "entered_care by ISO weeks": f"""
    indicator: entered_care@1
    reads: {{placements: case_placements}}
    claimed_by: window_end
    with: {{window: {{unit: iso_weeks, from: 0, to: 52}}, in_care: new_entry, end: exclusive, types: {TYPES}}}
""",
    "reoffence decided within half a year": """
    indicator: reoffence@1
    claimed_by: window_end
    with:
      window: {unit: months, from: 0, to: 12}
      decided_within: 6
      decisions: {codes: decision, counts: [dom], does_not_count: [frifindelse]}
      offences: ['01']
""",
}
"""What stands in a contract below an outcome's id, clause, kind and cohort, by what it shows."""
READS = {
    "days_in_care by type of placement": ["referrals", "bef", "buaf", "dod"],
    "entered_care by ISO weeks": ["referrals", "bef", "case_placements", "dod"],
    "reoffence decided within half a year": ["referrals", "bef", "dod", "kraf", "krsi"],
}


PAID = """\
  - id: ny
    clause: Bilag 3 §9
    pays_for: ny
    payer: kommune
    payee: familiehuset
    rule: {per_person@1: {price: {2024-07-01: 1.00}, role: treatment}}
    claim_periods: [{id: 2024H2, from: 2024-07-01, to: 2025-01-01, decided_from: 2025-12-01}]
"""


def with_outcome(contracts: Contracts, said: str) -> None:
    """Put one more outcome before the payments, and a payment for it after them."""
    contracts.replace(TRYGT_HJEM, "payments:\n", f"  - id: ny\n    clause: Bilag 2 §9\n    kind: outcome\n    cohort: [edge, in_care]{said}payments:\n")
    contracts.replace(TRYGT_HJEM, "deadlines:", f"{PAID}deadlines:")


def to_administer(contracts: Contracts) -> None:
    """Registers that may be used for statistics alone, as if a law let them be used to administer; and a list of kinds of decisions."""
    for name in STATISTICS:
        contracts.replace(f"registers/{name}.odcs.yaml", "{property: permittedUse, value: statistics}", "{property: permittedUse, value: administration}")
    contracts.write("codelists/decision.csv", KINDS)


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_contract_that_names_the_indicator_loads_and_needs_its_registers(danish: Contracts, name: str) -> None:
    to_administer(danish)
    with_outcome(danish, OUTCOMES[name])
    made = danish.load()
    assert [finding.sentence() for finding in made.findings()] == []
    contract = made.contracts["trygt_hjem"]
    outcome = contract.outcome("ny")
    assert list(made.outcome_registers(contract, outcome, vocabulary())) == READS[name]
    given = arguments(library()[outcome.indicator].parameters, outcome.arguments)
    assert set(placed_lists(outcome)) == {value.codes for value in given.values() if hasattr(value, "codes")}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("from: 0, to: 52", "from: 52, to: 26", "a window from 52 to 26 iso weeks ends before it starts"),
        ("from: 0, to: 52", "from: 0, to: 0", "a window from 0 to 0 iso weeks has no day; 'to' is the first day that is not in it"),
        ("from: 0, to: 52", "from: 0, to: 600", "a window to 600 iso weeks is longer than ten years, which is 521"),
        ("from: 0, to: 52", "from: 0, until: 52", "unknown key 'until'"),
        ("unit: iso_weeks", "unit: fortnights", "'calendar_quarters' or 'calendar_years'"),
        ("in_care: new_entry", "in_care: counts", "input should be 'ineligible' or 'new_entry'"),
    ],
)
def test_a_window_that_cannot_be_is_refused_where_it_stands(danish: Contracts, old: str, new: str, words: str) -> None:
    with_outcome(danish, OUTCOMES["entered_care by ISO weeks"].replace(old, new))
    line = danish.text(TRYGT_HJEM).split(new)[0].count("\n") + 1
    said = danish.said()
    assert any(sentence.startswith(f"data_contracts/{TRYGT_HJEM}:{line}:") and words in sentence for sentence in said), said


def test_a_register_for_statistics_alone_pays_nothing_here(danish: Contracts) -> None:
    to_administer(danish)
    danish.replace("registers/kraf.odcs.yaml", "{property: permittedUse, value: administration}", "{property: permittedUse, value: statistics}")
    with_outcome(danish, OUTCOMES["reoffence decided within half a year"])
    (said,) = danish.said()
    assert "the register 'kraf' may be used for statistics only, and a payment decided here would use it to administer" in said


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("decided_within: 6", "decided_within: 61", "less than or equal to 60"),
        ("decided_within: 6", "decided_within: -1", "greater than or equal to 0"),
        ("offences: ['01']", "offences: ['01a']", "with.offences[0]"),
        ("counts: [dom]", "counts: []", "the code 111 of the code list decision is placed nowhere; every code has a treatment"),
    ],
)
def test_terms_of_re_offence_that_cannot_be_are_refused(danish: Contracts, old: str, new: str, words: str) -> None:
    to_administer(danish)
    with_outcome(danish, OUTCOMES["reoffence decided within half a year"].replace(old, new))
    assert any(words in sentence for sentence in danish.said()), danish.said()
