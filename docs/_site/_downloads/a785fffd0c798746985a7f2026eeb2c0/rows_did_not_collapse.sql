-- One row a register with a delivery in use. Part: rows in use, at most as many as the vintage before had, of those. A register
-- that had nothing in use before is whole. Threshold: the least share.
with compared as (
    select vintages.register, least(changes.rows_after, changes.rows_before) as part, greatest(changes.rows_before, 1) as whole
    from quality.vintages as vintages
    join quality.vintage_changes as changes
        on changes.register = vintages.register and changes.before = vintages.before and changes.after = vintages.after and changes.column_name = ''
    where changes.rows_before > 0
)
select
    'register:' || in_use.register as subject, 'rows' as counts, 'at_least' as bound, coalesce(compared.part, 1) as part, coalesce(compared.whole, 1) as whole,
    coalesce(compared.part, 1) as numerator, coalesce(compared.whole, 1) as denominator, '' as observed
from quality.in_use as in_use
left join compared on compared.register = in_use.register
