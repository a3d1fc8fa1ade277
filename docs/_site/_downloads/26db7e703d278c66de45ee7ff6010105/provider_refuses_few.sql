-- One row a cohort whose register says who was refused. Part: referrals that the provider refused, of all of the period. Threshold: the
-- largest share.
select subject, 'referrals' as counts, 'at_most' as bound, by_provider as part, referred as whole, by_provider as numerator, referred as denominator, '' as observed
from quality.refusals
