"""The Danish registers, a matched cohort and an experienced outcome for the gate's tests: clean, and with a defect for each rule.

The people are called LEAKME-nnnn, as everywhere in the gate's tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.contracts.catalogue import Catalogue
from pipelines.quality.suites import Suite
from pipelines.warehouse.writer import Warehouse

SECRET = "LEAKME"
REGISTERS = ("bef", "buaf", "case_placements", "dod", "dream", "referrals", "who5")
MATCHED, EXPERIENCED = "cohort:ungebro/unge", "outcome:trygt_hjem/trivsel"
ONE = f"where pnr = '{SECRET}-0003'"
WEEK = "cast(date '2026-01-05' - date '1970-01-01' as integer)"
DAYS = "date '2025-01-01' + cast(n as integer)"
COLUMNS = {
    "bef": "date '2026-03-31' as referencetid, '101' as kom, 1 + n % 2 as koen, date '2000-01-01' + cast(n as integer) as foed_dag, null as civst, 'f' as familie_id",
    "buaf": f"{DAYS} as startdato, if(n % 2 = 0, null, {DAYS}) as slutdato, null as varighed, 'familiepleje' as ansted_klas, '101' as nykom",
    "case_placements": f"{DAYS} as anbragt_fra, if(n % 2 = 0, null, {DAYS}) as anbragt_til, 'eget_vaerelse' as anbringelsestype, date '2026-06-15' as udtraeksdato",
    "dod": f"{DAYS} as doddato",
    "dream": "cast(if(n % 2 = 0, 130, null) as smallint) as y_2602, cast(130 as smallint) as y_2603",
    "referrals": f"'ungebro' as indsats, 'unge' as gruppe, {DAYS} as henvist_dato, if(n % 2 = 0, {DAYS}, null) as indskrevet_dato, "
    "if(n % 2 = 0, null, 'borger') as afslag_af, date '2026-06-15' as udtraeksdato",
    "who5": f"{DAYS} as besvaret_dato, '1998' as instrument_version, 'a' as interviewer, 0 as who5_1, 5 as who5_2, null as who5_3, 2 as who5_4, 3 as who5_5, "
    "date '2026-06-15' as udtraeksdato",
}


def plant(warehouse: Warehouse, catalogue: Catalogue) -> None:
    """`delivered.<register>` of 200 people each, what is staged of the wide one, and the codes."""
    for name, columns in COLUMNS.items():
        warehouse.connection.execute(f"create table delivered.{name} as select '{SECRET}-' || lpad(cast(n as varchar), 4, '0') as pnr, {columns} from range(1, 201) as t(n)")
    weeks = f"select cast(n as integer) as person_id, {WEEK} as start_day, {WEEK} + 7 as end_day, cast(if(n % 2 = 0, 130, 0) as smallint) as code from range(1, 201) as t(n)"
    warehouse.connection.execute(
        f"create table staged.dream as {weeks} union all by name select person_id, end_day as start_day, end_day + 7 as end_day, 130 as code from ({weeks})"
    )
    warehouse.note_codes("dream", catalogue.codes["dream"])


@dataclass(frozen=True)
class Defect:
    """What is planted, and every rule of the suite that it kills, with the verdict."""

    sql: str
    kills: dict[str, str]


def fails(*rules: str) -> dict[str, str]:
    return dict.fromkeys(rules, "failed")


OF_ITS_OWN = {
    ("bef", "koen_is_a_known_code"): f"update delivered.bef set koen = 3 {ONE}",
    ("bef", "kom_has_three_digits"): f"update delivered.bef set kom = '1' {ONE}",
    ("bef", "born_before_the_day"): f"update delivered.bef set foed_dag = referencetid + 1 {ONE}",
    ("buaf", "placement_runs_forward"): f"update delivered.buaf set slutdato = startdato - 1 {ONE}",
    ("case_placements", "placement_runs_forward"): f"update delivered.case_placements set anbragt_til = anbragt_fra - 1 {ONE}",
    ("dream", "y_yyww_is_a_known_code"): "update staged.dream set code = 870 where person_id = 3 and code = 130",
    ("referrals", "enrolled_after_referral"): f"update delivered.referrals set indskrevet_dato = henvist_dato - 1 {ONE}",
    ("who5", "answered_before_the_extract"): f"update delivered.who5 set besvaret_dato = udtraeksdato + 1 {ONE}",
    ("who5", "items_are_in_range"): f"update delivered.who5 set who5_5 = 6 {ONE}",
}


def register_defects(suites: dict[str, Suite]) -> dict[tuple[str, str], Defect]:
    """A defect for every rule that a Danish register's own contract makes."""
    return {
        (f"register:{name}", item.rule): Defect(_planted(name, item.rule), _emptied(suites, name) if item.rule == "register_is_not_empty" else fails(item.rule))
        for name in REGISTERS
        for item in suites[f"register:{name}"].expectations
        if item.kind != "view"
    }


