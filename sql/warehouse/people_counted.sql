-- One row: people of the vintages compared who are new in the later one, gone from it, and in both.
select
    count(*) filter (where not is_before) as added, count(*) filter (where not is_after) as gone,
    count(*) filter (where is_before and is_after) as in_both
from people_of_vintages
