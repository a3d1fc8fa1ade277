-- How many rows refer to a row of {register} that is not there. A row in which one of the columns is empty refers to none.
select count(*)
from (select * from {batch}) as referring
where {are_given} and not exists (select 1 from {register} as referred where {are_the_same})
