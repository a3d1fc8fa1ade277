-- staged.case_placements: one row a placement, as a spell from the first day in care up to, and not including, the day the child left; sorted by
-- shard, person and start. A placement that goes on, or ends in the year 9999, has the last day number there is room for as its end.
create or replace table staged.case_placements as
with delivered as (
    select
        persons.person_id,
        cast(raw.anbragt_fra - date '1970-01-01' as integer) as start_day,
        least(coalesce(cast(raw.anbragt_til - date '1970-01-01' as integer), 262144), 262144) as end_day,
        raw.anbringelsestype as type
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
    where raw.anbragt_fra is not null
)
select person_id, start_day, end_day, type from delivered order by person_id % 16, person_id, start_day;
