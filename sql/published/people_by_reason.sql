-- people_by_reason: one row a cohort or result, role, status and reason.
create table people_by_reason (
    as_of date, contract varchar, cohort varchar, outcome varchar, claim_period varchar, role varchar, status varchar, reason varchar, people bigint
);
comment on table people_by_reason is 'One row a cohort or result, role, status and reason: how many people are counted, or not, and why. Source: the frozen cohorts and measuring. Tier: party.';
comment on column people_by_reason.as_of is 'The day whose knowledge this is.';
comment on column people_by_reason.contract is 'The outcome contract.';
comment on column people_by_reason.cohort is 'The cohort; several with a comma between where an outcome is measured over several.';
comment on column people_by_reason.outcome is 'The outcome; empty for the rows of a cohort.';
comment on column people_by_reason.claim_period is 'The claim period; empty for the rows of a cohort, and where one result stands for the whole cohort.';
comment on column people_by_reason.role is 'treatment, comparison or none.';
comment on column people_by_reason.status is 'Of a cohort eligible or ineligible; of a result counted, not_observed, not_mature or ineligible.';
comment on column people_by_reason.reason is 'Why, in a word.';
comment on column people_by_reason.people is 'How many. Unit: persons.';
