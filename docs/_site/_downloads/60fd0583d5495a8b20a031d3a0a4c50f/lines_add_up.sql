-- One row a claim that prices persons. Part: the distance between its amount and the sum of its persons' lines, with what steps of the whole
-- amount changed, paid by its share, less what was paid on account, and with what caps of the contract took off; in the contract's currency.
-- Threshold: the most of it.
with summed as (
    select subject, count(*) as people, sum(amount) as total from quality.proposed_lines group by subject
),
compared as (
    select
        proposals.subject, coalesce(summed.people, 0) as people,
        abs(proposals.amount - proposals.capped - (round((round(coalesce(summed.total, 0), 2) + proposals.adjusted) * proposals.share, 2) - proposals.on_account)) as part
    from quality.proposals as proposals
    left join summed on summed.subject = proposals.subject
)
select
    subject, 'people' as counts, 'at_most' as bound, part, 1 as whole,
    if(part > 0, people, 0) as numerator, greatest(people, 1) as denominator, if(part > 0, 'the amount is not the sum of its lines', '') as observed
from compared
