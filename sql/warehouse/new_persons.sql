-- identity.persons grows by the keys that arrive for the first time, numbered on in the order of the keys.
insert into identity.persons
with newcomers as (
    select distinct person_key from arriving where person_key is not null
    except
    select person_key from identity.persons
)
select
    cast((select coalesce(max(person_id), 0) from identity.persons) + row_number() over (order by person_key) as integer) as person_id,
    person_key
from newcomers;
