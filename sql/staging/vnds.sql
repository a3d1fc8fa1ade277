-- staged.vnds: one row an emigration, as a spell of one day with the country emigrated to, sorted by shard, person and day.
create or replace table staged.vnds as
with delivered as (
    select persons.person_id, cast(raw.haend_dato - date '1970-01-01' as integer) as start_day, raw.udv_land as country
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
    where raw.haend_dato is not null
)
select person_id, start_day, start_day + 1 as end_day, country from delivered order by person_id % 16, person_id, start_day, country;
