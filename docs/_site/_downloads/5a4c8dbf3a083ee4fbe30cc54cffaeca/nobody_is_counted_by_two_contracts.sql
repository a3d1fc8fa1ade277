-- One row a claim. Part: treated people it counts whom another contract counts too, by the same indicator over days that overlap, of all it
-- counts. Threshold: the most of them.
with counted as (
    select named.contract, named.indicator, units.subject, units.person_id, units.window_start, units.window_end
    from outcomes.indicator_values as units
    join quality.outcomes as named on named.subject = units.subject
    where units.status = 'counted' and units.role = 'treatment'
),
doubled as (
    select distinct one.subject, one.person_id
    from counted as one
    join counted as other
        on other.person_id = one.person_id and other.indicator = one.indicator and other.contract <> one.contract
        and other.window_start < one.window_end and one.window_start < other.window_end
)
select
    proposals.subject, 'people' as counts, 'at_most' as bound, count(doubled.person_id) as part, 1 as whole,
    count(doubled.person_id) as numerator, greatest(count(counted.person_id), 1) as denominator, '' as observed
from quality.proposals as proposals
left join (select distinct subject, person_id from counted) as counted on counted.subject = proposals.outcome
left join doubled on doubled.subject = proposals.outcome and doubled.person_id = counted.person_id
group by proposals.subject
