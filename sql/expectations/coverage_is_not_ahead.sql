-- One row a register with a delivery in use. Part: days that its data claim to cover beyond the day it became known. Threshold: the
-- most of them.
with ahead as (
    select *, greatest(coalesce(date_diff('day', known_from, covers_through), 0), 0) as days from quality.deliveries where is_in_use
)
select
    'register:' || register as subject, 'days' as counts, 'at_most' as bound,
    days as part, 1 as whole, days as numerator, 1 as denominator,
    register || ' covers through ' || covers_through || ' by its data and was known from ' || known_from as observed
from ahead
