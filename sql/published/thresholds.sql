-- thresholds: one row a trigger, claim period, settlement and measure that its contract holds a result against.
create table thresholds (
    as_of date, contract varchar, contract_version integer, trigger varchar, clause varchar, claim_period varchar, settlement varchar,
    outcome varchar, measure varchar, interval_name varchar, asks varchar, threshold decimal(18, 6)
);
comment on table thresholds is 'One row a trigger, claim period, settlement and measure: what the contract asks of a result before it pays. Source: the contract. Tier: open.';
comment on column thresholds.as_of is 'The day whose knowledge this is.';
comment on column thresholds.contract is 'The outcome contract.';
comment on column thresholds.contract_version is 'The version of the contract. Unit: number in order.';
comment on column thresholds.trigger is 'The payment clause, by its name in the contract.';
comment on column thresholds.clause is 'The clause that asks it.';
comment on column thresholds.claim_period is 'The period claimed for.';
comment on column thresholds.settlement is 'final, or on_account: a share paid before the final settlement.';
comment on column thresholds.outcome is 'The outcome whose result is asked.';
comment on column thresholds.measure is 'The quantity of the result: a name in its estimates, or response, the share of people who answered.';
comment on column thresholds.interval_name is 'The interval that must lie on one side of the threshold; empty where the quantity itself is compared.';
comment on column thresholds.asks is 'at_least, wholly_below or wholly_above; each_at_least of every person''s own value.';
comment on column thresholds.threshold is 'What it is held against. Unit: of the measure.';
