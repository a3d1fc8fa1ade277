-- data_dictionary: one row a column of this database, views included, made from the comments it carries.
create table data_dictionary (table_name varchar, column_name varchar, data_type varchar, table_meaning varchar, column_meaning varchar);
comment on table data_dictionary is 'One row a column of this database, views included.';
comment on column data_dictionary.table_name is 'The table or view.';
comment on column data_dictionary.column_name is 'The column.';
comment on column data_dictionary.data_type is 'Its type in DuckDB.';
comment on column data_dictionary.table_meaning is 'What a row of the table is.';
comment on column data_dictionary.column_meaning is 'What the column holds, with its unit.';
insert into data_dictionary
with relations as (
    select table_oid as oid, database_name, comment from duckdb_tables()
    union all
    select view_oid as oid, database_name, comment from duckdb_views() where not internal
)
select
    columns.table_name, columns.column_name, columns.data_type, relations.comment as table_meaning, columns.comment as column_meaning
from duckdb_columns() as columns
join relations on relations.oid = columns.table_oid and relations.database_name = columns.database_name
where columns.database_name = current_database()
order by columns.table_name, columns.column_index;
