"""Measuring: cohorts built and frozen, unit rows and results computed, each recorded in the warehouse with what it was made from.

Nothing here computes an indicator; the pure functions that do are asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from indicators.cohort import MEMBERS, closed_on, eligible, first_cohort, listed, members
from indicators.eligibility import Facts, barred
from indicators.households import LARGEST_HOUSEHOLD, Combine, household_rows, households
from indicators.indicator import COHORT_SCHEMA, UNIT_ROWS, Indicator, library
from indicators.result import Estimate, Result, RoleCount, both_counts, count_roles
from indicators.spells import day_number
from indicators.treatments import CODE_ROWS, EVER, Placing
from indicators.windows import Period, months_later
from pipelines.canonical import digest
from pipelines.cohorts import Frozen
from pipelines.contracts.catalogue import MATCHED_FROM, Catalogue, arguments
from pipelines.contracts.outcome import ClaimPeriod, Cohort, Outcome, OutcomeContract
from pipelines.contracts.register import RegisterContract
from pipelines.deliveries.counting import InUse
from pipelines.fingerprint import Inputs
from pipelines.payments.rule import Unit
from pipelines.warehouse import staged
from pipelines.warehouse.facts import note_facts
from pipelines.warehouse.writer import Warehouse

NO_CHANGES = pl.DataFrame(schema={"person_id": MEMBERS["person_id"], "change": pl.String})


def code_rows(catalogue: Catalogue, name: str) -> pl.DataFrame:
    """CODE_ROWS of a code list: half-open days of validity, wide open where the list names no limit."""
    rows = [
        (code.code, code.group, day_number(code.valid_from) if code.valid_from else EVER[0], day_number(code.valid_to) + 1 if code.valid_to else EVER[1])
        for code in catalogue.codes[name]
    ]
    return pl.DataFrame(rows, schema=CODE_ROWS, orient="row")


def stage(warehouse: Warehouse, inputs: Inputs, register: RegisterContract, as_of: dt.date, *, is_once: bool = False) -> None:
    """Have the delivered and the staged tables of a register be those that count on the as-of day; a register without a delivery is left as it
    is. What is staged already is only shown anew, its copies proved again; with `is_once` not even that when it was on this day."""
    used, subject, made_from = inputs.used.get(register.id), f"staged:{register.id}", digest(inputs.staged(register))
    built_on = warehouse.built_on(subject, made_from)
    if used is None or (is_once and built_on == as_of):
        return
    if built_on is not None:
        warehouse.show_delivered(register.id, used)
    else:
        weekly, monthly = (column.name if column else None for column in (register.weekly, register.monthly))
        warehouse.stage(register.id, used, register.handling.person_key, weekly, monthly)
        note_facts(warehouse, register)
    warehouse.note_built(subject, made_from, as_of)


def enrolments(warehouse: Warehouse, cohort: Cohort) -> pl.LazyFrame:
    """The rows of a cohort's register that belong to it: person_id, enrolled_day, arm, referred_day, is_withdrawn."""
    arms, asked = cohort.arms, cohort.eligible
    referral, withdrawn = (asked.referral, asked.withdrawn) if asked else (None, None)
    columns = {
        "enrolled_day": cohort.enrolled_on,
        "arm": arms.column if arms else None,
        "referred_day": referral.column if referral else None,
        "withdrawn": withdrawn.column if withdrawn else None,
    }
    return warehouse.enrolments(cohort.register_name, columns, cohort.where)


def enrolled(warehouse: Warehouse, cohort: Cohort) -> pl.DataFrame:
    """MEMBERS of a cohort before any comparison is matched: by its register, and by what others say of whom it enrols."""
    arms, referral = cohort.arms, cohort.eligible.referral if cohort.eligible else None
    people = listed(
        enrolments(warehouse, cohort),
        start=cohort.enrolled.start,
        end=cohort.enrolled.end,
        treatment=arms.treatment if arms else None,
        comparison=arms.comparison if arms else None,
        needs_referral=referral is not None,
        within=referral.within.days if referral and referral.within else None,
    ).collect()
    by_registers = bars(warehouse, cohort, people.filter(pl.col("status") == "eligible"))
    return members(people.lazy(), by_registers, at_size=cohort.closes.at_size if cohort.closes else None).collect()


def last_day(cohort: Cohort, found: pl.DataFrame) -> dt.date:
    """The last day of a cohort's enrolment: of its period, or the day on which MEMBERS of it were enough, where it closes by size."""
    full = closed_on(found, cohort.closes.at_size) if cohort.closes else None
    return cohort.enrolled.end - dt.timedelta(days=1) if full is None else dt.date(1970, 1, 1) + dt.timedelta(days=full)


