-- One row a cohort. Part: people enrolled in its period of whom nobody can say whether they are eligible, of everyone enrolled in it.
-- Threshold: the largest share.
with unknown as (
    select
        members.subject, count(*) filter (where members.reason in ('referral_unknown', 'unlinked', 'birth_day_unknown', 'residence_unknown')) as people,
        count(*) as enrolled
    from outcomes.cohort_members as members
    join quality.cohorts as cohorts on cohorts.subject = members.subject
    where members.enrolled_day >= cohorts.start_day and members.enrolled_day < cohorts.end_day
    group by members.subject
)
select subject, 'people' as counts, 'at_most' as bound, people as part, enrolled as whole, people as numerator, enrolled as denominator, '' as observed
from unknown
