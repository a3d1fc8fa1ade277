-- staged.forsorg: one row a stay at a shelter, from the day the person moved in up to, and not including, the day they moved out; sorted by
-- shard, person and start. Of a stay that stands in several years the newest says how it went. One without an end is known to the end of
-- its year of counting and no further. Every stay is of the type `shelter` of the code list stay_type.
create or replace table staged.forsorg as
with stays as (
    select
        persons.person_id,
        raw.indflyt,
        arg_max(least(coalesce(raw.udflyt, make_date(cast(raw.tael_aar as integer) + 1, 1, 1)), make_date(cast(raw.tael_aar as integer) + 1, 1, 1)), raw.tael_aar) as left_on
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
    where raw.indflyt is not null and raw.tael_aar between 1900 and 2100
    group by persons.person_id, raw.indflyt, raw.prodnr
),
spells as (
    select
        person_id,
        cast(indflyt - date '1970-01-01' as integer) as start_day,
        cast(left_on - date '1970-01-01' as integer) as end_day
    from stays
)
select person_id, start_day, end_day, 'shelter' as type from spells order by person_id % 16, person_id, start_day, end_day;
