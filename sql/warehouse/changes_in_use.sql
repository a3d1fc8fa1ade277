-- One row a register with a vintage before the one in use, and column; the row as a whole first.
select
    vintages.register, vintages.before_known_from, vintages.known_from, changes.column_name, changes.people_added, changes.people_gone,
    changes.people_in_both, changes.people_changed, changes.weeks_changed, changes.rows_before, changes.rows_after
from quality.vintages as vintages
join quality.vintage_changes as changes
    on changes.register = vintages.register and changes.before = vintages.before and changes.after = vintages.after
order by vintages.register, changes.column_name
