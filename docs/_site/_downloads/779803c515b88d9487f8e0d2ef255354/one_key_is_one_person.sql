-- One row a register with a delivery in use. Part: keys that have two days of birth or two sexes, of all keys; none in a register that has neither. Threshold: the largest share of them.
select
    'register:' || facts.register as subject, 'people' as counts, 'at_most' as bound, facts.part, greatest(facts.whole, 1) as whole,
    facts.part as numerator, greatest(facts.whole, 1) as denominator, '' as observed
from quality.register_facts as facts
join quality.in_use as in_use on in_use.register = facts.register
where facts.fact = 'two_people'
