-- staged.skolefravaer: one row a pupil, school and month, from its first day to the day after its last, with days absent by their reason, in
-- all, and the school days of the month; sorted by shard, person and month. A month that does not exist is left out; its rule finds it.
create or replace table staged.skolefravaer as
with months as (
    select
        persons.person_id,
        make_date(raw.maaned // 100, raw.maaned % 100, 1) as first_day,
        raw.institutionsnummer as school,
        raw.dagesyg as ill_days,
        raw.dagelovfra as leave_days,
        raw.dageulovfra as unexcused_days,
        raw.dageialtfra as absent_days,
        raw.dageaktiv as school_days
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
    where raw.maaned // 100 between 1900 and 2100 and raw.maaned % 100 between 1 and 12
),
spells as (
    select
        *,
        cast(first_day - date '1970-01-01' as integer) as start_day,
        cast(last_day(first_day) - date '1970-01-01' as integer) + 1 as end_day
    from months
)
select person_id, start_day, end_day, school, ill_days, leave_days, unexcused_days, absent_days, school_days
from spells
order by person_id % 16, person_id, start_day, school;
