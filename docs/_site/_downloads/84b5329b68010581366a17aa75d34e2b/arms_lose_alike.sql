-- One row an outcome. Part and whole: the difference between the shares that two arms lost, as an exact fraction; of all pairs of arms
-- the largest. Threshold: the most of it.
with arms as (
    select subject, role, count(*) as people, count(*) filter (where status = 'not_observed') as lost
    from outcomes.indicator_values
    where status <> 'ineligible'
    group by subject, role
),
pairs as (
    select
        one.subject, abs(one.lost * other.people - other.lost * one.people) as part, one.people * other.people as whole,
        one.lost + other.lost as lost, one.people + other.people as people
    from arms as one
    join arms as other on other.subject = one.subject and other.role > one.role
)
select
    subject, 'people' as counts, 'at_most' as bound, arg_max(part, part / whole) as part, arg_max(whole, part / whole) as whole,
    max(lost) as numerator, max(people) as denominator, '' as observed
from pairs
group by subject
