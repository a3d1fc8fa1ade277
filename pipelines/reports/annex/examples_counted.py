"""Worked examples of the rules that price claims, runs of units, volumes, savings, and people above or below a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import chain

from indicators.indicator import Indicator
from pipelines.contracts.outcome import Outcome, Payment
from pipelines.payments.rule import Earlier, Unit
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.example_parts import EACH, PEOPLE, Case, count_of, result_of, terms_of, units_word

FEW = 5
SAVED = Decimal("1000000.00")


def _of_people(draft: Draft, payment: Payment, outcome: Outcome, said: Sequence[str], groups: Sequence[tuple[int, Decimal | int, str]]) -> list[Case]:
    """A case of so many people with a value each, of a component."""
    role, rows = terms_of(draft, payment)["role"], list(chain.from_iterable([(value, component)] * people for people, value, component in groups))
    end = payment.claim_periods[0].end
    units = tuple(Unit(str(index), role, outcome.cohorts[0], Decimal(value), end, component=component) for index, (value, component) in enumerate(rows))
    roles = {role: count_of(len(units), sum((unit.value for unit in units), Decimal(0)))}
    return [Case("", tuple(said), result_of(draft, outcome, roles), units)]


def _of_value(draft: Draft, payment: Payment, outcome: Outcome, said: str, people: int, value: Decimal | int, earlier: Earlier | None = None) -> list[Case]:
    """A case of a group with one sum, after earlier claim periods."""
    role = terms_of(draft, payment).get("role", "treatment")
    return [Case("", (said,), result_of(draft, outcome, {role: count_of(people, Decimal(value))}), earlier=earlier or Earlier())]


def _of_claims(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    """Six persons with one claim, three with as many as are paid, and one with one more."""
    most = terms_of(draft, payment)["at_most"]
    said = draft.words.text("example_claims_of_persons", most=draft.words.number(most), more=draft.words.number(most + 1))
    return _of_people(draft, payment, outcome, [said], [(6, 1, ""), (3, most, ""), (1, most + 1, "")])


def _of_run(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    """Six persons with the last unit that is paid, and four with the first one alone."""
    given = terms_of(draft, payment)
    named = {"value": draft.words.number(given["last"]), "less": draft.words.number(given["first"]), "units": units_word(draft, given["unit"])}
    return _of_people(draft, payment, outcome, [draft.words.text("example_run", n=6, m=4, **named)], [(6, given["last"], ""), (4, given["first"], "")])


def _of_lasting(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    """Six persons who reach the whole, three half way from where a part is paid, and one who fails there."""
    given, number = terms_of(draft, payment), draft.words.number
    part = Decimal(given["whole"] + given["more_than"]) / 2
    named = {"whole": number(given["whole"]), "part": number(part), "least": number(given["more_than"]), "units": units_word(draft, given["unit"])}
    return _of_people(draft, payment, outcome, [draft.words.text("example_lasting", **named)], [(6, given["whole"], ""), (3, part, ""), (1, given["more_than"], "")])


def _of_volume(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    """A claim period that begins five before the second tier, where there is one."""
    given = terms_of(draft, payment)
    before = max([*given["tiers"].root, 1][1] - 1 - FEW, 0)
    said = draft.words.text("example_volume", n=PEOPLE, before=draft.words.number(before), units=units_word(draft, given["unit"]))
    return _of_value(draft, payment, outcome, said, PEOPLE, PEOPLE, Earlier(Fraction(before)))


def _of_savings(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    """A claim period that begins half its saving before the second step, where there is one."""
    before = max([*terms_of(draft, payment)["shares"].root, Decimal(0)][1] - SAVED / 2, Decimal(0))
    said = draft.words.text("example_saved", before=draft.words.money(before), saved=draft.words.money(SAVED))
    return _of_value(draft, payment, outcome, said, PEOPLE, SAVED, Earlier(Fraction(before)))


def _of_bonus(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    people = terms_of(draft, payment)["above"] + FEW
    return _of_value(draft, payment, outcome, draft.words.text("example_persons", n=draft.words.number(people)), people, people)


def _of_missing(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    people = max(terms_of(draft, payment)["minimum"] - FEW, 1)
    return _of_value(draft, payment, outcome, draft.words.text("example_enrolled", n=draft.words.number(people)), people, 0)


def _of_nothing(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    return _of_value(draft, payment, outcome, draft.words.text("example_whatever"), PEOPLE, 0)


def _of_components(draft: Draft, payment: Payment, outcome: Outcome, _: Indicator) -> list[Case]:
    """Ten persons of each component with ten units each."""
    given, words = terms_of(draft, payment), draft.words
    named = {"n": PEOPLE, "value": EACH, "units": units_word(draft, given["unit"])}
    said = [words.text("example_component", component=words.quoted(name), **named) for name in given["prices"].root]
    return _of_people(draft, payment, outcome, said, [(PEOPLE, EACH, name) for name in given["prices"].root])


COUNTED: dict[str, Callable[[Draft, Payment, Outcome, Indicator], list[Case]]] = {
    "per_claim@1": _of_claims,
    "per_person_above@1": _of_bonus,
    "per_person_missing@1": _of_missing,
    "per_unit_between@1": _of_run,
    "per_unit_by_component@1": _of_components,
    "pro_rata@1": _of_lasting,
    "share_of_savings@1": _of_savings,
    "standing_charge@1": _of_nothing,
    "tiered_by_volume@1": _of_volume,
}
"""How an example of each of these rules is made up."""
