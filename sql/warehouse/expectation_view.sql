-- quality.{rule}: what the rule's own query counted, beside the threshold the contract's profile sets, and whether that is bad. The
-- comparison is between exact numbers: part against threshold times whole. An unknown bound is bad for want of an answer.
create or replace view quality.{rule} as
with counted as (
{body}
)
select
    counted.*,
    thresholds.threshold,
    case counted.bound
        when 'at_most' then counted.part > thresholds.threshold * counted.whole
        when 'at_least' then counted.part < thresholds.threshold * counted.whole
    end as is_bad
from counted
join quality.thresholds as thresholds on thresholds.subject = counted.subject and thresholds.rule = '{rule}';
