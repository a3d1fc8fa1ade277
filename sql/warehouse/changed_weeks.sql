-- One row: the people of both vintages whose weeks differ, and how many weeks of theirs do.
with people as (
    select persons.person_id
    from people_of_vintages as found
    join identity.persons as persons on persons.person_key = found.person_key
    where found.is_after and found.is_before
),
changed as (
    select changed_spells.* from changed_spells semi join people on people.person_id = changed_spells.person_id
),
weeks as (
    select (least(after.end_day, before.end_day) - greatest(after.start_day, before.start_day)) // 7 as weeks
    from changed as after
    join changed as before on before.person_id = after.person_id and before.copies < 0
        and before.start_day < after.end_day and after.start_day < before.end_day and before.code <> after.code
    where after.copies > 0
)
select (select count(distinct person_id) from changed), coalesce(sum(weeks), 0) from weeks
