-- candidates: one row a person and week looked at, with what was known of them in that week. `asked` has the treated (person_id, week:
-- the Monday of the ISO week before enrolment), `referred` everyone ever referred to anything, `benefits` the codes of the benefits
-- named, with the number of their group, `reach` by how many years somebody may be older or younger than a treated person. Comparison people are
-- on one of those benefits that week, resident, of the sex and about the age of a treated person, and were never referred.
with weeks as (
    select distinct week from asked
),
on_benefit as (
    select spells.person_id, spells.start_day, spells.end_day, benefits.grp
    from staged.dream as spells
    join benefits on benefits.code = spells.code
),
that_week as (
    select on_benefit.person_id, weeks.week, on_benefit.grp as benefit
    from on_benefit
    join weeks on weeks.week >= on_benefit.start_day and weeks.week < on_benefit.end_day
),
alike as (
    select
        that_week.person_id, that_week.week, that_week.benefit, person.sex,
        cast(date_sub('year', date '1970-01-01' + person.birth_day, date '1970-01-01' + that_week.week) as integer) as age
    from that_week
    join staged.bef_person as person on person.person_id = that_week.person_id
    where exists (
        select 1 from staged.bef_residence as home
        where home.person_id = that_week.person_id and home.start_day <= that_week.week and that_week.week < home.end_day
    )
),
treated as (
    select alike.*, true as is_treated from alike join asked on asked.person_id = alike.person_id and asked.week = alike.week
),
cells as (
    select distinct treated.week, treated.sex, unnest(range(treated.age - reach.years, treated.age + reach.years + 1)) as age from treated, reach
),
pool as (
    select alike.*, false as is_treated
    from alike
    where not exists (select 1 from referred where referred.person_id = alike.person_id)
        and exists (select 1 from cells where cells.week = alike.week and cells.age = alike.age and cells.sex = alike.sex)
),
both_groups as (
    select * from treated union all select * from pool
),
two_years as (
    select
        both_groups.person_id, both_groups.week,
        sum(greatest(least(on_benefit.end_day, both_groups.week + 7) - greatest(on_benefit.start_day, both_groups.week + 7 - 364), 0)) // 7 as last_year,
        sum(greatest(least(on_benefit.end_day, both_groups.week + 7 - 364) - greatest(on_benefit.start_day, both_groups.week + 7 - 728), 0)) // 7 as year_before
    from both_groups
    join on_benefit on on_benefit.person_id = both_groups.person_id
    where on_benefit.end_day > both_groups.week + 7 - 728 and on_benefit.start_day < both_groups.week + 7
    group by both_groups.person_id, both_groups.week
),
places as (
    select person_id, row_number() over (order by person_key) as place from identity.persons
)
select
    both_groups.week, both_groups.person_id, cast(places.place as integer) as place, both_groups.age, both_groups.sex, both_groups.benefit,
    cast((two_years.last_year - 1) // 13 as integer) as weeks_on_benefit, cast(two_years.last_year as integer) as weeks_last_year,
    cast(two_years.year_before as integer) as weeks_year_before, both_groups.is_treated
from both_groups
join two_years on two_years.person_id = both_groups.person_id and two_years.week = both_groups.week
join places on places.person_id = both_groups.person_id
order by both_groups.week, places.place
