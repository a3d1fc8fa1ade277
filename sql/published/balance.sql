-- balance: one row a cohort with a matched comparison, and number or kind that was known of people before enrolment.
create table balance (
    as_of date, contract varchar, cohort varchar, covariate varchar, mean_treatment decimal(18, 6), mean_treatment_after decimal(18, 6),
    mean_before decimal(18, 6), mean_after decimal(18, 6), smd_before decimal(18, 6), smd_after decimal(18, 6), variance_ratio_before decimal(18, 6),
    variance_ratio_after decimal(18, 6), n_treatment bigint, n_treatment_after bigint, n_before bigint, n_after bigint
);
comment on table balance is 'One row a cohort with a matched comparison, and number or kind that was known of people before enrolment: how alike the groups were before and after matching. Where a group has fewer people than the smallest count that the contract tells, the row has counts and no figures: a mean of few people is as good as a person. Source: the frozen cohorts. Tier: party.';
comment on column balance.as_of is 'The day whose knowledge this is.';
comment on column balance.contract is 'The outcome contract.';
comment on column balance.cohort is 'The cohort whose comparison is matched.';
comment on column balance.covariate is 'What was known in the week before enrolment: a number, or one value of what is of a kind (sex=2), whose mean is a share.';
comment on column balance.mean_treatment is 'Mean of the treated people looked at. Unit: that of the covariate.';
comment on column balance.mean_treatment_after is 'Mean of the treated people who have somebody beside them. Unit: that of the covariate.';
comment on column balance.mean_before is 'Mean of everybody whom a comparison could be chosen from, once for each week they could. Unit: that of the covariate.';
comment on column balance.mean_after is 'Mean of those chosen; everybody beside one treated person weighs as one together. Unit: that of the covariate.';
comment on column balance.smd_before is 'Standardised mean difference before matching: mean_treatment less mean_before. Unit: standard deviations of the treated people looked at; null where they do not vary.';
comment on column balance.smd_after is 'Standardised mean difference after matching: mean_treatment_after less mean_after. Unit: standard deviations of the treated people looked at; null where they do not vary.';
comment on column balance.variance_ratio_before is 'Variance of those a comparison could be chosen from over that of the treated. Unit: ratio.';
comment on column balance.variance_ratio_after is 'Variance of those chosen over that of the treated with somebody beside them. Unit: ratio.';
comment on column balance.n_treatment is 'Treated people looked at. Unit: persons.';
comment on column balance.n_treatment_after is 'Treated people with somebody beside them. Unit: persons.';
comment on column balance.n_before is 'People whom a comparison could be chosen from. Unit: persons.';
comment on column balance.n_after is 'People chosen. Unit: persons.';
