-- One row a claim that prices persons. Part: lines of people whom its outcome does not count in the treatment group, and people with two
-- lines. Threshold: the most of them.
with counted as (
    select units.subject, persons.person_key
    from outcomes.indicator_values as units
    join identity.persons as persons on persons.person_id = units.person_id
    where units.status = 'counted' and units.role = 'treatment'
),
judged as (
    select proposals.subject, lines.person_key, counted.person_key is null or count(*) > 1 as is_bad
    from quality.proposals as proposals
    join quality.proposed_lines as lines on lines.subject = proposals.subject
    left join (select distinct subject, person_key from counted) as counted on counted.subject = proposals.outcome and counted.person_key = lines.person_key
    group by proposals.subject, lines.person_key, counted.person_key
)
select
    proposals.subject, 'people' as counts, 'at_most' as bound, count(*) filter (where judged.is_bad) as part, 1 as whole,
    count(*) filter (where judged.is_bad) as numerator, greatest(count(judged.subject), 1) as denominator, '' as observed
from quality.proposals as proposals
left join judged on judged.subject = proposals.subject
group by proposals.subject
