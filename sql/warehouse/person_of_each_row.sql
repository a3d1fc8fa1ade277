-- One row a delivered row, in the order of the file: the dense number of its person, -1 where the key is empty.
select coalesce(persons.person_id, -1) as person_id
from arriving_rows
left join identity.persons as persons on persons.person_key = arriving_rows.person_key
order by arriving_rows.row_number
