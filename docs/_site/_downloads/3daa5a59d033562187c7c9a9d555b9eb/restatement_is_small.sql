-- One row a register with a delivery in use. Part: rows of the vintage before that are no longer there as they were, of those it had. A register
-- that had nothing in use before moved by nothing. Threshold: the most of it.
select
    'register:' || in_use.register as subject, 'rows' as counts, 'at_most' as bound, coalesce(moved.part, 0) as part, coalesce(moved.whole, 1) as whole,
    cast(round(coalesce(moved.part / moved.whole, 0) * in_use.row_count) as bigint) as numerator, cast(greatest(in_use.row_count, 1) as bigint) as denominator,
    coalesce('the column ' || nullif(moved.column_name, '') || ' by ' || round(100 * moved.part / moved.whole, 1) || ' in 100', '') as observed
from quality.in_use as in_use
left join quality.moved_most as moved on moved.register = in_use.register and moved.measure = 'rows_gone'
