-- staged.claims: one row a claim as delivered, sorted by shard, person and day.
create or replace table staged.claims as
with delivered as (
    select
        persons.person_id, raw.claim_id, raw.claimant, raw.outcome, raw.reached_on, raw.claimed_on, raw.document_sha256
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
)
select * from delivered order by person_id % 16, person_id, reached_on, claim_id;
