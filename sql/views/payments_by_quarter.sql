-- payments_by_quarter: one row a party, its role, and the calendar quarter that entries were posted for, by contract and currency.
create view payments_by_quarter as
select
    contract, party, role, year(posted_on) as year, quarter(posted_on) as quarter, currency, cast(sum(party_amount) as decimal(18, 2)) as amount,
    cast(sum(coalesce(paid, 0)) as decimal(18, 2)) as paid, count(*) as entries
from statements
group by contract, party, role, year(posted_on), quarter(posted_on), currency
order by contract, party, role, year, quarter;
comment on view payments_by_quarter is 'One row a contract, party, role and calendar quarter: what was posted for it. Source: statements. Tier: party.';
comment on column payments_by_quarter.contract is 'The outcome contract.';
comment on column payments_by_quarter.party is 'The party, by its name in the contract.';
comment on column payments_by_quarter.role is 'payer or payee.';
comment on column payments_by_quarter.year is 'The year of the as-of day it was posted for. Unit: calendar year.';
comment on column payments_by_quarter.quarter is 'The quarter of that day. Unit: quarter of the year, 1 to 4.';
comment on column payments_by_quarter.currency is 'ISO 4217 code.';
comment on column payments_by_quarter.amount is 'The party''s amount of all entries, true-ups included. Unit: see column currency.';
comment on column payments_by_quarter.paid is 'What of it is entered as paid, whenever. Unit: see column currency.';
comment on column payments_by_quarter.entries is 'How many entries. Unit: entries.';
