-- One row a register with a delivery in use. Part: accepted deliveries that became known on the same day as one that counts and could
-- count in its place: of a whole history or of corrections any other than the newest, of appended periods one with days of the same
-- period. Threshold: the most of them.
with newest as (
    select register, max(known_from) as known_from from quality.deliveries where is_in_use group by register
),
periods as (
    select register, sha256, known_from, period, start_day, end_day, is_in_use from quality.delivery_periods where is_accepted
),
appending as (
    select distinct register from periods
),
beside as (
    select deliveries.register, deliveries.known_from, deliveries.sha256
    from newest
    join quality.deliveries as deliveries
        on deliveries.register = newest.register and deliveries.known_from = newest.known_from and deliveries.is_accepted
    where not exists (select 1 from appending where appending.register = newest.register)
    union
    select deliveries.register, deliveries.known_from, deliveries.sha256
    from quality.deliveries as deliveries
    join periods as standing
        on standing.register = deliveries.register and standing.known_from = deliveries.known_from and standing.is_in_use
    left join periods as own on own.register = deliveries.register and own.sha256 = deliveries.sha256 and own.known_from = deliveries.known_from
    where deliveries.is_accepted and standing.sha256 <> deliveries.sha256
        and (
            own.period is null or own.period = standing.period
            or coalesce(own.start_day < standing.end_day and standing.start_day < own.end_day, false)
        )
),
counted as (
    select
        newest.register, coalesce(max(beside.known_from), newest.known_from) as known_from,
        greatest(count(distinct beside.sha256) - if(newest.register in (select register from appending), 0, 1), 0) as others
    from newest
    left join beside on beside.register = newest.register
    group by newest.register, newest.known_from
)
select
    'register:' || register as subject, 'deliveries' as counts, 'at_most' as bound,
    others as part, 1 as whole, others as numerator, others + 1 as denominator,
    case
        when others > 0 then register || ': ' || (others + 1) || ' deliveries became known on ' || known_from || ', and nothing says which is newer'
        else register || ': one delivery became known on ' || known_from
    end as observed
from counted
