-- How many spells hold a week in which their code is not valid. A code is valid in a week when it is on any day from Monday to Sunday,
-- so validity is rounded out to whole weeks; periods that then touch are one, and a spell must lie inside one. `{codelist}` is the
-- name of the code list.
with rounded as (
    select
        try_cast(code as smallint) as code,
        coalesce(cast(date_trunc('week', valid_from) as date) - date '1970-01-01', -1000000) as start_day,
        coalesce(cast(date_trunc('week', valid_to) as date) - date '1970-01-01' + 7, 1000000) as end_day
    from quality.codes
    where codelist = '{codelist}'
),
marked as (
    select
        *,
        coalesce(
            start_day > max(end_day) over (partition by code order by start_day, end_day rows between unbounded preceding and 1 preceding), true
        ) as is_apart
    from rounded
),
numbered as (
    select *, count(*) filter (where is_apart) over (partition by code order by start_day, end_day rows unbounded preceding) as period from marked
),
valid as (
    select code, min(start_day) as start_day, max(end_day) as end_day from numbered group by code, period
),
grouped as (
    select code, start_day, end_day, count(*) as spells from {batch} group by code, start_day, end_day
)
select cast(coalesce(sum(spells), 0) as bigint)
from grouped
where not exists (
    select 1 from valid where valid.code = grouped.code and valid.start_day <= grouped.start_day and valid.end_day >= grouped.end_day
)
