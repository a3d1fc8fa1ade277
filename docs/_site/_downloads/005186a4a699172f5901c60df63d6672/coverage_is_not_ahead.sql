-- One row a register with a delivery in use. Part: days that the data of one in use claim to cover beyond the day it became known, of the
-- one that claims most. Threshold: the most of them.
with ahead as (
    select
        register, greatest(max(coalesce(date_diff('day', known_from, covers_through), 0)), 0) as days,
        arg_max(struct_pack(covers_through, known_from), coalesce(date_diff('day', known_from, covers_through), 0)) as furthest
    from quality.deliveries
    where is_in_use
    group by register
)
select
    'register:' || register as subject, 'days' as counts, 'at_most' as bound,
    days as part, 1 as whole, days as numerator, 1 as denominator,
    register || ' covers through ' || furthest.covers_through || ' by its data and was known from ' || furthest.known_from as observed
from ahead
