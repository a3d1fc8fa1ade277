-- payments: one row a posted decision to pay, from the ledger, as far as disclosure control shows it.
create view payments as
select contract, trigger, clause, claim_period, settlement, amount, amount_state, currency, payer, payee, ledger_entry
from payment_decisions
where state = 'due' and ledger_entry is not null
order by contract, trigger, claim_period, settlement desc;
comment on view payments is 'One row a posted decision to pay. Source: the ledger. Tier: open.';
comment on column payments.contract is 'The outcome contract.';
comment on column payments.trigger is 'The payment clause, by its name in the contract.';
comment on column payments.clause is 'The clause it rests on.';
comment on column payments.claim_period is 'The period paid for.';
comment on column payments.settlement is 'final, or on_account: a share paid before the final settlement.';
comment on column payments.amount is 'What was posted, in the currency; empty when suppressed. Unit: see column currency.';
comment on column payments.amount_state is 'shown; restated when a true-up or later data say otherwise and the amount is the one first posted; suppressed when it would disclose a small count.';
comment on column payments.currency is 'ISO 4217 code.';
comment on column payments.payer is 'The party that pays.';
comment on column payments.payee is 'The party that is paid.';
comment on column payments.ledger_entry is 'Number of the ledger entry. Unit: number in order.';
