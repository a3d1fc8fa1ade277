-- answer: one row a person of `asked`: whether an arrest falls inside $weeks weeks after enrolment, or searches cover all of them.
create or replace temp table answer as
with arrested as (
    select asked.person_id, min(arrests.start_day) as day
    from staged.arrests as arrests
    join asked on asked.person_id = arrests.person_id and arrests.start_day >= asked.enrolled_day and arrests.start_day < asked.enrolled_day + 7 * $weeks
    group by asked.person_id
),
cut as (
    -- one row a search; the days that no earlier one of the person has reached
    select
        searches.person_id, searches.end_day,
        greatest(searches.start_day, asked.enrolled_day) as a,
        least(searches.end_day, asked.enrolled_day + 7 * $weeks) as b,
        max(b) over (
            partition by searches.person_id order by searches.start_day rows between unbounded preceding and 1 preceding
        ) as reached
    from staged.arrests_searched as searches
    join asked on asked.person_id = searches.person_id
),
searched as (
    select person_id, max(end_day) as until, sum(greatest(b - greatest(a, coalesce(reached, a)), 0)) as days
    from cut
    group by person_id
)
select
    asked.person_id,
    case
        when asked.enrolled_day + 7 * $weeks > $mature_until then 'not_mature'
        when arrested.day is not null or searched.days = 7 * $weeks then 'counted'
        else 'not_observed'
    end as status,
    case
        when asked.enrolled_day + 7 * $weeks > $mature_until then 'window_not_covered_yet'
        when arrested.day is not null then 'arrested'
        when searched.days = 7 * $weeks then 'no_arrest'
        when searched.until is null then 'unlinked'
        when searched.until < asked.enrolled_day + 7 * $weeks then 'follow_up_ends_early'
        else 'follow_up_has_gaps'
    end as reason,
    cast(case when status = 'counted' then coalesce(arrested.day + 1 - asked.enrolled_day, 7 * $weeks) end as bigint) as exposure,
    cast(case when status = 'counted' then cast(arrested.day is not null as integer) end as decimal(18, 6)) as value
from asked
left join arrested on arrested.person_id = asked.person_id
left join searched on searched.person_id = asked.person_id
