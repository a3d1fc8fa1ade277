"""A contract that says everything a contract can say, for what must be true of its annex; and numbers and dates as people write them."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from contract_files.planted import Contracts, copied

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.outcome import OutcomeContract
from pipelines.contracts.source import Place, read
from pipelines.payments.vocabulary import vocabulary
from pipelines.reports.annex.build import annex
from pipelines.reports.phrases import Code

NAME = "outcomes/alt.yaml"
FULL = """\
contract: alt
version: 3
title: Alt det en kontrakt kan sige
language: da
model: social_impact_bond
currency: DKK
term: {clause: Bilag 0 §1, from: 2023-12-05, to: 2033-02-03, latest_start: 2024-02-05, service_until: 2027-03-19, repaid_by: 2032-11-13}
parties:
  - {id: kommune, name: Stor Kommune, roles: [commissioner, payer, data_supplier], cvr: '11223344', ean: '5790000001231'}
  - {id: region, name: Den brede region, roles: [payer]}
  - {id: fond, name: Den lange fond, roles: [investor]}
  - {id: pulje, name: Puljen, roles: [investor]}
  - {id: garant, name: Garanten, roles: [guarantor]}
  - {id: udfoerer, name: De raske, roles: [provider]}
  - {id: formidler, name: Mellemleddet, roles: [intermediary]}
  - {id: evaluator, name: Maalerne, roles: [evaluator]}
  - {id: institut, name: Instituttet, roles: [evaluator]}
cohorts:
  - id: unge
    clause: Bilag 1 §11
    from: referrals
    where: {indsats: ungebro, gruppe: unge}
    enrolled: {from: 2024-02-06, to: 2025-02-07}
    enrolled_on: indskrevet_dato
    closes: {clause: Bilag 1 §101, at_size: 141}
    too_few: {clause: Bilag 1 §102, below: 83, then: merged_with_next}
    eligible:
      withdrawn: {clause: Bilag 1 §12, column: afslag_af}
      referral: {clause: Bilag 1 §13, on: henvist_dato, within: P61D}
      age: {clause: Bilag 1 §14, at_least: 19, below: 29, birth_day_unknown: eligible}
      residence: {clause: Bilag 1 §15, in: ["101", "147"]}
      not_in: [{clause: Bilag 1 §16, register: case_placements}]
    matched:
      clause: Bilag 1 §17
      on: [sex, benefit]
      nearest: {by: propensity, of: [age, weeks_year_before], within: 0.23, calipers: {age: 7, weeks_last_year: 11}, with_replacement: true}
      each: 3
      codes: dream
      benefits: [kontanthjaelp, uddannelseshjaelp]
      unmatched_at_most: 0.13
      differs_at_most: 0.14
    after_enrolment: {died: failure, emigrated: failure, turned_18: stop, moved: keep, withdrew: keep}
  - id: boern
    clause: Bilag 1 §18
    from: referrals
    where: {indsats: trygt_hjem, gruppe: edge}
    enrolled: {from: 2024-03-08, to: 2025-03-09}
    enrolled_on: indskrevet_dato
    after_enrolment: {died: stop, emigrated: stop, turned_18: stop, moved: keep, withdrew: keep}
  - id: lod
    clause: Bilag 1 §19
    from: referrals
    where: {indsats: trygt_hjem}
    enrolled: {from: 2024-04-10, to: 2025-04-11}
    enrolled_on: indskrevet_dato
    arms: {column: gruppe, treatment: edge, comparison: in_care}
