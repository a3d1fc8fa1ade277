-- families: one row a person of `wanted` (person_id) and day on which the population register counted them, with the pseudonym of their family.
-- A day on which it has a person in two families says nothing: their family is null.
select
    persons.person_id,
    cast(raw.referencetid - date '1970-01-01' as integer) as day,
    if(count(distinct raw.familie_id) = 1 and count(raw.familie_id) = count(*), min(raw.familie_id), null) as family
from delivered.bef as raw
join identity.persons as persons on persons.person_key = raw.pnr
semi join wanted on wanted.person_id = persons.person_id
where raw.referencetid is not null
group by persons.person_id, day
order by persons.person_id, day;
