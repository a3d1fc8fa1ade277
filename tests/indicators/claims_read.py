"""A second reading of `documented_claims`: claim by claim in the order they were made, on claim periods around the days of enrolment, of the end
of the months, and of a death."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from reading import PEOPLE, Answer, Example, Reading, Rows, Spans, events_of, months_later, mostly, near

from indicators.claims import Sample
from indicators.presence import AfterEnrolment
from indicators.spells import day_number
from indicators.windows import Period

BEGINS = [dt.date(2025, 4, 1), dt.date(2028, 2, 20), dt.date(1969, 12, 24)]
SEED = "agreed-seed-2001"
LOTS = ("drawn", "drawn too", "free", "free too", "another", "one more")
KIND, OTHER = "tenancy_6", "tenancy_12"
NEVER, ON_ENROLMENT = 4_000, 8_000


@dataclass(frozen=True)
class Claim:
    """One claim: its number, outcome, the days it was reached and made, its lot, and what its check found, if it was checked."""

    number: str
    outcome: str
    reached: int
    made: int
    lot: str
    found: str | None


@dataclass(frozen=True)
class Person:
    number: int
    role: str
    enrolled: int
    claims: tuple[Claim, ...]
    homes: Spans
    died: int | None
    born: int | None


@dataclass(frozen=True)
class Terms:
    months: int
    within: int
    share: Decimal
    claim: Period
    after: AfterEnrolment


def is_drawn(lot: str, share: Decimal) -> bool:
    """By the first eight digits of the hash: shares are tenths, which no lot comes near enough to for the rest to matter."""
    return int(hashlib.sha256(f"{SEED} {lot}".encode()).hexdigest()[:8], 16) / 16**8 < float(share)


def days_of(person: Person, said: Terms) -> range:
    """The days of the claim period on which a claim within terms can be made."""
    first = max(person.enrolled, said.claim.start_day)
    return range(first, max(first, min(months_later(person.enrolled, said.months) + said.within, said.claim.end_day)))


def read(person: Person, made: Example) -> Answer:
    """The clause of `documented_claims`."""
    said: Terms = made.said
    days, after = days_of(person, said), said.after.model_dump()
    if not days:
        return ("ineligible", "outside_claim_period", None, None, days.start, days.stop)
    if days.stop > made.mature_until:
        return ("not_mature", "window_not_covered_yet", None, None, days.start, days.stop)
    minded = [(when, after[what]) for when, what, _ in events_of(person.enrolled, person.homes, person.died, person.born) if after[what] != "keep"]
    stops = min((when for when, what in minded if what == "stop"), default=10**6)
    at_risk = sum(day - said.within < min(stops, months_later(person.enrolled, said.months)) for day in days)
    lost = _why_not(person, said, at_risk)
    if lost:
        return (*lost, None, None, days.start, days.stop)
    end = min([months_later(person.enrolled, said.months), *(when for when, _ in minded)])
    status, reason, value = _became(person, said, days, end)
    return (status, reason, at_risk if status == "counted" else None, value, days.start, days.stop)


def _became(person: Person, said: Terms, days: range, end: int) -> tuple[str, str, int | None]:
    """What became of a person's claims, one after the other."""
    rejected: list[tuple[bool, bool]] = []
    stray = False
    for claim in sorted(person.claims, key=lambda claim: (claim.made, claim.number)):
        if claim.outcome != KIND or claim.made >= days.stop:
            continue
        if not (person.enrolled <= claim.reached < end and claim.reached <= claim.made <= claim.reached + said.within):
            stray = stray or claim.made >= days.start
            continue
        must = is_drawn(claim.lot, said.share) or bool(rejected)
        if claim.found == "does_not_hold":
            rejected.append((claim.made >= days.start, must))
        elif must and claim.found is None:
            return ("not_observed", "check_pending", None)
        elif claim.made < days.start:
            return ("counted", "claimed_before", 0)
        elif must:
            return ("counted", "upheld_after_rejection" if (True, True) in rejected else "upheld", 1)
        else:
            return ("counted", "not_drawn", 1)
    now = [must for is_now, must in rejected if is_now]
    if now:
        return ("counted", "rejected" if any(now) else "rejected_outside_sample", 0)
    return ("counted", "claimed_outside_terms" if stray else "nothing_claimed", 0)


def _why_not(person: Person, said: Terms, at_risk: int) -> tuple[str, str] | None:
    is_resident = any(start <= person.enrolled < end for start, end in person.homes)
    if person.died is not None and person.died <= person.enrolled:
        return ("ineligible", "died_before_enrolment")
    if person.born is not None and person.born > person.enrolled:
        return ("ineligible", "born_after_enrolment")
    if is_resident and at_risk == 0:
        return ("ineligible", "no_day_at_risk")
    if not is_resident:
        return ("not_observed", "not_resident_at_enrolment" if person.homes else "unlinked")
    return ("not_observed", "birth_day_unknown") if person.born is None and said.after.turned_18 != "keep" else None


