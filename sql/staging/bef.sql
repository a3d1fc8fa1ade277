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

-- staged.bef_residence: one row a spell of unbroken residence: quarters in a row in which the person is there, from the first of those
-- days to the day after the last. The days between two sightings are proven by both; the days after the last by nothing.
create or replace table staged.bef_residence as
with quarters as (
    select referencetid, row_number() over (order by referencetid) as number from (select distinct referencetid from raw)
),
seen as (
    select distinct persons.person_id, quarters.referencetid, quarters.number
    from raw
    join quarters on quarters.referencetid = raw.referencetid
    join identity.persons as persons on persons.person_key = raw.pnr
),
islands as (
    select person_id, referencetid, number - row_number() over (partition by person_id order by number) as island from seen
),
spells as (
    select
        person_id,
        cast(min(referencetid) - date '1970-01-01' as integer) as start_day,
        cast(max(referencetid) - date '1970-01-01' as integer) + 1 as end_day
    from islands
    group by person_id, island
)
select person_id, start_day, end_day from spells order by person_id % 16, person_id, start_day;
