-- What whoever chooses a comparison may look at: what was known before the day `{until}`, the Monday of the week of enrolment. A spell that
-- goes on ends there, and what began later is not there. Day of birth and sex are for life.
create or replace temp view known_dream as
select person_id, start_day, least(end_day, {until}) as end_day, code from staged.dream where start_day < {until};

create or replace temp view known_residence as
select person_id, start_day, least(end_day, {until}) as end_day from staged.bef_residence where start_day < {until};

create or replace temp view known_person as
select person_id, birth_day, sex from staged.bef_person;
