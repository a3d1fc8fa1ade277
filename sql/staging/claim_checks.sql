-- staged.claim_checks: one row a claim that was checked, with the day and what was found, sorted by shard, person and claim.
create or replace table staged.claim_checks as
with delivered as (
    select persons.person_id, raw.claim_id, cast(raw.checked_on - date '1970-01-01' as integer) as checked_day, raw.result
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
)
select person_id, claim_id, checked_day, result from delivered order by person_id % 16, person_id, claim_id;
