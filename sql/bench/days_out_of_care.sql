-- answer: one row a person of `asked`: days at home inside the claim period [$from_day, $to_day) and $years years after enrolment, where
-- death, emigration and the eighteenth birthday stop the count. `counting` holds the types of placements that count.
create or replace temp table answer as
with opened as (
    select
        person_id, enrolled_day,
        greatest(enrolled_day, $from_day) as opens,
        greatest(opens, least(cast(date '1970-01-01' + enrolled_day + to_years($years) as date) - date '1970-01-01', $to_day)) as closes
    from asked
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
        opened.*, residence.person_id is not null as is_known, seen_until is not null as is_resident, died_day, birth_day,
        case when died_day between seen_until and seen_until + 100 then null else seen_until end as left_day,
        cast(date '1970-01-01' + birth_day + to_years(18) as date) - date '1970-01-01' as adult_day,
        least(closes, died_day, left_day, adult_day) as ends,
        greatest(ends - opens, 0) as at_risk
    from opened
    left join residence on residence.person_id = opened.person_id
    left join deaths on deaths.person_id = opened.person_id
    left join staged.bef_person as births on births.person_id = opened.person_id
),
cut as (
    -- one row a placement inside the window; the days that no earlier one of the child has reached
    select
        limits.person_id,
        greatest(placements.start_day, limits.opens) as a,
        least(placements.end_day, limits.ends) as b,
        max(b) over (partition by limits.person_id order by a rows between unbounded preceding and 1 preceding) as reached
    from staged.buaf as placements
    join limits on limits.person_id = placements.person_id
    where
        placements.end_day > $from_day
        and placements.start_day < limits.ends and placements.end_day > limits.opens and placements.start_day < placements.end_day
        and placements.type in (select type from counting)
),
placed as (
    select person_id, sum(greatest(b - greatest(a, coalesce(reached, a)), 0)) as days from cut group by person_id
)
select
    limits.person_id,
    case
        when closes > $mature_until and opens < closes then 'not_mature'
        when opens >= closes or died_day <= enrolled_day or birth_day > enrolled_day or (is_resident and at_risk = 0) then 'ineligible'
        when is_resident and birth_day is not null then 'counted'
        else 'not_observed'
    end as status,
    case
        when status = 'not_mature' then 'window_not_covered_yet'
        when opens >= closes then 'outside_claim_period'
        when died_day <= enrolled_day then 'died_before_enrolment'
        when birth_day > enrolled_day then 'born_after_enrolment'
        when is_resident and at_risk = 0 then 'no_day_at_risk'
        when not is_known then 'unlinked'
        when not is_resident then 'not_resident_at_enrolment'
        when birth_day is null then 'birth_day_unknown'
        when ends < closes and died_day = ends then 'died'
        when ends < closes and left_day = ends then 'emigrated'
        when ends < closes then 'turned_18'
        when coalesce(days, 0) > 0 then 'placed_some_days'
        else 'at_home_throughout'
    end as reason,
    cast(case when status = 'counted' then at_risk end as bigint) as exposure,
    cast(case when status = 'counted' then at_risk - coalesce(days, 0) end as decimal(18, 6)) as value
from limits
left join placed on placed.person_id = limits.person_id
