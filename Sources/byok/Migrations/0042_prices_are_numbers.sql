-- NaN passes a check for not being negative. What is there stays, and counts as not known; no more of it comes.

alter table byok.credit_prices
    add constraint credit_prices_numbers check (credits_list < 'NaN' and credits_own_key < 'NaN') not valid;
alter table byok.token_prices
    add constraint token_prices_numbers check (input_price < 'NaN' and output_price < 'NaN') not valid;

-- The price list of [period_start, period_end); where two prices overlap, the younger holds as long as it lasts,
-- as in byok.best_key.
create or replace function byok.price_periods(period_start timestamptz, period_end timestamptz)
returns table (
    kind text, provider text, credits_list numeric, credits_own_key numeric, valid_from timestamptz, until timestamptz
)
language plpgsql stable parallel safe rows 100 set search_path = '' as $$
#variable_conflict use_column
begin
    return query
    select m.kind, m.provider, p.credits_list, p.credits_own_key, m.at, m.until
    from (
        select c.kind, c.provider, c.at, coalesce(lead(c.at) over w, 'infinity') as until
        from (
            select p.kind, p.provider, p.valid_from as at from byok.credit_prices p
            union
            select p.kind, p.provider, p.valid_until from byok.credit_prices p where p.valid_until is not null
        ) c
        window w as (partition by c.kind, c.provider order by c.at)
    ) m
    cross join lateral (
        select nullif(p.credits_list, 'NaN') as credits_list, nullif(p.credits_own_key, 'NaN') as credits_own_key
        from byok.credit_prices p
        where p.kind = m.kind and p.provider = m.provider
            and p.valid_from <= m.at and coalesce(p.valid_until, 'infinity') > m.at
        order by p.valid_from desc limit 1
    ) p
    where m.at < period_end and m.until > period_start;
end
$$;

-- The same for what providers charge in one currency.
create or replace function byok.token_price_periods(
    period_start timestamptz, period_end timestamptz, only_currency text
)
returns table (
    provider text, model text, input_price numeric, output_price numeric, valid_from timestamptz, until timestamptz
)
language plpgsql stable parallel safe rows 100 set search_path = '' as $$
#variable_conflict use_column
begin
    return query
    select m.provider, m.model, p.input_price, p.output_price, m.at, m.until
    from (
        select c.provider, c.model, c.at, coalesce(lead(c.at) over w, 'infinity') as until
        from (
            select p.provider, p.model, p.valid_from as at from byok.token_prices p where p.currency = only_currency
            union
            select p.provider, p.model, p.valid_until from byok.token_prices p
            where p.currency = only_currency and p.valid_until is not null
        ) c
        window w as (partition by c.provider, c.model order by c.at)
    ) m
    cross join lateral (
        select p.input_price, p.output_price from byok.token_prices p
        where p.provider = m.provider and p.model = m.model and p.currency = only_currency
            and p.valid_from <= m.at and coalesce(p.valid_until, 'infinity') > m.at
        order by p.valid_from desc limit 1
    ) p
    -- A price of which half is no number is none: what it was for has no known cost.
    where m.at < period_end and m.until > period_start and p.input_price < 'NaN' and p.output_price < 'NaN';
end
$$;