def is_covered(catalogue: Catalogue, used: Mapping[str, InUse], cohort: Cohort, last_day: dt.date) -> bool:
    """Whether the enrolment of a cohort is known: by the list and by what a comparison is chosen from to its last day, by registers that say
    who is eligible to the day before that, with their reporting lag."""
    needed = dict.fromkeys((cohort.register_name, *(MATCHED_FROM if cohort.matched else ())), last_day)
    for name in cohort.eligible.registers if cohort.eligible else ():
        eve = last_day + dt.timedelta(days=catalogue.registers[name].handling.reporting_lag_days - 1)
        needed[name] = max(needed.get(name, eve), eve)
    through = {name: used[name].covers_through if name in used else None for name in needed}
    return all(reached is not None and reached >= needed[name] for name, reached in through.items())


def has_people(found: pl.DataFrame) -> bool:
    """Whether anybody of MEMBERS is eligible."""
    return not found.filter(pl.col("status") == "eligible").is_empty()


def bars(warehouse: Warehouse, cohort: Cohort, people: pl.DataFrame) -> pl.LazyFrame | None:
    """Why each of `people` (person_id, enrolled_day, referred_day) is not eligible by registers; None where the contract asks none."""
    if cohort.eligible is None or not cohort.eligible.asks_registers:
        return None
    births, deaths, homes = (warehouse.table(name, people) for name in ("bef_person", "dod", "bef_home"))
    stays = {name: warehouse.table(name, people) for name in cohort.eligible.criteria.barred_by}
    return barred(people.lazy(), Facts(births, deaths, warehouse.reference_days(), homes, stays), cohort.eligible.criteria)


def changed(warehouse: Warehouse, cohort: Cohort, frozen: Frozen | None, found: pl.DataFrame) -> pl.DataFrame:
    """person_id and change of everyone the register and the frozen list disagree on. A matched comparison is chosen once, and never again."""
    if frozen is None:
        return NO_CHANGES
    return frozen.changes(warehouse, found, leaving_out="matched" if cohort.matched else "")


def enrolled_members(warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome) -> pl.DataFrame:
    """`outcome_members` by the day on which they were enrolled, whatever months before it the outcome is measured: who is of one family is seen
    on that day alone."""
    return outcome_members(warehouse, contract, outcome.model_copy(update={"months_before": None}))


def outcome_members(warehouse: Warehouse, contract: OutcomeContract, outcome: Outcome) -> pl.DataFrame:
    """COHORT_SCHEMA and `cohort`: the people an outcome is measured over, each once; of one that is measured `months_before`, with a day of
    enrolment that much earlier."""
    parts = [
        eligible(warehouse.rows("outcomes.cohort_members", f"cohort:{contract.contract}/{name}").lazy()).cast(COHORT_SCHEMA).with_columns(cohort=pl.lit(name), place=pl.lit(place))
        for place, name in enumerate(outcome.cohorts)
    ]
    people = first_cohort(pl.concat(parts)).drop("place")
    if outcome.months_before is not None:
        people = people.with_columns(enrolled_day=months_later(pl.col("enrolled_day"), -outcome.months_before))
    return people.collect()


