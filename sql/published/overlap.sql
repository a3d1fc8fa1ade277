-- overlap: one row a cohort with a comparison matched by propensity, and stretch of the logit of that.
create table overlap (
    as_of date, contract varchar, cohort varchar, low decimal(18, 6), high decimal(18, 6), n_treatment bigint, n_before bigint, n_after bigint
);
comment on table overlap is 'One row a cohort with a comparison matched by propensity, and stretch of its logit: how many stand there. Source: the frozen cohorts. Tier: party.';
comment on column overlap.as_of is 'The day whose knowledge this is.';
comment on column overlap.contract is 'The outcome contract.';
comment on column overlap.cohort is 'The cohort whose comparison is matched.';
comment on column overlap.low is 'Where the stretch begins; null of the first, since the least likely person stands there. Unit: the logit of the chance to be enrolled.';
comment on column overlap.high is 'Where it ends; null of the last, since the most likely person stands there. Unit: the logit of the chance to be enrolled.';
comment on column overlap.n_treatment is 'Treated people who stand there. Unit: persons.';
comment on column overlap.n_before is 'People whom a comparison could be chosen from, once for each week they could. Unit: person-weeks.';
comment on column overlap.n_after is 'People chosen who stand there. Unit: persons.';
