-- waterfall: one row a contract, day of distribution, step and class of investors.
create table waterfall (
    as_of date, contract varchar, distributed_on date, place integer, step varchar, class varchar, amount decimal(18, 2), arithmetic varchar
);
comment on table waterfall is 'One row a contract, day of distribution, step and class of investors: what came in and whom it went to. Source: the ledger and the contract. Tier: party.';
comment on column waterfall.as_of is 'The day whose knowledge this is.';
comment on column waterfall.contract is 'The outcome contract.';
comment on column waterfall.distributed_on is 'The day of distribution that the contract names.';
comment on column waterfall.place is 'Order of the steps within the day. Unit: number in order.';
comment on column waterfall.step is 'in, guarantee or protection, which come in; floor_interest, principal, protected_principal, guarantor, protection_repaid, premium, return, bonus or reverts, which go out.';
comment on column waterfall.class is 'The class of investors; empty for steps that belong to none.';
comment on column waterfall.amount is 'In the currency of the contract. Unit: currency of the contract.';
comment on column waterfall.arithmetic is 'The sum of the whole day in words, with its numbers and clause.';
