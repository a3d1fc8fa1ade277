-- staged.dod: one row a death, as a spell of one day, sorted by shard and person.
create or replace table staged.dod as
with delivered as (
    select persons.person_id, cast(raw.doddato - date '1970-01-01' as integer) as start_day
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
    where raw.doddato is not null
)
select person_id, start_day, start_day + 1 as end_day from delivered order by person_id % 16, person_id, start_day;
