-- staged.arrests: one row a first arrest, as a spell of one day, sorted by shard, person and start.
create or replace table staged.arrests as
with delivered as (
    select persons.person_id, cast(raw.arrested_on - date '1970-01-01' as integer) as start_day
    from raw
    join identity.persons as persons on persons.person_key = raw.person_id
    where raw.arrested_on is not null
)
select person_id, start_day, start_day + 1 as end_day from delivered order by person_id % 16, person_id, start_day;

-- staged.arrests_searched: one row a search, as the spell of days that were looked at, sorted alike. The positive source of exposure.
create or replace table staged.arrests_searched as
with delivered as (
    select
        persons.person_id,
        cast(raw.followed_from - date '1970-01-01' as integer) as start_day,
        cast(raw.followed_to - date '1970-01-01' as integer) + 1 as end_day
    from raw
    join identity.persons as persons on persons.person_key = raw.person_id
)
select person_id, start_day, end_day from delivered order by person_id % 16, person_id, start_day;
