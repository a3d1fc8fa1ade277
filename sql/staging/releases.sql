-- staged.releases: one row a release, sorted by shard and person. The arm as delivered; days as day numbers.
create or replace table staged.releases as
with delivered as (
    select persons.person_id, cast(raw.released_on - date '1970-01-01' as integer) as enrolled_day, raw.released_on, raw.arm, raw.age
    from raw
    join identity.persons as persons on persons.person_key = raw.person_id
)
select * from delivered order by person_id % 16, person_id, enrolled_day;
