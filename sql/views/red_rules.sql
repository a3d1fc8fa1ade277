-- red_rules: one row a rule that is red on the newest night, and since when it has been red on every night that it was asked on.
create view red_rules as
with nights as (
    select *, is_due and verdict in ('failed', 'not_evaluated', 'errored') as is_red from gate_history
),
spells as (
    select *, max(as_of) filter (where not is_red) over (partition by subject, rule) as last_clear_on, max(as_of) over () as newest from nights
)
select
    belongs_to, subject, rule, arg_max(verdict, as_of) as verdict, arg_max(severity, as_of) as severity, min(as_of) as red_since, count(*) as nights_red
from spells
where is_red and (last_clear_on is null or as_of > last_clear_on)
group by belongs_to, subject, rule, newest
having max(as_of) = newest
order by red_since, subject, rule;
comment on view red_rules is 'One row a rule that holds something on the newest night. Source: gate_history. Tier: open.';
comment on column red_rules.belongs_to is 'The register or the outcome contract that it looks at.';
comment on column red_rules.subject is 'What it looks at: register:, cohort: or outcome: and a name.';
comment on column red_rules.rule is 'The expectation.';
comment on column red_rules.verdict is 'What it said on the newest night: failed, not_evaluated or errored.';
comment on column red_rules.severity is 'error holds; a warning that could not be evaluated holds too.';
comment on column red_rules.red_since is 'The first as-of day since when it has been red on every night.';
comment on column red_rules.nights_red is 'On how many nights in a row it has been red. Unit: nights.';
