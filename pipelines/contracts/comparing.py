"""Whether an outcome can be compared as its contract says, and how wrong the method is where the parties agreed how wrong it may be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from pipelines.contracts.catalogue import IndicatorTerms, MethodTerms, Vocabulary, is_claimed_apart
from pipelines.contracts.comparison import AllowedErrors, Comparison, Scenario
from pipelines.contracts.excess import by_interval_alone, excesses
from pipelines.contracts.external import external, is_external, unfit_external
from pipelines.contracts.outcome import Outcome, OutcomeContract, Payment
from pipelines.contracts.source import Finding, Place, Source, nearest

REMEDY = "; pay by its interval, choose a method that is wrong less often, or agree on more"
UNKNOWN = "; it cannot be checked here: have the evaluator show it, or name a method of ours in 'states'"
LONG_MONTH = 31
BY_LOT = ("trial", "trial_means", "cluster_trial")
"""Methods that take people to be drawn by lot."""
BY_CLUSTER = "cluster_robust"
PLAIN: Scenario = "plain"
JUDGED_BY = ("difference", "log_hazard_ratio", "rate_ratio")
"""The quantities of which it is known what they are without an effect: by one of them a placebo is judged."""
"""The interval that asks for clusters of a method that does without them otherwise."""


def check_comparison(contract: OutcomeContract, outcome: Outcome, vocabulary: Vocabulary, source: Source, place: Place) -> None:
    """Add a finding for everything a comparison names that is not there, lacks, or does not fit."""
    compare, methods = outcome.compare, vocabulary.methods
    assert compare is not None
    terms = methods[compare.method]
    for words in (*_unfitting(contract, outcome, _needs(compare, methods), vocabulary.indicators), *_unmatched(contract, outcome, _needs(compare, methods))):
        source.add((*place, "method"), words)
    for index, name in enumerate(compare.intervals):
        if name not in terms.intervals:
            source.add((*place, "intervals", index), f"there is no interval '{name}'{nearest(name, list(terms.intervals))}")
    if is_external(compare):
        for where, words in unfit_external(contract, compare, methods):
            source.add((*place, *where), words)
    else:
        _check_computed(contract, outcome, compare, vocabulary, source, place)


def _check_computed(contract: OutcomeContract, outcome: Outcome, compare: Comparison, vocabulary: Vocabulary, source: Source, place: Place) -> None:
    """What the method of a comparison needs, and what it is given."""
    methods = vocabulary.methods
    terms = methods[compare.method]
    cohorts = [cohort for cohort in contract.cohorts if cohort.id in outcome.cohorts]
    if "comparison" in terms.needs and not all(cohort.is_compared for cohort in cohorts):
        source.add(place, "the cohort has no comparison group; give it 'arms' or 'matched'")
    for key, words in _lacking(compare, _needs(compare, methods)):
        source.add((*place, key), words) if key in ("before", "covariates") and getattr(compare, key) else source.add(place, words)
    for pin in _inner(compare):
        for words in _not_inside(compare.method, pin, methods):
            source.add((*place, "with"), words)
    for key, words in _unfit_named(contract, outcome, vocabulary):
        source.add((*place, key), words)


def _unfitting(contract: OutcomeContract, outcome: Outcome, needs: set[str], indicators: Mapping[str, IndicatorTerms]) -> Iterable[str]:
    """Why a method does not fit the outcome: it compares matched sets and nobody was matched, holds cohorts apart and there is one, or looks at the time
    to an event and the indicator's exposure is none, or units are not persons."""
    assert outcome.compare is not None
    pin = outcome.compare.method
    if "sets" in needs and any(cohort.matched is None for cohort in contract.cohorts if cohort.id in outcome.cohorts):
        yield f"'{pin}' compares each treated person with those matched to them; give the cohort 'matched', or name another method"
    if "cohorts" in needs and len(outcome.cohorts) == 1:
        yield f"'{pin}' holds cohorts apart, and the outcome has one; give it two or more in 'cohort', or name another method"
    if "time" not in needs or outcome.indicator not in indicators:
        return
    if not indicators[outcome.indicator].ends_at_event:
        timed = ", ".join(sorted(name for name, item in indicators.items() if item.ends_at_event))
        yield f"'{pin}' looks at the time to an event, and the exposure of '{outcome.indicator}' does not end at one; name another method, or an indicator that does: {timed}"
    if outcome.unit != "person":
        yield f"'{pin}' looks at one person's time to an event, and '{outcome.id}' counts households; count persons, or name another method"


