-- One row an outcome. Part: days that are missing, in the register that covers least, between what is covered and the end of the last
-- window of anybody at risk plus the months that its events need after it and that register's reporting lag; all of them when the register
-- is not known. Threshold: the most of them.
with windows as (
    select subject, max(window_end) as last_end, count(*) as units from outcomes.indicator_values where status <> 'ineligible' group by subject
),
reached as (
    select
        windows.subject, windows.units, needs.register, deliveries.covers_through,
        cast(date '1970-01-01' + windows.last_end + to_months(needs.months_after) as date) - 1 + registers.reporting_lag_days as needed
    from windows
    join quality.needs as needs on needs.subject = windows.subject
    left join quality.registers as registers on registers.register = needs.register
    left join quality.in_use as deliveries on deliveries.register = needs.register
),
short as (
    select *, case when covers_through is null or needed is null then 36500 else greatest(date_diff('day', covers_through, needed), 0) end as days,
        register || ' covers through ' || coalesce(cast(covers_through as varchar), 'no day')
        || ' by its data; ' || coalesce('the last window with its reporting lag needs ' || needed, 'its reporting lag is not known') as words
    from reached
)
select
    subject, 'days' as counts, 'at_most' as bound, max(days) as part, 1 as whole, max(days) as numerator, any_value(units) as denominator,
    coalesce(string_agg(words, '; ' order by days desc, register) filter (where days > 0), string_agg(words, '; ' order by register)) as observed
from short
group by subject
