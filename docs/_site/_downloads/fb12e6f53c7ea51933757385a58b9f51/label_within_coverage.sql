-- One row a register with a delivery in use. Part: days that the label of one in use claims beyond what its own data cover, of the one that
-- claims most. Threshold: the most of them.
with claimed as (
    select
        register, greatest(max(coalesce(date_diff('day', covers_through, declared_through), 0)), 0) as days,
        arg_max(struct_pack(covers_through, declared_through), coalesce(date_diff('day', covers_through, declared_through), -36500)) as furthest
    from quality.deliveries
    where is_in_use
    group by register
)
select
    'register:' || register as subject, 'days' as counts, 'at_most' as bound,
    days as part, 1 as whole, days as numerator, 1 as denominator,
    register || ' covers through ' || furthest.covers_through || ' by its data'
    || coalesce(', through ' || furthest.declared_through || ' by its label', ', no label') as observed
from claimed
