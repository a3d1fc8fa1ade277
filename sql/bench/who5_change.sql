-- answer: one row a person of `asked`: the last complete answer inside the claim period [$from_day, $to_day) and $years years after
-- enrolment, less the first within $baseline_days days of enrolment.
create or replace temp table answer as
with opened as (
    select
        person_id, enrolled_day,
        greatest(enrolled_day, $from_day) as opens,
        greatest(opens, least(cast(date '1970-01-01' + enrolled_day + to_years($years) as date) - date '1970-01-01', $to_day)) as closes
    from asked
),
complete as (
    select
        opened.person_id, opened.enrolled_day, opened.opens, opened.closes,
        answered_day as day,
        4 * (who5_1 + who5_2 + who5_3 + who5_4 + who5_5) as score
    from staged.who5
    join opened on opened.person_id = who5.person_id
    where
        who5_1 between 0 and 5 and who5_2 between 0 and 5 and who5_3 between 0 and 5 and who5_4 between 0 and 5 and who5_5 between 0 and 5
        and answered_day between opened.enrolled_day - $baseline_days and greatest(opened.closes, opened.enrolled_day + $baseline_days)
),
scored as (
    -- day and score in one number, so that the first and the last answer are the least and the greatest
    select
        person_id,
        min(cast(day as bigint) * 1000 + score) filter (where abs(day - enrolled_day) <= $baseline_days) as first,
        max(cast(day as bigint) * 1000 + score) filter (where day >= opens and day < closes) as last
    from complete
    group by person_id
)
select
    opened.person_id,
    case
        when closes > $mature_until and opens < closes then 'not_mature'
        when opens >= closes then 'ineligible'
        when last // 1000 > first // 1000 then 'counted'
        else 'not_observed'
    end as status,
    case
        when status = 'not_mature' then 'window_not_covered_yet'
        when status = 'ineligible' then 'outside_claim_period'
        when status = 'counted' then 'answered_twice'
        when first is null then 'no_baseline'
        else 'no_follow_up'
    end as reason,
    case when status = 'counted' then last // 1000 - first // 1000 end as exposure,
    cast(case when status = 'counted' then last % 1000 - first % 1000 end as decimal(18, 6)) as value
from opened
left join scored on scored.person_id = opened.person_id
