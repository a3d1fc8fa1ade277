-- held_claims: one row a claim that is held on the as-of day, and for how many days.
create view held_claims as
select
    contract, trigger, clause, claim_period, settlement, held_since, as_of - held_since as days_held, cure_by, long_stop, reason, payer, payee, as_of
from payment_decisions
where state = 'held'
order by days_held desc, contract, trigger, claim_period;
comment on view held_claims is 'One row a claim that is held on the as-of day. Source: payment_decisions. Tier: open.';
comment on column held_claims.contract is 'The outcome contract.';
comment on column held_claims.trigger is 'The payment clause, by its name in the contract.';
comment on column held_claims.clause is 'The clause it rests on.';
comment on column held_claims.claim_period is 'The period claimed for.';
comment on column held_claims.settlement is 'final, or on_account: a share paid before the final settlement.';
comment on column held_claims.held_since is 'The as-of day since which it is held without a break.';
comment on column held_claims.days_held is 'From that day to the as-of day. Unit: days.';
comment on column held_claims.cure_by is 'The first day by which a cause is to be cured under the contract; empty where nothing is agreed.';
comment on column held_claims.long_stop is 'The day after which it may be held no longer under the contract; empty where nothing is agreed.';
comment on column held_claims.reason is 'What holds it, in one sentence.';
comment on column held_claims.payer is 'The party that would pay.';
comment on column held_claims.payee is 'The party that would be paid.';
comment on column held_claims.as_of is 'The day whose knowledge this is.';
