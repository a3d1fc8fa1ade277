"""Worked examples: made-up round figures, decided by the very function that decides payments, with the sum it writes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from indicators.indicator import Indicator, library
from indicators.result import Estimate, Interval, Result, RoleCount
from pipelines.contracts.outcome import Outcome, Payment
from pipelines.errors import ContractError
from pipelines.payments.contract_wide import Given
from pipelines.payments.decide import FINAL, ON_ACCOUNT, Decision, Known, Standing, decide_trigger
from pipelines.payments.rule import Unit
from pipelines.quality.gate import GateVerdict
from pipelines.reports.annex.document import Block, Heading, Paragraph, Points, Sum
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.example_groups import EVENTS, GROUP, estimated, groups, has_comparison, is_of_means
from pipelines.reports.annex.example_parts import EACH, PEOPLE, Case, count_of, result_of, terms_of, units_word
from pipelines.reports.annex.examples_counted import COUNTED
from pipelines.reports.annex.examples_of_tables import TABLES

OPEN = GateVerdict("open", "", 0, (), ())
LEFT = Decimal("1000.00")
"""What is left below a cap for the one person of an example who is nearly there."""


def example(draft: Draft, payment: Payment) -> Iterator[Block]:
    """The worked example of a payment: its first claim period, every settlement. Raises ContractError for a rule that has none."""
    words, period = draft.words, payment.claim_periods[0]
    yield Heading(3, words.text("example", period=period.id))
    yield Paragraph(words.text("example_made_up"))
    for case in cases(draft, payment):
        yield from _worked(draft, payment, _with_conditions(draft, payment, case))


def cases(draft: Draft, payment: Payment) -> list[Case]:
    """The cases that show how the rule of a payment works: one, or one that reaches and one that misses."""
    if payment.rule.pin not in CASES:
        raise ContractError(f"the annex has no worked example of the payment rule {payment.rule.pin}", where="pipelines/reports/annex/examples.py", next_step="add one under CASES")
    outcome = draft.contract.outcome(payment.pays_for)
    return CASES[payment.rule.pin](draft, payment, outcome, library()[outcome.indicator])


def _worked(draft: Draft, payment: Payment, case: Case) -> Iterator[Block]:
    words = draft.words
    if case.title:
        yield Paragraph(case.title)
    yield Points(case.given)
    standing = Standing()
    for kind in payment.kinds:
        decision = _decided(draft, payment, case, kind, standing)
        if len(payment.kinds) > 1:
            yield Paragraph(words.text("example_on_account" if kind == ON_ACCOUNT else "example_final"))
        yield Sum(tuple(words.arithmetic(line) for line in decision.arithmetic or (decision.reason,)))
        yield Paragraph(words.text("example_result", state=words.term("state", decision.state), amount=words.money(decision.amount)))
        standing = Standing(on_account=decision.amount)


def _decided(draft: Draft, payment: Payment, case: Case, kind: str, standing: Standing) -> Decision:
    period = payment.claim_periods[0]
    named = payment.unless_paid.payments if payment.unless_paid else []
    given = [Given(item.id, claim.id, FINAL, claim.decided_from, Decimal("0.00")) for item in draft.contract.payments if item.id in named for claim in item.claim_periods]
    settled = standing if kind == FINAL else Standing()
    cohorts = lambda name: case.by_cohort.get(name, {})  # noqa: E731
    known = Known(lambda: OPEN, lambda: case.result, case.conditions.get, lambda: case.units, settled, cohorts, case.earlier, given)
    made = decide_trigger(draft.contract, payment, period, known, as_of=period.decided_on(kind), kind=kind)
    if made.state not in ("due", "not_met"):
        raise ContractError(f"the worked example of {payment.id} cannot be computed: {made.reason}", where=draft.contract.contract, next_step="check the payment's terms")
    return made


def _of_persons(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    roles = {terms_of(draft, payment)["role"]: count_of(PEOPLE, Decimal(PEOPLE))}
    return [Case("", (draft.words.text("example_persons", n=PEOPLE),), result_of(draft, outcome, roles))]


def _of_units(draft: Draft, payment: Payment, outcome: Outcome, indicator: Indicator) -> list[Case]:
    """Ten persons of each cohort; where there is a cap, one of the first has nearly reached it."""
    words, given, end = draft.words, terms_of(draft, payment), payment.claim_periods[0].end
    value = Decimal(min(EACH, indicator.plausible[1]))
    units = [Unit(f"{name}{index}", given["role"], name, value, end) for name in outcome.cohorts for index in range(PEOPLE)]
    named = {"n": PEOPLE, "value": words.number(value), "units": units_word(draft, given["unit"])}
    said = [words.text("example_units", cohort=words.quoted(name), **named) for name in outcome.cohorts]
    cap = next((item.arguments["amount"] for item in payment.adjust if item.pin.startswith("cap_per_person@")), None)
    if cap is not None:
        before = max(Decimal(cap) - LEFT, Decimal(0))
        units[0] = replace(units[0], paid_before=Fraction(before))
        said.append(words.text("example_paid_before", cohort=words.quoted(outcome.cohorts[0]), amount=words.money(before)))
    roles = {given["role"]: count_of(len(units), value * len(units))}
    return [Case("", tuple(said), result_of(draft, outcome, roles), tuple(units))]


def _of_parts(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    """The first example of each part's own rule, put together."""
    said, own = list[str](), None
    found: dict[str, Result] = {}
    by_cohort: dict[str, dict[str, Result]] = {}
    for part in terms_of(draft, payment)["parts"]:
        looked_at = part.outcome or payment.pays_for
        (case, *_more) = cases(draft, payment.model_copy(update={"rule": part.rule, "pays_for": looked_at, "adjust": []}))
        said += case.given
        own = case.result if part.outcome is None else own
        found |= {**case.conditions, **({} if part.outcome is None else {part.outcome: case.result})}
        by_cohort |= case.by_cohort
    return [Case("", tuple(said), own or result_of(draft, outcome, {}), conditions=found, by_cohort=by_cohort)]


