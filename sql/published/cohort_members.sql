-- cohort_members: one row a member of a cohort, under a re-keyed pseudonym.
create table cohort_members (contract varchar, cohort varchar, person varchar, role varchar, enrolled_on date, status varchar, reason varchar);
comment on table cohort_members is 'One row a member of a cohort, eligible or not. Person rows: read only by those entitled. Source: the frozen cohorts. Tier: evaluation.';
comment on column cohort_members.contract is 'The outcome contract.';
comment on column cohort_members.cohort is 'The cohort.';
comment on column cohort_members.person is 'A pseudonym made for this table only; it is not the delivered one.';
comment on column cohort_members.role is 'treatment, comparison or none.';
comment on column cohort_members.enrolled_on is 'The day the person''s own windows begin.';
comment on column cohort_members.status is 'eligible or ineligible.';
comment on column cohort_members.reason is 'Why.';
