-- One row a register. Part: refused deliveries that came no earlier than the newest accepted one; a register without any accepted
-- delivery has at least one. Threshold: the most of them.
with newest as (
    select register, max(known_from) filter (where is_accepted) as accepted_on from quality.deliveries group by register
),
refused as (
    select registers.register, count(deliveries.delivery) as known, any_value(newest.accepted_on) as accepted_on,
        count(deliveries.delivery) filter (
            where not deliveries.is_accepted and (newest.accepted_on is null or deliveries.known_from >= newest.accepted_on)
        ) as later
    from quality.registers as registers
    left join quality.deliveries as deliveries on deliveries.register = registers.register
    left join newest on newest.register = registers.register
    group by registers.register
)
select
    'register:' || register as subject, 'deliveries' as counts, 'at_most' as bound,
    case when accepted_on is null then greatest(later, 1) else later end as part, 1 as whole,
    case when accepted_on is null then greatest(later, 1) else later end as numerator, greatest(known, 1) as denominator,
    case
        when known = 0 then register || ': no delivery is known'
        when accepted_on is null then register || ': ' || later || ' refused, none accepted'
        when later > 0 then register || ': ' || later || ' refused since the newest accepted one, known from ' || accepted_on
        else register || ': the newest is accepted'
    end as observed
from refused
