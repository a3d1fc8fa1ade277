-- One row a register with a delivery in use. Part: rows of what is in use that did not convert and count for nothing, of all that came.
-- Threshold: the largest share of them, as the register's own contract says.
select
    'register:' || register as subject, 'rows' as counts, 'at_most' as bound, rejected as part, greatest(row_count + rejected, 1) as whole,
    rejected as numerator, greatest(row_count + rejected, 1) as denominator, '' as observed
from quality.in_use