@dataclass(frozen=True)
class Asked:
    """Unit rows to compute: of an outcome, for one claim period where its indicator takes one. `name` tells them from others, `people` are
    `outcome_members`, `tables` the staged table that stands for each part an indicator reads, `made_from` what the rows are made from, `columns` which
    of them are wanted."""

    name: str
    people: pl.DataFrame
    tables: dict[str, str]
    measure: Indicator
    terms: dict[str, Any]
    mature_until: int
    made_from: str = ""
    columns: tuple[str, ...] = tuple(UNIT_ROWS)

    def rows(self, people: pl.DataFrame, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
        """Unit rows with `cohort` of some of the people, in the order of `people`, which are placed; `tables` are by their own names."""
        parts = {part: tables[name] for part, name in self.tables.items()}
        rows = self.measure.computed(people.select(list(COHORT_SCHEMA)), parts, self.terms, self.mature_until, self.columns)
        ordered = rows if rows["person_id"].equals(people["person_id"]) else rows.sort(staged.place(pl.col("person_id")))
        return ordered.with_columns(people["cohort"])

    def only(self, columns: tuple[str, ...]) -> Asked:
        """The same with fewer columns, person_id among them: what is not wanted is not computed."""
        return replace(self, columns=columns)


def asked(catalogue: Catalogue, contract: OutcomeContract, outcome: Outcome, people: pl.DataFrame, claim: ClaimPeriod | None, mature_until: int, made_from: str = "") -> Asked:
    """What to compute for an outcome and a claim period. Where a claim period claims the people whose window ends in it, one computation
    serves them all."""
    measure = library()[outcome.indicator]
    tables = {part: outcome.reads.get(part, part) for part in measure.tables}
    terms = given(catalogue, contract, outcome, measure, claim)
    return Asked(name_of(contract, outcome, claim), people, tables, measure, terms, mature_until, made_from)


def name_of(contract: OutcomeContract, outcome: Outcome, claim: ClaimPeriod | None) -> str:
    """What the rows are called that a claim period of an outcome claims from."""
    period = claim.id if claim and outcome.claimed_by != "window_end" else ""
    return f"{contract.contract}/{outcome.id}/{period}"


def by_household(warehouse: Warehouse, people: pl.DataFrame, combine: Combine, slices: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Unit rows with `cohort` of households, from those of all their people: a family's people are in different slices, so that they are put
    together once every slice is computed. `people` are `outcome_members`."""
    families = households(people.lazy().select(list(COHORT_SCHEMA)), warehouse.families(people), warehouse.reference_days())
    rows = household_rows(pl.concat(slices).lazy(), families, combine).collect()
    return rows.join(people.select("person_id", "cohort"), on="person_id", how="left", maintain_order="left")


def plausible(outcome: Outcome) -> tuple[int, int]:
    """The least and most a unit of an outcome can have."""
    least, most = library()[outcome.indicator].plausible
    return (least * LARGEST_HOUSEHOLD, most * LARGEST_HOUSEHOLD) if outcome.combine == "total" else (least, most)


def claimed(rows: pl.DataFrame, outcome: Outcome, claim: ClaimPeriod | None) -> pl.DataFrame:
    """The rows that a claim period claims: those of the people whose window ends in it, where the outcome says so; else all of them."""
    if claim is None or outcome.claimed_by != "window_end":
        return rows
    return rows.filter((pl.col("window_end") - 1).is_between(day_number(claim.start), day_number(claim.end), closed="left"))


def given(catalogue: Catalogue, contract: OutcomeContract, outcome: Outcome, measure: Indicator, claim: ClaimPeriod | None) -> dict[str, Any]:
    """Everything an indicator is called with: what the contract gives, and what is injected."""
    made = arguments(measure.parameters, outcome.arguments)
    if "claim_period" in measure.injected and claim is not None:
        made["claim_period"] = Period(day_number(claim.start), day_number(claim.end))
    if "after_enrolment" in measure.injected:
        made["after_enrolment"] = contract.cohort(outcome.cohorts[0]).after_enrolment
    if "codes" in measure.injected:
        placing = next((value for value in made.values() if isinstance(value, Placing)), None)
        made["codes"] = code_rows(catalogue, placing.codes) if placing else pl.DataFrame(schema=CODE_ROWS)
    return made


def months_after(outcome: Outcome) -> int:
    """How many months beyond the end of the last window the registers must cover before every event of an outcome is known."""
    measure = library()[outcome.indicator]
    return measure.months_after(arguments(measure.parameters, outcome.arguments))


def record_rows(warehouse: Warehouse, subject: str, slices: Iterable[pl.DataFrame]) -> dict[str, RoleCount]:
    """Put unit rows in the place of a subject's, a slice at a time, and return them counted."""
    warehouse.connection.execute("delete from outcomes.indicator_values where subject = ?", [subject])
    roles: dict[str, RoleCount] = {}
    for rows in slices:
        warehouse.add("outcomes.indicator_values", rows.with_columns(pl.col("status").cast(pl.String), subject=pl.lit(subject)))
        roles = both_counts(roles, count_roles(rows))
    return roles


def results_by_cohort(contract: OutcomeContract, outcome: Outcome, rows: pl.DataFrame, claim_period: str) -> dict[str, Result]:
    """The result of unit rows with `cohort` for each of the outcome's cohorts apart, without an estimate; nothing for a cohort of which there are none."""
    named = (contract.contract, outcome.id, outcome.clause, outcome.kind, outcome.indicator)
    parts = {name: rows.filter(pl.col("cohort") == name) for name in outcome.cohorts}
    return {name: Result(*named, name, count_roles(part), claim_period=claim_period) for name, part in parts.items() if part.height}


def priced(rows: pl.DataFrame) -> list[Unit]:
    """Counted unit rows with `person_key`, as rules that price persons see them, in their order."""
    columns = rows.select("person_key", "role", "cohort", "value", pl.col("window_end").cast(pl.Date), pl.col("component").fill_null(""))
    return [Unit(key, role, cohort, value, end, component=component) for key, role, cohort, value, end, component in columns.iter_rows()]


def result_of(contract: OutcomeContract, outcome: Outcome, roles: dict[str, RoleCount], estimated: Callable[[], Estimate], claim_period: str) -> tuple[Result | None, str]:
    """The result of counted unit rows, with what is `estimated` when the contract compares; or why there is none, in words."""
    plain = counted(contract, outcome, roles, claim_period)
    compare = outcome.compare
    if compare is None:
        return plain, ""
    try:
        estimate = estimated()
    except ValueError as error:
        return plain, f"{compare.method} gives no estimate: {error}"
    return replace(plain, estimate=estimate), ""


def counted(contract: OutcomeContract, outcome: Outcome, roles: dict[str, RoleCount], claim_period: str) -> Result:
    """The result of counted unit rows, without an estimate."""
    named = (contract.contract, outcome.id, outcome.clause, outcome.kind, outcome.indicator, ", ".join(outcome.cohorts))
    return Result(*named, roles, claim_period=claim_period)