outcomes:
  - id: job
    title: Uger med løn
    clause: Bilag 2 §21
    kind: output
    cohort: unge
    indicator: weeks_in_employment@1
    claimed_by: window_end
    with: &job
    compare:
      method: difference_in_differences@1
      before: job_foer
      earlier: job_tidligere
      covariates: [klarer_foer]
      clusters: indsats
      lacking_at_most: 0.07
      errors: {clause: Bilag 2 §203, pays_for_nothing: 0.11, misses: 0.92, scenarios: [selection, trend]}
      intervals: [robust]
      level: 0.91
      decimals: 5
    implies: klarer_sig
  - id: job_foer
    clause: Bilag 2 §204
    kind: output
    cohort: unge
    indicator: weeks_in_employment@1
    with: &job
    months_before: 16
  - id: job_tidligere
    clause: Bilag 2 §205
    kind: output
    cohort: unge
    indicator: weeks_in_employment@1
    with: &job
    months_before: 32
  - id: klarer_foer
    clause: Bilag 2 §206
    kind: outcome
    cohort: unge
    indicator: weeks_self_supporting@1
    with:
      weeks: 53
      pause_at_most: 14
      states: &states
    months_before: 17
  - id: klarer_sig
    clause: Bilag 2 §22
    kind: outcome
    cohort: unge
    indicator: weeks_self_supporting@1
    claimed_by: window_end
    compare: {method: fixed_baseline@1, with: {baseline: 21.5}, intervals: [t], level: 0.89, decimals: 7}
    with:
      weeks: 53
      pause_at_most: 14
      states: &states
  - id: hjemme
    clause: Bilag 2 §23
    kind: outcome
    cohort: [boern]
    indicator: days_out_of_care@1
    reads: {placements: buaf}
    with: &care
  - id: hjemme_hurtigt
    clause: Bilag 2 §24
    kind: outcome
    cohort: [boern]
    indicator: days_out_of_care@1
    reads: {placements: case_placements}
    with: &care
  - id: trivsel
    clause: Bilag 2 §25
    kind: experienced
    cohort: [boern]
    indicator: who5_change@1
    with: {years: 5, baseline_days: 43}
  - id: familie
    clause: Bilag 2 §26
    kind: activity
    cohort: boern
    indicator: days_in_care@1
    reads: {placements: buaf}
    unit: household
    combine: everybody
    with: &care
  - id: anbragt
    clause: Bilag 2 §27
    kind: outcome
    cohort: lod
    indicator: entered_care@1
    reads: {placements: buaf}
    with: {window: {unit: months, from: 2, to: 15}, in_care: ineligible, end: exclusive, types: {codes: placement_type, counts: [anbragt], does_not_count: [eget_vaerelse]}}
    compare:
      method: trial@1
      placebos: {clause: Bilag 2 §207, outcomes: [anbragt_foer], then: hold}
      intervals: [newcombe, agresti_caffo]
      level: 0.93
      decimals: 6
  - id: anbragt_foer
    clause: Bilag 2 §208
    kind: outcome
    cohort: lod
    indicator: entered_care@1
    reads: {placements: buaf}
    with: {window: {unit: months, from: 2, to: 15}, in_care: ineligible, end: exclusive, types: {codes: placement_type, counts: [anbragt], does_not_count: [eget_vaerelse]}}
    months_before: 18
  - id: bolig
    clause: Bilag 2 §28
    kind: outcome
    cohort: boern
    indicator: documented_claims@1
    with: {outcome: tenancy, months: 37, claim_within_days: 32, sample: {seed: "trukket den dag", share: 0.21}}
    compare:
      method: external@1
      with:
        by: evaluator
        quantities: [relative_reduction, rate_ratio]
        unit: andel af de medregnede
        at_least: {treatment: 63, comparison: 64}
        cohort_differs: 0.03
        at_latest: P97D
        states: regression_adjusted@1
      intervals: [stated]
      level: 0.87
      decimals: 8
