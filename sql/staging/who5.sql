-- staged.who5: one row an answer with its five items as delivered, sorted by shard, person and day.
create or replace table staged.who5 as
with delivered as (
    select
        persons.person_id, cast(raw.besvaret_dato - date '1970-01-01' as integer) as answered_day,
        raw.who5_1, raw.who5_2, raw.who5_3, raw.who5_4, raw.who5_5
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
    where raw.besvaret_dato is not null
)
select * from delivered order by person_id % 16, person_id, answered_day;
