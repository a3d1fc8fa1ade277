-- staged.claims: one row a claim as delivered, sorted by shard, person and day. Beside what was delivered: the day it was reached up to, and
-- not including, the day it ended as a spell, without days for an outcome that does not last, and up to the last day number there is room for
-- where it goes on; the day it was claimed; the outcome as the type of the spell; and its lot, the hash of the pseudonym and the claim's
-- number, by which a seeded sample is drawn.
create or replace table staged.claims as
with delivered as (
    select
        persons.person_id, raw.claim_id, raw.claimant, raw.outcome, raw.reached_on, raw.claimed_on, raw.document_sha256, raw.ended_on,
        cast(raw.reached_on - date '1970-01-01' as integer) as start_day,
        least(cast(coalesce(raw.ended_on, raw.reached_on) - date '1970-01-01' as integer), 262144) as end_day,
        cast(raw.claimed_on - date '1970-01-01' as integer) as claimed_day,
        raw.outcome as type,
        sha256(raw.pnr || ' ' || raw.claim_id) as lot
    from raw
    join identity.persons as persons on persons.person_key = raw.pnr
)
select * from delivered order by person_id % 16, person_id, reached_on, claim_id;
