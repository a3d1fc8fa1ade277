-- One row a register with a delivery in use. Part: days between its first period and its last that no delivery has, and periods that overlap
-- another or are of no known form. Threshold: the most of them.
with broken as (
    select
        in_use.register, coalesce(breaks.missing_days, 0) as days, coalesce(breaks.overlapping, 0) + coalesce(breaks.unreadable, 0) as periods,
        breaks.missing_from, breaks.missing_to - 1 as missing_to, in_use.covers_through
    from quality.in_use as in_use
    left join quality.breaks as breaks on breaks.register = in_use.register
)
select
    'register:' || register as subject, 'days' as counts, 'at_most' as bound,
    days + periods as part, 1 as whole, days + periods as numerator, days + periods + 1 as denominator,
    case
        when days > 0 then register || ': nothing is of ' || missing_from || ' to ' || missing_to || ', so what comes later does not count as covered'
        when periods > 0 then register || ': ' || periods || ' periods overlap another or are of no known form'
        else register || ': its periods follow each other'
    end as observed
from broken
