-- The price list of [$1, $2), and how long it is: its first thousand rows are told.
select p.kind, p.provider, p.credits_list, p.credits_own_key,
    round(100 * (p.credits_own_key - p.credits_list) / nullif(p.credits_list, 0), 2) as rate,
    p.credits_list - p.credits_own_key as break_even, (p.credits_list - p.credits_own_key) * $3::numeric as break_even_money,
    nullif(p.valid_from, '-infinity') as valid_from, p.valid_until, count(*) over () as all_rows
from byok.credit_prices p
where p.valid_from < $2 and coalesce(p.valid_until, 'infinity') > $1
order by p.kind, p.provider, p.valid_from
limit 1000
