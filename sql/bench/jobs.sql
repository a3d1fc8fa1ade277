-- One row a job month of a made-up register, without any chance in it: four jobs a person.
select
    md5(cast(n // 4 as varchar)) as pnr,
    cast(10000000 + n * 7919 % 89999999 as varchar) as arbnr,
    date '2025-01-01' + cast(n * 31 % 180 as integer) as ajo_job_start_dato,
    date '2025-01-01' + cast(n * 31 % 180 + 30 as integer) as ajo_job_slut_dato,
    cast(n * 37 % 16037 as decimal(18, 2)) / 100 as ajo_loentimer,
    cast(n % 101 as decimal(18, 2)) / 100 as ajo_fuldtid_beskaeftiget,
    case n % 3 when 0 then 'S' || chr(248) || 'nder All' || chr(233) else 'Vestergade' end || {mark} as sted
from range({rows}) as numbers(n)
