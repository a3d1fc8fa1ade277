-- One row a cohort. Part: referrals of the lists logged before that the newest list does not have, or has with another day of referral, arm or
-- day of enrolment, or has as withdrawn though they were enrolled; of all ever listed. Threshold: the most of them.
with told as (
    select *, 'fewer than 5' as few, case when gone = 0 then 'none' when gone < 5 then few else cast(gone as varchar) end as lost,
        case when changed = 0 then 'none' when changed < 5 then few else cast(changed as varchar) end as moved
    from quality.referral_log
)
select
    subject, 'referrals' as counts, 'at_most' as bound, gone + changed as part, 1 as whole, gone + changed as numerator, greatest(logged, referrals) as denominator,
    if(since is null, '', lost || ' gone and ' || moved || ' changed since the list logged on ' || since || ', in what is known from ' || known_from) as observed
from told
