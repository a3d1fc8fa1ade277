-- staged.dream: one row a spell of equal neighbouring weeks, Monday to Monday, sorted by shard, person and start. A blank week is code 0.
-- `spells` is made of the weekly columns; every week that the delivery covers is in one.
create or replace table staged.dream as
select person_id, start_day, end_day, code from spells order by person_id % 16, person_id, start_day, end_day, code;