def _unmatched(contract: OutcomeContract, outcome: Outcome, needs: set[str]) -> Iterable[str]:
    """Why a method does not fit how the comparison people were found: drawn by lot, matched one by one, or the nearest on what is known."""
    compare, cohorts = outcome.compare, [cohort for cohort in contract.cohorts if cohort.id in outcome.cohorts]
    assert compare is not None
    pin, agreed = compare.method, [cohort.matched for cohort in cohorts if cohort.matched is not None]
    if agreed and outcome.unit != "person":
        yield f"people are matched one by one, and '{outcome.id}' counts households; count persons, or give the cohort 'arms'"
    if agreed and pin.partition("@")[0] in BY_LOT:
        yield f"'{pin}' takes people to be drawn by lot, and the cohort's comparison is matched; name matched_sets@1, or another method for matched people"
    if pin.startswith("matched@") and any(cohort.matched is None and cohort.arms is not None for cohort in cohorts):
        yield f"'{pin}' compares people matched exactly, and the cohort's comparison is an arm; name a method for arms, as trial_means@2"
    if pin.startswith("matched@") and any(item.nearest is not None for item in agreed):
        yield f"'{pin}' is for people matched exactly, and does not weigh those beside each; name matched_sets@1 where the nearest are chosen"
    if "sets" not in needs:
        return
    if "set_means" in compare.intervals and any(item.nearest is not None and item.nearest.with_replacement for item in agreed):
        yield "set_means needs sets that are apart, and 'with_replacement' lets somebody stand in several; name the interval robust"
    if outcome.claimed_by == "window_end" and any(item.unmatched_at_most is None for item in agreed):
        yield "windows that end in different claim periods take sets apart; say in 'unmatched_at_most' of the cohort how many of the treated may be left alone"
    for payment in contract.payments:
        if payment.pays_for == outcome.id and payment.rule.pin.startswith("per_event_avoided@"):
            yield f"the payment '{payment.id}' pays by the rates of whole groups, and '{pin}' compares sets; name a rule that goes by the difference"


def _inner(compare: Comparison) -> list[str]:
    """The methods that a method is put together of, as far as they are given as it takes them."""
    given = [compare.arguments.get("of"), *(part.get("method") for part in compare.arguments.get("parts") or () if isinstance(part, dict))]
    return [pin for pin in given if isinstance(pin, str)]


def _not_inside(method: str, pin: str, methods: Mapping[str, MethodTerms]) -> Iterable[str]:
    terms = methods.get(pin)
    if terms is None:
        yield f"there is no method '{pin}'{nearest(pin, list(methods))}"
    elif pin == method or "difference" not in terms.quantities or any(default is ... for _, default in terms.parameters.values()):
        yield f"'{method}' cannot use '{pin}'; it needs a method that gives a difference and takes no terms of its own"
    elif "sets" in terms.needs:
        yield f"'{method}' cannot use '{pin}', which compares matched sets; name one that compares two groups"
    elif "cohorts" in terms.needs:
        yield f"'{method}' cannot use '{pin}', which puts cohorts together itself; name one that compares two groups"


def _needs(compare: Comparison, methods: Mapping[str, MethodTerms]) -> set[str]:
    """What the method looks at, and what those do that it is put together of."""
    return {need for pin in (compare.method, *_inner(compare)) if pin in methods for need in methods[pin].needs}


def _lacking(compare: Comparison, needs: set[str]) -> Iterable[tuple[str, str]]:
    """What the method needs and is not given, or is given and does not look at."""
    pin = compare.method
    if "before" in needs and compare.before is None:
        yield "method", f"'{pin}' compares with what people had before; name that outcome in 'before'"
    if compare.clusters is None and ("cluster" in needs or BY_CLUSTER in compare.intervals):
        yield "method", f"'{pin}' needs to know who is of one cluster; name the column of the cohort's register in 'clusters'"
    if compare.before is not None and "before" not in needs:
        yield "before", f"'{pin}' does not look at what people had before; leave 'before' out, or name a method that does"
    if compare.covariates and "units" not in needs:
        yield "covariates", f"'{pin}' looks at sums alone, and holds nothing equal; leave 'covariates' out, or name a method that does"


def _named(compare: Comparison) -> list[tuple[str, str]]:
    pairs = [(key, getattr(compare, key)) for key in ("before", "earlier")] + [("covariates", name) for name in compare.covariates]
    return [(key, name) for key, name in pairs if name is not None]


