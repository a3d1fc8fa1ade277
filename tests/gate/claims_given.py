"""Claims as they would be decided, for the gate's tests: clean, and with a defect for each rule about them.

`PRICED` prices persons, caps them, is settled twice, implies another outcome and has a total from outside; `PLAIN` pays by one price; `BY_ESTIMATE`
pays by an estimate that a placebo holds.
"""

from __future__ import annotations

from decimal import Decimal

from gate.danish import SECRET, Defect, fails

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.comparison import Placebos
from pipelines.contracts.outcome import OutcomeContract, Total
from pipelines.quality.suites import Suite, trigger_suite
from pipelines.warehouse.rows import add_rows
from pipelines.warehouse.writer import Warehouse

PRICED, PLAIN = "trigger:trygt_hjem/hjemmedage/2024H2/final", "trigger:ungebro/selvforsoergelse/2025Q1/final"
BY_ESTIMATE = "trigger:ungebro/effekt/2025Q1/final"
SLOW, FAST, WIDER, ELSEWHERE = (f"outcome:{name}" for name in ("trygt_hjem/hjemmedage", "trygt_hjem/hjemmedage_foreloebig", "trygt_hjem/bredere", "ungebro/uger"))
PEOPLE = 100
NAMED = {SLOW: "days_out_of_care@1", FAST: "days_out_of_care@1", WIDER: "days_out_of_care@1", ELSEWHERE: "weeks_self_supporting@1"}
DAYS = {SLOW: 90, FAST: 90, WIDER: 1, ELSEWHERE: 30}
UNCHANGED = (Decimal("0.00"), Decimal("0.00"))
"""What steps of the whole amount, and caps of the contract, changed."""


def _priced(catalogue: Catalogue) -> OutcomeContract:
    """The contract with everything that a rule about claims is for."""
    contract = catalogue.contracts["trygt_hjem"]
    total = Total.model_validate({"clause": "Bilag 5", "register": "buaf", "counts": "people", "says": 100, "source": "Statistikbanken"})
    outcomes = [outcome.model_copy(update={"implies": "trivsel"}) for outcome in contract.outcomes]
    return contract.model_copy(update={"totals": [total], "outcomes": outcomes})


def _held_by_placebo(catalogue: Catalogue) -> Suite:
    """What must hold for a claim by an estimate that a placebo holds."""
    contract = catalogue.contracts["ungebro"]
    placebos = Placebos.model_validate({"clause": "Bilag 2 §9", "outcomes": ["uger_foer"], "then": "hold"})
    outcomes = [outcome.model_copy(update={"compare": outcome.compare and outcome.compare.model_copy(update={"placebos": placebos})}) for outcome in contract.outcomes]
    made, payment = contract.model_copy(update={"outcomes": outcomes}), next(payment for payment in contract.payments if payment.id == "effekt")
    return trigger_suite(made, catalogue.gate_of(contract), payment, payment.claim_periods[0], "final", prices_persons=False, pays_multiples=False, compares=True)


def suites(catalogue: Catalogue) -> dict[str, Suite]:
    """The suites of the claims."""
    made = {"hjemmedage": _priced(catalogue), "selvforsoergelse": catalogue.contracts["ungebro"]}
    claims = [(contract, next(payment for payment in contract.payments if payment.id == trigger)) for trigger, contract in made.items()]
    found = [trigger_suite(contract, catalogue.gate_of(contract), payment, payment.claim_periods[0], "final", prices_persons=True) for contract, payment in claims]
    return {suite.subject: suite for suite in [*found, _held_by_placebo(catalogue)]}


