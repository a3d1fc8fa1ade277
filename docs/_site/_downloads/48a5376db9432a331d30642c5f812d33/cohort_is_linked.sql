-- One row an outcome. Part: people whose key every needed register knows, of all looked at. Threshold: the least share.
with lost as (
    select subject, count(*) filter (where reason = 'unlinked') as people, count(*) as looked_at
    from outcomes.indicator_values
    where status <> 'ineligible'
    group by subject
)
select
    subject, 'people' as counts, 'at_least' as bound, looked_at - people as part, looked_at as whole,
    looked_at - people as numerator, looked_at as denominator, '' as observed
from lost
