-- How many rows share their values in `{columns}` with another row; a row with none of them given shares nothing. Rows are compared by
-- one number each first, and by their values only where two numbers are the same.
with shared as (
    select hash({columns}) as hashed from {batch} where coalesce({columns_as_text}) is not null group by hashed having count(*) > 1
)
select cast(coalesce(sum(rows_of_key), 0) as bigint)
from (
    select count(*) as rows_of_key
    from {batch}
    where coalesce({columns_as_text}) is not null and hash({columns}) in (select hashed from shared)
    group by {columns}
    having count(*) > 1
)
