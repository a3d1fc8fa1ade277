-- One row: rows of the vintage before that the one in use no longer has as they were, whatever day they were looked up on, of those it had.
with gone as (
    select {columns}, sum(copies) as copies from changed_rows group by all having sum(copies) < 0
)
select coalesce(-sum(copies), 0) as part, greatest((select count(*) from vintage.{register}), 1) as whole from gone
