-- One row: half the sum, over the codes of a column, of the differences between their shares of two vintages, as part and whole.
with counted as (
    select code, sum(is_now) as now_rows, sum(1 - is_now) as was_rows
    from (
        select {column} as code, 1 as is_now from delivered.{register} where {column} is not null
        union all
        select {column} as code, 0 as is_now from vintage.{register} where {column} is not null
    )
    group by code
),
sizes as (
    select coalesce(sum(now_rows), 0) as now_rows, coalesce(sum(was_rows), 0) as was_rows from counted
)
select
    coalesce(sum(abs(counted.now_rows * sizes.was_rows - counted.was_rows * sizes.now_rows)), 0) as part,
    greatest(2 * any_value(sizes.now_rows) * any_value(sizes.was_rows), 1) as whole
from sizes
left join counted on true
