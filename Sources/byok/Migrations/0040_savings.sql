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

-- What follows are functions and not parts of one statement, because they look at a row's neighbours, and a window
-- beside the analyses would have them read by one process only.

-- Each key from one event of its history to the next, as far as that lies within [period_start, period_end). What came
-- after the period ends nothing (`until` is infinity), so that a closed month stays what it was.
create function byok.key_spells(period_start timestamptz, period_end timestamptz, only_user uuid)
returns table (
    event_id bigint, key_id uuid, user_id uuid, provider text, at timestamptz, until timestamptz, state text,
    next_event text, reason text, run_id uuid
)
language plpgsql stable parallel safe rows 200 set search_path = '' as $$
#variable_conflict use_column
begin
    return query
    select h.id, h.key_id, h.user_id, h.provider, s.at, s.until, s.state,
        case when h.next_at < period_end then h.next_event end, h.reason, h.run_id
    from (
        select e.id, e.key_id, e.user_id, e.provider, e.at, e.event, e.reason, e.run_id,
            lead(e.at) over w as next_at, lead(e.event) over w as next_event
        from byok.key_events e
        where only_user is null or e.user_id = only_user
        window w as (partition by e.key_id order by e.at, e.id)
    ) h
    -- Today's row tells only of a key to which nothing has happened since.
    left join byok.api_keys k on k.id = h.key_id and h.next_at is null
    cross join lateral (
        select case
            when h.event = 'disabled' then 'disabled'
            -- A first look that lets a key in is an event; a key that still waits for it has none.
            when h.event in ('added', 'replaced') and h.next_event = 'enabled' then 'not_checked'
            when k.status = 'unchecked' then 'not_checked'
            else 'usable'
        end as state,
        case when h.next_at < period_end then h.next_at else 'infinity' end as until,
        case when h.event <> 'disabled' and k.quarantined_at < period_end
            then greatest(k.quarantined_at, h.at) end as set_aside_at
    ) f
    cross join lateral (
        values (h.at, coalesce(f.set_aside_at, f.until), f.state), (f.set_aside_at, f.until, 'set_aside')
    ) s (at, until, state)
    where h.event <> 'deleted' and h.at < period_end and s.until > period_start and s.until > s.at;
end
$$;

-- The stretches of the period in each of which one thing was true of a user's keys, numbered from 0. Users of whom one
-- thing held throughout are left out: theirs is number 0.
--
-- Few rows are announced: the planner multiplies groups by them, and how many there are changes no plan.
create function byok.key_stretches(period_start timestamptz, period_end timestamptz, only_user uuid)
returns table (user_id uuid, stretch integer, at timestamptz, until timestamptz)
language plpgsql stable parallel safe rows 1 set search_path = '' as $$
#variable_conflict use_column
begin
    return query
    with changes as (
        select e.user_id, e.at from byok.key_events e
        where e.at > period_start and e.at < period_end and (only_user is null or e.user_id = only_user)
        union
        select k.user_id, k.quarantined_at from byok.api_keys k
        where k.quarantined_at > period_start and k.quarantined_at < period_end
            and (only_user is null or k.user_id = only_user)
    )
    select m.user_id, (row_number() over w)::integer - 1, m.at, coalesce(lead(m.at) over w, period_end)
    from (
        select c.user_id, c.at from changes c
        union
        select c.user_id, period_start from changes c
    ) m
    window w as (partition by m.user_id order by m.at);
end
$$;

-- What each user held of each provider in each stretch of the period, as byok.key_stretches numbers them. Of several keys of a provider the best, by state: usable, set_aside, not_checked,
-- disabled; `event_id` is the event since which it was so.
create function byok.key_holdings(period_start timestamptz, period_end timestamptz, only_user uuid)
returns table (user_id uuid, stretch integer, provider text, state text, event_id bigint)
language plpgsql stable parallel safe rows 1000 set search_path = '' as $$
#variable_conflict use_column
begin
    return query
    with spells as materialized (
        select s.* from byok.key_spells(period_start, period_end, only_user) s
    ),
    stretches as materialized (
        select t.user_id, t.stretch, t.at from byok.key_stretches(period_start, period_end, only_user) t
    )
    select distinct on (m.user_id, m.stretch, s.provider) m.user_id, m.stretch, s.provider, s.state, s.event_id
    from (
        select t.user_id, t.stretch, t.at from stretches t
        union all
        select distinct s.user_id, 0, period_start from spells s
        where s.user_id not in (select t.user_id from stretches t)
    ) m
    join spells s on s.user_id = m.user_id and s.at <= m.at and s.until > m.at
    order by m.user_id, m.stretch, s.provider, s.state desc, s.at desc, s.event_id desc;
end
$$;

-- The parts of a period that begin at these moments, numbered as width_bucket does. One row is announced, for the same
-- reason as above.
create function byok.period_parts(starts timestamptz[])
returns table (number integer, at timestamptz)
language plpgsql immutable parallel safe rows 1 set search_path = '' as $$
begin
    return query select s.number::integer, s.at from unnest(starts) with ordinality s (at, number);
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

revoke all on function byok.key_holdings, byok.key_spells, byok.key_stretches, byok.period_parts, byok.price_periods,
    byok.token_price_periods from public;
