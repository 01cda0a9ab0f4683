-- What savings-report reads besides: what providers charge for tokens, and the ledger by time.

-- Per million tokens. Empty until an operator fills it in: without a price a provider's bill is unknown, not zero.
create table byok.token_prices (
    provider text not null
        check (provider in ('anthropic', 'openai', 'google', 'deepseek', 'mistral', 'groq')),
    model text not null check (char_length(model) between 1 and 200),
    currency text not null check (currency ~ '^[A-Z]{3}$'),
    input_price numeric(12, 6) not null check (input_price >= 0),
    output_price numeric(12, 6) not null check (output_price >= 0),
    -- Where the price was read, such as the address of the provider's price page.
    source text not null check (char_length(source) between 1 and 500),
    valid_from timestamptz not null default '-infinity',
    valid_until timestamptz,
    primary key (provider, model, currency, valid_from),
    constraint token_prices_period check (valid_until > valid_from)
);

alter table byok.token_prices enable row level security;

-- Entries come in the order of time: a month is found without an index of the size of the ledger.
create index credit_ledger_at on byok.credit_ledger using brin (at);

-- What was given back is rare among charges, and is looked up by the month in which it was booked.
create index credit_ledger_returns on byok.credit_ledger (at) where entry <> 'charge';

-- What follows are functions and not parts of one statement, because they look at a row's neighbours, and a statement
-- that does so anywhere reads the analyses with one process only.

-- The keys of each user that had any within [period_start, period_end): from `at[i]` to the next, the id of the event
-- since which it was so, provider and state (usable, disabled, not_checked); null where there was none. Of several keys
-- one that the price list knows, then a usable one.
create function byok.key_holdings(period_start timestamptz, period_end timestamptz, only_user uuid)
returns table (user_id uuid, at timestamptz[], event_id bigint[], provider text[], state text[])
language plpgsql stable parallel safe rows 200 set search_path = '' as $$
#variable_conflict use_column
begin
    return query
    with spells as (
        select s.* from byok.key_spells(period_start, period_end, only_user) s
    ),
    moments as (
        select s.user_id, greatest(s.at, period_start) as at from spells s
        union
        select s.user_id, s.until from spells s where s.until < period_end
    ),
    best as (
        select distinct on (m.user_id, m.at) m.user_id, m.at, s.event_id, s.provider, s.state
        from moments m
        left join spells s on s.user_id = m.user_id and s.at <= m.at and s.until > m.at
        order by m.user_id, m.at,
            s.provider in (select p.provider from byok.credit_prices p where p.credits_own_key is not null) desc nulls last,
            s.state desc, s.at desc, s.event_id desc
    )
    select b.user_id, array_agg(b.at order by b.at), array_agg(b.event_id order by b.at),
        array_agg(b.provider order by b.at), array_agg(b.state order by b.at)
    from best b
    group by b.user_id;
end
$$;

-- Each key from one event of its history to the next, as far as that lies within [period_start, period_end).
create function byok.key_spells(period_start timestamptz, period_end timestamptz, only_user uuid)
returns table (
    event_id bigint, key_id uuid, user_id uuid, provider text, at timestamptz, until timestamptz, state text,
    next_event text, reason text, run_id uuid
)
language plpgsql stable parallel safe rows 200 set search_path = '' as $$
#variable_conflict use_column
begin
    return query
    select h.id, h.key_id, h.user_id, h.provider, h.at, h.until,
        case
            when h.event = 'disabled' then 'disabled'
            -- No event tells of a first look: a key that waits for it now has waited since it came.
            when h.until = 'infinity' and k.status = 'unchecked' then 'not_checked'
            else 'usable'
        end,
        h.next_event, h.reason, h.run_id
    from (
        select e.id, e.key_id, e.user_id, e.provider, e.at, e.event, e.reason, e.run_id,
            coalesce(lead(e.at) over w, 'infinity') as until, lead(e.event) over w as next_event
        from byok.key_events e
        where e.at < period_end and (only_user is null or e.user_id = only_user)
        window w as (partition by e.key_id order by e.at, e.id)
    ) h
    left join byok.api_keys k on k.id = h.key_id
    where h.event <> 'deleted' and h.until > period_start and h.until > h.at;
end
$$;

-- The price list of [period_start, period_end); where two prices overlap, the younger holds as long as it lasts,
-- as in byok.best_key.
create function byok.price_periods(period_start timestamptz, period_end timestamptz)
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
        select p.credits_list, p.credits_own_key from byok.credit_prices p
        where p.kind = m.kind and p.provider = m.provider
            and p.valid_from <= m.at and coalesce(p.valid_until, 'infinity') > m.at
        order by p.valid_from desc limit 1
    ) p
    where m.at < period_end and m.until > period_start;
end
$$;

-- The same for what providers charge in one currency.
create function byok.token_price_periods(period_start timestamptz, period_end timestamptz, only_currency text)
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
    where m.at < period_end and m.until > period_start;
end
$$;

revoke all on function byok.key_holdings, byok.key_spells, byok.price_periods, byok.token_price_periods from public;
