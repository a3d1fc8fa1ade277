-- quality.register_facts of {register}: one row a fact. People are counted by key, rows as delivered; a row without a key is in no fact
-- about keys.
delete from quality.register_facts where register = '{register}';

insert into quality.register_facts
with people as materialized (
    select cast({person_key} as varchar) as person_key, {differs} as is_two
    from delivered.{register}
    where {person_key} is not null
    group by all
),
-- What stands for a missing key: nothing, noughts, crosses, signs, words for it, and nines as long as any key.
marked as materialized (
    select
        person_key, is_two,
        regexp_full_match(
            upper(trim(person_key)),
            '0*|X+|[-.?*_ ]+|NA|N/A|NAN|NULL|NONE|NIL|UKENDT|UOPLYST|MANGLER|INGEN|UNKNOWN|MISSING|BLANK|DUMMY|TEST'
        )
        or (length(person_key) >= 4 and ltrim(person_key, '9') = '' and length(person_key) = max(length(person_key)) over ()) as is_placeholder
    from people
),
-- The form of a key: its length, its signs, and the case of its letters. Keys that all are one prefix and a number without leading
-- noughts are of one form, however long.
formed as materialized (
    select
        person_key, rtrim(person_key, '0123456789') as prefix, substr(person_key, length(rtrim(person_key, '0123456789')) + 1) as number,
        length(person_key) as length, translate(person_key, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', '') as signs,
        case
            when lower(person_key) = upper(person_key) then 'none'
            when person_key = lower(person_key) then 'lower'
            when person_key = upper(person_key) then 'upper'
            else 'both'
        end as letters
    from marked
    where not is_placeholder
),
numbers as (
    select coalesce(min(prefix) = max(prefix) and bool_and(number <> '' and not starts_with(number, '0')), true) as are_all from formed
),
prevailing as (
    select
        (select {{'length': length, 'signs': signs}} from formed group by length, signs order by count(*) desc, length desc, signs limit 1) as form,
        (select letters from formed group by letters order by count(*) desc, letters limit 1) as letters
),
other as (
    select count(*) as people
    from formed, prevailing
    where formed.length <> prevailing.form.length or formed.signs <> prevailing.form.signs
        or (prevailing.letters <> 'both' and formed.letters not in (prevailing.letters, 'none'))
),
twice as materialized (
    select {key} from {rows} group by all having count(*) > 1
),
again as (
    select *, count(*) as copies from (select every.* from {rows} as every semi join twice using ({key})) group by all having count(*) > 1
)
select '{register}', 'placeholders', count(*) filter (where is_placeholder), count(*) from marked
union all
select '{register}', 'two_people', count(*) filter (where coalesce(is_two, false)), count(*) from marked
union all
select '{register}', 'other_forms', case when (select are_all from numbers) then 0 else (select people from other) end, count(*) from formed
union all
select '{register}', 'rows_again', coalesce((select sum(copies - 1) from again), 0), count(*) from delivered.{register};
