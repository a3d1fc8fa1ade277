-- result_revisions: one row a result, role and night that counted otherwise than the night before.
create view result_revisions as
with said as (
    select
        *, lag(n_counted) over nights as n_counted_before, lag(value) over nights as value_before, lag(n) over nights as n_before, lag(as_of) over nights as said_before
    from indicator_results_history
    window nights as (partition by contract, outcome, claim_period, role order by as_of)
)
select
    contract, outcome, claim_period, role, said_before, as_of, n_before, n, n_counted_before, n_counted, value_before, value, value - value_before as value_moved
from said
where
    said_before is not null
    and (n is distinct from n_before or n_counted is distinct from n_counted_before or value is distinct from value_before)
order by as_of, contract, outcome, claim_period, role;
comment on view result_revisions is 'One row a result, role and night that counted otherwise than the night before. Source: indicator_results_history. Tier: party.';
comment on column result_revisions.contract is 'The outcome contract.';
comment on column result_revisions.outcome is 'The outcome, by its name in the contract.';
comment on column result_revisions.claim_period is 'The claim period it is for; empty when one result stands for the whole cohort.';
comment on column result_revisions.role is 'treatment or comparison.';
comment on column result_revisions.said_before is 'The first as-of day that said what was said before.';
comment on column result_revisions.as_of is 'The as-of day that said otherwise.';
comment on column result_revisions.n_before is 'Persons eligible before. Unit: persons.';
comment on column result_revisions.n is 'Persons eligible from then on. Unit: persons.';
comment on column result_revisions.n_counted_before is 'Persons counted before. Unit: persons.';
comment on column result_revisions.n_counted is 'Persons counted from then on. Unit: persons.';
comment on column result_revisions.value_before is 'Sum of values before. Unit: of the indicator, see indicator_results.';
comment on column result_revisions.value is 'Sum of values from then on. Unit: of the indicator, see indicator_results.';
comment on column result_revisions.value_moved is 'The difference. Unit: of the indicator, see indicator_results.';
