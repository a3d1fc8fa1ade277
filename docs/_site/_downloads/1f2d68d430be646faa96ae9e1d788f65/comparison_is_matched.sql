-- One row a cohort. Part: treated people beside whom at least one person alike stands, of all treated. Threshold: the least share.
with treated as (
    select subject, count(*) as people, count(*) filter (where reason = 'enrolled_without_match') as alone
    from outcomes.cohort_members
    where status = 'eligible' and role = 'treatment'
    group by subject
)
select
    subject, 'people' as counts, 'at_least' as bound, people - alone as part, people as whole,
    people - alone as numerator, people as denominator, '' as observed
from treated
