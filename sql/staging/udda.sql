-- staged.udda: one row an education that was some year's highest of a person, with the day it was completed (empty where that is not known),
-- sorted by shard, person and day. An education that stands in many years stands here once.
create or replace table staged.udda as
with delivered as (
    select distinct persons.person_id, cast(raw.hf_vfra - date '1970-01-01' as integer) as day, raw.hfaudd as education
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
    where raw.hfaudd is not null
)
select person_id, day, education from delivered order by person_id % 16, person_id, day, education;
