-- One row a compared cohort. Part: people of the comparison group who were referred to the programme or enrolled in it afterwards, by any
-- cohort of the contract, of all who count in it. Threshold: the largest share.
with compared as (
    select subject, person_id from outcomes.cohort_members where status = 'eligible' and role = 'comparison'
),
came as (
    select distinct subject, person_id from quality.contaminated
)
select
    compared.subject, 'people' as counts, 'at_most' as bound, count(came.person_id) as part, count(*) as whole,
    count(came.person_id) as numerator, count(*) as denominator, '' as observed
from compared
left join came on came.subject = compared.subject and came.person_id = compared.person_id
group by compared.subject
