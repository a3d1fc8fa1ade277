-- changed_spells: one row a spell, cut to the weeks that both vintages cover (`common_weeks`), that does not stand alike in both, with how many
-- copies more the newer has.
create or replace temp table changed_spells as
with both_vintages as (
    select person_id, start_day, end_day, code, 1 as side from after_spells as spells (person_id, start_day, end_day, code)
    union all
    select person_id, start_day, end_day, code, -1 as side from before_spells as spells (person_id, start_day, end_day, code)
),
cut as (
    select
        both_vintages.person_id, greatest(both_vintages.start_day, common_weeks.start_day) as start_day,
        least(both_vintages.end_day, common_weeks.end_day) as end_day, both_vintages.code, both_vintages.side
    from both_vintages, common_weeks
    where both_vintages.start_day < common_weeks.end_day and both_vintages.end_day > common_weeks.start_day
)
select person_id, start_day, end_day, code, sum(side) as copies from cut group by all having sum(side) <> 0;
