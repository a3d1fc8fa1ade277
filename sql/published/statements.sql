-- statements: one row a ledger entry that says what is owed, and party that owes or is owed it.
create table statements (
    contract varchar, claim_period varchar, settled_with varchar, party varchar, role varchar, trigger varchar, clause varchar, settlement varchar,
    kind varchar, state varchar, ledger_entry bigint, posted_on date, amount decimal(18, 2), party_amount decimal(18, 2), earlier_posted decimal(18, 2),
    decided decimal(18, 2), approved decimal(18, 2), disputed decimal(18, 2),
    refused decimal(18, 2), to_return decimal(18, 2), paid decimal(18, 2), currency varchar, reason varchar, arithmetic varchar
);
comment on table statements is 'One row a ledger entry that says what is owed, and party that owes or is owed it: the lines of the payment statements. Source: the ledger. Tier: party.';
comment on column statements.contract is 'The outcome contract.';
comment on column statements.claim_period is 'The period claimed for.';
comment on column statements.settled_with is 'The claim period whose statement adds the line to its total; empty for a true-up that waits for the next statement.';
comment on column statements.party is 'The party, by its name in the contract.';
comment on column statements.role is 'payer or payee.';
comment on column statements.trigger is 'The payment clause, by its name in the contract.';
comment on column statements.clause is 'The clause it rests on.';
comment on column statements.settlement is 'final, or on_account: a share paid before the final settlement.';
comment on column statements.kind is 'decision, or true_up: the difference that a later delivery made.';
comment on column statements.state is 'due or not_met.';
comment on column statements.ledger_entry is 'Number of the ledger entry. Unit: number in order.';
comment on column statements.posted_on is 'The as-of day it was posted for.';
comment on column statements.amount is 'The amount of the whole entry; below nought is to be paid back. Unit: see column currency.';
comment on column statements.party_amount is 'The payer''s share of it, or all of it for the payee. Unit: see column currency.';
comment on column statements.earlier_posted is 'What stood of the same trigger and claim period before it, for all payers. Unit: see column currency.';
comment on column statements.decided is 'Of the party''s part of the claim with all its true-ups, what is neither approved nor disputed; empty for a true-up. Unit: see column currency.';
comment on column statements.approved is 'Of it, what is approved and not yet paid; empty for a true-up. Unit: see column currency.';
comment on column statements.disputed is 'Of it, what is disputed; empty for a true-up. Unit: see column currency.';
comment on column statements.refused is 'Of it, what was refused; empty for a true-up. Unit: see column currency.';
comment on column statements.to_return is 'What was paid of it and is to be returned; empty for a true-up. Unit: see column currency.';
comment on column statements.paid is 'Of it, what is paid; empty for a true-up. Unit: see column currency.';
comment on column statements.currency is 'ISO 4217 code.';
comment on column statements.reason is 'Why, in one sentence.';
comment on column statements.arithmetic is 'The sum in words with its numbers and clause.';
