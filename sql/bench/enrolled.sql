-- answer: one row a person of `asked`, who counts as one on the day of enrolment.
create or replace temp table answer as
select person_id, 'counted' as status, 'enrolled' as reason, cast(1 as bigint) as exposure, cast(1 as decimal(18, 6)) as value
from asked
