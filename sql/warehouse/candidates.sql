-- candidates: one row a person, with what was known of them in a week, by its Monday (`$week`). `asked` has the people enrolled after that week,
-- `benefits` the codes of the benefits named, with the number of their group, `referred` everyone ever referred to anything; somebody may be `$years`
-- older or younger than an enrolled person. Comparison people are on one of those benefits that week, resident, of the sex and about the age of
-- an enrolled person, and were never referred. DREAM has one code a person and week. Nothing is read but what known_before.sql shows.
with weeks_of_each as (
    select
        spells.person_id,
        max(benefits.grp) filter (where spells.start_day <= $week and $week < spells.end_day) as benefit,
        sum(greatest(least(spells.end_day, $week + 7) - greatest(spells.start_day, $week + 7 - 364), 0)) // 7 as last_year,
        sum(greatest(least(spells.end_day, $week + 7 - 364) - greatest(spells.start_day, $week + 7 - 728), 0)) // 7 as year_before
    from known_dream as spells
    join benefits on benefits.code = spells.code
    where spells.end_day > $week + 7 - 728 and spells.start_day < $week + 7
    group by spells.person_id
    having bool_or(spells.start_day <= $week and $week < spells.end_day)
),
alike as (
    select
        weeks_of_each.*, person.sex, cast(date_sub('year', date '1970-01-01' + person.birth_day, date '1970-01-01' + $week) as integer) as age,
        person.person_id in (select person_id from asked) as is_treated
    from weeks_of_each
    join known_person as person on person.person_id = weeks_of_each.person_id
    where weeks_of_each.person_id in (select home.person_id from known_residence as home where home.start_day <= $week and $week < home.end_day)
),
cells as (
    select distinct sex, unnest(range(age - $years, age + $years + 1)) as age from alike where is_treated
)
select
    cast($week as integer) as week, alike.person_id, cast(places.place as integer) as place, alike.age, alike.sex, alike.benefit,
    cast((alike.last_year - 1) // 13 as integer) as weeks_on_benefit, cast(alike.last_year as integer) as weeks_last_year,
    cast(alike.year_before as integer) as weeks_year_before, alike.is_treated
from alike
join places on places.person_id = alike.person_id
where alike.is_treated
    or (
        alike.person_id not in (select person_id from referred)
        and (alike.sex, alike.age) in (select (sex, age) from cells)
    )
order by places.place
