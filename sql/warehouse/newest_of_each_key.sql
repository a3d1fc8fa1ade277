-- {schema}.{name}: one row a delivered row that counts: those of the newest delivery that has their primary key.
create or replace view {schema}.{name} as
select every.* exclude (filename)
from {schema}.{name}_as_it_came as every
join (select sha256, number from quality.counting where shown = '{schema}.{name}') as counting on counting.sha256 = parse_path(every.filename)[-2]
qualify counting.number = max(counting.number) over (partition by {key});
