-- payment_decisions: one row a trigger, claim period and settlement.
create table payment_decisions (
    as_of date, contract varchar, contract_version integer, trigger varchar, clause varchar, claim_period varchar, settlement varchar,
    state varchar, amount decimal(18, 2), amount_state varchar, currency varchar, payer varchar, payee varchar, reason varchar, arithmetic varchar, ledger_entry bigint, tonight varchar,
    fingerprint varchar, held_since date, cure_by date, long_stop date
);
comment on table payment_decisions is 'One row a trigger, claim period and settlement: the decision that stands, else the decision of the as-of day. Source: the night and the ledger. Tier: open.';
comment on column payment_decisions.as_of is 'The day whose knowledge this is.';
comment on column payment_decisions.contract is 'The outcome contract.';
comment on column payment_decisions.contract_version is 'The version of the contract decided by; 0 when its text does not load. Unit: number in order.';
comment on column payment_decisions.trigger is 'The payment clause, by its name in the contract.';
comment on column payment_decisions.clause is 'The clause it rests on.';
comment on column payment_decisions.claim_period is 'The period claimed for.';
comment on column payment_decisions.settlement is 'final, or on_account: a share paid before the final settlement.';
comment on column payment_decisions.state is 'not_due, held, not_met or due.';
comment on column payment_decisions.amount is 'What is due, in the currency; 0.00 unless due; below nought when it is to be paid back; empty when suppressed. Unit: see column currency.';
comment on column payment_decisions.amount_state is 'shown; restated when a true-up or later data say otherwise and the amount is the one first posted; suppressed when it would disclose a small count; not_frozen before it is posted.';
comment on column payment_decisions.currency is 'ISO 4217 code.';
comment on column payment_decisions.payer is 'The party that pays.';
comment on column payment_decisions.payee is 'The party that is paid.';
comment on column payment_decisions.reason is 'Why, in one sentence; empty when suppressed. In the open tier that of a held claim tells no number but days and names, nor why there is no estimate.';
comment on column payment_decisions.arithmetic is 'The sum in words with its numbers and clause; empty when suppressed.';
comment on column payment_decisions.ledger_entry is 'Number of the ledger entry that stands for it; empty while none does. Unit: number in order.';
comment on column payment_decisions.tonight is 'What the as-of day would say where that differs from the entry that stands.';
comment on column payment_decisions.fingerprint is 'Hash of everything the decision was made of.';
comment on column payment_decisions.held_since is 'The as-of day since which the claim is held without a break; empty unless held.';
comment on column payment_decisions.cure_by is 'The first day by which a cause of the hold is to be cured under the contract; empty unless held, or where nothing is agreed.';
comment on column payment_decisions.long_stop is 'The day after which the claim may be held no longer under the contract; empty unless held, or where nothing is agreed.';
