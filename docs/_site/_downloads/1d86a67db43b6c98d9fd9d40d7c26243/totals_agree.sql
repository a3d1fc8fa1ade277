-- One row a claim whose contract names totals from outside. Part: of the total furthest from what was found, the distance, of what the
-- other source says. Threshold: the largest share.
with judged as (
    select subject, register, source, found, says, abs(found - says) as part, greatest(says, 1) as whole from quality.totals
)
select
    subject, 'units' as counts, 'at_most' as bound, max_by(part, part / whole) as part, max_by(whole, part / whole) as whole,
    max_by(part, part / whole) as numerator, max_by(whole, part / whole) as denominator,
    if(max(part / whole) > 0, max_by(register, part / whole) || ' against ' || max_by(source, part / whole), '') as observed
from judged
group by subject
