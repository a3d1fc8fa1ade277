-- What was said on an as-of day, of every claim and of every result: the night of that day, or the newest night before it.
create macro payment_decisions_on(day) as table
select * exclude (until_as_of) from payment_decisions_history
where as_of <= cast(day as date) and (until_as_of is null or cast(day as date) < until_as_of);
create macro indicator_results_on(day) as table
select * exclude (until_as_of) from indicator_results_history
where as_of <= cast(day as date) and (until_as_of is null or cast(day as date) < until_as_of);