def _unfit(contract: OutcomeContract, outcome: Outcome, key: str, name: str) -> Iterable[str]:
    """Why an outcome cannot stand for what it is named for. Nothing that came after enrolment may be held equal or be a starting point."""
    known = {item.id: item for item in contract.outcomes}
    if name not in known:
        yield f"there is no outcome '{name}'{nearest(name, list(known))}"
        return
    other = known[name]
    if other.cohorts != outcome.cohorts or other.unit != outcome.unit:
        yield f"the outcome '{name}' is not measured over the same people and units as '{outcome.id}'; give both the same 'cohort' and 'unit'"
    if other.months_before is None:
        yield f"the outcome '{name}' is measured after enrolment; give it 'months_before', or name one that has it"
    elif key in ("before", "earlier") and (other.indicator, other.arguments, other.reads) != (outcome.indicator, outcome.arguments, outcome.reads):
        yield f"the outcome '{name}' is not measured as '{outcome.id}' is; give it the same indicator, 'with' and 'reads'"
    elif key in ("before", "earlier") and _reaches_past(other):
        yield f"the window of '{name}' ends after enrolment; give it 'months_before' as long as its window"
    if other.compare is not None:
        yield f"the outcome '{name}' is compared itself; name one that is not"
    if other.claimed_by != "cohort":
        yield f"the outcome '{name}' is claimed apart for each claim period; measure it over the whole cohort"


def _unbuilt(contract: OutcomeContract, name: str, indicators: Mapping[str, IndicatorTerms]) -> Iterable[str]:
    """Why an outcome would have no rows: what is computed for each claim period has none where nothing is claimed by it."""
    pin = next((item.indicator for item in contract.outcomes if item.id == name), "")
    if pin in indicators and "claim_period" in indicators[pin].injected:
        yield f"the outcome '{name}' is computed for each claim period by '{pin}', and no claim period is its own; name one with an indicator of a whole window"


def _unfit_named(contract: OutcomeContract, outcome: Outcome, vocabulary: Vocabulary) -> Iterable[tuple[str, str]]:
    """What is wrong with the outcomes that a comparison names, by the key that names them."""
    compare = outcome.compare
    assert compare is not None
    yield from ((key, words) for key, name in _named(compare) for words in (*_unfit(contract, outcome, key, name), *_unbuilt(contract, name, vocabulary.indicators)))
    yield from (("placebos", words) for words in _unfit_placebos(contract, outcome, compare, vocabulary.methods[compare.method]))


def _unfit_placebos(contract: OutcomeContract, outcome: Outcome, compare: Comparison, terms: MethodTerms) -> Iterable[str]:
    """Why placebos cannot say anything: of this method, or of these outcomes."""
    if compare.placebos is None:
        return
    if "comparison" not in terms.needs or "before" in terms.needs or not set(JUDGED_BY) & set(terms.quantities):
        yield f"'{compare.method}' has no placebo: it compares with what people had before, or with nobody; leave 'placebos' out, or name another method"
        return
    known = {item.id: item for item in contract.outcomes}
    for name in compare.placebos.outcomes:
        yield from _unfit_placebo(outcome, compare, name, known)


def _unfit_placebo(outcome: Outcome, compare: Comparison, name: str, known: Mapping[str, Outcome]) -> Iterable[str]:
    other = known.get(name)
    if other is None:
        yield f"there is no outcome '{name}'{nearest(name, list(known))}"
    elif name == outcome.id or name in compare.looks_at.values():
        yield f"the outcome '{name}' is looked at by the comparison itself, so it cannot move; name another one as a placebo"
    elif other.cohorts != outcome.cohorts or other.unit != outcome.unit:
        yield f"the outcome '{name}' is not measured over the same people and units as '{outcome.id}'; give both the same 'cohort' and 'unit'"
    elif other.compare is not None or other.claimed_by != "cohort":
        yield f"the outcome '{name}' is compared itself or claimed apart for each claim period; measure the placebo by itself and over the whole cohort"
    elif other.months_before is None and other.indicator.partition("@")[0] == outcome.indicator.partition("@")[0]:
        yield f"the outcome '{name}' is what the effort is to move; give it 'months_before', or name one of another indicator"
    elif other.months_before is not None and _reaches_past(other):
        yield f"the window of '{name}' ends after enrolment; give it 'months_before' as long as its window"


def _reaches_past(outcome: Outcome) -> bool:
    """Whether a window that begins so many months before enrolment ends after it, as far as the contract says how long it is."""
    assert outcome.months_before is not None
    given = outcome.arguments
    window = given.get("window")
    ends = {"months": 30, "weeks": 7, "iso_weeks": 7, "days": 1}
    days = given["weeks"] * 7 if isinstance(given.get("weeks"), int) else 0
    if isinstance(window, dict) and isinstance(window.get("to"), int):
        days = window["to"] * ends.get(str(window.get("unit")), 31)
    return bool(days > outcome.months_before * LONG_MONTH)


