"""Whether an investment case fits its contract: what it names is there, and every year it needs has an index, a price and a rate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from pipelines.contracts.agreed import RefundSchedule
from pipelines.contracts.catalogue import IndicatorTerms, MethodTerms, is_claimed_apart
from pipelines.contracts.external import quantities_of
from pipelines.contracts.outcome import ClaimPeriod, Outcome, OutcomeContract
from pipelines.contracts.parts import MEAN
from pipelines.contracts.refunding import Refunding, agreed, on
from pipelines.contracts.source import Finding, Place, Source, nearest
from pipelines.contracts.value import PAYERS, Consequence, Value, ValuedEffect

Said = Iterator[tuple[Place, str]]
Schedules = Mapping[str, tuple[Refunding, ...]]
DIFFERENCE = "difference"
"""The one estimate that counts units of effect. A ratio of two groups has no price a unit."""


def schedules_of(contract: OutcomeContract, listed: Schedules) -> dict[str, tuple[Refunding, ...]]:
    """The refund schedules that a contract may name: those of `data_contracts/refunds/`, and its own, which take the place of any of the same name."""
    return {**listed, **{name: agreed(schedule) for name, schedule in own_schedules(contract).items()}}


def own_schedules(contract: OutcomeContract) -> Mapping[str, RefundSchedule]:
    """The refund schedules that stand in the contract itself."""
    return contract.refunds.schedules if contract.refunds is not None else {}


def unfit_list(contract: OutcomeContract, listed: Schedules) -> str:
    """The name of a refund list under `data_contracts/refunds/` that the case needs and that is missing, broken or does not fit it; empty where there is none.
    The list is no part of the contract: the contract pays as ever, and its case is not reckoned."""
    value, own = contract.value, own_schedules(contract)
    named = [item for item in value.consequences if item.refund is not None and item.refund.schedule not in own] if value is not None else []
    return next((item.refund.schedule for item in named if value is not None and item.refund is not None and any(_refund(item, value, listed))), "")


def periods_of(contract: OutcomeContract, outcome: str) -> tuple[ClaimPeriod, ...]:
    """The claim periods for which an outcome is paid for or is a condition, in the order of their days."""
    found = {period.id: period for payment in contract.payments if any(outcome in payment.outcomes_of(kind) for kind in payment.kinds) for period in payment.claim_periods}
    return tuple(sorted(found.values(), key=lambda period: (period.start, period.id)))


def year_of(period: ClaimPeriod) -> int:
    """The budget year in which an effect comes: that of the claim period's last day."""
    return (period.end - dt.timedelta(days=1)).year


def check_value(contract: OutcomeContract, listed: Schedules, indicators: Mapping[str, IndicatorTerms], methods: Mapping[str, MethodTerms], source: Source) -> None:
    """Add a finding for everything that an investment case names and is not there, lacks, or does not fit."""
    value = contract.value
    if value is None:
        return
    schedules = schedules_of(contract, listed)
    refunds = _refunds(contract, value, schedules, is_own=True)
    found = (_ids(value), _payers(contract, value), _effects(contract, value, indicators, methods), _consequences(value), refunds, _years(contract, value))
    for place, words in (item for said in found for item in said):
        source.add(("value", *place), words)


def value_doubts(contract: OutcomeContract, listed: Schedules, source: Source) -> list[Finding]:
    """A warning for each consequence that lasts beyond the budget years, as what comes after them is not counted; for each party that pays and is in no purse;
    for each year outside the budget years in which a waterfall moves money; and for each refund list that is missing or does not fit, as the case is not reckoned
    without it, and the contract pays as ever."""
    value = contract.value
    if value is None:
        return []
    lists = _refunds(contract, value, listed, is_own=False)
    found = (_lasting(contract, value), _without_purse(contract, value), _beyond(contract, value), lists)
    return [source.finding(("value", *place), words, "warning") for said in found for place, words in said]


def _lasting(contract: OutcomeContract, value: Value) -> Said:
    for index, item in enumerate(value.consequences):
        last = max((year_of(period) for period in periods_of(contract, item.follows)), default=value.years.first)
        ends = last + max(year for year, share in item.lasts.root.items() if share or not year)
        if ends > value.years.last:
            words = f"'{item.id}' lasts to {ends}, and the budget years end with {value.years.last}, so what comes after is not counted; add years, or let it last shorter"
            yield ("consequences", index, "lasts"), words


