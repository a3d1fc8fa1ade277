-- by_unpivot: the spells of a wide file the usual way, one row a person and week first. Beside it the staging of wide registers is measured.
create or replace table by_unpivot as
with long as (
    select unpivoted.person_id, mondays.day, coalesce(unpivoted.code, 0) as code
    from delivered unpivot include nulls (code for week in (columns(* exclude (person_id)))) as unpivoted
    join mondays on mondays.week = unpivoted.week
),
marked as (
    select *, lag(code) over (partition by person_id order by day) is distinct from code as is_first from long
),
firsts as (
    select person_id, day, code from marked where is_first
)
select
    person_id, day as start_day,
    lead(day, 1, (select cast(max(day) + 7 as integer) from mondays)) over (partition by person_id order by day) as end_day, code
from firsts
order by person_id % 16, person_id, day;
