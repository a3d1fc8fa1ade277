-- One row: by how much the share of empty cells of a column grew from the vintage before to the one in use, as part and whole.
select
    cast(now.empty_cells as hugeint) * was.all_rows - cast(was.empty_cells as hugeint) * now.all_rows as part,
    greatest(cast(now.all_rows as hugeint) * was.all_rows, 1) as whole
from (select count(*) - count({column}) as empty_cells, count(*) as all_rows from delivered.{register}) as now,
    (select count(*) - count({column}) as empty_cells, count(*) as all_rows from vintage.{register}) as was
