"""Worked examples of rules that look a figure up in a table, and of those that count or value what a comparison shows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from indicators.indicator import Indicator
from indicators.result import Result
from pipelines.contracts.outcome import Outcome, Payment
from pipelines.contracts.parts import MEAN, IndexPart, Steps
from pipelines.errors import ContractError
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.example_parts import Case, count_of, result_of, terms_of

GROUP = 100
EVENTS = 50
"""What a comparison group of a hundred comes to."""
BELOW = Decimal("0.01")
"""How far below the first step an index lies that misses it."""


def _of_events(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    """The most events that still are reduction enough, and one more, alike in every cohort."""
    least = Fraction(terms_of(draft, payment)["at_least"])
    most = int(EVENTS * (1 - least))
    return [_events(draft, outcome, key, events) for key, events in (("example_reached", most), ("example_missed", most + 1))]


def _events(draft: Draft, outcome: Outcome, key: str, events: int) -> Case:
    words, cohorts = draft.words, outcome.cohorts

    def roles(times: int) -> Result:
        counts = {"treatment": events, "comparison": EVENTS}
        return result_of(draft, outcome, {role: count_of(GROUP * times, Decimal(count * times)) for role, count in counts.items()})

    named = {"cohorts": words.listed([words.quoted(name) for name in cohorts]), "n": GROUP, "treated": events, "compared": EVENTS}
    said = words.text("example_events", case=words.text(key), **named)
    return Case("", (said,), roles(len(cohorts)), by_cohort={outcome.id: {name: roles(1) for name in cohorts}})


def _of_steps(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    """A figure on the last step, and one below the first."""
    steps: Steps = terms_of(draft, payment)["steps"]
    figures = list(steps.root)
    return _figured(draft, payment, outcome, figures[-1], figures[0])


def _of_line(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    """A figure half way along the line's last part, and one below its first figure."""
    pays: Steps = terms_of(draft, payment)["pays"]
    figures = list(pays.root)
    return _figured(draft, payment, outcome, (figures[-2] + figures[-1]) / 2, figures[0])


def _figured(draft: Draft, payment: Payment, outcome: Outcome, reached: Decimal, first: Decimal) -> list[Case]:
    figure = terms_of(draft, payment)["figure"]
    if figure == MEAN:
        sums = {"example_reached": reached * GROUP, "example_missed": first * GROUP - 1}
        return [_of_sum(draft, outcome, key, total) for key, total in sums.items()]
    from pipelines.reports.annex.example_groups import estimated
    from pipelines.reports.annex.examples import compared

    found = {step: estimated(outcome, step).quantities[figure].compared for step in range(GROUP + 1)}
    below, above = [step for step in found if found[step] < first], [step for step in found if found[step] >= first]
    if not below or not above:
        raise ContractError(f"the worked example of {payment.id} reaches its first step never or always", where=draft.contract.contract, next_step="check the steps")
    pair = {"example_reached": min(above, key=lambda step: abs(found[step] - Fraction(reached))), "example_missed": max(below, key=found.__getitem__)}
    return [compared(draft, outcome, key, step, estimated(outcome, step)) for key, step in pair.items()]


def _of_sum(draft: Draft, outcome: Outcome, key: str, total: Decimal) -> Case:
    total = total.normalize() + 0
    said = draft.words.text("example_mean", case=draft.words.text(key), n=GROUP, sum=draft.words.number(total))
    return Case("", (said,), result_of(draft, outcome, {"treatment": count_of(GROUP, total)}))


def _of_value(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    """Ten in a hundred, or ten on average, more or less than the others: for the better, and for the worse."""
    from pipelines.reports.annex.example_groups import estimated
    from pipelines.reports.annex.examples import compared

    given = terms_of(draft, payment)
    sign = 1 if given["better"] == "higher" else -1
    by_effect = sorted((EVENTS - 10, EVENTS + 10), key=lambda step: -sign * estimated(outcome, step).quantities[given["figure"]].compared)
    return [compared(draft, outcome, key, step, estimated(outcome, step)) for key, step in zip(("example_reached", "example_missed"), by_effect, strict=True)]


def _of_index(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    """Parts that bring every cohort's index to the last step, and to just below the first."""
    given = terms_of(draft, payment)
    figures = list(given["steps"].root)
    return [_index(draft, outcome, given["parts"], key, index) for key, index in (("example_reached", figures[-1]), ("example_missed", figures[0] - BELOW))]


def _index(draft: Draft, outcome: Outcome, parts: list[IndexPart], key: str, index: Decimal) -> Case:
    words, contract = draft.words, draft.contract
    means = {part.outcome: (part.low + (part.high - part.low) * index).normalize() + 0 for part in parts}
    named = {name: contract.outcome(name) for name in means}
    results = {name: result_of(draft, named[name], {"treatment": count_of(GROUP, (mean * GROUP).normalize() + 0)}) for name, mean in means.items()}
    own = result_of(draft, outcome, {"treatment": count_of(GROUP, Decimal(GROUP))})
    by_cohort = {name: dict.fromkeys(outcome.cohorts, result) for name, result in {outcome.id: own, **results}.items()}
    said = {
        "cohorts": words.listed([words.quoted(name) for name in outcome.cohorts]),
        "means": words.listed([words.text("mean_of", mean=words.number(mean), outcome=words.quoted(name)) for name, mean in means.items()]),
    }
    return Case("", (words.text("example_index", case=words.text(key), n=GROUP, **said),), own, conditions=results, by_cohort=by_cohort)


TABLES: dict[str, Callable[[Draft, Payment, Outcome, Indicator], list[Case]]] = {
    "composite_index@1": _of_index,
    "linear@1": _of_line,
    "per_event_avoided@1": _of_events,
    "present_value@1": _of_value,
    "step_table@1": _of_steps,
}
