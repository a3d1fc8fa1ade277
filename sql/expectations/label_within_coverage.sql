-- One row a register with a delivery in use. Part: days that its label claims beyond what its own data cover. Threshold: the most of
-- them.
with claimed as (
    select *, greatest(coalesce(date_diff('day', covers_through, declared_through), 0), 0) as days from quality.deliveries where is_in_use
)
select
    'register:' || register as subject, 'days' as counts, 'at_most' as bound,
    days as part, 1 as whole, days as numerator, 1 as denominator,
    register || ' covers through ' || covers_through || ' by its data' || coalesce(', through ' || declared_through || ' by its label', ', no label') as observed
from claimed
