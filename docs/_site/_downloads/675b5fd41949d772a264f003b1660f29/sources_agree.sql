-- One row a claim that a faster source settles on account. Part: the sum, over the people that both sources count, of the differences
-- between what they say, of the sum of the larger ones. Threshold: the largest share.
with compared as (
    select proposals.subject, slow.person_id, abs(slow.value - fast.value) as apart, greatest(slow.value, fast.value) as larger
    from quality.proposals as proposals
    join outcomes.indicator_values as slow on slow.subject = proposals.outcome and slow.status = 'counted'
    join outcomes.indicator_values as fast
        on fast.subject = proposals.faster and fast.status = 'counted' and fast.person_id = slow.person_id and fast.window_start = slow.window_start
        and fast.window_end = slow.window_end
)
select
    proposals.subject, 'people' as counts, 'at_most' as bound, coalesce(sum(compared.apart), 0) as part, greatest(coalesce(sum(compared.larger), 0), 1) as whole,
    count(*) filter (where compared.apart > 0) as numerator, count(compared.person_id) as denominator, '' as observed
from quality.proposals as proposals
left join compared on compared.subject = proposals.subject
where proposals.faster <> ''
group by proposals.subject
