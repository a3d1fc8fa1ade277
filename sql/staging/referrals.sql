-- staged.referrals: one row a referral as delivered, sorted by shard, person and day.
create or replace table staged.referrals as
with delivered as (
    select persons.person_id, raw.indsats, raw.gruppe, raw.henvist_dato, raw.indskrevet_dato, raw.afslag_af
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
)
select * from delivered order by person_id % 16, person_id, henvist_dato, indskrevet_dato;
