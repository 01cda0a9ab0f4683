-- The price list of [$1, $2).
select p.kind, p.provider, p.credits_list, p.credits_own_key,
    round(100 * (p.credits_own_key - p.credits_list) / nullif(p.credits_list, 0), 2) as rate,
    p.credits_list - p.credits_own_key as break_even, (p.credits_list - p.credits_own_key) * $3::numeric as break_even_money,
    nullif(p.valid_from, '-infinity') as valid_from, p.valid_until
from byok.credit_prices p
where p.valid_from < $2 and coalesce(p.valid_until, 'infinity') > $1
order by p.kind, p.provider, p.valid_from
limit 1000
