-- staged.dream: one row a spell of equal neighbouring weeks, Monday to Monday, sorted by shard, person and start. A blank week is code 0.
-- `spells` is made of the weekly columns; every week that the delivery covers is in one.
create or replace table staged.dream as
select person_id, start_day, end_day, code from spells order by person_id % 16, person_id, start_day, end_day, code;

-- staged.dream_branche: one row a spell of equal neighbouring months, Monday to Monday, sorted likewise: an ISO week has the industry of the
-- month in which its Thursday lies. Industry 0 is a month without wage income. `branches` is made of the monthly columns from the first to
-- the last month in which anyone has an industry; a week of any other month is in no row, since no delivery says whether there was a wage.
create or replace table staged.dream_branche as
select person_id, start_day, end_day, industry from branches order by person_id % 16, person_id, start_day, end_day, industry;

-- staged.dream_branche_covers: one row, the days that the delivered months cover; both empty when no month was delivered. A week outside them
-- is not one without a wage.
create or replace table staged.dream_branche_covers as
select min(start_day) as start_day, max(end_day) as end_day from staged.dream_branche;
