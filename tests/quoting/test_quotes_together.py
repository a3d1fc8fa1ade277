"""What payments come to together in a quote: caps, payers' shares, second chances, too few people, and rules put together."""

from __future__ import annotations

from decimal import Decimal

from quoting.quoting_given import CASE_5, TARP, quote_of

from pipelines.payments.quoting.quote import Quote, payer_shares, totals

END = "gate: {profile: standard@1}"


def amounts(found: Quote) -> dict[str, tuple[str, Decimal]]:
    return {f"{item.payment.id} {item.period.id}": (item.state, item.amount) for item in found.quoted}


def arithmetic(found: Quote, payment: str) -> tuple[str, ...]:
    (said,) = [item.decision.arithmetic for item in found.quoted if item.payment.id == payment and item.decision is not None]
    return said


def test_a_cap_in_all_cuts_what_is_decided_last() -> None:
    """Decided 108,000 (2025-05-01), 250,000 (2026-06-01), 150,000 (2027-06-01): of 400,000 the last leaves 42,000."""
    found = quote_of("tarp", TARP, (END, f"caps: {{in_all: {{clause: Schedule 3, amount: 400000.00}}}}\n{END}"))
    assert amounts(found) == {
        "intake 2024-25": ("due", Decimal("108000.00")),
        "reduction 2024-25": ("due", Decimal("250000.00")),
        "certain_reduction 2024-25": ("not_met", 0),
        "lasting_reduction 2024-25": ("due", Decimal("42000.00")),
    }
    words = "the cap of 400,000.00 in all less 358,000.00 given before leaves 42,000.00: 150,000.00 - 108,000.00 = 42,000.00   (Schedule 3)"
    assert arithmetic(found, "lasting_reduction")[-1] == words
    assert found.amount == Decimal("400000.00")
    assert found.not_paid == Decimal("108000.00")


def test_a_cap_for_a_year_looks_at_the_years_alone() -> None:
    """2024 has 869,140.20 and is cut at 500,000; 2025 has 456,269.16 and is not."""
    cap = "caps: {per_year: {clause: Bilag 6, amount: 500000.00, year: calendar, by: claim_period, excess: lapses}}"
    found = quote_of("trygt_hjem", CASE_5, (END, f"{cap}\n{END}"))
    assert totals(found.quoted, by="claim_period") == {"2024H2": Decimal("500000.00"), "2025H1": Decimal("456269.16"), "2025H2": 0, "2026H1": 0}
    assert found.not_paid == Decimal("369140.20")
    assert quote_of("trygt_hjem", CASE_5).not_paid == 0


def test_what_a_cap_carries_on_and_pays_later_is_paid() -> None:
    """369,140.20 above the cap of 2024 is carried into 2025, whose own 456,269.16 leave 43,730.84 of it room; no later claim has a result."""
    cap = "caps: {per_year: {clause: Bilag 6, amount: 500000.00, year: calendar, by: claim_period, excess: carried}}"
    found = quote_of("trygt_hjem", CASE_5, (END, f"{cap}\n{END}"))
    assert found.amount == Decimal("1000000.00")
    assert found.not_paid == Decimal("325409.36")


def test_payers_share_every_amount_and_the_parts_are_the_whole() -> None:
    """Seven tenths of 869,140.20 are 608,398.14; of 456,269.16 319,388.41 with what rounding leaves."""
    split = (
        "    payee: familiehuset\n    requires:",
        "    payee: familiehuset\n    split: {clause: Bilag 3 §2, shares: {kommune: 0.7, evaluator: 0.3}}\n    requires:",
    )
    funder = ("name: Det uafhængige institut, roles: [evaluator]", "name: Det uafhængige institut, roles: [evaluator, payer]")
    found = quote_of("trygt_hjem", CASE_5, split, funder)
    assert totals(found.quoted, by="payer") == {"kommune": Decimal("927786.55"), "evaluator": Decimal("397622.81")}
    assert all(sum(payer_shares(item).values()) == item.amount for item in found.quoted)


CHANCE = (
    "  - id: lasting_reduction\n    clause: Schedule 2 §4",
    "  - id: lasting_reduction\n    unless_paid: {clause: Schedule 2 §5, payments: [reduction]}\n    clause: Schedule 2 §4",
)


def test_a_second_chance_pays_only_when_the_first_gave_nothing() -> None:
    assert amounts(quote_of("tarp", TARP, CHANCE))["lasting_reduction 2024-25"] == ("not_met", 0)
    missed = TARP.replace("216,48,66/216", "216,60,66/216")
    assert amounts(quote_of("tarp", missed, CHANCE))["lasting_reduction 2024-25"] == ("due", Decimal("150000.00"))


def test_a_second_chance_waits_for_a_first_that_has_no_result() -> None:
    without = "\n".join(line for line in TARP.split("\n") if not line.startswith("rearrest_52"))
    assert amounts(quote_of("tarp", without, CHANCE))["lasting_reduction 2024-25"] == ("held", 0)


def test_a_cohort_of_too_few_people_is_what_the_contract_says() -> None:
    def few(then: str) -> tuple[str, str]:
        return "    enrolled_on: released_on", f"    too_few: {{clause: Schedule 1 §1, below: 217, then: {then}}}\n    enrolled_on: released_on"

    assert {state for state, _ in amounts(quote_of("tarp", TARP, few("not_met"))).values()} == {"not_met"}
    assert {state for state, _ in amounts(quote_of("tarp", TARP, few("held"))).values()} == {"held"}
    enough = TARP.replace("enrolment,released,2024-25,216,216", "enrolment,released,2024-25,217,217")
    assert quote_of("tarp", enough, few("not_met")).amount == Decimal("508500.00")


COMBINED = (
    "    rule: {threshold@1: {measure: relative_reduction, at_least: 0.10, amount: {2024-07-01: 250000.00}}}",
    """    rule:
      combined@1:
        pays: sum
        parts:
          - {weight: 0.8, rule: {threshold@1: {measure: relative_reduction, at_least: 0.10, amount: {2024-07-01: 250000.00}}}}
          - {outcome: rearrest_104_weeks, weight: 0.2, rule: {threshold@1: {measure: relative_reduction, at_least: 0.10, amount: {2024-07-01: 250000.00}}}}""",
)


def test_outcomes_weighed_together_each_need_their_row() -> None:
    """Four fifths of 250,000 for the first, one fifth for the second, each met by itself."""
    assert amounts(quote_of("tarp", TARP, COMBINED))["reduction 2024-25"] == ("due", Decimal("250000.00"))
    later = TARP.replace("216,70,0.40", "216,80,0.40")
    assert amounts(quote_of("tarp", later, COMBINED))["reduction 2024-25"] == ("due", Decimal("200000.00"))
    without = "\n".join(line for line in TARP.split("\n") if not line.startswith("rearrest_104"))
    (item,) = [item for item in quote_of("tarp", without, COMBINED).quoted if item.payment.id == "reduction"]
    assert item.decision is not None
    assert (item.state, item.decision.reason) == ("held", "no result is given of rearrest_104_weeks, which this payment looks at too")