def _without_purse(contract: OutcomeContract, value: Value) -> Said:
    named = {party for kind in PAYERS for party in getattr(value.payers, kind)}
    paying = dict.fromkeys(party for payment in contract.payments for party in (payment.payer, *(payment.split.shares if payment.split is not None else ())))
    for party in paying:
        if party not in named:
            yield ("payers",), f"'{party}' pays and is in no purse, so it is reckoned with all others; name it under 'payers', also where it is one of the others"


def _beyond(contract: OutcomeContract, value: Value) -> Said:
    """Years in which a waterfall moves money as agreed, and that the case does not look at."""
    waterfall = contract.waterfall.as_scheduled() if contract.waterfall is not None else None
    days = [*waterfall.distributed_on, *(draw.on for item in waterfall.classes for draw in item.put_in)] if waterfall is not None else []
    for year in sorted({day.year for day in days} - set(value.years.all)):
        yield ("years",), f"the waterfall moves money in {year}, outside the budget years {value.years.first} to {value.years.last}, and that is not counted; add the year"


def _ids(value: Value) -> Said:
    for key, names in (
        ("effects", [item.outcome for item in value.effects]),
        ("consequences", [item.id for item in value.consequences]),
        ("costs", [item.id for item in value.costs]),
    ):
        for index, name in enumerate(names):
            if name in names[:index]:
                yield (key, index), f"'{name}' stands twice in value.{key}; leave one of the two, or give one another name"


def _payers(contract: OutcomeContract, value: Value) -> Said:
    parties, seen = [party.id for party in contract.parties], dict[str, str]()
    for kind in PAYERS:
        for index, name in enumerate(getattr(value.payers, kind)):
            if name not in parties:
                yield ("payers", kind, index), f"there is no party '{name}'{nearest(name, parties)}"
            if name in seen:
                yield ("payers", kind, index), f"'{name}' stands as {seen[name]} and as {kind}; a party is one payer, so leave one of the two"
            seen[name] = kind


def _effects(contract: OutcomeContract, value: Value, indicators: Mapping[str, IndicatorTerms], methods: Mapping[str, MethodTerms]) -> Said:
    outcomes = {outcome.id: outcome for outcome in contract.outcomes}
    followed = {item.follows for item in value.consequences}
    for index, effect in enumerate(value.effects):
        place: Place = ("effects", index)
        if effect.outcome not in outcomes:
            yield (*place, "outcome"), f"there is no outcome '{effect.outcome}'{nearest(effect.outcome, list(outcomes))}"
            continue
        if effect.outcome not in followed:
            yield (*place, "outcome"), f"nothing follows from the effect of '{effect.outcome}'; name it under 'follows' of a consequence, or take it out"
        outcome = outcomes[effect.outcome]
        for key, words in (*_figure(effect, outcome, methods), *_better(effect, outcome, indicators), *_people(contract, effect, outcome, indicators)):
            yield (*place, *key), words


def _figure(effect: ValuedEffect, outcome: Outcome, methods: Mapping[str, MethodTerms]) -> Said:
    """An effect is the difference that the outcome's own method estimates; where it compares nothing, a share of the mean, and the parties say which."""
    known = _estimated(outcome, methods)
    if outcome.compare is None or set(known) == {MEAN} or (effect.figure == MEAN and MEAN in known):
        yield from _not_compared(effect, outcome)
    else:
        yield from _compared(effect, outcome.compare.method, outcome, known)
    intervals = outcome.compare.intervals if outcome.compare is not None else []
    if effect.interval is not None and effect.interval not in intervals:
        words = f"there is no interval '{effect.interval}' of '{outcome.id}'{nearest(effect.interval, list(intervals))}"
        yield ("interval",), words if intervals else f"'{outcome.id}' is compared with nothing, and has no interval; take 'interval' out"


def _estimated(outcome: Outcome, methods: Mapping[str, MethodTerms]) -> tuple[str, ...]:
    """The quantities that an outcome's method estimates; none where it has no method, or one that is not there."""
    compare = outcome.compare
    return quantities_of(compare, methods[compare.method]) if compare is not None and compare.method in methods else ()


def _not_compared(effect: ValuedEffect, outcome: Outcome) -> Said:
    if effect.figure != MEAN:
        yield ("figure",), f"'{outcome.id}' is compared with nothing, so there is no '{effect.figure}'; write figure: {MEAN}, and agree on its 'deadweight'"
    if effect.deadweight is None:
        yield (), f"'{outcome.id}' is compared with nothing, so say under 'deadweight' which share of it would have come anyway; nought is an assumption as well"
    if effect.better == "lower":
        words = f"'{outcome.id}' is compared with nothing, and its mean is no gain where lower is better; compare it, or value an outcome of which more is better"
        yield ("better",), words


