"""What the installed code offers to contracts, in the shape the catalogue checks against."""

from __future__ import annotations

from functools import cache

from indicators.evaluation.method import methods
from indicators.indicator import library
from pipelines.contracts.catalogue import AdjusterTerms, Catalogue, IndicatorTerms, MethodTerms, RuleTerms, Vocabulary
from pipelines.contracts.loading import load
from pipelines.payments.adjusters import adjusters
from pipelines.payments.conditions import conditions
from pipelines.payments.rule import PaymentRule, rules
from pipelines.settings import contracts_folder, sql_folder


@cache
def vocabulary() -> Vocabulary:
    """Every indicator, payment rule, method and expectation that exists, found by file."""
    return Vocabulary(
        indicators={pin: IndicatorTerms(item.registers, item.parameters, item.injected, item.definition) for pin, item in library().items()},
        rules={pin: _terms(item) for pin, item in rules().items()},
        methods={pin: MethodTerms(item.intervals, item.quantities) for pin, item in methods().items()},
        expectations=tuple(sorted(path.stem for path in (sql_folder() / "expectations").glob("*.sql"))),
        staged=tuple(sorted(path.stem for path in (sql_folder() / "staging").glob("*.sql"))),
        adjusters={pin: AdjusterTerms(item.parameters, item.definition, item.of) for pin, item in adjusters().items()},
        conditions=tuple(sorted(conditions())),
    )


def _terms(rule: PaymentRule) -> RuleTerms:
    return RuleTerms(rule.parameters, rule.needs_comparison, rule.prices_persons, rule.has_one_price, rule.definition, rule.pays_multiples, rule.fits)


def catalogue() -> Catalogue:
    """Everything under the contracts folder in force, checked against what exists."""
    return load(contracts_folder(), vocabulary())