payments:
  - id: dag
    clause: Bilag 3 §31
    pays_for: hjemme
    payer: kommune
    payee: udfoerer
    split: {clause: Bilag 3 §301, shares: {kommune: 0.72, region: 0.28}}
    requires: [{outcome: trivsel, rule: not_worse@1, clause: Bilag 3 §32, min_response: 0.71}]
    on_account: {clause: Bilag 3 §33, pays_for: hjemme_hurtigt, share: 0.81}
    rule: {per_unit@1: {unit: day, price: {2024-07-01: 1187.35, 2025-01-01: 1226.53}, role: treatment}}
    adjust:
      - {deadweight@1: {shares: {boern: 0.34}}}
      - {rounded@1: {mode: half_up, at: person_line}}
      - {cap_per_person@1: {amount: 410000.00, over: contract_life}}
    claim_periods:
      - {id: 2024H2, from: 2024-07-01, to: 2025-01-01, on_account_from: 2025-03-04, decided_from: 2025-12-05, expected: 515000.00}
      - {id: 2025H1, from: 2025-01-01, to: 2025-07-01, on_account_from: 2025-09-06, decided_from: 2026-06-17, expected: 517000.00}
  - id: nok_uger
    clause: Bilag 3 §34
    pays_for: klarer_sig
    payer: kommune
    payee: udfoerer
    rule: {per_person_reaching@1: {at_least: 27.0, unit: week, price: {2025-01-02: 24100.00}, priced_at: window_end, role: treatment}}
    claim_periods: [{id: 2025Q1, from: 2025-01-02, to: 2025-04-01, decided_from: 2026-06-18, expected: 518000.00}]
  - id: flere_uger
    clause: Bilag 3 §35
    pays_for: job
    payer: kommune
    payee: udfoerer
    rule: {interval_excludes@1: {measure: difference, interval: robust, value: 1.0, side: above, amount: {2025-01-03: 301000.00}}}
    claim_periods: [{id: 2025Q2, from: 2025-04-03, to: 2025-07-04, decided_from: 2026-06-19, expected: 519000.00}]
  - id: faerre_anbragt
    clause: Bilag 3 §36
    pays_for: anbragt
    payer: kommune
    payee: udfoerer
    rule: {threshold@1: {measure: relative_reduction, at_least: 0.12, amount: {2025-01-04: 302000.00}}}
    claim_periods: [{id: "2025", from: 2025-02-05, to: 2026-02-06, decided_from: 2027-06-20, expected: 520000.00}]
  - id: boliger
    clause: Bilag 3 §37
    pays_for: bolig
    payer: kommune
    payee: formidler
    rule: {per_documented_claim@1: {price_a_claim: {2025-01-05: 6100.00}, role: treatment, least_checked: 11, level: 0.96}}
    claim_periods: [{id: 2025H2, from: 2025-07-07, to: 2026-01-08, decided_from: 2026-06-21, expected: 521000.00}]
  - id: familier
    clause: Bilag 3 §38
    pays_for: familie
    payer: kommune
    payee: udfoerer
    unless_paid: {clause: Bilag 8 §85, payments: [dag, boliger]}
    rule: {per_person@1: {price: {2025-01-06: 501.00}, role: treatment}}
    claim_periods: [{id: 2026H1, from: 2026-01-09, to: 2026-07-10, decided_from: 2027-06-22, expected: 522000.00}]
totals:
  - {clause: Bilag 4 §41, register: buaf, counts: rows, says: 1201, source: Kommunens statistik}
  - {clause: Bilag 4 §42, register: bef, counts: people, says: 9802, source: Folketallet}
deadlines: {clause: Bilag 4 §43, cure_hold: P62D, long_stop: P183D, then: expert, approve: P31D, silence: approves, object: P16D, pay: P35D}
gate:
  profile: lean@1
  thresholds:
    - {rule: follow_up_is_complete, threshold: 0.92, clause: Bilag 5 §51, because: Mange flytter}
    - {rule: cohort_is_large_enough, threshold: 33.0, clause: Bilag 5 §52, because: Grupperne er store}
  add:
    - {rule: provider_refuses_few, on: cohort, only: referred, threshold: 0.13, severity: error, dimension: completeness, protects: De tunge sager., because: Sket forhen,
       since: 2026-01-23, remedy: Spørg dem., cured_by: provider, clause: Bilag 5 §53}
disclosure: {smallest_count: 6, rounded_to: 9, dominance: {persons: 3, share: 0.81}}
waterfall:
  clause: Bilag 6
  day_count: act_360
  classes:
    - {id: senior, investor: fond, principal: 6100000.00, drawn_on: 2024-02-24, return_cap: 0.16, floor: {rate: 0.031, years: 4, unpaid: compounds, counts_to_cap: true}}
    - id: junior
      investor: pulje
      principal: 2200000.00
      drawn_on: 2024-02-25
      return_cap: 0.32
      premium: {share: 0.115}
      protection: {by: garant, of: loss, share: 0.76, limit: 1010000.00, on: 2026-06-27, repaid: true}
    - id: reserve
      investor: fond
      draws: [{on: 2024-02-26, amount: 1150000.00}, {on: 2025-03-03, amount: 940000.00}]
      drawn: [{on: 2024-03-04, amount: 1060000.00}, {on: 2025-03-05, amount: 95000.00}]
      return_cap: {irr: 0.084, on: scheduled, day_count: thirty_360}
      premium: {tiers: [{from: 0.51, share: 0.041}, {from: 0.74, share: 0.087}], all_goals: 8700000.00}
  guarantee: {guarantor: garant, limit: 510000.00}
  return_split: {senior: 0.45, junior: 0.55}
  over_cap: next_step
  bonus: {to: udfoerer, share: 0.52, cap: 420000.00}
  reverts_to: kommune
  distributed_on: [2025-02-26, 2026-06-27, 2027-06-28]
  order: [floor_interest, {principal: senior}, {principal: junior}, {principal: reserve}, {protection: junior}, {premium: junior}, {premium: reserve}, guarantor,
    return, bonus, reverts]
