-- {schema}.{name}: one row a delivered row that counts: those of a delivery's periods that no newer delivery has.
create or replace view {schema}.{name} as
select every.* exclude (filename)
from {schema}.{name}_as_it_came as every
semi join (select sha256, period from quality.counting where shown = '{schema}.{name}') as counting
    on counting.sha256 = parse_path(every.filename)[-2] and counting.period = coalesce(cast(every.{key} as varchar), '');
