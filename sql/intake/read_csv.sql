-- One row a line of a CSV file after its header, every column as text. A line that is not as wide as the header is an error.
select *
from read_csv(
    $path, header = true, delim = $separator, columns = $columns, auto_detect = false, quote = '"', escape = '"', encoding = $encoding,
    null_padding = false, strict_mode = true
)