def plant(warehouse: Warehouse) -> None:
    """A hundred people with a line each: of 900.00 in PRICED, of which 80,000.00 was paid on account, and of 24,000.00 in PLAIN."""
    connection = warehouse.connection
    add_rows(connection, "identity.persons", [(1000 + n, f"{SECRET}-{n:04d}") for n in range(1, 201)])
    for subject, indicator in NAMED.items():
        _, contract, outcome = subject.replace(":", "/").split("/")
        warehouse.set_outcome(subject, contract, outcome, indicator)
        first = 101 if subject == ELSEWHERE else 1
        units = [(subject, 1000 + n, "edge", "treatment", "counted", "observed", None, 20000, 20180, 180, DAYS[subject], None) for n in range(first, first + PEOPLE)]
        add_rows(connection, "outcomes.indicator_values", units)
    add_rows(
        connection,
        "quality.proposals",
        [
            (PRICED, "trygt_hjem", SLOW, "due", Decimal("10000.00"), Decimal(1), Decimal("80000.00"), *UNCHANGED, Decimal("400000.00"), FAST, WIDER),
            (PLAIN, "ungebro", ELSEWHERE, "due", Decimal("2400000.00"), Decimal(1), Decimal("0.00"), *UNCHANGED, None, "", ""),
            (BY_ESTIMATE, "ungebro", ELSEWHERE, "due", Decimal("300000.00"), Decimal(1), Decimal("0.00"), *UNCHANGED, None, "", ""),
        ],
    )
    add_rows(connection, "quality.placebos", [(ELSEWHERE, "uger_foer", True), (SLOW, "andet", False)])
    add_rows(connection, "quality.proposed_lines", [(PRICED, f"{SECRET}-{n:04d}", Decimal(900), Decimal(399100)) for n in range(1, 101)])
    add_rows(connection, "quality.proposed_lines", [(PLAIN, f"{SECRET}-{n:04d}", Decimal(24000), Decimal(0)) for n in range(101, 201)])
    add_rows(connection, "quality.prices", [(PLAIN, Decimal("24000.00")), (PLAIN, Decimal("24840.00"))])
    add_rows(connection, "quality.totals", [(PRICED, "buaf", 100, 100, "Statistikbanken")])


OF_ONE = f"where subject = '{PRICED}' and person_key = '{SECRET}-0003'"
OF_ANOTHER = f"where subject = '{PLAIN}' and person_key = '{SECRET}-0103'"


def counted_elsewhere(start: int) -> str:
    """SQL that has another contract count a person by the same indicator over 180 days from `start`."""
    named = "insert into quality.outcomes values ('outcome:other/days', 'other', 'days', 'days_out_of_care@1')"
    other = f"'outcome:other/days' as subject, {start} as window_start, {start} + 180 as window_end"
    return f"{named}; insert into outcomes.indicator_values select * replace ({other}) from outcomes.indicator_values where subject = '{SLOW}' and person_id = 1003"


def unit(subject: str, person: int, change: str) -> str:
    """SQL that changes one person's unit row."""
    return f"update outcomes.indicator_values set {change} where subject = '{subject}' and person_id = {person}"


def plain_amount(change: str) -> str:
    """SQL that changes the amount of PLAIN."""
    return f"update quality.proposals set amount = {change} where subject = '{PLAIN}'"


def slower(days: str) -> str:
    """SQL that has the slow source say other days of each person."""
    return f"update outcomes.indicator_values set value = {days} where subject = '{SLOW}'"


def posted(claim: str) -> str:
    """SQL that has a claim posted with the very lines it has tonight."""
    lines = f"select subject, person_key, amount from quality.proposed_lines where subject = '{claim}'"
    return f"insert into quality.posted_claims values ('{claim}'); insert into quality.posted_lines {lines}"


