-- staged.kotre: one row a spell of enrolment, from its first day up to, and not including, the day it ended, with the education and how it
-- ended; sorted by shard, person and start. One that goes on, or ends in the year 9999, has the last day number there is room for as its end.
create or replace table staged.kotre as
with delivered as (
    select
        persons.person_id,
        cast(raw.elev3_vfra - date '1970-01-01' as integer) as start_day,
        least(coalesce(cast(raw.elev3_vtil - date '1970-01-01' as integer), 262144), 262144) as end_day,
        raw.udd as education,
        raw.afg_art as outcome_code
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
    where raw.elev3_vfra is not null
)
select person_id, start_day, end_day, education, outcome_code from delivered order by person_id % 16, person_id, start_day, end_day, education, outcome_code;
