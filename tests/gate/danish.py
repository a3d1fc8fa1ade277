"""The Danish registers, a matched cohort and an experienced outcome for the gate's tests: clean, and with a defect for each rule.

The people are called LEAKME-nnnn, as everywhere in the gate's tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.contracts.catalogue import Catalogue
from pipelines.quality.suites import Expectation, Suite
from pipelines.warehouse.writer import Warehouse

SECRET = "LEAKME"
REGISTERS = (
    *("bef", "bfl", "buaf", "case_placements", "claim_checks", "claims", "dod", "dream", "forsorg", "kotre", "kraf", "krsi", "referrals", "skolefravaer", "udda", "vnds"),
    "who5",
)
MATCHED, EXPERIENCED = "cohort:ungebro/unge", "outcome:trygt_hjem/trivsel"
ONE = f"where pnr = '{SECRET}-0003'"
WEEK = "cast(date '2026-01-05' - date '1970-01-01' as integer)"
DAYS = "date '2025-01-01' + cast(n as integer)"
COLUMNS = {
    "bef": "date '2026-03-31' as referencetid, '101' as kom, 1 + n % 2 as koen, date '2000-01-01' + cast(n as integer) as foed_dag, null as civst, 'f' as familie_id",
    "bfl": f"'w' || n as arbnr, {DAYS} as ajo_job_start_dato, {DAYS} as ajo_job_slut_dato, if(n % 2 = 0, null, 0.0) as ajo_loentimer, 0.25 as ajo_fuldtid_beskaeftiget",
    "buaf": f"{DAYS} as startdato, if(n % 2 = 0, null, {DAYS}) as slutdato, null as varighed, 'familiepleje' as ansted_klas, '101' as nykom",
    "case_placements": f"{DAYS} as anbragt_fra, if(n % 2 = 0, null, {DAYS}) as anbragt_til, 'eget_vaerelse' as anbringelsestype, date '2026-06-15' as udtraeksdato",
    "claim_checks": f"'c' || n as claim_id, {DAYS} as checked_on, 'holds' as result, 'instituttet' as checker, date '2026-06-15' as udtraeksdato",
    "claims": f"'c' || n as claim_id, 'udfoerer' as claimant, 'tenancy_6' as outcome, {DAYS} as reached_on, {DAYS} as claimed_on, sha256('d' || n) as document_sha256, "
    f"if(n % 2 = 0, null, {DAYS}) as ended_on, date '2026-06-15' as udtraeksdato",
    "dod": f"{DAYS} as doddato",
    "dream": "cast(if(n % 2 = 0, 130, null) as smallint) as y_2602, cast(130 as smallint) as y_2603",
    "forsorg": f"{DAYS} as indflyt, if(n % 2 = 0, null, {DAYS}) as udflyt, 2025 as tael_aar, 0 as antdag, '1' as henvis, '0123456789' as prodnr",
    "kotre": f"{DAYS} as elev3_vfra, if(n % 2 = 0, null, {DAYS}) as elev3_vtil, '0310' as udd, if(n % 2 = 0, '4', '1') as afg_art",
    "kraf": f"'j' || n as journr, '012345678' as afg_ger9, {DAYS} as afg_afgoedto, if(n % 2 = 0, null, {DAYS} - 9) as afg_sagadtox, '121' as afg_afgtyp3",
    "krsi": f"'j' || n as journr, '012345678' as sig_ger9, {DAYS} as sig_ger1dto, if(n % 2 = 0, date '1599-12-31', {DAYS}) as sig_ger2dto, {DAYS} as sig_sigtdto",
    "referrals": f"'ungebro' as indsats, 'unge' as gruppe, {DAYS} as henvist_dato, if(n % 2 = 0, {DAYS}, null) as indskrevet_dato, "
    "if(n % 2 = 0, null, 'borger') as afslag_af, date '2026-06-15' as udtraeksdato",
    "skolefravaer": "'280101' as institutionsnummer, '2024/2025' as skoleaar, 202408 + if(n % 2 = 0, 0, 99) as maaned, 0.5 as dagesyg, 1 as dagelovfra, 0 as dageulovfra, "
    "1.5 as dageialtfra, 1.5 as dageaktiv",
    "udda": f"'0310' as hfaudd, if(n % 2 = 0, null, {DAYS}) as hf_vfra",
    "vnds": f"{DAYS} as haend_dato, if(n % 2 = 0, null, '5180') as udv_land, date '2025-12-31' as referencetid",
    "who5": f"{DAYS} as besvaret_dato, '1998' as instrument_version, 'maaler_1' as interviewer, 0 as who5_1, 5 as who5_2, null as who5_3, 2 as who5_4, 3 as who5_5, "
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
    ("bfl", "job_runs_forward"): f"update delivered.bfl set ajo_job_slut_dato = ajo_job_start_dato - 1 {ONE}",
    ("bfl", "hours_are_not_negative"): f"update delivered.bfl set ajo_loentimer = -0.1 {ONE}",
    ("bfl", "share_is_not_negative"): f"update delivered.bfl set ajo_fuldtid_beskaeftiget = -0.01 {ONE}",
    ("buaf", "placement_runs_forward"): f"update delivered.buaf set slutdato = startdato - 1 {ONE}",
    ("case_placements", "placement_runs_forward"): f"update delivered.case_placements set anbragt_til = anbragt_fra - 1 {ONE}",
    ("claim_checks", "claim_id_is_unique"): f"update delivered.claim_checks set claim_id = 'c4' {ONE}",
    ("claim_checks", "checked_before_the_extract"): f"update delivered.claim_checks set checked_on = udtraeksdato + 1 {ONE}",
    ("claims", "what_lasts_runs_forward"): f"update delivered.claims set ended_on = reached_on - 1 {ONE}",
    ("claims", "claim_id_is_unique"): f"update delivered.claims set claim_id = 'c4' {ONE}",
    ("claims", "outcome_is_a_name"): f"update delivered.claims set outcome = 'Tenancy 6' {ONE}",
    ("claims", "claimed_after_it_was_reached"): f"update delivered.claims set claimed_on = reached_on - 1 {ONE}",
    ("claims", "document_hash_is_whole"): f"update delivered.claims set document_sha256 = document_sha256[2:] {ONE}",
    ("claims", "document_proves_one_person"): f"update delivered.claims set document_sha256 = sha256('d4') {ONE}",
    ("forsorg", "stay_runs_forward"): f"update delivered.forsorg set udflyt = indflyt - 1 {ONE}",
    ("forsorg", "stay_is_of_its_year"): f"update delivered.forsorg set tael_aar = 2024 {ONE}",
    ("forsorg", "days_are_not_negative"): f"update delivered.forsorg set antdag = -1 {ONE}",
    ("forsorg", "unit_has_ten_digits"): f"update delivered.forsorg set prodnr = '123456789' {ONE}",
    ("kotre", "enrolment_runs_forward"): f"update delivered.kotre set elev3_vtil = elev3_vfra - 1 {ONE}",
    ("kotre", "education_has_four_digits"): f"update delivered.kotre set udd = '310' {ONE}",
    ("kotre", "way_of_ending_begins_with_1_to_4"): f"update delivered.kotre set afg_art = '5' {ONE}",
    ("kotre", "what_has_ended_has_an_end"): f"update delivered.kotre set elev3_vtil = null {ONE}",
    ("kraf", "offence_has_nine_digits"): f"update delivered.kraf set afg_ger9 = '0123' {ONE}",
    ("kraf", "decision_type_has_three_digits"): f"update delivered.kraf set afg_afgtyp3 = '12' {ONE}",
    ("krsi", "offence_has_nine_digits"): f"update delivered.krsi set sig_ger9 = '12345678' {ONE}",
    ("krsi", "offence_runs_forward"): f"update delivered.krsi set sig_ger2dto = sig_ger1dto - 1 {ONE}",
    ("krsi", "charged_after_the_offence"): f"update delivered.krsi set sig_ger1dto = sig_sigtdto + 1, sig_ger2dto = null {ONE}",
    ("skolefravaer", "school_year_is_two_years_in_a_row"): f"update delivered.skolefravaer set skoleaar = '2024/2026' {ONE}",
    ("skolefravaer", "month_exists"): f"update delivered.skolefravaer set maaned = 202413 {ONE}",
    ("skolefravaer", "month_is_in_its_school_year"): f"update delivered.skolefravaer set maaned = 202508 {ONE}",
    ("skolefravaer", "absence_adds_up"): f"update delivered.skolefravaer set dagesyg = 0 {ONE}",
    ("skolefravaer", "absence_is_not_negative"): f"update delivered.skolefravaer set dagesyg = -0.5, dagelovfra = 2 {ONE}",
    ("skolefravaer", "absence_within_school_days"): f"update delivered.skolefravaer set dageaktiv = 1 {ONE}",
    ("udda", "education_has_four_digits"): f"update delivered.udda set hfaudd = '310' {ONE}",
    ("udda", "one_education_from_a_day"): f"insert into delivered.udda select pnr, '0311', hf_vfra from delivered.udda {ONE}",
    ("vnds", "country_has_four_digits"): f"update delivered.vnds set udv_land = '518' {ONE}",
    ("vnds", "period_is_a_year"): f"update delivered.vnds set referencetid = date '2025-12-30' {ONE}",
    ("vnds", "emigrated_within_the_year"): f"update delivered.vnds set haend_dato = haend_dato - 365 {ONE}",
    ("dream", "y_yyww_is_a_known_code"): "update staged.dream set code = 870 where person_id = 3 and code = 130",
    ("referrals", "enrolled_after_referral"): f"update delivered.referrals set afslag_af = null, indskrevet_dato = henvist_dato - 1 {ONE}",
    ("referrals", "who_was_refused_did_not_enrol"): f"update delivered.referrals set indskrevet_dato = henvist_dato {ONE}",
    ("who5", "interviewer_is_a_known_code"): f"update delivered.who5 set interviewer = 'familiehuset' {ONE}",
    ("who5", "answered_before_the_extract"): f"update delivered.who5 set besvaret_dato = udtraeksdato + 1 {ONE}",
    ("who5", "pnr_stands_in_referrals"): f"update delivered.who5 set pnr = '{SECRET}-0999' {ONE}",
    **{("who5", f"who5_{item}_is_in_range"): f"update delivered.who5 set who5_{item} = {6 if item % 2 else -1} {ONE}" for item in range(1, 6)},
    ("bef", "foed_dag_is_in_range"): f"update delivered.bef set foed_dag = date '1899-12-31' {ONE}",
    ("buaf", "startdato_is_in_range"): f"update delivered.buaf set startdato = date '1899-12-31' {ONE}",
    ("buaf", "varighed_is_in_range"): f"update delivered.buaf set varighed = -1 {ONE}",
    ("buaf", "nykom_has_its_form"): f"update delivered.buaf set nykom = '0101' {ONE}",
    ("case_placements", "anbragt_fra_is_in_range"): f"update delivered.case_placements set anbragt_fra = date '1899-12-31' {ONE}",
    ("dod", "doddato_is_in_range"): f"update delivered.dod set doddato = date '1899-12-31' {ONE}",
}


def register_defects(suites: dict[str, Suite]) -> dict[tuple[str, str], Defect]:
    """A defect for every rule that a Danish register's own contract makes."""
    return {
        (f"register:{name}", item.rule): Defect(_planted(name, item.rule), _emptied(suites, name) if item.rule == "register_is_not_empty" else _killed(item))
        for name in REGISTERS
        for item in suites[f"register:{name}"].expectations
        if item.kind != "view"
    }


def _killed(item: Expectation) -> dict[str, str]:
    return {item.rule: "warned" if item.severity == "warning" else "failed"}


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
