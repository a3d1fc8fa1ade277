-- One row a register. Part: refused deliveries that no accepted one has made good since: of a whole history or of corrections, those that
-- came no earlier than the newest accepted one; of appended periods, those of which no later accepted delivery has a day of what they say
-- they are of, or that say nothing and came no earlier than the newest. A register without any accepted delivery has at least one.
-- Threshold: the most of them.
with newest as (
    select register, max(known_from) filter (where is_accepted) as accepted_on from quality.deliveries group by register
),
appending as (
    select distinct register from quality.delivery_periods where is_accepted
),
said as (
    select refused.register, refused.sha256, refused.known_from, bool_or(later.sha256 is not null) as is_made_good
    from quality.delivery_periods as refused
    join appending on appending.register = refused.register
    left join quality.delivery_periods as later
        on later.register = refused.register and later.is_accepted and later.known_from > refused.known_from
        and (later.period = refused.period or (later.start_day < refused.end_day and refused.start_day < later.end_day))
    where not refused.is_accepted
    group by refused.register, refused.sha256, refused.known_from
),
refused as (
    select registers.register, count(deliveries.delivery) as known, any_value(newest.accepted_on) as accepted_on,
        count(deliveries.delivery) filter (
            where not deliveries.is_accepted
            and coalesce(not said.is_made_good, newest.accepted_on is null or deliveries.known_from >= newest.accepted_on)
        ) as later
    from quality.registers as registers
    left join quality.deliveries as deliveries on deliveries.register = registers.register
    left join newest on newest.register = registers.register
    left join said on said.register = deliveries.register and said.sha256 = deliveries.sha256 and said.known_from = deliveries.known_from
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