@st.composite
def examples(draw: st.DrawFn) -> Example:
    begins, length, within = day_number(draw(st.sampled_from(BEGINS))), draw(st.sampled_from(LENGTHS)), draw(st.sampled_from(ALLOWED))
    months, share = draw(st.integers(1, 2)), draw(st.sampled_from([Decimal("0.2"), Decimal("0.2"), Decimal("0.7"), Decimal("1.0")]))
    people = tuple(_person(index, begins, months, within, *shape) for index, shape in enumerate(draw(SHAPES[length, within])))
    after = AfterEnrolment(
        died=draw(st.sampled_from(["stop", "failure"])), emigrated=draw(st.sampled_from(["stop", "failure", "keep"])), turned_18=draw(st.sampled_from(["stop", "keep"]))
    )
    claim, sample = Period(begins, begins + length), Sample(seed=SEED, share=share)
    terms = {"outcome": KIND, "months": months, "claim_within_days": within, "sample": sample, "after_enrolment": after, "claim_period": claim}
    return Example(people, terms, Terms(months, within, share, claim, after), begins + length + draw(st.sampled_from([0, 500, 7, -1, 1])))


def _shapes(length: int, within: int) -> st.SearchStrategy[list[Any]]:
    """Role, enrolment (in days after the claim period begins, or as the day on which the last claim can be made), claims, homes, death and
    eighteenth birthday."""
    edges = near(length, 3)
    enrolled = mostly([(-20, False), (-25, False)], [(day, is_end) for day in edges for is_end in (False, True)], 0.4)
    number = st.sampled_from(["K-1", "K-2", "K-3", "K-4", "K-5"])
    waited = mostly([0, within], [-1, within + 1, *range(within + 1)], 0.5)
    claim = st.tuples(number, mostly([KIND], [OTHER], 0.1), mostly(edges, [-9, -15]), waited, st.sampled_from(LOTS), st.sampled_from([None, "holds", "does_not_hold"]))
    made_good = st.tuples(
        st.sampled_from([("K-1", KIND, day, 0, lot, "does_not_hold") for day in (-1, 0) for lot in ("drawn", "free")]),
        st.sampled_from([("K-2", KIND, length - 1, 0, "free", found) for found in ("holds", "holds", "does_not_hold", None)]),
    )
    claims = st.one_of(st.lists(claim, max_size=4), st.lists(claim, max_size=4), made_good)
    homes = mostly([((-3000, 300),)], [*[((-3000, day),) for day in edges], ((-1, 300),), ((-1, 300),), (), ()], 0.35)
    died = mostly([None], [*edges, ON_ENROLMENT, ON_ENROLMENT, -10], 0.3)
    eighteen = mostly([NEVER], [*edges, *[None, None, ON_ENROLMENT] * 2], 0.35)
    shape = st.tuples(st.sampled_from(["treatment", "comparison"]), enrolled, claims, homes, died, eighteen)
    return st.lists(shape, min_size=PEOPLE, max_size=PEOPLE)


LENGTHS, ALLOWED = (1, 10), (0, 4)
SHAPES = {(length, within): _shapes(length, within) for length in LENGTHS for within in ALLOWED}


def _person(
    index: int, begins: int, months: int, within: int, role: str, when: tuple[int, bool], claims: Iterable[tuple[Any, ...]], homes: Spans, died: int | None, eighteen: int | None
) -> Person:
    enrolled = months_later(begins + when[0] - within, -months) if when[1] else begins + when[0]
    made = {number: Claim(number, outcome, begins + day - waited, begins + day, lot, found) for number, outcome, day, waited, lot, found in claims}
    birth = None if eighteen is None else enrolled + 1 if eighteen == ON_ENROLMENT else months_later(begins + eighteen, -216)
    death = None if died is None else enrolled if died == ON_ENROLMENT else begins + died
    return Person(2 + 3 * index, role, enrolled, tuple(made.values()), tuple((begins + start, begins + end) for start, end in homes), death, birth)


def tables(people: Iterable[Person]) -> Rows:
    made: Rows = {"claims": [], "claim_checks": [], "bef_residence": [], "bef_person": [], "dod": []}
    for person in people:
        made["claims"] += [(person.number, claim.number, claim.outcome, claim.reached, claim.made, claim.lot) for claim in person.claims]
        made["claim_checks"] += [(person.number, claim.number, claim.made + 5, claim.found) for claim in person.claims if claim.found]
        made["bef_residence"] += [(person.number, *home) for home in person.homes]
        made["bef_person"] += [(person.number, person.born, 2)] if person.born is not None else []
        made["dod"] += [(person.number, person.died)] if person.died is not None else []
    return made


def outside(person: Person, made: Example) -> Person:
    """Claims of another outcome, claims made after the window, and claims of before that were outside the terms."""
    days = days_of(person, made.said)
    more = (
        Claim("Z-1", OTHER, days.start, days.start, "free", None),
        Claim("Z-2", KIND, days.stop, days.stop, "drawn", "does_not_hold"),
        Claim("A-3", KIND, person.enrolled - 1, days.start - 1, "drawn", "does_not_hold"),
    )
    return replace(person, claims=person.claims + more)


REASONS = (
    "not_drawn",
    "upheld",
    "upheld_after_rejection",
    "rejected",
    "rejected_outside_sample",
    "claimed_before",
    "claimed_outside_terms",
    "nothing_claimed",
    "check_pending",
    "outside_claim_period",
    "died_before_enrolment",
    "born_after_enrolment",
    "no_day_at_risk",
    "unlinked",
    "not_resident_at_enrolment",
    "birth_day_unknown",
    "window_not_covered_yet",
)
CLAIMS = Reading("documented_claims@1", examples(), read, tables, outside, REASONS)
