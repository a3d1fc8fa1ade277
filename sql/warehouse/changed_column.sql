-- One row: the people of both vintages whose rows differ in these columns. What cancelled out as whole rows cancels in each column.
with values_of_people as (
    select changed_rows.{person_key} as person_key
    from changed_rows
    semi join (select person_key from people_of_vintages where is_after and is_before) as people on people.person_key = changed_rows.{person_key}
    group by {grouped}
    having sum(copies) <> 0
)
select count(distinct person_key) from values_of_people
