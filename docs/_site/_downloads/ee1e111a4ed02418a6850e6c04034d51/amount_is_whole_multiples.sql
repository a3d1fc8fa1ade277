-- One row a claim that pays by one price and adjusts nothing. Part: lines, or the amount where there are none, that are no whole multiple of
-- any of its prices. Threshold: the most of them.
with amounts as (
    select subject, cast(amount as decimal(38, 12)) as amount, count(*) as lines from quality.proposed_lines group by all
    union all
    select subject, amount, 1 as lines
    from quality.proposals as whole
    where not exists (select 1 from quality.proposed_lines as lines where lines.subject = whole.subject)
),
judged as (
    select amounts.subject, amounts.lines, not (amounts.amount = 0 or coalesce(bool_or(prices.price > 0 and amounts.amount % prices.price = 0), false)) as is_odd
    from amounts
    join quality.prices as prices on prices.subject = amounts.subject
    group by amounts.subject, amounts.amount, amounts.lines
)
select
    subject, 'amounts' as counts, 'at_most' as bound, coalesce(sum(lines) filter (where is_odd), 0) as part, 1 as whole,
    cast(coalesce(sum(lines) filter (where is_odd), 0) as bigint) as numerator, cast(sum(lines) as bigint) as denominator,
    if(bool_or(is_odd), 'an amount is no whole multiple of a price', 'every amount is a whole multiple of a price') as observed
from judged
group by subject
