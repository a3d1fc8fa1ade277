-- One row a register with a delivery in use. Part: rows by which a period in use differs from the delivery that had the same period before,
-- of the rows it had; of the period that differs most. Threshold: the largest share.
with before as (
    select register, period, arg_max(row_count, known_from) as row_count
    from quality.delivery_periods
    where is_accepted and not is_in_use
    group by register, period
),
differing as (
    select
        now.register, abs(now.row_count - before.row_count) as part, greatest(before.row_count, 1) as whole
    from quality.delivery_periods as now
    join before on before.register = now.register and before.period = now.period
    where now.is_in_use
),
worst as (
    select register, arg_max(part, part / whole) as part, arg_max(whole, part / whole) as whole from differing group by register
)
select
    'register:' || in_use.register as subject, 'rows' as counts, 'at_most' as bound, coalesce(worst.part, 0) as part, coalesce(worst.whole, 1) as whole,
    coalesce(worst.part, 0) as numerator, coalesce(worst.whole, 1) as denominator, '' as observed
from quality.in_use as in_use
left join worst on worst.register = in_use.register