PAID_OTHERWISE = {"paid_lines_stand": "warned"}
DEFECTS = {
    (BY_ESTIMATE, "placebos_stand_still"): Defect(f"update quality.placebos set is_still = false where subject = '{ELSEWHERE}'", fails("placebos_stand_still")),
    (BY_ESTIMATE, "nobody_is_counted_by_two_contracts"): Defect(
        f"update quality.outcomes set indicator = 'weeks_self_supporting@1' where subject = '{WIDER}'; {unit(WIDER, 1003, 'person_id = 1103')}",
        fails("nobody_is_counted_by_two_contracts"),
    ),
    (PRICED, "lines_add_up"): Defect(f"update quality.proposals set amount = amount + 0.01 where subject = '{PRICED}'", fails("lines_add_up")),
    (PRICED, "lines_are_of_counted_people"): Defect(unit(SLOW, 1003, "status = 'not_observed', value = null"), fails("lines_are_of_counted_people")),
    (PRICED, "nobody_above_the_cap"): Defect(f"update quality.proposed_lines set paid_before = paid_before + 0.01 {OF_ONE}", fails("nobody_above_the_cap")),
    (PRICED, "nobody_is_counted_by_two_contracts"): Defect(counted_elsewhere(20179), fails("nobody_is_counted_by_two_contracts")),
    (PRICED, "success_implies_success"): Defect(unit(WIDER, 1003, "value = 0"), fails("success_implies_success")),
    (PRICED, "sources_agree"): Defect(slower("if(person_id <= 1016, 0, 90)"), fails("sources_agree")),
    (PRICED, "totals_agree"): Defect("update quality.totals set found = 97", fails("totals_agree")),
    (PLAIN, "lines_add_up"): Defect(plain_amount("amount - 24000"), fails("lines_add_up")),
    (PLAIN, "lines_are_of_counted_people"): Defect(
        f"insert into quality.proposed_lines from quality.proposed_lines {OF_ANOTHER}; {plain_amount('amount + 24000')}", fails("lines_are_of_counted_people")
    ),
    (PLAIN, "nobody_is_counted_by_two_contracts"): Defect(
        f"update quality.outcomes set indicator = 'weeks_self_supporting@1' where subject = '{FAST}'; {unit(FAST, 1003, 'person_id = 1103')}",
        fails("nobody_is_counted_by_two_contracts"),
    ),
    (PRICED, "paid_lines_stand"): Defect(f"insert into quality.posted_claims values ('{PRICED}')", PAID_OTHERWISE),
    (PLAIN, "paid_lines_stand"): Defect(f"{posted(PLAIN)}; update quality.posted_lines set amount = 24840 {OF_ANOTHER}", PAID_OTHERWISE),
    (PLAIN, "amount_is_whole_multiples"): Defect(
        f"update quality.proposed_lines set amount = 24420 {OF_ANOTHER}; {plain_amount('amount + 420')}", fails("amount_is_whole_multiples")
    ),
}
ON_THE_EDGE = {
    "two placebos that stand still": (BY_ESTIMATE, f"insert into quality.placebos values ('{ELSEWHERE}', 'mere', true)"),
    "a claim posted as it stands": (PLAIN, posted(PLAIN)),
    "another claim posted otherwise": (PLAIN, f"insert into quality.posted_claims values ('{PRICED}')"),
    "a person at the cap to the cent": (PRICED, "select 1"),
    "fifteen in a hundred days apart": (PRICED, slower("if(person_id <= 1015, 0, 90)")),
    "two in a hundred from the total": (PRICED, "update quality.totals set found = 102"),
    "another contract that counts the days after": (PRICED, counted_elsewhere(20180)),
    "a person whom the implied outcome does not count": (PRICED, unit(WIDER, 1003, "value = null, status = 'not_observed'")),
    "a claim with nobody to pay for": (PLAIN, f"delete from quality.proposed_lines where subject = '{PLAIN}'; {plain_amount('0')}"),
    "two prices of one rule": (PLAIN, f"update quality.proposed_lines set amount = 24840 {OF_ANOTHER}; {plain_amount('amount + 840')}"),
}
UNASKED = ("lines_add_up", "lines_are_of_counted_people", "nobody_is_counted_by_two_contracts", "paid_lines_stand")
BEYOND_THE_EDGE = {
    "a placebo of which nothing is noted": (BY_ESTIMATE, f"delete from quality.placebos where subject = '{ELSEWHERE}'", {"placebos_stand_still": "not_evaluated"}),
    "one placebo of two": (BY_ESTIMATE, f"insert into quality.placebos values ('{ELSEWHERE}', 'mere', false)", fails("placebos_stand_still")),
    "a person paid and counted no longer": (PLAIN, f"{posted(PLAIN)}; insert into quality.posted_lines values ('{PLAIN}', '{SECRET}-0001', 24000)", PAID_OTHERWISE),
    "a claim that nobody proposed": (PLAIN, f"delete from quality.proposals where subject = '{PLAIN}'", dict.fromkeys(UNASKED, "not_evaluated")),
    "sources that have nobody in common": (PRICED, f"delete from outcomes.indicator_values where subject = '{FAST}'", {"sources_agree": "not_evaluated"}),
}
