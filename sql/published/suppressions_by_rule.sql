-- suppressions_by_rule: one row a rule of disclosure control, with how many rows of the open tables tell no numbers by it.
create table suppressions_by_rule (as_of date, rule varchar, reason varchar, suppressed_rows bigint);
comment on table suppressions_by_rule is 'One row a rule of disclosure control: how many rows of all open tables together tell no numbers by it. Source: disclosure control. Tier: open.';
comment on column suppressions_by_rule.as_of is 'The day whose knowledge this is.';
comment on column suppressions_by_rule.rule is 'The rule.';
comment on column suppressions_by_rule.reason is 'What the rule means.';
comment on column suppressions_by_rule.suppressed_rows is 'How many rows tell no numbers by it. Unit: rows.';
