-- staged.bfl: one row a job and month, from the job's first day in it to the day after its last, with its paid hours and its share of
-- full-time work; sorted by shard, person and start. Jobs side by side overlap.
create or replace table staged.bfl as
with delivered as (
    select
        persons.person_id,
        cast(raw.ajo_job_start_dato - date '1970-01-01' as integer) as start_day,
        cast(raw.ajo_job_slut_dato - date '1970-01-01' as integer) + 1 as end_day,
        raw.ajo_loentimer as hours,
        raw.ajo_fuldtid_beskaeftiget as full_time
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
    where raw.ajo_job_start_dato is not null and raw.ajo_job_slut_dato is not null
)
select person_id, start_day, end_day, hours, full_time from delivered order by person_id % 16, person_id, start_day, end_day, hours, full_time;
