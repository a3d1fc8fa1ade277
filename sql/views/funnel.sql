-- funnel: one row a step from referred to counted, by reason: first of a cohort, then of each outcome and claim period that counts its people.
create view funnel as
with steps as (
    select contract, cohort, outcome, claim_period, role, 1 as place, 'referred' as step, '' as reason, people from people_by_reason where outcome = ''
    union all
    select
        contract, cohort, outcome, claim_period, role, case when status = 'eligible' then 3 else 2 end, status, reason, people
    from people_by_reason where outcome = ''
    union all
    select contract, cohort, outcome, claim_period, role, 4, 'claimed', '', people from people_by_reason where outcome <> ''
    union all
    select
        contract, cohort, outcome, claim_period, role, case when status = 'counted' then 6 else 5 end, status, reason, people
    from people_by_reason where outcome <> ''
)
select
    contract, cohort, outcome, claim_period, case when place = 1 then '' else role end as role, place, step, reason, cast(sum(people) as bigint) as people
from steps
group by contract, cohort, outcome, claim_period, case when place = 1 then '' else role end, place, step, reason
order by contract, cohort, outcome, claim_period, place, role, step, reason;
comment on view funnel is 'One row a step from referred to counted, by reason, of a cohort and of each outcome and claim period. Source: people_by_reason. Tier: party.';
comment on column funnel.contract is 'The outcome contract.';
comment on column funnel.cohort is 'The cohort; several with a comma between where an outcome is measured over several.';
comment on column funnel.outcome is 'The outcome; empty for the steps of the cohort.';
comment on column funnel.claim_period is 'The claim period; empty for the steps of the cohort, and where one result stands for the whole cohort.';
comment on column funnel.role is 'treatment, comparison or none; empty for all who were referred.';
comment on column funnel.place is 'Order of the steps. Unit: number in order.';
comment on column funnel.step is 'referred, ineligible, eligible; then of an outcome claimed, not_observed, not_mature, ineligible or counted.';
comment on column funnel.reason is 'Why, in a word; empty for referred and claimed.';
comment on column funnel.people is 'How many. Unit: persons.';
