-- data_dictionary: one row a column of this database, views included, made from the comments it carries: a column's comment ends with its
-- unit where it is a number, a table's with where its rows come from and the most open tier it is published in.
create table data_dictionary (
    table_name varchar, column_name varchar, data_type varchar, table_meaning varchar, column_meaning varchar, unit varchar, source varchar, tier varchar
);
comment on table data_dictionary is 'One row a column of this database, views included. Source: the comments of this database. Tier: open.';
comment on column data_dictionary.table_name is 'The table or view.';
comment on column data_dictionary.column_name is 'The column.';
comment on column data_dictionary.data_type is 'Its type in DuckDB.';
comment on column data_dictionary.table_meaning is 'What a row of the table is.';
comment on column data_dictionary.column_meaning is 'What the column holds.';
comment on column data_dictionary.unit is 'The unit of a number; empty for what is no number.';
comment on column data_dictionary.source is 'Where the rows of the table come from.';
comment on column data_dictionary.tier is 'The most open tier that has the table: open, party or evaluation; each tier has what the tiers before it have.';
insert into data_dictionary
with relations as (
    select table_oid as oid, database_name, comment from duckdb_tables()
    union all
    select view_oid as oid, database_name, comment from duckdb_views() where not internal
)
select
    columns.table_name, columns.column_name, columns.data_type,
    regexp_extract(relations.comment, '^(.*?)( Source: [^.]+\.)?( Tier: [a-z]+\.)?$', 1) as table_meaning,
    regexp_extract(columns.comment, '^(.*?)( Unit: [^.]+\.)?$', 1) as column_meaning,
    regexp_extract(columns.comment, ' Unit: ([^.]+)\.$', 1) as unit,
    regexp_extract(relations.comment, ' Source: ([^.]+)\. Tier: [a-z]+\.$', 1) as source,
    regexp_extract(relations.comment, ' Tier: ([a-z]+)\.$', 1) as tier
from duckdb_columns() as columns
join relations on relations.oid = columns.table_oid and relations.database_name = columns.database_name
where columns.database_name = current_database()
order by columns.table_name, columns.column_index;
