-- results_against_thresholds: one row a threshold of a contract, with the result it is held against and what was decided. The estimates here
-- are rounded as the contract declares; decisions compare what the contract says.
create view results_against_thresholds as
with measured as (
    select contract, outcome, claim_period, estimates -> 'quantities' as quantities from indicator_results where role = 'treatment' and estimates is not null
),
held_against as (
    select thresholds.*, measured.quantities -> thresholds.measure as quantity
    from thresholds
    left join measured
        on measured.contract = thresholds.contract and measured.outcome = thresholds.outcome and measured.claim_period in ('', thresholds.claim_period)
)
select
    held_against.contract, held_against.trigger, held_against.clause, held_against.claim_period, held_against.settlement, held_against.outcome,
    held_against.measure, held_against.interval_name, held_against.asks, held_against.threshold,
    cast(quantity ->> 'value' as decimal(18, 6)) as measured,
    cast(quantity -> 'intervals' -> held_against.interval_name ->> 'low' as decimal(18, 6)) as interval_low,
    cast(quantity -> 'intervals' -> held_against.interval_name ->> 'high' as decimal(18, 6)) as interval_high,
    cast(quantity ->> 'value' as decimal(18, 6)) - held_against.threshold as distance,
    decisions.state, decisions.reason
from held_against
left join payment_decisions as decisions
    on decisions.contract = held_against.contract and decisions.trigger = held_against.trigger
    and decisions.claim_period = held_against.claim_period and decisions.settlement = held_against.settlement
order by held_against.contract, held_against.trigger, held_against.claim_period, held_against.settlement, held_against.measure;
comment on view results_against_thresholds is 'One row a threshold of a contract: the result it is held against, and what was decided. Source: thresholds, indicator_results and payment_decisions. Tier: open.';
comment on column results_against_thresholds.contract is 'The outcome contract.';
comment on column results_against_thresholds.trigger is 'The payment clause, by its name in the contract.';
comment on column results_against_thresholds.clause is 'The clause that asks it.';
comment on column results_against_thresholds.claim_period is 'The period claimed for.';
comment on column results_against_thresholds.settlement is 'final, or on_account: a share paid before the final settlement.';
comment on column results_against_thresholds.outcome is 'The outcome whose result is asked.';
comment on column results_against_thresholds.measure is 'The quantity of the result.';
comment on column results_against_thresholds.interval_name is 'The interval that must lie on one side of the threshold; empty where the quantity itself is compared.';
comment on column results_against_thresholds.asks is 'at_least, wholly_below or wholly_above; each_at_least of every person''s own value.';
comment on column results_against_thresholds.threshold is 'What it is held against. Unit: of the measure.';
comment on column results_against_thresholds.measured is 'The quantity, as rounded for display; empty without a result, where it is no estimate, and when suppressed. Unit: of the measure.';
comment on column results_against_thresholds.interval_low is 'Lower end of the interval; empty without one, and when suppressed. Unit: of the measure.';
comment on column results_against_thresholds.interval_high is 'Upper end of the interval; empty without one, and when suppressed. Unit: of the measure.';
comment on column results_against_thresholds.distance is 'Measured less threshold. Unit: of the measure.';
comment on column results_against_thresholds.state is 'What was decided: not_due, held, not_met or due.';
comment on column results_against_thresholds.reason is 'Why, in one sentence; empty when suppressed.';
