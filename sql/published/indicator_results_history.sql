-- indicator_results_history: one row an outcome, claim period, role and stretch of nights that said the same of it.
create table indicator_results_history (
    as_of date, until_as_of date, contract varchar, outcome varchar, clause varchar, kind varchar, indicator varchar, cohort varchar,
    claim_period varchar, role varchar, n bigint, n_counted bigint, value decimal(38, 6), exposure_days bigint, counts_state varchar, estimates varchar
);
comment on table indicator_results_history is 'One row an outcome, claim period, role and stretch of nights that said the same of it: what indicator_results was on every as-of day. Source: measuring. Tier: party.';
comment on column indicator_results_history.as_of is 'The first as-of day that said it.';
comment on column indicator_results_history.until_as_of is 'The first as-of day after it that said otherwise, or nothing; empty while it stands.';
comment on column indicator_results_history.contract is 'The outcome contract.';
comment on column indicator_results_history.outcome is 'The outcome, by its name in the contract.';
comment on column indicator_results_history.clause is 'The clause of the contract that agrees it.';
comment on column indicator_results_history.kind is 'activity, output, outcome or experienced.';
comment on column indicator_results_history.indicator is 'The indicator and its version.';
comment on column indicator_results_history.cohort is 'The cohort it is measured over; several with a comma between.';
comment on column indicator_results_history.claim_period is 'The claim period it is for; empty when one result stands for the whole cohort.';
comment on column indicator_results_history.role is 'treatment or comparison.';
comment on column indicator_results_history.n is 'Persons eligible; empty when suppressed. Unit: persons.';
comment on column indicator_results_history.n_counted is 'Persons counted, of those; empty when suppressed. Unit: persons.';
comment on column indicator_results_history.value is 'Sum of values over counted persons, in the indicator''s unit; empty when suppressed. Unit: of the indicator, see column indicator.';
comment on column indicator_results_history.exposure_days is 'Days at risk of counted persons, proven by a positive source; empty when suppressed. Unit: days of persons.';
comment on column indicator_results_history.counts_state is 'shown, or suppressed when a number of the row would disclose.';
comment on column indicator_results_history.estimates is 'JSON: estimated quantities with their intervals by name; empty when nothing is compared or when suppressed.';
-- What was said on an as-of day: the night of that day, or the newest night before it.
create macro indicator_results_on(day) as table
select * exclude (until_as_of) from indicator_results_history
where as_of <= cast(day as date) and (until_as_of is null or cast(day as date) < until_as_of);
