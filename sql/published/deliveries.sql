-- deliveries: one row a delivery known on the as-of day.
create table deliveries (
    as_of date, register varchar, delivery varchar, known_from date, is_accepted boolean, is_in_use boolean, declared_through date,
    covers_through date, reference_period varchar, row_count bigint, rejected bigint, row_count_state varchar
);
comment on table deliveries is 'One row a delivery known on the as-of day, accepted or quarantined. Source: intake. Tier: open.';
comment on column deliveries.as_of is 'The day whose knowledge this is.';
comment on column deliveries.register is 'The register the delivery belongs to.';
comment on column deliveries.delivery is 'Name of the delivery: register and the start of the SHA-256 of its bytes.';
comment on column deliveries.known_from is 'The first as-of day that may use it.';
comment on column deliveries.is_accepted is 'Whether it passed intake; false is quarantined.';
comment on column deliveries.is_in_use is 'Whether decisions of the as-of day rest on it, or on some of its rows.';
comment on column deliveries.declared_through is 'The last day its label claims to cover; empty when it claims none.';
comment on column deliveries.covers_through is 'The last day it covers, measured from its own data.';
comment on column deliveries.reference_period is 'The period its sender says it is of; empty when it says none.';
comment on column deliveries.row_count is 'Rows in it that converted; empty when suppressed. Unit: rows.';
comment on column deliveries.rejected is 'Rows of it that did not convert and count for nothing; empty when suppressed. Unit: rows.';
comment on column deliveries.row_count_state is 'shown, or suppressed when the number would disclose.';
