-- changed_rows: one row a delivered row that does not stand alike, and as often, in both vintages, with how many copies more the newer has.
-- Rows that do cancel out, whatever their order.
create or replace temp table changed_rows as
with both_vintages as (
    select {columns}, 1 as side from delivered.{register}
    union all
    select {columns}, -1 as side from vintage.{register}
)
select {columns}, sum(side) as copies from both_vintages group by all having sum(side) <> 0;
