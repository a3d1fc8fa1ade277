-- One row a claim with a cap a person. Part: people whose line and what earlier claims gave them come to more than the cap. Threshold: the
-- most of them.
select
    proposals.subject, 'people' as counts, 'at_most' as bound, count(*) filter (where lines.amount + lines.paid_before > proposals.cap) as part, 1 as whole,
    count(*) filter (where lines.amount + lines.paid_before > proposals.cap) as numerator, greatest(count(lines.subject), 1) as denominator, '' as observed
from quality.proposals as proposals
left join quality.proposed_lines as lines on lines.subject = proposals.subject
where proposals.cap is not null
group by proposals.subject
