"""What is measured: every outcome with its definition, its terms and the registers it is computed from."""

from __future__ import annotations

from collections.abc import Iterator

from indicators.indicator import Indicator, library
from pipelines.contracts.catalogue import FAMILIES_FROM
from pipelines.contracts.outcome import Outcome
from pipelines.reports.annex import arguments
from pipelines.reports.annex.codes import checked_arguments
from pipelines.reports.annex.document import Block, Heading, Paragraph, Points, Table
from pipelines.reports.annex.draft import Draft
from pipelines.reports.annex.wording import Wording, cited


def outcomes(draft: Draft) -> list[Block]:
    words = draft.words
    blocks = [block for outcome in draft.contract.outcomes for block in _outcome(draft, outcome)]
    return [Heading(1, words.text("outcomes")), Paragraph(words.text("outcomes_intro")), *blocks]


def _outcome(draft: Draft, outcome: Outcome) -> Iterator[Block]:
    words, indicator = draft.words, library()[outcome.indicator]
    yield Heading(2, words.text("outcome_heading", name=_called(draft, outcome)))
    cohorts = words.text("the_cohort" if len(outcome.cohorts) == 1 else "the_cohorts", names=words.names(outcome.cohorts))
    given = {"name": words.quoted(outcome.id), "cohorts": cohorts, "unit": words.text(f"unit.{outcome.unit}"), "pin": outcome.indicator}
    measures = words.text("outcome_measures", clause=outcome.clause, **given)
    combined = [words.text(f"household.{outcome.combine}")] if outcome.combine else []
    yield Paragraph(" ".join([measures, words.text(f"kind.{outcome.kind}"), *combined]))
    yield Paragraph(_definition(draft, outcome, indicator))
    earlier = [words.text("months_before", n=words.number(outcome.months_before))] if outcome.months_before else []
    terms = [*arguments.sentences(draft, outcome), *earlier, words.text(f"claimed_by.{_claimed_by(outcome, indicator)}")]
    yield Paragraph(" ".join([words.text(f"better.{indicator.better}", value=words.said(indicator.value)), words.text("terms_of_outcome")]))
    yield Points(tuple(cited(sentence, outcome.clause) for sentence in terms))
    yield Paragraph(" ".join([_plausible(words, indicator), *_implied(words, outcome)]))
    yield from _registers(draft, outcome, indicator)


def _called(draft: Draft, outcome: Outcome) -> str:
    """Its title, with the name that the contract knows it by; the name alone when it has none."""
    named, title = draft.words.quoted(outcome.id), outcome.called(draft.words.code)
    return f"{title} ({named})" if title else named


def _definition(draft: Draft, outcome: Outcome, indicator: Indicator) -> str:
    """The indicator's definition, written out where it is first used."""
    words = draft.words
    first = next(item.id for item in draft.contract.outcomes if item.indicator == outcome.indicator)
    if first != outcome.id:
        return words.text("defined_above", outcome=words.quoted(first))
    return words.text("definition", words=words.defined("indicators", indicator.pin, indicator.definition))


def _claimed_by(outcome: Outcome, indicator: Indicator) -> str:
    return "claim_period" if "claim_period" in indicator.injected else outcome.claimed_by


def _plausible(words: Wording, indicator: Indicator) -> str:
    least, most = (words.number(value) for value in indicator.plausible)
    return words.text("plausible", least=least, most=most)


def _implied(words: Wording, outcome: Outcome) -> list[str]:
    return [words.text("implies", other=words.quoted(outcome.implies))] if outcome.implies else []


def _registers(draft: Draft, outcome: Outcome, indicator: Indicator) -> Iterator[Block]:
    """Which registers, for what part, from whom, how often, and how late events become known; nothing for an indicator that reads none."""
    words = draft.words
    parts = {outcome.reads.get(name, name): name for name in indicator.registers}
    if outcome.unit == "household":
        parts.setdefault(FAMILIES_FROM, "families")
    if not parts:
        return
    rows = tuple((_named(draft, name, part), draft.supplier(name), comes(draft, name), lag(draft, name)) for name, part in parts.items())
    yield Table(words.text("registers_read"), tuple(words.text(key) for key in ("register", "supplier", "comes", "known_after")), rows)
    months = indicator.months_after(checked_arguments(outcome, draft.vocabulary))
    later = [words.text("matures_after", months=words.number(months))] if months else []
    notes = [words.text(f"note.{name}") for name in parts if words.has(f"note.{name}")]
    yield Paragraph(" ".join([words.text("maturity"), *later, *notes]))


def _named(draft: Draft, register: str, part: str) -> str:
    """A register, and which part of the indicator it stands for where the contract chose it."""
    name, words = draft.register(register), draft.words
    said = words.text(f"part.{part}") if words.has(f"part.{part}") else words.quoted(part)
    return name if part == register else words.text("register_stands_for", register=name, part=said)


def comes(draft: Draft, register: str) -> str:
    """How often a register is delivered and how late, as its calendar says."""
    words, calendar = draft.words, draft.catalogue.registers[register].calendar
    every = words.text(f"every_one.{calendar.unit}") if calendar.every == 1 else words.text(f"every.{calendar.unit}", n=words.number(calendar.every))
    return words.text("latest_after", every=every, n=words.number(calendar.latency))


def lag(draft: Draft, register: str) -> str:
    """How long after an event a delivery may still lack it."""
    return draft.words.text("days", n=draft.words.number(draft.catalogue.registers[register].handling.reporting_lag_days))
