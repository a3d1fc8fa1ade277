-- One row a cohort, role, status and reason: how many people of the cohort's list have them.
select subject, role, status, reason, count(*) as people
from outcomes.cohort_members
group by subject, role, status, reason
order by subject, role, status, reason
