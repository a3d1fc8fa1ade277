-- One row a cohort. Part: days of its enrolment period that the register does not cover. Threshold: the most of them.
with covered as (
    select cohorts.*, deliveries.covers_through,
        greatest(end_day - coalesce(cast(deliveries.covers_through - date '1970-01-01' as integer) + 1, start_day), 0) as days
    from quality.cohorts as cohorts
    left join quality.in_use as deliveries on deliveries.register = cohorts.register
)
select
    subject, 'days' as counts, 'at_most' as bound, days as part, 1 as whole, days as numerator, end_day - start_day as denominator,
    register || ' covers through ' || coalesce(cast(covers_through as varchar), 'no day') || '; the last day of enrolment is '
    || (date '1970-01-01' + (end_day - 1)) as observed
from covered
