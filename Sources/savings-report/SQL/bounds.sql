-- Where within ($1, $2) something changes: a month begins, a price of a kind, or what providers charge in currency $3.
-- Tokens whose price holds throughout are told without a moment.
select b.part, b.at, b.kind
from (
    select 'month' as part, m.at, null as kind
    from (
        select generate_series(
            date_trunc('month', $1::timestamptz at time zone 'UTC'), $2::timestamptz at time zone 'UTC', interval '1 month'
        ) at time zone 'UTC' as at
    ) m
    union
    select 'price', m.at, p.kind
    from byok.price_periods($1, $2) p
    cross join lateral (values (p.valid_from), (p.until)) m (at)
    union
    select 'tokens', case when m.at > $1 and m.at < $2 then m.at end, null
    from byok.token_price_periods($1, $2, $3) t
    cross join lateral (values (t.valid_from), (t.until)) m (at)
) b
where b.at is null or b.at > $1 and b.at < $2
order by b.at, b.part, b.kind collate "C"
