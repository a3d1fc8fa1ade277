-- indicator_values: one row a cohort member, outcome and claim period, under a re-keyed pseudonym.
create table indicator_values (
    contract varchar, outcome varchar, claim_period varchar, cohort varchar, person varchar, role varchar, status varchar, reason varchar,
    window_from date, window_to date, exposure_days bigint, value decimal(18, 6), evidence struct(from_day date, to_day date, code varchar)[]
);
comment on table indicator_values is 'One row a cohort member, outcome and claim period. Person rows: read only by those entitled. Source: measuring. Tier: evaluation.';
comment on column indicator_values.contract is 'The outcome contract.';
comment on column indicator_values.outcome is 'The outcome.';
comment on column indicator_values.claim_period is 'The claim period it is for; empty when one result stands for the whole cohort.';
comment on column indicator_values.cohort is 'The cohort the person counts in.';
comment on column indicator_values.person is 'The same pseudonym as in cohort_members.';
comment on column indicator_values.role is 'treatment or comparison.';
comment on column indicator_values.status is 'counted, not_observed, not_mature or ineligible.';
comment on column indicator_values.reason is 'Why, in a word.';
comment on column indicator_values.window_from is 'First day of the person''s window.';
comment on column indicator_values.window_to is 'The day after the last day of the window.';
comment on column indicator_values.exposure_days is 'Days at risk, proven by a positive source; empty unless counted. Unit: days.';
comment on column indicator_values.value is 'The value, in the indicator''s unit; empty unless counted. Unit: of the indicator, see indicator_results.';
comment on column indicator_values.evidence is 'The spells or answers it was counted from: first day, the day after the last, and code.';
