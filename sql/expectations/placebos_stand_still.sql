-- One row a claim whose contract holds it by placebos. Part: placebos of its outcome that move, or of which there is no estimate. Threshold:
-- the most of them.
select
    proposals.subject, 'units' as counts, 'at_most' as bound, count(*) filter (where not placebos.is_still) as part, 1 as whole,
    count(*) filter (where not placebos.is_still) as numerator, count(*) as denominator,
    coalesce('not still: ' || string_agg(placebos.placebo, ', ' order by placebos.placebo) filter (where not placebos.is_still), '') as observed
from quality.proposals as proposals
join quality.placebos as placebos on placebos.subject = proposals.outcome
group by proposals.subject
