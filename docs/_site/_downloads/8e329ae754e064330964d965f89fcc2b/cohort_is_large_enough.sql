-- One row a cohort. Part: eligible people in its smallest arm, nought where an arm that the contract names has nobody. Threshold: the
-- least of them.
with arms as (
    select subject, role, count(*) as people from outcomes.cohort_members where status = 'eligible' group by subject, role
),
smallest as (
    select
        arms.subject, case when count(*) < any_value(cohorts.arms) then 0 else min(arms.people) end as people,
        cast(sum(arms.people) as bigint) as eligible
    from arms
    join quality.cohorts as cohorts on cohorts.subject = arms.subject
    group by arms.subject
)
select subject, 'people' as counts, 'at_least' as bound, people as part, 1 as whole, people as numerator, eligible as denominator, '' as observed
from smallest
