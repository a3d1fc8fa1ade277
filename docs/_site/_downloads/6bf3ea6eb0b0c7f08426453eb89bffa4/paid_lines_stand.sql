-- One row a claim that prices persons. Part: people whose line is not the one that was posted: their days, codes or dates were changed after
-- the claim was paid. Whole: people with a line then or now. Nobody while nothing is posted. Threshold: the largest share.
with then_and_now as (
    select subject, person_key, amount, false as is_posted from quality.proposed_lines
    union all
    select subject, person_key, amount, true from quality.posted_lines
),
compared as (
    select subject, person_key, coalesce(sum(amount) filter (where is_posted), 0) <> coalesce(sum(amount) filter (where not is_posted), 0) as is_bad
    from then_and_now
    group by subject, person_key
),
counted as (
    select proposals.subject, count(*) filter (where compared.is_bad and posted.subject is not null) as changed, greatest(count(compared.person_key), 1) as people
    from quality.proposals as proposals
    left join quality.posted_claims as posted on posted.subject = proposals.subject
    left join compared on compared.subject = proposals.subject
    group by proposals.subject
)
select subject, 'people' as counts, 'at_most' as bound, changed as part, people as whole, changed as numerator, people as denominator, '' as observed
from counted
