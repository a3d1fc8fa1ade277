"""What the installed code offers to contracts, in the shape the catalogue checks against."""

from __future__ import annotations

from functools import cache

from indicators.evaluation.method import Method, methods
from indicators.indicator import library
from pipelines.contracts.catalogue import AdjusterTerms, Catalogue, IndicatorTerms, MethodTerms, RuleTerms, Vocabulary
from pipelines.contracts.external import EXTERNAL, external_terms
from pipelines.contracts.loading import load
from pipelines.payments.adjusters import adjusters
from pipelines.payments.conditions import conditions
from pipelines.payments.rule import PaymentRule, rules
from pipelines.settings import contracts_folder, sql_folder
from pipelines.worlds.known import EFFECTS, known

SIZE = 200
"""Treated people in the worlds by which a contract's method is judged."""


@cache
def vocabulary() -> Vocabulary:
    """Every indicator, payment rule, method and expectation that exists, found by file; and what an estimate that is given may say."""
    computed = {pin: _method(item) for pin, item in methods().items()}
    return Vocabulary(
        indicators={pin: IndicatorTerms(item.registers, item.parameters, item.injected, item.definition, item.ends_at_event, item.better) for pin, item in library().items()},
        rules={pin: _terms(item) for pin, item in rules().items()},
        methods={**computed, EXTERNAL: external_terms(computed)},
        expectations=tuple(sorted(path.stem for path in (sql_folder() / "expectations").glob("*.sql"))),
        staged=tuple(sorted(path.stem for path in (sql_folder() / "staging").glob("*.sql"))),
        adjusters={pin: AdjusterTerms(item.parameters, item.definition, item.of) for pin, item in adjusters().items()},
        conditions=tuple(sorted(conditions())),
    )


def _method(item: Method) -> MethodTerms:
    wrong = {effect: {rate.scenario: rate for rate in known() if (rate.method, rate.people, rate.effect) == (item.pin, SIZE, effect)} for effect in EFFECTS[:2]}
    nothing, something = wrong.values()
    paid = {name: (rate.paid_on_estimate, rate.paid_on_interval) for name, rate in nothing.items()}
    missed = {name: (1 - rate.paid_on_estimate, 1 - rate.paid_on_interval) for name, rate in something.items()}
    return MethodTerms(item.intervals, item.quantities, item.needs, item.parameters, item.definition, paid, missed)


def _terms(rule: PaymentRule) -> RuleTerms:
    return RuleTerms(rule.parameters, rule.needs_comparison, rule.prices_persons, rule.has_one_price, rule.definition, rule.pays_multiples, rule.fits)


def catalogue() -> Catalogue:
    """Everything under the contracts folder in force, checked against what exists."""
    return load(contracts_folder(), vocabulary())
