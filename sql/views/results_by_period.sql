-- results_by_period: one row an outcome and claim period, its treatment and comparison group side by side.
create view results_by_period as
select
    contract, outcome, claim_period, any_value(clause) as clause, any_value(kind) as kind, any_value(indicator) as indicator, any_value(cohort) as cohort,
    max(n) filter (where role = 'treatment') as n, max(n_counted) filter (where role = 'treatment') as n_counted,
    max(value) filter (where role = 'treatment') as value, max(exposure_days) filter (where role = 'treatment') as exposure_days,
    cast(max(value / n_counted) filter (where role = 'treatment' and n_counted > 0) as double) as value_per_counted,
    max(n_counted) filter (where role = 'comparison') as comparison_n_counted, max(value) filter (where role = 'comparison') as comparison_value,
    cast(max(value / n_counted) filter (where role = 'comparison' and n_counted > 0) as double) as comparison_value_per_counted,
    max(counts_state) as counts_state, any_value(estimates) as estimates, max(as_of) as as_of
from indicator_results
group by contract, outcome, claim_period
order by contract, outcome, claim_period;
comment on view results_by_period is 'One row an outcome and claim period: the latest result, treatment and comparison group side by side. Source: indicator_results. Tier: open.';
comment on column results_by_period.contract is 'The outcome contract.';
comment on column results_by_period.outcome is 'The outcome, by its name in the contract.';
comment on column results_by_period.claim_period is 'The claim period it is for; empty when one result stands for the whole cohort.';
comment on column results_by_period.clause is 'The clause of the contract that agrees it.';
comment on column results_by_period.kind is 'activity, output, outcome or experienced.';
comment on column results_by_period.indicator is 'The indicator and its version.';
comment on column results_by_period.cohort is 'The cohort it is measured over; several with a comma between.';
comment on column results_by_period.n is 'Persons eligible in the treatment group; empty when suppressed. Unit: persons.';
comment on column results_by_period.n_counted is 'Persons counted, of those; empty when suppressed. Unit: persons.';
comment on column results_by_period.value is 'Sum of values over them; empty when suppressed. Unit: of the indicator, see column indicator.';
comment on column results_by_period.exposure_days is 'Their days at risk; empty when suppressed. Unit: days of persons.';
comment on column results_by_period.value_per_counted is 'Value a counted person, for display; payments are decided from exact sums. Unit: of the indicator, a person.';
comment on column results_by_period.comparison_n_counted is 'Persons counted in the comparison group; empty without one, and when suppressed. Unit: persons.';
comment on column results_by_period.comparison_value is 'Sum of values over them. Unit: of the indicator, see column indicator.';
comment on column results_by_period.comparison_value_per_counted is 'Value a counted person, for display. Unit: of the indicator, a person.';
comment on column results_by_period.counts_state is 'shown, or suppressed when a number of the row would disclose.';
comment on column results_by_period.estimates is 'JSON: estimated quantities with their intervals by name; empty when nothing is compared or when suppressed.';
comment on column results_by_period.as_of is 'The day whose knowledge this is.';
