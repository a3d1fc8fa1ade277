-- decision_revisions: one row a claim and night that said another state or amount of it than the night before.
create view decision_revisions as
with said as (
    select
        *, lag(state) over nights as state_before, lag(amount) over nights as amount_before, lag(as_of) over nights as said_before
    from payment_decisions_history
    window nights as (partition by contract, trigger, claim_period, settlement order by as_of)
)
select
    contract, trigger, claim_period, settlement, said_before, as_of, state_before, state, amount_before, amount, amount - amount_before as amount_moved, currency, reason
from said
where said_before is not null and (state is distinct from state_before or amount is distinct from amount_before)
order by as_of, contract, trigger, claim_period, settlement;
comment on view decision_revisions is 'One row a claim and night that said another state or amount of it than the night before. Source: payment_decisions_history. Tier: party.';
comment on column decision_revisions.contract is 'The outcome contract.';
comment on column decision_revisions.trigger is 'The payment clause, by its name in the contract.';
comment on column decision_revisions.claim_period is 'The period claimed for.';
comment on column decision_revisions.settlement is 'final, or on_account: a share paid before the final settlement.';
comment on column decision_revisions.said_before is 'The first as-of day that said what was said before.';
comment on column decision_revisions.as_of is 'The as-of day that said otherwise.';
comment on column decision_revisions.state_before is 'The state before.';
comment on column decision_revisions.state is 'The state from then on.';
comment on column decision_revisions.amount_before is 'The amount before. Unit: see column currency.';
comment on column decision_revisions.amount is 'The amount from then on. Unit: see column currency.';
comment on column decision_revisions.amount_moved is 'The difference. Unit: see column currency.';
comment on column decision_revisions.currency is 'ISO 4217 code.';
comment on column decision_revisions.reason is 'Why, in one sentence.';