def _compared(effect: ValuedEffect, method: str, outcome: Outcome, known: tuple[str, ...]) -> Said:
    if effect.deadweight is not None:
        yield ("deadweight",), f"'{outcome.id}' is compared, and the comparison takes off what would have come anyway; take 'deadweight' out"
    if known and effect.figure not in known:
        yield ("figure",), f"there is no figure '{effect.figure}' of {method}{nearest(effect.figure, list(known))}"
    elif effect.figure != DIFFERENCE:
        words = f"'{effect.figure}' is no number of units, and a price a unit cannot be put on it; write figure: {DIFFERENCE}, or compare by a method that estimates one"
        yield ("figure",), words
    if effect.interval is None:
        intervals = ", ".join(outcome.compare.intervals) if outcome.compare is not None else ""
        yield (), f"'{outcome.id}' is compared, so say under 'interval' which of its intervals the effect lies in; it has {intervals}"


def _better(effect: ValuedEffect, outcome: Outcome, indicators: Mapping[str, IndicatorTerms]) -> Said:
    """An indicator that says which way is better is valued that way."""
    terms = indicators.get(outcome.indicator)
    if terms is not None and terms.better not in ("neither", effect.better):
        yield ("better",), f"'{outcome.id}' is measured by {outcome.indicator}, of which {terms.better} is better; write better: {terms.better}"


def _people(contract: OutcomeContract, effect: ValuedEffect, outcome: Outcome, indicators: Mapping[str, IndicatorTerms]) -> Said:
    """Whether the people expected are those of every day that has a result, once."""
    terms = indicators.get(outcome.indicator)
    periods = {period.id: period for period in periods_of(contract, outcome.id)}
    named = effect.expected.people
    for name in named:
        if name not in periods:
            yield ("expected", "people", name), f"there is no claim period '{name}' of '{outcome.id}'{nearest(name, list(periods))}"
    if terms is None:
        return
    if is_claimed_apart(outcome, terms):
        yield from _days([periods[name] for name in named if name in periods], list(periods.values()))
    elif len(named) > 1:
        yield ("expected", "people"), f"'{outcome.id}' has one result, over its whole cohort, so its people stand under one claim period; leave that one"


def _days(named: list[ClaimPeriod], every: list[ClaimPeriod]) -> Said:
    """Whether the claim periods named have all days of every claim period, and each day once: whoever counts in two would be valued twice."""
    ordered = sorted(named, key=lambda period: (period.start, period.end))
    for index, later in enumerate(ordered):
        earlier = next((other for other in ordered[:index] if other.end > later.start), None)
        if earlier is not None:
            words = f"'{later.id}' shares days with '{earlier.id}', and whoever counts in both would be valued twice; name one of the two, so that each day stands once"
            yield ("expected", "people", later.id), words
    left = [period.id for period in every if not _is_covered(period, ordered)]
    if left:
        yield ("expected", "people"), f"how many people are expected in {', '.join(left)} is missing; give them, nought where none are"


def _is_covered(period: ClaimPeriod, by: list[ClaimPeriod]) -> bool:
    """Whether every day of a claim period lies in others, which are in the order of their days."""
    day = period.start
    for other in by:
        if other.start <= day < other.end:
            day = other.end
    return day >= period.end


def _consequences(value: Value) -> Said:
    effects = [effect.outcome for effect in value.effects]
    first = dt.date(value.years.first, 1, 1)
    for index, item in enumerate(value.consequences):
        place: Place = ("consequences", index)
        if item.follows not in effects:
            yield (*place, "follows"), f"there is no effect '{item.follows}' under value.effects{nearest(item.follows, effects)}"
        other = next((earlier for earlier in value.consequences[:index] if earlier.follows == item.follows and earlier.unit != item.unit), None)
        if other is not None:
            words = f"'{item.id}' counts the effect by {item.unit}, and '{other.id}' by {other.unit}; what follows from one effect is priced by one unit, so write the same"
            yield (*place, "unit"), words
        for basis in ("marginal", "average"):
            begins = min(getattr(item.price, basis).root)
            if begins > first:
                yield (*place, "price", basis), f"no amount holds on {first}, the first day of the first budget year; the first holds from {begins}"


def _refunds(contract: OutcomeContract, value: Value, schedules: Schedules, *, is_own: bool) -> Said:
    """What is wrong with the refunds by schedules of the contract itself, or with those by lists beside it."""
    own = own_schedules(contract)
    for index, item in enumerate(value.consequences):
        if item.refund is not None and (item.refund.schedule in own) is is_own:
            for key, words in _refund(item, value, schedules):
                yield ("consequences", index, "refund", *key), words


