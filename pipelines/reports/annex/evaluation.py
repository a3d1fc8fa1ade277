"""How outcomes are compared, by which method with which terms, and how often that method is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from indicators.evaluation.method import methods
from pipelines.contracts.catalogue import arguments
from pipelines.contracts.comparing import exceeded, paid_by_interval, several
from pipelines.contracts.comparison import Comparison, Placebos
from pipelines.contracts.external import external, is_external
from pipelines.contracts.outcome import Outcome
from pipelines.payments.vocabulary import SIZE
from pipelines.reports.annex.document import Block, Heading, Paragraph, Points, Table
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.wording import Wording, cited
from pipelines.worlds.by_world import WorldErrors, by_world
from pipelines.worlds.known import EFFECTS

COLUMNS = ("scenario_of", "covered", "paid_on_estimate", "paid_on_interval", "missed_on_interval")


def evaluation(draft: Draft) -> list[Block]:
    """How outcomes are compared; or that none is, so that nobody reads a result as an effect."""
    words = draft.words
    compared = [(outcome, outcome.compare) for outcome in draft.contract.outcomes if outcome.compare is not None]
    if not compared:
        return [Heading(1, words.text("evaluation")), Paragraph(words.text("evaluation_none"))]
    pins = list(dict.fromkeys(terms.method for _, terms in compared if not is_external(terms)))
    stated = list(dict.fromkeys(pin for _, terms in compared if is_external(terms) and (pin := external(terms).states) is not None))
    sentences = Points(tuple(cited(sentence, outcome.clause) for outcome, terms in compared for sentence in _sentences(words, outcome, terms)))
    defined = [Paragraph(words.text("definition", words=f"{pin}: {words.defined('methods', pin, methods()[pin].definition)}")) for pin in pins]
    defined += [Paragraph(words.text("given_errors_unknown"))] if any(is_external(terms) and external(terms).states is None for _, terms in compared) else []
    errors = [block for pin in dict.fromkeys([*pins, *stated]) for block in _errors(words, pin)]
    allowed = [Paragraph(said) for outcome, terms in compared for said in _allowed(draft, outcome, terms)]
    placebos = [Paragraph(cited(_placebos(words, outcome, terms.placebos), terms.placebos.clause)) for outcome, terms in compared if terms.placebos]
    return [Heading(1, words.text("evaluation")), Paragraph(words.text("evaluation_intro")), sentences, *defined, *placebos, Paragraph(_several(draft)), *allowed, *errors]


def _placebos(words: Wording, outcome: Outcome, terms: Placebos) -> str:
    """What the method must not find, and what follows when it does."""
    named = words.listed([words.quoted(name) for name in terms.outcomes])
    return words.text(f"placebos.{terms.then}", outcomes=named, outcome=words.quoted(outcome.id))


def _several(draft: Draft) -> str:
    """How many outcomes are compared and paid for, and how often one of several pays for nothing."""
    words, found = draft.words, several(draft.contract, draft.vocabulary)
    form = ("none", "one", "more")[min(found.estimates, 2)]
    counts = {"compared": words.number(found.compared), "paid": words.number(found.paid), "n": words.number(found.estimates)}
    said = words.text(f"several.{form}", **counts)
    return f"{said} {words.text('several_chance', share=words.percent(found.chance))}" if form == "more" and found.chance is not None else said


def _sentences(words: Wording, outcome: Outcome, terms: Comparison) -> Iterator[str]:
    if is_external(terms):
        yield from _given(words, outcome, terms)
        return
    intervals = words.listed([words.text("interval_named", name=words.term("interval", name)) for name in terms.intervals])
    given = {"outcome": words.quoted(outcome.id), "method": terms.method, "level": words.percent(terms.level), "intervals": intervals}
    yield words.text("evaluated", decimals=words.number(terms.decimals), **given)
    for name, value in arguments(methods()[terms.method].parameters, terms.arguments).items():
        yield words.text(f"method.{name}", value=_value(words, value))
    for key in ("before", "earlier"):
        if (named := getattr(terms, key)) is not None:
            yield words.text(f"compared_{key}", outcome=words.quoted(named))
    if terms.covariates:
        yield words.text("compared_covariates", outcomes=words.listed([words.quoted(name) for name in terms.covariates]))
    if terms.clusters is not None:
        yield words.text("compared_clusters", column=words.quoted(terms.clusters))
    if terms.looks_at or terms.clusters or terms.placebos:
        yield words.text("compared_lacking", share=words.percent(terms.lacking_at_most))


def _given(words: Wording, outcome: Outcome, terms: Comparison) -> Iterator[str]:
    """Who estimates instead, by what file, and what of it is checked here and what is not."""
    asked, intervals = external(terms), words.listed([words.text("interval_named", name=words.term("interval", name)) for name in terms.intervals])
    named = {"outcome": words.quoted(outcome.id), "party": words.quoted(asked.by), "unit": words.quoted(asked.unit), "level": words.percent(terms.level), "intervals": intervals}
    quantities = words.listed([words.term("measure", name) for name in asked.quantities])
    yield words.text("given_by", method=terms.method, **named, quantities=quantities, decimals=words.number(terms.decimals))
    yield words.text("given_checked", share=words.percent(asked.cohort_differs))
    for role, least in sorted(asked.at_least.items(), reverse=True):
        yield words.text("given_at_least", role=words.text(f"given_role.{role}"), least=words.number(least))
    if asked.at_latest is not None:
        yield words.text("given_at_latest", days=words.number(asked.at_latest.days))
    yield words.text("given_states", method=asked.states) if asked.states is not None else words.text("given_states_any")


def _value(words: Wording, value: Any) -> str:
    """An argument of a method in words: a number, years with their means, or parts with their weights."""
    if isinstance(value, dict):
        return words.listed([f"{year}: {words.number(mean)}" for year, mean in sorted(value.items())])
    if isinstance(value, list):
        return words.listed([words.text("method.part", weight=words.number(part.weight), method=part.method) for part in value])
    return words.number(value) if isinstance(value, Decimal) else str(value)


def _allowed(draft: Draft, outcome: Outcome, terms: Comparison) -> Iterator[str]:
    """What error the parties allow, and where the method exceeds it."""
    if terms.errors is None:
        return
    words, allowed = draft.words, terms.errors
    named = [words.text(f"scenario.{name}") for name in allowed.scenarios]
    where = words.text("errors_in", scenarios=words.listed(named)) if named else words.text("errors_everywhere")
    misses = words.text("errors_missing", share=words.percent(allowed.misses)) if allowed.misses is not None else ""
    said = words.text("errors_allowed", outcome=words.quoted(outcome.id), share=words.percent(allowed.pays_for_nothing), where=where)
    over = list(exceeded(terms, allowed, draft.vocabulary.methods, is_by_interval=paid_by_interval(draft.contract, outcome)))
    passed = "errors_unknown" if is_external(terms) and external(terms).states is None else "errors_exceeded"
    yield cited(" ".join(filter(None, (said, misses, words.text(passed) if over else ""))), allowed.clause)


def _errors(words: Wording, pin: str) -> Iterator[Block]:
    """How often the method is wrong, scenario by scenario, as it was measured in made-up worlds."""
    found = by_world(pin, people=[SIZE])
    if not found:
        return
    yield Table(words.text("error_rates", method=pin), tuple(words.text(key) for key in COLUMNS), tuple(_row(words, item) for item in found), right=tuple(range(1, len(COLUMNS))))
    first = found[0]
    yield Paragraph(words.text("error_rates_note", n=words.number(first.replications), people=words.number(SIZE), error=words.percent(Decimal(str(first.monte_carlo_error)))))


def _row(words: Wording, item: WorldErrors) -> tuple[str, ...]:
    shares = (item.covered, *item.pays_for_nothing, item.misses[EFFECTS[1]][1])
    return (words.text(f"scenario.{item.scenario}"), *(words.percent(Decimal(f"{share:.3f}")) for share in shares))


def on_comparing(words: Wording, outcome: Outcome) -> list[str]:
    """What the contract says of how one outcome is compared, a sentence a term; nothing where it is not. Raises ContractError for a term without words."""
    return list(_sentences(words, outcome, outcome.compare)) if outcome.compare is not None else []
