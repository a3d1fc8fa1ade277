-- One row a cohort. Part: people that the newest enrolments and the frozen cohort disagree on. Threshold: the most of them.
with changed as (
    select subject, count(*) as people from quality.cohort_changes group by subject
),
members as (
    select subject, count(*) as people from outcomes.cohort_members group by subject
)
select
    members.subject, 'people' as counts, 'at_most' as bound, coalesce(changed.people, 0) as part, 1 as whole,
    coalesce(changed.people, 0) as numerator, members.people as denominator, '' as observed
from members
left join changed on changed.subject = members.subject
