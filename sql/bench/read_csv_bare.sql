-- The same file by the database's own reader, typed, into a table: what a reading is measured beside.
create or replace table bare as
select *
from read_csv(
    $path, header = true, delim = ';', auto_detect = false, quote = '"', escape = '"', encoding = $encoding, dateformat = '%d-%m-%Y', decimal_separator = ',',
    columns = {
        'pnr': 'VARCHAR', 'arbnr': 'VARCHAR', 'ajo_job_start_dato': 'DATE', 'ajo_job_slut_dato': 'DATE', 'ajo_loentimer': 'DECIMAL(38, 6)',
        'ajo_fuldtid_beskaeftiget': 'DECIMAL(38, 6)', 'sted': 'VARCHAR'
    }
)
