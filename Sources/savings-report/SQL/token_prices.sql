-- What providers charge in currency $3 within [$1, $2), per million tokens, and how long the list is: its first thousand
-- rows are told. A price that is no number is not known.
select t.provider, t.model, nullif(t.input_price, 'NaN') as input_price, nullif(t.output_price, 'NaN') as output_price,
    t.source, nullif(t.valid_from, '-infinity') as valid_from, t.valid_until, count(*) over () as all_rows,
    count(*) filter (where 'NaN' in (t.input_price, t.output_price)) over () as irregular_rows
from byok.token_prices t
where t.currency = $3 and t.valid_from < $2 and coalesce(t.valid_until, 'infinity') > $1
order by t.provider, t.model, t.valid_from
limit 1000
