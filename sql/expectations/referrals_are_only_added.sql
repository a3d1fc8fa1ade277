-- One row a cohort. Part: referrals of the lists logged before that the newest list does not have, or has with another day of referral, arm or
-- day of enrolment, or has as withdrawn though they were enrolled; of all ever listed. Threshold: the most of them.
with told as (
    select
        referral_log.*, 'fewer than 5' as few, 'none' as nobody,
        case when gone = 0 then nobody when gone < 5 then few else cast(gone as varchar) end as gone_words,
        case when changed = 0 then nobody when changed < 5 then few else cast(changed as varchar) end as changed_words
    from quality.referral_log as referral_log
)
select
    subject, 'referrals' as counts, 'at_most' as bound, gone + changed as part, 1 as whole, gone + changed as numerator, greatest(logged, referrals) as denominator,
    if(gone + changed > 0, gone_words || ' gone and ' || changed_words || ' changed since the list logged on ' || since || ', in what is known from ' || known_from, '') as observed
from told