def _planted(name: str, rule: str) -> str:
    if (name, rule) in OF_ITS_OWN:
        return OF_ITS_OWN[name, rule]
    forms = {
        "register_is_not_empty": f"delete from delivered.{name}" + ("; delete from staged.dream" if name == "dream" else ""),
        "pnr_is_unique": f"update delivered.{name} set pnr = '{SECRET}-0004' {ONE}",
        "key_is_unique": f"insert into delivered.{name} select * from delivered.{name} {ONE}",
    }
    column = rule.removesuffix("_is_given").removesuffix("_is_a_known_code")
    return forms.get(rule) or f"update delivered.{name} set {column} = {'null' if rule.endswith('_is_given') else repr('no code')} {ONE}"


def _emptied(suites: dict[str, Suite], name: str) -> dict[str, str]:
    return {item.rule: "not_evaluated" for item in suites[f"register:{name}"].expectations if item.kind != "view"}


def lose(people: int, reason: str) -> str:
    """SQL that leaves so many of the people of the experienced outcome unobserved."""
    lost = f"where subject = '{EXPERIENCED}' and person_id <= {people}"
    return f"update outcomes.indicator_values set status = 'not_observed', reason = '{reason}', value = null {lost}"


def alone(people: int) -> str:
    """SQL that leaves so many treated people without anybody alike beside them."""
    return f"update outcomes.cohort_members set reason = 'enrolled_without_match' where subject = '{MATCHED}' and person_id <= {people}"


MATCHED_ROWS = f"outcomes.cohort_members where subject = '{MATCHED}'"
COVERED = "update quality.deliveries set covers_through ="
DEFECTS = {
    (MATCHED, "cohort_period_covered"): Defect(f"{COVERED} date '2025-01-30' where register = 'referrals'", fails("cohort_period_covered")),
    (MATCHED, "cohort_is_large_enough"): Defect(f"delete from {MATCHED_ROWS} and person_id between 130 and 200", fails("cohort_is_large_enough")),
    (MATCHED, "comparison_is_matched"): Defect(alone(11), fails("comparison_is_matched")),
    (MATCHED, "frozen_cohort_unchanged"): Defect(f"insert into quality.cohort_changes values ('{MATCHED}', 3, 'gone')", fails("frozen_cohort_unchanged")),
    (EXPERIENCED, "coverage_reaches_windows"): Defect(f"{COVERED} covers_through - 1 where register = 'who5'", fails("coverage_reaches_windows")),
    (EXPERIENCED, "cohort_is_linked"): Defect(lose(5, "unlinked"), fails("cohort_is_linked")),
    (EXPERIENCED, "response_has_a_floor"): Defect(lose(101, "no_answer"), fails("response_has_a_floor")),
    (EXPERIENCED, "values_are_plausible"): Defect(
        f"update outcomes.indicator_values set value = 2 where subject = '{EXPERIENCED}' and person_id = 3", fails("values_are_plausible")
    ),
}
ON_THE_EDGE = {
    "one in ten treated without anybody alike": (MATCHED, alone(10)),
    "half of those who were asked": (EXPERIENCED, lose(100, "no_answer")),
    "a code to the last week in which it is valid": (
        "register:dream",
        "update staged.dream set code = 720, start_day = start_day - 7 * 28, end_day = end_day - 7 * 28 where code = 130",
    ),
}
BEYOND_THE_EDGE = {
    "a code one week after its last": (
        "register:dream",
        "update staged.dream set code = 720, start_day = start_day - 7 * 27, end_day = end_day - 7 * 27 where code = 130",
        fails("y_yyww_is_a_known_code"),
    ),
    "a list of codes that is gone": ("register:dream", "delete from quality.codes", fails("y_yyww_is_a_known_code")),
}
