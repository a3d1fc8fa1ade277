-- staged.bef_person: one row a person, as the newest quarter has them: day of birth in day numbers, sex, municipality; sorted by shard.
create or replace table staged.bef_person as
with newest as (
    select
        persons.person_id,
        arg_max(cast(raw.foed_dag - date '1970-01-01' as integer), raw.referencetid) as birth_day,
        cast(arg_max(raw.koen, raw.referencetid) as integer) as sex,
        arg_max(raw.kom, raw.referencetid) as municipality
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
    group by persons.person_id
)
select person_id, birth_day, sex, municipality from newest order by person_id % 16, person_id;

-- staged.bef_days: one row a quarter delivered: its day, and its number in their order.
create or replace table staged.bef_days as
select
    cast(referencetid - date '1970-01-01' as integer) as day,
    cast(row_number() over (order by referencetid) as integer) as number
from (select distinct referencetid from raw where referencetid is not null)
order by day;

-- staged.bef_home: one row a spell of quarters in a row in which the person is in one municipality, from the first of those days to the day
-- after the last; sorted by shard, person and start. Who was there in every quarter from their first to their last has one spell; only the
-- others are looked at quarter by quarter.
create or replace table staged.bef_home as
with seen as materialized (
    select distinct persons.person_id, raw.kom as municipality, days.day, days.number
    from raw
    join staged.bef_days as days on days.day = cast(raw.referencetid - date '1970-01-01' as integer)
    join identity.persons as persons on persons.person_key = raw.pnr
),
stays as materialized (
    select person_id, municipality, min(day) as start_day, max(day) + 1 as end_day, count(*) = max(number) - min(number) + 1 as is_unbroken
    from seen
    group by person_id, municipality
),
islands as (
    select seen.person_id, seen.municipality, seen.day, seen.number - row_number() over (partition by seen.person_id, seen.municipality order by seen.number) as island
    from seen
    semi join (select person_id, municipality from stays where not is_unbroken) as broken
        on broken.person_id = seen.person_id and broken.municipality is not distinct from seen.municipality
),
spells as (
    select person_id, municipality, start_day, end_day from stays where is_unbroken
    union all
    select person_id, municipality, min(day) as start_day, max(day) + 1 as end_day from islands group by person_id, municipality, island
)
select person_id, start_day, end_day, municipality from spells order by person_id % 16, person_id, start_day, end_day, municipality;

-- staged.bef_residence: one row a spell of unbroken residence: quarters in a row in which the person is there, from the first of those
-- days to the day after the last, wherever they live. The days between two sightings are proven by both; the days after the last by nothing.
create or replace table staged.bef_residence as
with several as (
    select person_id from staged.bef_home group by person_id having count(*) > 1
),
homes as (
    select home.person_id, home.start_day, home.end_day, first_day.number as first_number, last_day.number as last_number
    from staged.bef_home as home
    semi join several on several.person_id = home.person_id
    join staged.bef_days as first_day on first_day.day = home.start_day
    join staged.bef_days as last_day on last_day.day = home.end_day - 1
),
reached as (
    select
        *,
        max(last_number) over (partition by person_id order by first_number, last_number rows between unbounded preceding and 1 preceding) as reached
    from homes
),
islands as (
    select
        *,
        sum(if(first_number <= reached + 1, 0, 1)) over (partition by person_id order by first_number, last_number rows unbounded preceding) as island
    from reached
),
spells as (
    select person_id, start_day, end_day from staged.bef_home anti join several on several.person_id = bef_home.person_id
    union all
    select person_id, min(start_day) as start_day, max(end_day) as end_day from islands group by person_id, island
)
select person_id, start_day, end_day from spells order by person_id % 16, person_id, start_day;
