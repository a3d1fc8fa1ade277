-- One row a register with a delivery in use. Part: accepted deliveries, besides the one in use, that became known on the same day as
-- it. Threshold: the most of them.
with newest as (
    select register, known_from from quality.deliveries where is_in_use
),
beside as (
    select newest.register, count(*) - 1 as others, any_value(newest.known_from) as known_from
    from newest
    join quality.deliveries as deliveries
        on deliveries.register = newest.register and deliveries.known_from = newest.known_from and deliveries.is_accepted
    group by newest.register
)
select
    'register:' || register as subject, 'deliveries' as counts, 'at_most' as bound,
    others as part, 1 as whole, others as numerator, others + 1 as denominator,
    case
        when others > 0 then register || ': ' || (others + 1) || ' deliveries became known on ' || known_from || ', and nothing says which is newer'
        else register || ': one delivery became known on ' || known_from
    end as observed
from beside
