-- The price list of [$1, $2), and how long it is: its first thousand rows are told. A price that is no number is not known.
select p.kind, p.provider, p.credits_list, p.credits_own_key,
    round(100 * (p.credits_own_key - p.credits_list) / nullif(p.credits_list, 0), 2) as rate,
    p.credits_list - p.credits_own_key as break_even, (p.credits_list - p.credits_own_key) * $3::numeric as break_even_money,
    nullif(p.valid_from, '-infinity') as valid_from, p.valid_until, count(*) over () as all_rows,
    count(*) filter (where p.is_irregular) over () as irregular_rows
from (
    select c.kind, c.provider, nullif(c.credits_list, 'NaN') as credits_list,
        nullif(c.credits_own_key, 'NaN') as credits_own_key, c.valid_from, c.valid_until,
        c.credits_list = 'NaN' or c.credits_own_key is not distinct from 'NaN' as is_irregular
    from byok.credit_prices c
    where c.valid_from < $2 and coalesce(c.valid_until, 'infinity') > $1
) p
order by p.kind, p.provider, p.valid_from
limit 1000
