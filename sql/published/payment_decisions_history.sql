-- payment_decisions_history: one row a trigger, claim period, settlement and stretch of nights that said the same of it.
create table payment_decisions_history (
    as_of date, until_as_of date, contract varchar, contract_version integer, trigger varchar, clause varchar, claim_period varchar, settlement varchar,
    state varchar, amount decimal(18, 2), amount_state varchar, currency varchar, payer varchar, payee varchar, reason varchar, arithmetic varchar, ledger_entry bigint, tonight varchar,
    fingerprint varchar, held_since date, cure_by date, long_stop date
);
comment on table payment_decisions_history is 'One row a trigger, claim period, settlement and stretch of nights that said the same of it: what payment_decisions was on every as-of day. Source: the night and the ledger. Tier: party.';
comment on column payment_decisions_history.as_of is 'The first as-of day that said it.';
comment on column payment_decisions_history.until_as_of is 'The first as-of day after it that said otherwise, or nothing; empty while it stands.';
comment on column payment_decisions_history.contract is 'The outcome contract.';
comment on column payment_decisions_history.contract_version is 'The version of the contract decided by; 0 when its text does not load. Unit: number in order.';
comment on column payment_decisions_history.trigger is 'The payment clause, by its name in the contract.';
comment on column payment_decisions_history.clause is 'The clause it rests on.';
comment on column payment_decisions_history.claim_period is 'The period claimed for.';
comment on column payment_decisions_history.settlement is 'final, or on_account: a share paid before the final settlement.';
comment on column payment_decisions_history.state is 'not_due, held, not_met or due.';
comment on column payment_decisions_history.amount is 'What is due, in the currency; 0.00 unless due; below nought when it is to be paid back; empty when suppressed. Unit: see column currency.';
comment on column payment_decisions_history.amount_state is 'shown, or suppressed when price and amount would disclose a small count.';
comment on column payment_decisions_history.currency is 'ISO 4217 code.';
comment on column payment_decisions_history.payer is 'The party that pays.';
comment on column payment_decisions_history.payee is 'The party that is paid.';
comment on column payment_decisions_history.reason is 'Why, in one sentence; empty when suppressed.';
comment on column payment_decisions_history.arithmetic is 'The sum in words with its numbers and clause; empty when suppressed.';
comment on column payment_decisions_history.ledger_entry is 'Number of the ledger entry that stands for it; empty while none does. Unit: number in order.';
comment on column payment_decisions_history.tonight is 'What the as-of day would say where that differs from the entry that stands.';
comment on column payment_decisions_history.fingerprint is 'Hash of everything the decision was made of.';
comment on column payment_decisions_history.held_since is 'The as-of day since which the claim is held without a break; empty unless held.';
comment on column payment_decisions_history.cure_by is 'The first day by which a cause of the hold is to be cured under the contract; empty unless held, or where nothing is agreed.';
comment on column payment_decisions_history.long_stop is 'The day after which the claim may be held no longer under the contract; empty unless held, or where nothing is agreed.';
-- What was said on an as-of day: the night of that day, or the newest night before it.
create macro payment_decisions_on(day) as table
select * exclude (until_as_of) from payment_decisions_history
where as_of <= cast(day as date) and (until_as_of is null or cast(day as date) < until_as_of);
