-- staged.releases: one row a release, sorted by shard, person and day. The arm and the days as delivered.
create or replace table staged.releases as
with delivered as (
    select persons.person_id, raw.released_on, raw.arm, raw.age
    from raw
    join identity.persons as persons on persons.person_key = raw.person_id
)
select * from delivered order by person_id % 16, person_id, released_on;
