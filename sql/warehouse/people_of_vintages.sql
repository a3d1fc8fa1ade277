-- people_of_vintages: one row a person key of either vintage, with which it is in.
create or replace temp table people_of_vintages as
with keys as (
    select {person_key} as person_key, true as is_after from delivered.{register}
    union all
    select {person_key} as person_key, false as is_after from vintage.{register}
)
select person_key, bool_or(is_after) as is_after, bool_or(not is_after) as is_before from keys where person_key is not null group by person_key;
