-- One row a register with a delivery in use. Part: people of the vintage before who are there under the same key, of all of that vintage. A register
-- that had nothing in use before is whole. Threshold: the least share.
with compared as (
    select vintages.register, changes.people_in_both as part, greatest((changes.people_in_both + changes.people_gone), 1) as whole
    from quality.vintages as vintages
    join quality.vintage_changes as changes
        on changes.register = vintages.register and changes.before = vintages.before and changes.after = vintages.after and changes.column_name = ''
    where (changes.people_in_both + changes.people_gone) > 0
)
select
    'register:' || in_use.register as subject, 'people' as counts, 'at_least' as bound, coalesce(compared.part, 1) as part, coalesce(compared.whole, 1) as whole,
    coalesce(compared.part, 1) as numerator, coalesce(compared.whole, 1) as denominator, '' as observed
from quality.in_use as in_use
left join compared on compared.register = in_use.register
