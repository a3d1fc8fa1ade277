-- staged.krsi: one row a charge with a known day of the offence, as a spell of one day, the first of it (the register writes a day that is not
-- known as empty or as 31 December 1599), with the day of the charge, the offence and the number of the case, by which its decision is
-- found in staged.kraf; sorted by shard, person and day.
create or replace table staged.krsi as
with delivered as (
    select
        persons.person_id,
        cast(nullif(raw.sig_ger1dto, date '1599-12-31') - date '1970-01-01' as integer) as start_day,
        cast(raw.sig_sigtdto - date '1970-01-01' as integer) as charged_day,
        raw.sig_ger9 as offence,
        raw.journr as case_number
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
)
select person_id, start_day, start_day + 1 as end_day, charged_day, offence, case_number
from delivered
where start_day is not null
order by person_id % 16, person_id, start_day, charged_day, offence, case_number;
