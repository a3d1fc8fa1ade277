-- gate_checks: one row an expectation.
create table gate_checks (
    as_of date, subject varchar, rule varchar, verdict varchar, severity varchar, dimension varchar, numerator bigint, denominator bigint,
    counts_state varchar, threshold varchar, observed varchar, protects varchar, remedy varchar, cured_by varchar
);
comment on table gate_checks is 'One row an expectation evaluated for the as-of day. Source: the gate. Tier: open.';
comment on column gate_checks.as_of is 'The day whose knowledge this is.';
comment on column gate_checks.subject is 'What it looked at: register:, cohort: or outcome: and a name.';
comment on column gate_checks.rule is 'The expectation.';
comment on column gate_checks.verdict is 'passed, warned, failed, not_evaluated or errored; the last three hold whatever depends on it.';
comment on column gate_checks.severity is 'error holds, warning is shown.';
comment on column gate_checks.dimension is 'The quality dimension it belongs to.';
comment on column gate_checks.numerator is 'What was counted; empty when suppressed or not evaluated. Unit: what the rule counts.';
comment on column gate_checks.denominator is 'Of how many; empty when suppressed or not evaluated. Unit: what the rule counts.';
comment on column gate_checks.counts_state is 'shown; suppressed when a number would disclose, alone or beside what else is told; not_frozen before the claim or cohort is frozen.';
comment on column gate_checks.threshold is 'What it was compared with.';
comment on column gate_checks.observed is 'What was seen, in words.';
comment on column gate_checks.protects is 'What it protects.';
comment on column gate_checks.remedy is 'What to do when it does not pass.';
comment on column gate_checks.cured_by is 'The party that can mend it.';
