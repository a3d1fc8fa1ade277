-- So many people of one cohort, each counted once from one spell.
insert into identity.persons
select cast(i as integer), 'person-' || i from wanted, range(wanted.people) as people (i);
insert into outcomes.cohort_members
select 'cohort:bench/all', cast(i as integer), 'treatment', 19900 + cast(i % 365 as integer), 'eligible', 'enrolled' from wanted, range(wanted.people) as people (i);
insert into outcomes.indicator_values
select
    'outcome:bench/days', cast(i as integer), 'all', 'treatment', 'counted', 'at_home', null, 19900, 20265, 365, cast(i % 365 as decimal(18, 6)),
    [{'start_day': 19900, 'end_day': cast(19900 + i % 365 as integer), 'code': 'home'}]
from wanted, range(wanted.people) as people (i);
