-- answer: one row a person of `asked`: the weeks that succeeded of $weeks ISO weeks from the Monday on or after enrolment, longer by at
-- most $pause_at_most paused ones, where death, emigration and a stopping code end the count. `placed` holds the days between which each
-- code is valid, and where the contract places it.
create or replace temp table answer as
with opened as (
    select person_id, enrolled_day, enrolled_day + 6 - (enrolled_day + 9) % 7 as opens, opens + 7 * ($weeks + $pause_at_most) as furthest from asked
),
inside as materialized (
    -- one row a spell, or part of one in which its code is valid, inside the furthest window
    select
        opened.person_id, opened.opens, placed.placed,
        greatest(dream.start_day, opened.opens, placed.start_day) as a,
        least(dream.end_day, opened.furthest, placed.end_day) as b
    from staged.dream as dream
    join opened on opened.person_id = dream.person_id
    join placed on placed.code = dream.code
    where dream.start_day < opened.furthest and dream.end_day > opened.opens and a < b
),
pauses as (
    select
        person_id, a - opens as since, b - a as days,
        sum(b - a) over (partition by person_id order by a rows between unbounded preceding and current row) - (b - a) as before
    from inside
    where placed = 'pause'
),
paused as (
    select person_id, least(sum(days), 7 * $pause_at_most) as days from pauses where since - before < 7 * $weeks group by person_id
),
stopped as (
    select person_id, min(a) as stop_day from inside where placed = 'stop' group by person_id
),
residence as (
    select
        homes.person_id,
        max(homes.end_day) filter (where homes.start_day <= asked.enrolled_day and asked.enrolled_day < homes.end_day) as seen_until
    from staged.bef_residence as homes
    join asked on asked.person_id = homes.person_id
    group by homes.person_id
),
deaths as (
    select person_id, min(start_day) as died_day from staged.dod group by person_id
),
limits as (
    select
        opened.person_id, opened.enrolled_day, opened.opens, stop_day, died_day,
        residence.person_id is not null as is_known, seen_until is not null as is_resident,
        cast(opens + 7 * $weeks + coalesce(paused.days, 0) as integer) as closes,
        case when died_day between seen_until and seen_until + 100 then null else seen_until end as left_day,
        least(closes, died_day, left_day) as event_day,
        least(event_day, stop_day) as ended,
        greatest(opens, ended - (ended + 3) % 7) as risk_end
    from opened
    left join paused on paused.person_id = opened.person_id
    left join stopped on stopped.person_id = opened.person_id
    left join residence on residence.person_id = opened.person_id
    left join deaths on deaths.person_id = opened.person_id
),
tallied as (
    select
        limits.person_id,
        sum(least(b, risk_end) - a) as seen,
        coalesce(sum(least(b, risk_end) - a) filter (where placed = 'success'), 0) as success,
        coalesce(sum(least(b, risk_end) - a) filter (where placed in ('success', 'failure')), 0) as at_risk
    from inside
    join limits on limits.person_id = inside.person_id and inside.a < limits.risk_end
    group by limits.person_id
),
delivered as (
    select distinct person_id from staged.dream
)
select
    limits.person_id,
    case
        when closes > $mature_until then 'not_mature'
        when died_day <= enrolled_day or (is_resident and coalesce(seen, 0) = risk_end - opens and coalesce(at_risk, 0) = 0) then 'ineligible'
        when is_resident and coalesce(seen, 0) = risk_end - opens then 'counted'
        else 'not_observed'
    end as status,
    case
        when status = 'not_mature' then 'window_not_covered_yet'
        when died_day <= enrolled_day then 'died_before_enrolment'
        when status = 'ineligible' then 'no_week_at_risk'
        when delivered.person_id is null or not is_known then 'unlinked'
        when not is_resident then 'not_resident_at_enrolment'
        when status = 'not_observed' then 'week_without_a_placed_code'
        when stop_day < event_day - (event_day + 3) % 7 then 'stopped_by_code'
        when event_day < closes and died_day = event_day then 'died'
        when event_day < closes then 'emigrated'
        else 'observed_throughout'
    end as reason,
    cast(case when status = 'counted' then at_risk end as bigint) as exposure,
    cast(case when status = 'counted' then success // 7 end as decimal(18, 6)) as value
from limits
left join tallied on tallied.person_id = limits.person_id
left join delivered on delivered.person_id = limits.person_id
