-- rule_history: one row a rule, what it looks at, and a calendar year: on how many nights it was looked at, on how many it was red (it held
-- something) or warned, and the first and the last day that it was red.
create view rule_history as
with nights as (
    select *, is_due and verdict in ('failed', 'not_evaluated', 'errored') as is_red from gate_history
)
select
    year(as_of) as year, belongs_to, subject, rule, arg_max(severity, as_of) as severity, arg_max(dimension, as_of) as dimension, count(*) as nights,
    count(*) filter (where is_red) as nights_red, count(*) filter (where verdict = 'warned') as nights_warned,
    min(as_of) filter (where is_red) as first_red_on, max(as_of) filter (where is_red) as last_red_on
from nights
group by year(as_of), belongs_to, subject, rule
order by year, belongs_to, subject, rule;
comment on view rule_history is 'One row a rule, what it looks at, and a calendar year: how often it was red. Source: gate_history. Tier: open.';
comment on column rule_history.year is 'The calendar year of the as-of days. Unit: calendar year.';
comment on column rule_history.belongs_to is 'The register or the outcome contract that it looks at.';
comment on column rule_history.subject is 'What it looks at: register:, cohort: or outcome: and a name.';
comment on column rule_history.rule is 'The expectation.';
comment on column rule_history.severity is 'error holds, warning is shown; as on the newest night of the year.';
comment on column rule_history.dimension is 'The quality dimension it belongs to.';
comment on column rule_history.nights is 'As-of days of the year that it was asked on. Unit: nights.';
comment on column rule_history.nights_red is 'Of those, the ones that it failed, was not evaluated or errored on and so held something. Unit: nights.';
comment on column rule_history.nights_warned is 'Of those, the ones that it warned on. Unit: nights.';
comment on column rule_history.first_red_on is 'The first as-of day of the year that it was red; empty when there is none.';
comment on column rule_history.last_red_on is 'The last as-of day of the year that it was red; empty when there is none.';
