-- One row a register with a delivery in use. Part: of the column in which the share of empty cells grew most, by how much it grew. A register
-- that had nothing in use before moved by nothing. Threshold: the most of it.
with moved as (
    select vintages.register, max_by(drift.part, drift.part / drift.whole) as part, max_by(drift.whole, drift.part / drift.whole) as whole,
        max_by(drift.column_name, drift.part / drift.whole) as column_name
    from quality.vintages as vintages
    join quality.vintage_drift as drift
        on drift.register = vintages.register and drift.before = vintages.before and drift.after = vintages.after and drift.measure = 'empty'
    group by vintages.register
)
select
    'register:' || in_use.register as subject, 'rows' as counts, 'at_most' as bound, coalesce(greatest(moved.part, 0), 0) as part, coalesce(moved.whole, 1) as whole,
    cast(round(coalesce(greatest(moved.part, 0) / moved.whole, 0) * in_use.row_count) as bigint) as numerator, cast(greatest(in_use.row_count, 1) as bigint) as denominator,
    coalesce('the column ' || nullif(moved.column_name, '') || ' by ' || round(100 * moved.part / moved.whole, 1) || ' in 100', '') as observed
from quality.in_use as in_use
left join moved on moved.register = in_use.register
