-- gate_history: one row an expectation and night.
create table gate_history (
    as_of date, belongs_to varchar, subject varchar, rule varchar, verdict varchar, is_due boolean, severity varchar, dimension varchar,
    numerator bigint, denominator bigint, counts_state varchar, threshold varchar
);
comment on table gate_history is 'One row an expectation and as-of day that was decided: what it said that night. Source: the gate. Tier: open.';
comment on column gate_history.as_of is 'The day whose knowledge it was.';
comment on column gate_history.belongs_to is 'The register or the outcome contract that it looked at.';
comment on column gate_history.subject is 'What it looked at: register:, cohort: or outcome: and a name.';
comment on column gate_history.rule is 'The expectation.';
comment on column gate_history.verdict is 'passed, warned, failed, not_evaluated or errored; the last three hold whatever depends on it.';
comment on column gate_history.is_due is 'Whether anything was decided by it that night; where not, it held nothing.';
comment on column gate_history.severity is 'error holds, warning is shown.';
comment on column gate_history.dimension is 'The quality dimension it belongs to.';
comment on column gate_history.numerator is 'What was counted; empty when suppressed or not evaluated. Unit: what the rule counts.';
comment on column gate_history.denominator is 'Of how many; empty when suppressed or not evaluated. Unit: what the rule counts.';
comment on column gate_history.counts_state is 'shown, or suppressed when a number, or how it differs from another night''s, would disclose.';
comment on column gate_history.threshold is 'What it was compared with.';
