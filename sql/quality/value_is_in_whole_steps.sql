-- How many values of `{column}` are no multiple of the step agreed, reckoned exactly; an empty cell is not looked at.
select count(*) from {batch} where "{column}" % {step} <> 0