def _of_reaching(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    """Six persons who just reach the number, and four who miss it by one."""
    words, given, period = draft.words, terms_of(draft, payment), payment.claim_periods[0]
    least, reached, end = given["at_least"], 6, period.end - dt.timedelta(days=1)
    values = [least if index < reached else least - 1 for index in range(PEOPLE)]
    units = tuple(Unit(str(index), given["role"], outcome.cohorts[0], value, end) for index, value in enumerate(values))
    named = {"n": reached, "m": PEOPLE - reached, "value": words.number(least), "less": words.number(least - 1), "day": words.date(end)}
    said = words.text("example_reaching", units=units_word(draft, given["unit"]), **named)
    return [Case("", (said,), result_of(draft, outcome, {given["role"]: count_of(PEOPLE, sum(values, Decimal(0)))}), units)]


def _of_claims(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    words, given = draft.words, terms_of(draft, payment)
    rejected = 2
    upheld = max(18, given["least_checked"] - rejected)
    counts = {"not_drawn": 80, "upheld": upheld, "rejected": rejected}
    reasons = tuple(("counted", name, count) for name, count in counts.items())
    people = sum(counts.values())
    roles = {given["role"]: count_of(people, Decimal(people - rejected), reasons=reasons)}
    return [Case("", (words.text("example_claims", **counts),), result_of(draft, outcome, roles))]


def _of_threshold(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    """The treated group that just reaches the threshold, and the next one that does not."""
    given = terms_of(draft, payment)

    def is_reached(step: int) -> bool:
        return estimated(outcome, step).quantities[given["measure"]].compared >= Fraction(given["at_least"])

    low, high = 0, GROUP
    if is_reached(low) == is_reached(high):
        raise ContractError(f"the worked example of {payment.id} reaches its threshold never or always", where=draft.contract.contract, next_step="check the threshold")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_reached(middle) == is_reached(low) else (low, middle)
    pair = sorted((low, high), key=lambda step: not is_reached(step))
    return [compared(draft, outcome, key, step, estimated(outcome, step)) for key, step in zip(("example_reached", "example_missed"), pair, strict=True)]


def _of_interval(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    """An interval that lies wholly on the paying side, and one that touches the value; its ends are made up, the counts are not in doubt."""
    given = terms_of(draft, payment)
    sign = 1 if given["side"] == "above" else -1
    is_share = not is_of_means(outcome)
    width = Decimal("0.05") if is_share else Decimal(1)
    step = EVENTS + int(GROUP * (given["value"] + sign * 2 * width)) if is_share else EVENTS + int(given["value"] + sign * 2 * width)
    estimate = estimated(outcome, step)
    cases = []
    for key, near in (("example_reached", width), ("example_missed", Decimal(0))):
        ends = sorted((given["value"] + sign * near, given["value"] + sign * 3 * width))
        cases.append(_with_interval(draft, outcome, given, key, step, estimate, (ends[0], ends[1])))
    return cases


def _with_interval(draft: Draft, outcome: Outcome, given: dict[str, Any], key: str, step: int, estimate: Estimate, ends: tuple[Decimal, Decimal]) -> Case:
    assert outcome.compare is not None
    quantity = estimate.quantities[given["measure"]]
    places = Decimal(1).scaleb(-outcome.compare.decimals)
    interval = Interval(given["interval"], outcome.compare.level, ends[0].quantize(places), ends[1].quantize(places))
    made = replace(estimate, quantities={**estimate.quantities, given["measure"]: replace(quantity, intervals=(interval,))})
    case = compared(draft, outcome, key, step, made)
    low, high = (draft.words.number(end) for end in ends)
    return replace(case, given=(*case.given, draft.words.text("example_ends", low=low, high=high)))


def compared(draft: Draft, outcome: Outcome, key: str, step: int, estimate: Estimate) -> Case:
    words, made = draft.words, groups(outcome, step)
    if not has_comparison(outcome):
        said = words.text("example_alone", case=words.text(key), n=GROUP, treated=words.number(Decimal(made["treatment"].value) / GROUP))
    elif is_of_means(outcome):
        means = {name: words.number(Decimal(role.mean.numerator) / role.mean.denominator) for name, role in made.items()}
        said = words.text("example_means", case=words.text(key), n=GROUP, treated=means["treatment"], compared=means["comparison"])
    else:
        said = words.text("example_counts", case=words.text(key), n=GROUP, treated=step, compared=EVENTS)
    return Case("", (said,), result_of(draft, outcome, made, estimate))


def _with_conditions(draft: Draft, payment: Payment, case: Case) -> Case:
    """The case with a result for each condition: just as many answers as are needed, and a change above nought; and one for each other outcome that
    adjusters weigh."""
    words, said, found = draft.words, list(case.given), dict(case.conditions)
    for item in payment.requires:
        answered = -int(-item.min_response * GROUP // 1)
        outcome = draft.contract.outcome(item.outcome)
        found[item.outcome] = result_of(draft, outcome, {"treatment": RoleCount(GROUP, answered, Decimal(2 * answered), answered)})
        said.append(words.text("example_condition", outcome=words.quoted(item.outcome), answered=answered, n=GROUP, sum=2 * answered))
    for name in dict.fromkeys(name for step in payment.adjust for name in step.weighed if name not in found):
        found[name] = result_of(draft, draft.contract.outcome(name), {"treatment": count_of(PEOPLE, Decimal(PEOPLE))})
        said.append(words.text("example_other", outcome=words.quoted(name), n=PEOPLE))
    return replace(case, given=tuple(said), conditions={**case.conditions, **found})


CASES: dict[str, Callable[[Draft, Payment, Outcome, Indicator], list[Case]]] = {
    **TABLES,
    "combined@1": _of_parts,
    **COUNTED,
    "interval_excludes@1": _of_interval,
    "per_documented_claim@1": _of_claims,
    "per_person@1": _of_persons,
    "per_person_reaching@1": _of_reaching,
    "per_unit@1": _of_units,
    "threshold@1": _of_threshold,
}
"""How an example of each payment rule is made up."""
