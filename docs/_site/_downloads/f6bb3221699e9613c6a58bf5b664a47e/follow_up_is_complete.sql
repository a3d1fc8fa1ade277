-- One row an outcome. Part: people observed to the end of a window that data cover, of all looked at. Threshold: the least share.
with lost as (
    select subject, count(*) filter (where status = 'not_observed') as people, count(*) as looked_at
    from outcomes.indicator_values
    where status <> 'ineligible'
    group by subject
)
select
    subject, 'people' as counts, 'at_least' as bound, looked_at - people as part, looked_at as whole,
    looked_at - people as numerator, looked_at as denominator, '' as observed
from lost
