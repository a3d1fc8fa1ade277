-- One row an outcome and a register it rests on: the day that the register must cover for the last window of anybody at risk, with the months that
-- events need after it and the register's reporting lag; and whether what is delivered falls short of it.
with windows as (
    select subject, max(window_end) as last_end from outcomes.indicator_values where status <> 'ineligible' group by subject
),
reached as (
    select
        windows.subject, needs.register, in_use.covers_through,
        cast(date '1970-01-01' + windows.last_end + to_months(needs.months_after) as date) - 1 + registers.reporting_lag_days as needed
    from windows
    join quality.needs as needs on needs.subject = windows.subject
    left join quality.registers as registers on registers.register = needs.register
    left join quality.in_use as in_use on in_use.register = needs.register
)
select subject, register, needed, coalesce(covers_through < needed, true) as is_short
from reached
order by register, needed, subject
