-- One row an outcome. Part: counted people whose value is outside what the definition makes possible, or whose exposure is not above
-- nought. Threshold: the most of them.
with judged as (
    select
        units.subject,
        units.status = 'counted'
        and (units.value is null or units.value not between bounds.least and bounds.most or coalesce(units.exposure, 0) <= 0) as is_impossible
    from outcomes.indicator_values as units
    join quality.plausible as bounds on bounds.subject = units.subject
)
select
    subject, 'people' as counts, 'at_most' as bound, count(*) filter (where is_impossible) as part, 1 as whole,
    count(*) filter (where is_impossible) as numerator, count(*) as denominator, '' as observed
from judged
group by subject
