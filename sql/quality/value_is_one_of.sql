-- How many values of `{column}` are none of those that may stand there; an empty cell is not looked at.
select count(*) from {batch} where "{column}" not in ({values})
