-- One row of what a written rule counts: its bad rows, and whether there are any; rows of its batch are counted beside it. A query that
-- gives nothing leaves all empty, which is no pass.
select 'rows' as counts, 'at_most' as bound, bad_rows as numerator, null as denominator, '' as observed, bad_rows <> 0 as is_bad
from (select 1)
left join (
{written}
) as counted(bad_rows) on true
