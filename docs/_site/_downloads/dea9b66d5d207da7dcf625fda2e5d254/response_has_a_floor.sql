-- One row an outcome. Part: people who answered, of all who could have. Threshold: the least share.
with answers as (
    select subject, count(*) filter (where status = 'counted') as people, count(*) as asked
    from outcomes.indicator_values
    where status <> 'ineligible'
    group by subject
)
select
    subject, 'people' as counts, 'at_least' as bound, people as part, asked as whole,
    people as numerator, asked as denominator, '' as observed
from answers
