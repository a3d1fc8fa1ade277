-- ledger: one row a ledger entry, for the contract's parties.
create table ledger (seq bigint, kind varchar, as_of date, contract varchar, about varchar, posting_key varchar, body varchar, hash varchar);
comment on table ledger is 'One row a ledger entry; the file ledger.jsonl is the truth, this is a copy. Source: the ledger. Tier: party.';
comment on column ledger.seq is 'Number of the entry in the chain. Unit: number in order.';
comment on column ledger.kind is 'What the entry says: execution, referrals, freeze, hold, override, decision, question, true_up, anchor, signatory, estimate, approval, dispute, payment or reversal.';
comment on column ledger.as_of is 'The day decided for.';
comment on column ledger.contract is 'The outcome contract.';
comment on column ledger.about is 'The posting key it speaks of.';
comment on column ledger.posting_key is 'The posting key it claims; at most one entry ever claims a key.';
comment on column ledger.body is 'What was entered, as JSON.';
comment on column ledger.hash is 'SHA-256 of the entry, which the next entry repeats.';
