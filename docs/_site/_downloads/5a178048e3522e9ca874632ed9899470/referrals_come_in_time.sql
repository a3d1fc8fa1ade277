-- One row a cohort. Part: referrals that no list had although one before them already covered their day, of all that the newest list has.
-- Threshold: the largest share.
select subject, 'referrals' as counts, 'at_most' as bound, late as part, referrals as whole, late as numerator, referrals as denominator, '' as observed
from quality.referral_log