def error_doubts(contract: OutcomeContract, methods: Mapping[str, MethodTerms], source: Source) -> list[Finding]:
    """A warning for each comparison that is wrong more often, in a world the parties named, than they agreed it may be."""
    found = []
    for index, outcome in enumerate(contract.outcomes):
        compare = outcome.compare
        if compare is None or compare.errors is None or compare.method not in methods:
            continue
        said = exceeded(compare, compare.errors, methods, is_by_interval=paid_by_interval(contract, outcome))
        found += [source.finding(("outcomes", index, "compare", "errors"), words, "warning") for words in said]
    return found


def paid_by_interval(contract: OutcomeContract, outcome: Outcome) -> bool:
    """Whether every payment that goes by an outcome's estimate asks for its whole interval."""
    return by_interval_alone([payment.rule.arguments for payment in contract.payments if payment.pays_for == outcome.id])


@dataclass(frozen=True)
class Several:
    """How many outcomes a contract compares, how many of those are paid for by their estimate, by how many estimates in all (one for each claim period
    that has its own), and about how often at least one of these pays where there is no effect on any; None where a method's errors are not known."""

    compared: int
    paid: int
    estimates: int
    chance: Decimal | None


def several(contract: OutcomeContract, vocabulary: Vocabulary) -> Several:
    """What comparing more than once comes to. Each estimate is taken to pay for nothing as often as its method does in the worlds that the parties
    named (the worst of them; plain ones where they named none), and all of them independently of each other: an approximation, since estimates of the
    same people go together."""
    compared = [outcome for outcome in contract.outcomes if outcome.compare is not None]
    paid = {outcome.id: _estimates(contract, outcome, vocabulary) for outcome in compared}
    rates = {outcome.id: _pays_for_nothing(contract, outcome, vocabulary) for outcome in compared if paid[outcome.id]}
    known = [rate for rate in rates.values() if rate is not None]
    none = math.prod((1 - rate) ** paid[name] for name, rate in rates.items() if rate is not None)
    chance = Decimal(f"{1 - none:.3f}") if known and len(known) == len(rates) else None
    return Several(len(compared), len(rates), sum(paid.values()), chance)


def _estimates(contract: OutcomeContract, outcome: Outcome, vocabulary: Vocabulary) -> int:
    """By how many estimates of an outcome something is paid."""
    periods = {period.id for payment in _by_estimate(contract, outcome, vocabulary) for period in payment.claim_periods}
    return len(periods) if is_claimed_apart(outcome, vocabulary.indicators[outcome.indicator]) else min(len(periods), 1)


def _by_estimate(contract: OutcomeContract, outcome: Outcome, vocabulary: Vocabulary) -> list[Payment]:
    return [payment for payment in contract.payments if payment.pays_for == outcome.id and vocabulary.rules[payment.rule.pin].needs_comparison]


def _pays_for_nothing(contract: OutcomeContract, outcome: Outcome, vocabulary: Vocabulary) -> float | None:
    compare = outcome.compare
    assert compare is not None
    named = (compare.errors.scenarios if compare.errors else []) or [PLAIN]
    rates = vocabulary.methods[_stated(compare)].paid_for_nothing
    is_by_interval = all("interval" in payment.rule.arguments for payment in _by_estimate(contract, outcome, vocabulary))
    found = [rates[name][is_by_interval] for name in named if name in rates]
    return max(found, default=None)


def _stated(compare: Comparison) -> str:
    """The method whose errors are meant: of an estimate that is given, the one that its file must state."""
    return (external(compare).states or compare.method) if is_external(compare) else compare.method


def exceeded(compare: Comparison, allowed: AllowedErrors, methods: Mapping[str, MethodTerms], *, is_by_interval: bool) -> Iterable[str]:
    """Sentences that say where a method is wrong more often than agreed, or that nobody knows how often it is. Of an estimate that is given, the
    method that its file must state is meant."""
    pin = _stated(compare)
    terms = methods[pin]
    if is_external(compare) and not terms.paid_for_nothing:
        yield f"how often '{pin}' pays for nothing is not known, and {allowed.clause} allows {100 * allowed.pays_for_nothing:.1f} %{UNKNOWN}"
    by = "by its interval" if is_by_interval else "by its estimate alone"
    for item in excesses(allowed, terms, is_by_interval=is_by_interval):
        words = "pays for nothing in" if item.pays else "misses an effect of three weeks in"
        yield f"'{pin}' {words} {100 * item.share:.1f} % of contracts {by} (scenario {item.scenario}), and {allowed.clause} allows {100 * item.limit:.1f} %{REMEDY}"
