-- staged.kraf: one row a decision, as a spell of one day, with the day the case was closed (empty where it is not; the register writes that
-- as 31 December 1599), the offence and the kind of decision; sorted by shard, person and day. The day of the offence is in no column of
-- the register.
create or replace table staged.kraf as
with delivered as (
    select
        persons.person_id,
        cast(raw.afg_afgoedto - date '1970-01-01' as integer) as start_day,
        cast(nullif(raw.afg_sagadtox, date '1599-12-31') - date '1970-01-01' as integer) as closed_day,
        raw.afg_ger9 as offence,
        raw.afg_afgtyp3 as type,
        raw.journr as case_number
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
    where raw.afg_afgoedto is not null
)
select person_id, start_day, start_day + 1 as end_day, closed_day, offence, type, case_number
from delivered
order by person_id % 16, person_id, start_day, offence, type, closed_day, case_number;
