-- rejected.{name}: no row, since every row of the deliveries in use converted.
create or replace view rejected.{name} as
select cast(null as bigint) as data_row, '' as "column", '' as reason, '' as delivered where false;
