-- places: everybody's place in the order of keys, which no delivery's order changes.
create or replace temp table places as
select person_id, row_number() over (order by person_key) as place from identity.persons