amounts: {clause: Bilag 8 §81, vat: included, caps: with_vat}
caps:
  in_all: {clause: Bilag 8 §82, amount: 9100000.00}
  per_year: {clause: Bilag 8 §83, amount: 3300000.00, year: contract, by: service_day, excess: carried}
  per_payer: {region: {clause: Bilag 8 §84, amount: 2900000.00}}
true_up: {clause: Bilag 8 §86, until: P25M, from: claim_period_end, below: 1010.00, settle: next_statement}
referrals: {clause: Bilag 8 §87, by: kommune, minimum: 127, shortfall_price: 9070.00}
change_in_law: {clause: Bilag 8 §88, notice: P33D, then: renegotiated}
refunds:
  clause: Bilag 8 §89
  amounts_are: net
  schedules:
    ydelser: {clause: Bilag 8 §90, by: week, from: 2023-12-17, steps: [{at: 5, share: 0.41}, {at: 27, share: 0.31}]}
    anbringelser: {clause: Bilag 8 §91, by: amount_a_year, from: 2023-12-18, price_level: 2022, steps: [{at: 861000.00, share: 0.26}, {at: 1682000.00, share: 0.51}]}
retention: {clause: Bilag 8 §92, person_rows: P6Y, ledger: P11Y, on_expiry: shred}
amendments:
  clause: Bilag 8 §93
  value_at_signing: 9300000.00
  made:
    - {version: 2, clause: Bilag 7 §71, agreed_on: 2025-05-29, because: Flere pladser, value: 110000.00}
    - {version: 3, clause: Bilag 7 §72, agreed_on: 2025-08-30, because: Kortere løb, value: -40000.00}
value:
  clause: Bilag 9 §901
  price_level: 2023
  years: {first: 2024, last: 2029}
  payers: {municipality: [kommune], region: [region], state: [fond], citizen: [pulje], others: [udfoerer]}
  index: {clause: Bilag 9 §902, source: Statistikken, dated: 2023-01-08, name: Prisernes gang,
    levels: {2022: 97.3, 2023: 98.7, 2024: 100.7, 2025: 103.9, 2026: 106.3, 2027: 109.7, 2028: 112.9, 2029: 115.3}}
  discount: {clause: Bilag 9 §903, source: Ministeriet, dated: 2023-01-09, rates: {2023-01-10: 0.0365, 2028-01-11: 0.0275}}
  effects:
    - outcome: klarer_sig
      clause: Bilag 9 §904
      source: Forskningen
      dated: 2023-01-12
      figure: difference
      interval: t
      better: higher
      expected: {each: 7.13, low: 2.17, high: 11.19, people: {2025Q1: 1303}}
    - outcome: hjemme
      clause: Bilag 9 §905
      source: Erfaringen
      dated: 2023-01-13
      figure: mean
      deadweight: 0.237
      better: higher
      expected: {each: 8.11, low: 3.23, high: 12.29, people: {2024H2: 1319, 2025H1: 1321}}
  consequences:
    - id: ydelse
      clause: Bilag 9 §906
      source: Lovens satser
      dated: 2023-01-14
      follows: klarer_sig
      kind: saving
      unit: week
      price: {marginal: {2023-01-15: 2741.50}, average: {2023-01-16: 3462.50}, price_level: 2026, per: unit}
      lasts: {0: 0.973, 1: 0.641}
      shares: {municipality: 0.411, region: 0.053, state: 0.067, citizen: 0.297, others: 0.172}
      refund: {schedule: ydelser, from_week: 57}
    - id: pladsen
      clause: Bilag 9 §907
      source: Budgettet
      dated: 2023-01-17
      follows: hjemme
      kind: saving
      unit: day
      price: {marginal: {2023-01-18: 2513000.00}, average: {2023-01-19: 2517000.00}, price_level: 2027, per: year}
      lasts: {0: 0.929}
      shares: {municipality: 1.0}
      refund: {schedule: anbringelser, amount_a_year: 2519000.00, price_level: 2028}
  costs:
    - {id: indsatsen, clause: Bilag 9 §908, source: Tilbuddet, dated: 2023-01-20, kind: programme, payer: others, price_level: 2025,
       amounts: {2027: 4271000.00}, came_to: {2026: 4273000.00}}
