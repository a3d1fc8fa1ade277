-- One row a cohort. Part: people found ineligible, of everyone who was enrolled in its period. Threshold: the largest share.
select
    members.subject, 'people' as counts, 'at_most' as bound, count(*) filter (where members.status = 'ineligible') as part, count(*) as whole,
    count(*) filter (where members.status = 'ineligible') as numerator, count(*) as denominator, '' as observed
from outcomes.cohort_members as members
join quality.cohorts as cohorts on cohorts.subject = members.subject
where members.enrolled_day >= cohorts.start_day and members.enrolled_day < cohorts.end_day
group by members.subject
