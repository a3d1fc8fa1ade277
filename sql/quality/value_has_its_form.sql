-- How many values of `{column}` are not, as a whole, of the form agreed; an empty cell is not looked at.
select count(*) from {batch} where not regexp_full_match("{column}", {pattern})
