-- person_rows: one row a person, outcome and claim period, with when they enrolled, what was counted of them and from which spells.
create view person_rows as
select
    indicator_values.contract, indicator_values.outcome, indicator_values.claim_period, indicator_values.cohort, indicator_values.person, indicator_values.role,
    members.enrolled_on, indicator_values.status, indicator_values.reason, indicator_values.window_from, indicator_values.window_to,
    indicator_values.exposure_days, indicator_values.value, indicator_values.evidence
from indicator_values
left join cohort_members as members
    on members.contract = indicator_values.contract and members.cohort = indicator_values.cohort and members.person = indicator_values.person;
comment on view person_rows is 'One row a person, outcome and claim period, with its value and its evidence. Person rows: read only by those entitled. Source: cohort_members and indicator_values. Tier: evaluation.';
comment on column person_rows.contract is 'The outcome contract.';
comment on column person_rows.outcome is 'The outcome.';
comment on column person_rows.claim_period is 'The claim period it is for; empty when one result stands for the whole cohort.';
comment on column person_rows.cohort is 'The cohort the person counts in.';
comment on column person_rows.person is 'The same pseudonym as in cohort_members.';
comment on column person_rows.role is 'treatment or comparison.';
comment on column person_rows.enrolled_on is 'The day the person''s own windows begin.';
comment on column person_rows.status is 'counted, not_observed, not_mature or ineligible.';
comment on column person_rows.reason is 'Why, in a word.';
comment on column person_rows.window_from is 'First day of the person''s window.';
comment on column person_rows.window_to is 'The day after the last day of the window.';
comment on column person_rows.exposure_days is 'Days at risk, proven by a positive source; empty unless counted. Unit: days.';
comment on column person_rows.value is 'The value; empty unless counted. Unit: of the indicator, see indicator_results.';
comment on column person_rows.evidence is 'The spells or answers it was counted from: first day, the day after the last, and code.';
