-- One row a register with a delivery in use. Part: days since a delivery that covers more was expected by the register's own calendar.
-- Threshold: the most of them.
select
    'register:' || in_use.register as subject, 'days' as counts, 'at_most' as bound, registers.late_days as part, 1 as whole,
    registers.late_days as numerator, 1 as denominator,
    in_use.register || ' covers through ' || coalesce(cast(in_use.covers_through as varchar), 'no day')
    || case
        when registers.late_days > 0 then '; more was expected by ' || registers.due_on
        else coalesce('; more is expected by ' || registers.due_on, '')
    end as observed
from quality.in_use as in_use
join quality.registers as registers on registers.register = in_use.register
