-- delivery_changes: one row a register that was delivered anew, and column.
create table delivery_changes (
    as_of date, register varchar, before_known_from date, known_from date, column_name varchar, people_added bigint, people_gone bigint,
    people_in_both bigint, people_changed bigint, weeks_changed bigint, rows_before bigint, rows_after bigint, counts_state varchar
);
comment on table delivery_changes is 'One row a register and column: what counts of the register on the as-of day against what counted before. Source: intake. Tier: open.';
comment on column delivery_changes.as_of is 'The day whose knowledge this is.';
comment on column delivery_changes.register is 'The register.';
comment on column delivery_changes.before_known_from is 'The day from which what counted before was known.';
comment on column delivery_changes.known_from is 'The day from which what counts now is known.';
comment on column delivery_changes.column_name is 'The delivered column; empty for a row as a whole, a template for columns that repeat.';
comment on column delivery_changes.people_added is 'People who are there now and were not before. Unit: persons.';
comment on column delivery_changes.people_gone is 'People who were there before and are not now. Unit: persons.';
comment on column delivery_changes.people_in_both is 'People who were and are there. Unit: persons.';
comment on column delivery_changes.people_changed is 'Of those, people whose rows differ in the column, whatever their order. Unit: persons.';
comment on column delivery_changes.weeks_changed is 'Of columns that repeat: weeks, of all people and covered by both, that differ. Unit: weeks of persons.';
comment on column delivery_changes.rows_before is 'Rows that counted before. Unit: rows.';
comment on column delivery_changes.rows_after is 'Rows that count now. Unit: rows.';
comment on column delivery_changes.counts_state is 'shown, or suppressed when a number of the register would disclose.';
