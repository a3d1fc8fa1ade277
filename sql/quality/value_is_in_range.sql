-- How many values lie outside their range, compared exactly; an empty cell is not looked at.
select count(*) from {batch} where {outside}
