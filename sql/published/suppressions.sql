-- suppressions: one row a row of an open table that tells no numbers, and why. No values.
create table suppressions (as_of date, contract varchar, table_name varchar, row_key varchar, column_names varchar, rule varchar, reason varchar);
comment on table suppressions is 'One row a row of an open table that tells no numbers, and why. Source: disclosure control. Tier: party.';
comment on column suppressions.as_of is 'The day whose knowledge this is.';
comment on column suppressions.contract is 'The outcome contract; empty for a row about a register.';
comment on column suppressions.table_name is 'The open table.';
comment on column suppressions.row_key is 'What names the row in it, with a slash between; the roles of a result are one row.';
comment on column suppressions.column_names is 'The columns that tell nothing.';
comment on column suppressions.rule is 'The rule of disclosure control.';
comment on column suppressions.reason is 'What the rule means.';
