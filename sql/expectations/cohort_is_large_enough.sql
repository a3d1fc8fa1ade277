-- One row a cohort. Part: eligible people in its smallest arm. Threshold: the least of them.
with arms as (
    select subject, role, count(*) as people from outcomes.cohort_members where status = 'eligible' group by subject, role
),
smallest as (
    select subject, case when count(*) < 2 then 0 else min(people) end as people, cast(sum(people) as bigint) as eligible from arms group by subject
)
select subject, 'people' as counts, 'at_least' as bound, people as part, 1 as whole, people as numerator, eligible as denominator, '' as observed
from smallest
