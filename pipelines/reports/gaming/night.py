"""Gathering a night's figures: what stands in its warehouse of each contract's cohorts, outcomes and registers, beside text and ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import partial

import polars as pl

from indicators.indicator import library
from indicators.referrals import came_late, referred_on, repeated, withdrawn
from indicators.spells import day_number
from indicators.treatments import Treatments
from pipelines import referral_log, referring
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import Cohort, Outcome, OutcomeContract
from pipelines.deliveries.counting import InUse
from pipelines.errors import without_values
from pipelines.fingerprint import period_of
from pipelines.ledger.journal import Entry
from pipelines.measuring import given
from pipelines.night import Night
from pipelines.payments.vocabulary import vocabulary
from pipelines.quality.checks import Check
from pipelines.quality.suites import outcome_subject
from pipelines.reports.gaming import counted
from pipelines.reports.gaming.figures import NOBODY, Figure, share_of_people, unmeasured
from pipelines.reports.gaming.terms import of_terms
from pipelines.warehouse.vintages import WHOLE_ROW, Change, changes_of
from pipelines.warehouse.writer import Warehouse

FOLLOWED_DAYS = 30
"""Days after the last milestone on which somebody should still be there."""
MILESTONES = ("housing_sustained@1", "education_sustained@1")
GRANT, REACHED = "su", "reached"
"""The group of the education grant in the code list of weekly benefits, and how evidence marks the day of reaching in education."""
OF_LIST = (
    "enrolled_of_referred",
    "age_of_enrolled",
    "enrolled_back_dated",
    "referred_under_another_key",
    "referred_again",
    "fewest_referrals_of_a_month",
    "referrals_late",
    "referrals_withdrawn",
)
LEAST = "referrals_of_least_agreed"
OF_OUTCOMES = ("returned_within_gap", "education_grant_before_pay", "left_after_last_milestone")
NOT_BUILT = "the cohort was not built on this day"
NO_SECOND_LIST = "no earlier list is logged to compare with"
BEF = "bef"


def of_night(night: Night, warehouse: Warehouse, entries: list[Entry], checks: list[Check]) -> list[Figure]:
    """Every figure of every contract of a night. What cannot be gathered is a figure that says so, and stops no other."""
    built, changes = warehouse.built_subjects(night.as_of), changes_of(warehouse)
    found: list[Figure] = []
    for contract in night.catalogue.contracts.values():
        found += of_terms(contract, night.catalogue.gate_of(contract), entries, night.as_of)
        for cohort in contract.cohorts:
            found += _tried(partial(_of_cohort, night, warehouse, contract, cohort, built), contract, OF_LIST, cohort.id)
        found += _tried(partial(_of_all_cohorts, warehouse, contract, built), contract, (LEAST,))
        found += _tried(partial(_of_outcomes, night.catalogue, warehouse, contract, built), contract, OF_OUTCOMES)
        found += [*of_changes(night.catalogue, contract, changes), *of_paid(contract, entries, checks, night.as_of)]
    return found


def _tried(gather: Callable[[], list[Figure]], contract: OutcomeContract, figures: tuple[str, ...], about: str = "") -> list[Figure]:
    try:
        return gather()
    except Exception as error:
        return [unmeasured(contract.contract, name, f"it could not be computed: {without_values(error)}", about) for name in figures]


def _of_cohort(night: Night, warehouse: Warehouse, contract: OutcomeContract, cohort: Cohort, built: set[str]) -> list[Figure]:
    used = night.used.get(cohort.register_name)
    if used is None or f"cohort:{contract.contract}/{cohort.id}" not in built:
        return [unmeasured(contract.contract, name, NOT_BUILT, cohort.id) for name in OF_LIST]
    rows = referring.newest_list(warehouse, cohort)
    before = referral_log.earlier(night.home, contract.contract, cohort, used.newest.known_from)
    own = counted.of_period(rows, day_number(cohort.enrolled.start))
    people = counted.by_person(own)
    lists = (referring.lists_until(before, rows), referring.covered_days(before, used)) if before else None
    return [*of_list(contract.contract, cohort, own, people, lists, used), *_of_people(night, warehouse, contract.contract, cohort, people, built)]


def _of_all_cohorts(warehouse: Warehouse, contract: OutcomeContract, built: set[str]) -> list[Figure]:
    if contract.referrals is not None and any(f"cohort:{contract.contract}/{cohort.id}" not in built for cohort in contract.cohorts):
        return [unmeasured(contract.contract, LEAST, NOT_BUILT)]
    return [of_least(contract, (referring.newest_list(warehouse, cohort) for cohort in contract.cohorts))]


def of_least(contract: OutcomeContract, lists: Iterable[pl.DataFrame]) -> Figure:
    """People referred to any cohort of a contract (the lists of each, LOGGED), of the least number that the contract states."""
    if contract.referrals is None:
        return unmeasured(contract.contract, LEAST, "the contract states no least number of referrals")
    made = [counted.of_period(rows, day_number(cohort.enrolled.start))["person_key"] for cohort, rows in zip(contract.cohorts, lists, strict=True)]
    people, least = pl.concat(made).n_unique(), contract.referrals.minimum
    return Figure(contract.contract, LEAST, numerator=people, denominator=least, value=Fraction(people, least), counts=(people,))


def of_list(contract: str, cohort: Cohort, own: pl.DataFrame, people: pl.DataFrame, lists: tuple[pl.DataFrame, list[int]] | None, used: InUse) -> list[Figure]:
    """The figures of a list of referrals (LOGGED, `people` by person): `lists` is HISTORY and the days covered, None without an earlier list."""
    enrolled, out = people.filter("is_enrolled").height, people.filter(pl.col("is_withdrawn") & ~pl.col("is_enrolled")).height
    left = people.height - enrolled - out
    found = [
        share_of_people(contract, "enrolled_of_referred", cohort.id, enrolled, people.height, beside=(out, left), group="list"),
        share_of_people(contract, "referred_again", cohort.id, repeated(own), own.height, group="list"),
        share_of_people(contract, "referrals_withdrawn", cohort.id, withdrawn(own), own.height, group="list"),
        _fewest(contract, cohort, own, used),
    ]
    if lists is None:
        return [*found, *(unmeasured(contract, name, NO_SECOND_LIST, cohort.id) for name in ("referrals_late", "enrolled_back_dated"))]
    shown = own.filter(pl.col("enrolled_day").is_not_null())
    late = came_late(*lists, referred_on()).join(own, left_on=["person_key", "day"], right_on=["person_key", pl.coalesce("referred_day", "enrolled_day")], how="semi")
    dated = came_late(*lists, pl.col("enrolled_day")).join(shown, left_on=["person_key", "day"], right_on=["person_key", "enrolled_day"], how="semi")
    return [
        *found,
        share_of_people(contract, "referrals_late", cohort.id, late.height, own.height),
        share_of_people(contract, "enrolled_back_dated", cohort.id, dated.height, shown.height),
    ]


def _fewest(contract: str, cohort: Cohort, own: pl.DataFrame, used: InUse) -> Figure:
    """The month of the enrolment period with fewest referrals, of the mean month; months that are over and covered."""
    end = min(cohort.enrolled.end, (used.covers_through or cohort.enrolled.start) + dt.timedelta(days=1))
    months = counted.by_month(own, cohort.enrolled.start, end)
    total = sum(months)
    if not total:
        return unmeasured(contract, "fewest_referrals_of_a_month", NOBODY, cohort.id)
    made = share_of_people(contract, "fewest_referrals_of_a_month", cohort.id, min(months), total)
    return Figure(contract, made.figure, made.about, min(months), total, Fraction(min(months) * len(months), total), counts=(*made.counts, own.height - total))


def _of_people(night: Night, warehouse: Warehouse, contract: str, cohort: Cohort, people: pl.DataFrame, built: set[str]) -> list[Figure]:
    """The figures that need the population register, where it may be asked for this."""
    register, names = night.catalogue.registers.get(BEF), ("age_of_enrolled", "referred_under_another_key")
    if register is None or f"staged:{BEF}" not in built:
        return [unmeasured(contract, name, "the population register is not delivered", cohort.id) for name in names]
    if register.handling.permitted_use != "administration":
        return [unmeasured(contract, name, "the population register may be used for statistics alone", cohort.id) for name in names]
    numbered = people.join(warehouse.persons(), on="person_key")
    known = numbered.join(warehouse.table("bef_person", numbered).collect(), on="person_id", how="left")
    return of_known(contract, cohort.id, known)


def of_known(contract: str, cohort: str, known: pl.DataFrame) -> list[Figure]:
    """The figures of people (`counted.by_person`, birth_day, sex, municipality; null where the population register has them not)."""
    ages = counted.ages(known)
    same, of = counted.alike(known)
    unknown = (known.filter("is_enrolled").height - ages.enrolled, known.filter(~pl.col("is_enrolled")).height - ages.others)
    total, figure = ages.enrolled + ages.others, "age_of_enrolled"
    if ages.difference is None:
        found = unmeasured(contract, figure, "there is nobody of known age to compare with", cohort)
    else:
        found = Figure(contract, figure, cohort, ages.enrolled, total, ages.difference, counts=(ages.enrolled, ages.others, *unknown), group="list")
    return [found, share_of_people(contract, "referred_under_another_key", cohort, same, of, beside=(known.height - of,))]


def _of_outcomes(catalogue: Catalogue, warehouse: Warehouse, contract: OutcomeContract, built: set[str]) -> list[Figure]:
    return [*_gaps(warehouse, contract, built), *_grants(catalogue, warehouse, contract, built), *_parked(warehouse, contract, built)]


def _gaps(warehouse: Warehouse, contract: OutcomeContract, built: set[str]) -> Iterator[Figure]:
    asked = [outcome for outcome in contract.outcomes if int(outcome.arguments.get("tolerated_gap_days", 0)) > 0]
    if not asked:
        yield unmeasured(contract.contract, "returned_within_gap", "no outcome of the contract tolerates a gap")
    for outcome in asked:
        units = _units(warehouse, contract, outcome, built)
        made = counted.reached_over_a_gap(units, int(outcome.arguments["tolerated_gap_days"]))
        yield share_of_people(contract.contract, "returned_within_gap", outcome.id, *made)


def _parked(warehouse: Warehouse, contract: OutcomeContract, built: set[str]) -> Iterator[Figure]:
    asked = [outcome for outcome in contract.outcomes if outcome.indicator in MILESTONES]
    if not asked:
        yield unmeasured(contract.contract, "left_after_last_milestone", "no outcome of the contract is a milestone")
        return
    last = max(asked, key=lambda outcome: int(outcome.arguments["months"]))
    marks = (REACHED, f"{last.arguments['months']} months", *(["entry"] if last.arguments["months"] == 0 else []))
    made = counted.left_after(_units(warehouse, contract, last, built), marks, FOLLOWED_DAYS)
    yield share_of_people(contract.contract, "left_after_last_milestone", last.id, *made)


def _grants(catalogue: Catalogue, warehouse: Warehouse, contract: OutcomeContract, built: set[str]) -> Iterator[Figure]:
    figure, asked = "education_grant_before_pay", []
    for payment in contract.payments:
        weeks = payment.rule.arguments.get("at_least")
        grants = _grants_of(catalogue, contract, contract.outcome(payment.pays_for))
        if payment.rule.pin == "per_person_reaching@1" and grants and Decimal(str(weeks)) == int(weeks or 0):
            asked.append((payment, int(weeks or 0), grants))
    if not asked:
        yield unmeasured(contract.contract, figure, "no payment of the contract is for a number of weeks in which the education grant stands apart")
    for payment, weeks, grants in asked:
        units = _units(warehouse, contract, contract.outcome(payment.pays_for), built)
        yield share_of_people(contract.contract, figure, payment.id, *counted.grant_before(units.filter(pl.col("role") == payment.rule.arguments["role"]), weeks, grants))


def _grants_of(catalogue: Catalogue, contract: OutcomeContract, outcome: Outcome) -> list[str]:
    """The codes of the education grant in the weekly codes that an outcome places; none where it places none."""
    placed = next((value for value in given(catalogue, contract, outcome, library()[outcome.indicator], None).values() if isinstance(value, Treatments)), None)
    return sorted(code.code for code in catalogue.codes[placed.codes] if code.group == GRANT) if placed else []


def _units(warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome, built: set[str]) -> pl.DataFrame:
    """The unit rows of an outcome that were computed on this day, of every claim period."""
    periods = dict.fromkeys(period_of(outcome, claim) for claim in contract.claims_of(outcome.id)) or {"": None}
    subjects = [outcome_subject(contract.contract, outcome.id, period) for period in periods]
    found = [warehouse.rows("outcomes.indicator_values", subject) for subject in subjects if subject in built]
    return pl.concat(found) if found else warehouse.rows("outcomes.indicator_values", "")


def of_changes(catalogue: Catalogue, contract: OutcomeContract, changes: list[Change]) -> list[Figure]:
    """What the newest vintage of each register that a contract rests on has otherwise than the one before: rows, and each column of codes."""
    registers = dict.fromkeys(name for outcome in contract.outcomes for name in catalogue.outcome_registers(contract, outcome, vocabulary()))
    codes = {(name, column.name) for name in registers for column in catalogue.registers[name].table.properties if column.codelist and not column.repeats}
    found = []
    for change in (item for item in changes if item.register in registers):
        figure = "rows_restated" if change.column == WHOLE_ROW else "codes_restated" if (change.register, change.column) in codes else ""
        about = change.register if change.column == WHOLE_ROW else f"{change.register}.{change.column}"
        if figure:
            found.append(share_of_people(contract.contract, figure, about, change.changed, change.in_both))
    said = {item.figure for item in found}
    return [*found, *(unmeasured(contract.contract, name, "no register of the contract was delivered twice") for name in ("rows_restated", "codes_restated") if name not in said)]


def of_paid(contract: OutcomeContract, entries: list[Entry], checks: list[Check], as_of: dt.date) -> list[Figure]:
    """Of each claim that was posted before with people's lines, how many lines are others now: as the gate's rule counted them tonight."""
    posted = {"/".join(parts[:3] + parts[4:]) for entry in entries if entry.posting_key and entry.as_of < as_of for parts in [entry.posting_key.split("/")]}
    asked = [check for check in checks if check.rule == "paid_lines_stand" and check.subject.removeprefix("trigger:") in posted and check.denominator]
    own = [check for check in asked if check.subject.startswith(f"trigger:{contract.contract}/")]
    if not own:
        return [unmeasured(contract.contract, "paid_people_restated", "no claim that was posted before prices people")]
    return [share_of_people(contract.contract, "paid_people_restated", check.subject.split("/", 1)[1], check.numerator or 0, check.denominator or 0) for check in own]
