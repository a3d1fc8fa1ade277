-- indicator_results: one row an outcome, claim period where each has a result of its own, and role.
create table indicator_results (
    as_of date, contract varchar, outcome varchar, clause varchar, kind varchar, indicator varchar, cohort varchar,
    claim_period varchar, role varchar, n bigint, n_counted bigint, value decimal(38, 6), exposure_days bigint, counts_state varchar, estimates varchar
);
comment on table indicator_results is 'One row an outcome, claim period and role of its cohort: the result that payments are decided from. Source: measuring. Tier: open.';
comment on column indicator_results.as_of is 'The day whose knowledge this is.';
comment on column indicator_results.contract is 'The outcome contract.';
comment on column indicator_results.outcome is 'The outcome, by its name in the contract.';
comment on column indicator_results.clause is 'The clause of the contract that agrees it.';
comment on column indicator_results.kind is 'activity, output, outcome or experienced.';
comment on column indicator_results.indicator is 'The indicator and its version.';
comment on column indicator_results.cohort is 'The cohort it is measured over; several with a comma between.';
comment on column indicator_results.claim_period is 'The claim period it is for; empty when one result stands for the whole cohort.';
comment on column indicator_results.role is 'treatment or comparison.';
comment on column indicator_results.n is 'Persons eligible; empty when suppressed. Unit: persons.';
comment on column indicator_results.n_counted is 'Persons counted, of those; empty when suppressed. Unit: persons.';
comment on column indicator_results.value is 'Sum of values over counted persons, in the indicator''s unit; empty when suppressed. Unit: of the indicator, see column indicator.';
comment on column indicator_results.exposure_days is 'Days at risk of counted persons, proven by a positive source; empty when suppressed. Unit: days of persons.';
comment on column indicator_results.counts_state is 'shown, or rounded; restated when later data say otherwise and the numbers are those of the day the claim was settled; suppressed when a number of the row would disclose; not_frozen before a claim that rests on it is settled.';
comment on column indicator_results.estimates is 'JSON: estimated quantities with their intervals by name; empty when nothing is compared or when suppressed. In the open tier without diagnostics and figures of placebos.';
