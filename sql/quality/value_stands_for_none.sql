-- How many cells of `{column}` hold a value that stands for none, the empty ones among them where the contract names them too.
select count(*) from {batch} where "{column}" in ({values}) or ({counts_empty} and "{column}" is null)