legal:
  authority: Kommunalfuldmagten
  procurement: Udbudt den gang
  state_aid: Under grænsen
  data_basis: Aftalt med tilsynet
  data_protection: Kommunens kontor for databeskyttelse
  vat: Uden moms
"""
JOB = """
      weeks: 51
      pause_at_most: 12
      states: &states
      from_week: 5
      in_a_row: true
      industries: {counts: ["41", "4321"], does_not_count: ["88"]}"""
STATES = """
        codes: dream
        success: [selvforsoergelse, beskaeftigelse, servicejob]
        failure: [dagpenge, kontanthjaelp, uddannelseshjaelp, dagpenge_forlaenget, orlov, voksenlaerling, rotationsvikar, overgangsydelse_efterloen, efterloen, fleksydelse,
          voksenuddannelsesstoette, integrationsydelse, integration_kontanthjaelp, ledighedsydelse, forrevalidering, revalidering, sygedagpenge_fra_fleksjob, foertidspension,
          jobafklaring, ressourceforloeb, sygedagpenge]
        neutral: [su, fleksjob]
        pause: [barsel]
        stop: [udvandret, folkepension, doed]"""
CARE = " {years: 4, end: inclusive, types: {codes: placement_type, counts: [anbragt], does_not_count: [eget_vaerelse]}}"


def full(folder: Path) -> tuple[Contracts, dict[str, Any]]:
    """A contracts folder with the full contract, whose gate profile lacks one rule that the contract adds; and the contract as plain data."""
    made = copied(folder)
    made.write(NAME, FULL.replace(" &job", JOB).replace(" &states", STATES).replace(" &care", CARE))
    rules = made.text("profiles/strict.yaml").replace("profile: strict\n", "profile: lean\n")
    head, *rest = rules.split("  - rule: ")
    made.write("profiles/lean.yaml", "  - rule: ".join([head, *(part for part in rest if not part.startswith("provider_refuses_few"))]))
    return made, read(made.folder / NAME, root=made.folder).value


def said(value: dict[str, Any], catalogue: Catalogue, language: Code) -> str:
    """All that the annex of a contract, given as plain data, says; with plain spaces."""
    return "\n".join(annex(OutcomeContract.model_validate(value), catalogue, vocabulary(), language).texts()).replace("\u00a0", " ")


def leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value that is no list or mapping, and every date that is a key, with its place; a key's place ends with `...`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(key, dt.date):
                yield (*place, key, "..."), key
            yield from leaves(inner, (*place, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*place, index))
    else:
        yield place, value


def changed(value: dict[str, Any], place: Place, new: Any) -> dict[str, Any]:
    """The same contract with another value, or another key, at one place."""
    made = copy.deepcopy(value)
    here: Any = made
    is_key = place[-1] == "..."
    *way, last = place[:-1] if is_key else place
    for part in way:
        here = here[part]
    if is_key:
        here[new] = here.pop(last)
    else:
        here[last] = new
    return made


MONTHS = {
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "en": "January February March April May June July August September October November December",
}


def written_day(day: dt.date, language: str) -> str:
    return f"{day.day}{'.' if language == 'da' else ''} {MONTHS[language].split()[day.month - 1]} {day.year}"


def written_numbers(number: Decimal | int, language: str) -> tuple[str, ...]:
    """How people may write a number: as it is, as a percentage, or with two decimals as money."""
    forms = {plain(Decimal(number)), f"{plain(Decimal(number) * 100)} %", f"{Decimal(number):,.2f} kr.", f"{Decimal(number):,.2f} DKK", f"{Decimal(number):,.2f} USD"}
    return tuple(form.replace(",", "~").replace(".", ",").replace("~", ".").replace("kr,", "kr.") if language == "da" else form for form in sorted(forms))


def plain(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
