-- payments: one row a posted decision to pay, from the ledger, as far as disclosure control shows it.
create view payments as
select contract, trigger, clause, claim_period, settlement, amount, amount_state, currency, payer, payee, ledger_entry
from payment_decisions
where state = 'due' and ledger_entry is not null
order by contract, trigger, claim_period, settlement desc;
comment on view payments is 'One row a posted decision to pay.';