def _refund(item: Consequence, value: Value, schedules: Schedules) -> Said:
    if item.refund is None:
        return
    name = item.refund.schedule
    if name not in schedules:
        yield ("schedule",), f"there is no refund schedule '{name}' in data_contracts/refunds/ or under 'refunds'{nearest(name, list(schedules))}"
        return
    by_week = schedules[name][0].by == "week"
    if by_week and item.refund.from_week is None:
        yield ("schedule",), f"'{name}' refunds by the week of a course; give 'from_week'"
    if not by_week and item.refund.amount_a_year is None:
        yield ("schedule",), f"'{name}' refunds by the amount of a year; give 'amount_a_year' and its 'price_level'"
    for year in value.years.all:
        if on(schedules[name], dt.date(year, 1, 1)) is None:
            yield ("schedule",), f"the refund schedule '{name}' does not hold on {year}-01-01; add the one that does, or begin the budget years later"
            return
    for level in sorted(set(_levels_of(item, value, schedules)) - set(value.index.levels.root)):
        words = f"the index '{value.index.name}' has no level for {level}, the price level of the refund schedule '{name}'; add it with its source"
        yield ("schedule",), words


def _years(contract: OutcomeContract, value: Value) -> Said:
    """Whether the index, the discount rate and the contract's own years reach as far as the case does."""
    levels = value.index.levels.root
    needed = dict[int, str](dict.fromkeys(value.years.all, "a budget year"))
    for year, what in _price_levels(value):
        needed.setdefault(year, what)
    for year, what in sorted(needed.items()):
        if year not in levels:
            yield ("index", "levels"), f"the index '{value.index.name}' has no level for {year}, {what}; add it with its source, or let the case do without that year"
    begins = min(value.discount.rates.root)
    if value.years.last > value.years.first and begins > dt.date(value.years.first + 1, 1, 1):
        yield ("discount", "rates"), f"no discount rate holds on {value.years.first + 1}-01-01; the first holds from {begins}, so add the one before it"
    yield from _outside(contract, value)


def _price_levels(value: Value) -> Iterable[tuple[int, str]]:
    """Every year whose prices something is in, and what it is that is."""
    yield value.price_level, "the price level of the case"
    for item in value.consequences:
        yield item.price.price_level, f"the price level of '{item.id}'"
        if item.refund is not None and item.refund.price_level is not None:
            yield item.refund.price_level, f"the price level of the year of '{item.id}'"
    for cost in value.costs:
        yield cost.price_level, f"the price level of '{cost.id}'"


def _levels_of(item: Consequence, value: Value, schedules: Schedules) -> Iterator[int]:
    """The years whose prices the amounts of a refund schedule are in, of those that hold in a budget year."""
    listed = schedules.get(item.refund.schedule, ()) if item.refund is not None else ()
    for year in value.years.all:
        version = on(listed, dt.date(year, 1, 1))
        if version is not None and version.price_level is not None:
            yield version.price_level


def _outside(contract: OutcomeContract, value: Value) -> Said:
    """What lies outside the budget years, and would be left out without a word."""
    years = f"the budget years {value.years.first} to {value.years.last}"
    for index, effect in enumerate(value.effects):
        for period in periods_of(contract, effect.outcome):
            if year_of(period) not in value.years:
                yield ("effects", index, "outcome"), f"the claim period {period.id} of '{effect.outcome}' ends in {year_of(period)}, outside {years}; move those"
    for index, cost in enumerate(value.costs):
        for key in ("amounts", "came_to"):
            given = getattr(cost, key)
            for year in sorted(given.root) if given is not None else ():
                if year not in value.years:
                    yield ("costs", index, key), f"'{cost.id}' costs something in {year}, outside {years}; move those, or the amount"
    yield from _payments(contract, value, years)


def _payments(contract: OutcomeContract, value: Value, years: str) -> Said:
    """Claim periods that are decided outside the budget years, and those of which nothing was expected."""
    for payment in contract.payments:
        for period in payment.claim_periods:
            if period.decided_from.year not in value.years:
                yield ("years",), f"the claim period {period.id} of the payment '{payment.id}' is decided in {period.decided_from.year}, outside {years}; move those"
            if period.expected is None:
                yield ("effects",), f"what the payment '{payment.id}' was expected to pay for {period.id} is missing; give that claim period 'expected', nought where none was"
