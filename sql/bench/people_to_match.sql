-- So many people in the registers, of whom the first were enrolled in one of the weeks of a year: each with a day of birth, a sex and a home, every
-- eighth with two spells on a benefit and the enrolled as well. Chance is a hash of their number.
insert into identity.persons
select cast(i as integer), 'person-' || hash(i) from wanted, range(wanted.people) as people (i);
create table staged.bef_person as
select cast(i as integer) as person_id, cast(3600 + hash(i, 1) % 14600 as integer) as birth_day, cast(1 + hash(i, 2) % 2 as integer) as sex, '101' as municipality
from wanted, range(wanted.people) as people (i);
create table staged.bef_residence as
select cast(i as integer) as person_id, 0 as start_day, 40000 as end_day from wanted, range(wanted.people) as people (i);
create table staged.dream as
with turns as (
    select
        cast(i as integer) as person_id, 19719 - 728 - cast(7 * (hash(i, 3) % 52) as integer) as begun, 7 * (8 + cast(hash(i, 4) % 60 as integer)) as first,
        7 * (cast(hash(i, 5) % 50 as integer)) as off
    from wanted, range(wanted.people) as people (i)
    where i % 8 = 0 or i < wanted.treated
)
select person_id, begun as start_day, begun + first as end_day, cast(730 as smallint) as code from turns
union all
select person_id, begun + first + off, 20300, cast(case when person_id % 3 = 0 then 140 else 730 end as smallint) from turns;
create table staged.referrals as
select cast(i as integer) as person_id from wanted, range(wanted.treated) as people (i);
