-- One row a claim whose outcome cannot be reached without another. Part: treated people who reach the outcome and, where both count
-- them, not the one that it implies. Threshold: the most of them.
with judged as (
    select proposals.subject, own.person_id, own.value > 0 and wider.value <= 0 as is_impossible
    from quality.proposals as proposals
    join outcomes.indicator_values as own on own.subject = proposals.outcome and own.status = 'counted'
    join outcomes.indicator_values as wider on wider.subject = proposals.implied and wider.status = 'counted' and wider.person_id = own.person_id
)
select
    proposals.subject, 'people' as counts, 'at_most' as bound, count(*) filter (where judged.is_impossible) as part, 1 as whole,
    count(*) filter (where judged.is_impossible) as numerator, greatest(count(judged.person_id), 1) as denominator, '' as observed
from quality.proposals as proposals
left join judged on judged.subject = proposals.subject
where proposals.implied <> ''
group by proposals.subject
