-- What the period [$1, $2) came to, for everybody or for user $3. Of several kinds, told apart by `part`: JSON objects of
-- texts, then one line of CSV a user, in order, its columns those of UserColumn. Every sum is made here.
-- $4: where the months of the period begin, its own beginning first. $5: these, and where prices change. $6: the kinds
-- whose prices do. $7: whether tokens have a price in $8, the currency, null where nothing is to be estimated. $9: the
-- price of a credit in it, or null. $10 to $12: kind, provider and rate in percent of each claim.
--
-- The analyses are read once, by several processes, into cells of equal ones; all but the ledger follows from the cells.
-- Nothing is summed but counts, tokens and fingerprints: equal amounts are multiplied. What a moment falls into is joined,
-- not computed: the planner would take every moment for a group of its own, and sort.
with
cells as (
    select a.user_id, a.kind, a.provider, a.mode, a.fallback_reason, a.credits_list, a.credits_charged,
        case when $7::boolean and a.mode = 'own_key' then a.model end as model,
        b.at as since, coalesce(h.stretch, 0) as stretch,
        count(*) as analyses,
        count(*) filter (where a.input_tokens is not null and a.output_tokens is not null) as metered,
        sum(a.input_tokens) filter (where $7::boolean and a.output_tokens is not null) as input_tokens,
        sum(a.output_tokens) filter (where $7::boolean and a.input_tokens is not null) as output_tokens,
        min(a.started_at) as first_at, max(a.started_at) as last_at
    from byok.analyses a
    left join byok.key_stretches($1, $2, $3) h
        on h.user_id = a.user_id and h.at <= a.started_at and h.until > a.started_at
    left join byok.period_parts($5) b
        on b.number = width_bucket(
            case when a.kind = any ($6::text[]) or $7::boolean and a.mode = 'own_key' then a.started_at
                when cardinality($4::timestamptz[]) = 1 then $1
                else ($4::timestamptz[])[width_bucket(a.started_at, $4::timestamptz[])] end, $5::timestamptz[])
    where a.started_at >= $1 and a.started_at < $2 and ($3::uuid is null or a.user_id = $3)
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
),
tariff as materialized (
    select b.at as since, p.kind, p.provider, p.credits_list, nullif(p.credits_own_key, 'NaN') as own
    from unnest($5::timestamptz[]) b (at)
    join byok.price_periods($1, $2) p on p.valid_from <= b.at and p.until > b.at
),
holdings as materialized (select h.* from byok.key_holdings($1, $2, $3) h),
-- Few different hands are held by many users: `,anthropic usable,openai disabled,`.
hands as materialized (
    select h.user_id, h.stretch, ',' || string_agg(h.provider || ' ' || h.state, ',' order by h.provider) || ',' as hand
    from holdings h
    group by 1, 2
),
-- Of a hand that key counts which the kind has a price for: a usable one first, then the cheapest. `dearest` is the price
-- for whoever has none, of any provider. An array says that there are few hands.
choices as materialized (
    select distinct on (h.hand, d.kind, d.since) h.hand, d.kind, d.since, d.own as dearest, k.provider, k.state, k.own
    from unnest(array(select distinct h.hand from hands h union all select '')) h (hand)
    cross join (select t.since, t.kind, max(t.own) as own from tariff t group by 1, 2) d
    left join lateral (
        select t.provider, split_part(held, ' ', 2) as state, t.own, t.own - t.credits_list as saving
        from unnest(string_to_array(trim(h.hand, ','), ',')) held
        join tariff t on t.provider = split_part(held, ' ', 1) and t.kind = d.kind and t.since = d.since
        where t.own is not null
    ) k on true
    order by h.hand, d.kind, d.since, k.state desc nulls last, k.saving, k.provider
),
-- Causes of credits missed, as in CauseName below; 0 is none, 10 that no price on an own key is listed. `own`: the price
-- that the analysis would have had; where neither a key nor a provider is known, the dearest, so that nothing is overstated.
judged as materialized (
    select c.user_id, c.kind, c.provider, c.mode, c.credits_list as list, c.credits_charged as charged, c.stretch,
        c.since,
        c.analyses::integer as analyses, c.metered::integer as metered, c.first_at, c.last_at,
        case when k.provider is not null then c.metered::integer else 0 end as costed,
        (c.input_tokens * k.input_price + c.output_tokens * k.output_price) * 0.000001 as cost,
        t.credits_list as price_list, t.own as price_own,
        case c.mode when 'plan' then coalesce(b.provider, c.provider) else coalesce(c.provider, b.provider) end as party,
        o.own, case when c.credits_charged >= 0 and c.credits_charged < 'NaN'
            then c.analyses * (c.credits_charged - o.own) end as missed,
        c.credits_charged >= 0 and c.credits_charged < 'NaN' as is_charge_known,
        coalesce(c.credits_list = 'NaN' or c.credits_charged = 'NaN', true) as is_unpriced,
        coalesce(c.credits_list >= 0 and c.credits_list < 'NaN' and c.credits_charged >= 0 and c.credits_charged < 'NaN'
            -- An own key is always some provider's.
            and (c.mode <> 'own_key'
                or c.provider in ('anthropic', 'openai', 'google', 'deepseek', 'mistral', 'groq')), false) as is_regular,
        case
            when c.mode = 'own_key' then 0
            when o.own is null then 10
            -- The recorded reason of a fallback decides; else what the history of the keys says.
            when c.mode = 'fallback' and c.fallback_reason in ('key_refused', 'key_rejected') then 1
            when c.mode = 'fallback' and c.fallback_reason = 'key_disabled' then 2
            when c.mode = 'fallback' and c.fallback_reason = 'provider_balance_empty' then 3
            when c.mode = 'fallback' and c.fallback_reason = 'rate_limited' then 4
            when c.mode = 'fallback' and c.fallback_reason = 'provider_outage' then 5
            when c.mode = 'fallback' and c.fallback_reason = 'not_checked' then 6
            when c.mode = 'fallback' and c.fallback_reason = 'user_choice' then 7
            when strpos(h.hand, ',' || case c.mode when 'plan' then b.provider else coalesce(c.provider, b.provider) end
                || ' disabled,') > 0 then 2
            when c.mode = 'fallback' then 9
            when b.state = 'usable' then 7
            when b.state = 'not_checked' then 6
            when b.state = 'set_aside' then 9
            else 8
        end as cause
    from cells c
    left join hands h on h.user_id = c.user_id and h.stretch = c.stretch
    left join choices b on b.hand = coalesce(h.hand, '') and b.kind = c.kind and b.since = c.since
    left join tariff t on t.kind = c.kind and t.provider = c.provider and t.since = c.since
    left join byok.token_price_periods($1, $2, $8) k
        on c.mode = 'own_key' and k.provider = c.provider and k.model = c.model
        and k.valid_from <= c.since and k.until > c.since
    cross join lateral (
        select case
            when c.mode = 'own_key' then null
            when b.provider is not null and (c.mode = 'plan' or c.provider is null) then b.own
            when c.provider is not null then t.own
            else b.dearest
        end
    ) o (own)
),
-- By user. Rows set aside are counted and charged, and in nothing else.
sums as materialized (
    select j.user_id, bool_or(j.mode <> 'plan') as has_used,
        sum(j.analyses) as analyses,
        sum(j.analyses) filter (where j.cause <> 10) as eligible,
        sum(j.analyses) filter (where j.mode = 'own_key') as own_key,
        sum(j.analyses) filter (where j.mode = 'plan') as plan,
        sum(j.analyses) filter (where j.mode = 'fallback') as fallback,
        sum(j.analyses) filter (where j.is_unpriced) as unpriced,
        sum(j.analyses) filter (where not j.is_regular) as irregular,
        sum(j.analyses) filter (where not j.is_regular and j.mode = 'own_key') as own_irregular,
        sum(j.analyses * j.list) filter (where j.is_regular) as list,
        sum(j.analyses * j.charged) filter (where j.is_regular) as charged,
        sum(j.analyses * j.charged) filter (where not j.is_regular and j.charged < 'NaN') as charged_aside,
        sum(j.analyses * (j.list - j.charged)) filter (where j.is_regular and j.mode = 'own_key') as own_saved,
        sum(j.analyses) filter (where j.cause between 1 and 9 and j.is_charge_known is not true) as not_known,
        array[
            sum(j.analyses) filter (where j.cause = 1), sum(j.analyses) filter (where j.cause = 2),
            sum(j.analyses) filter (where j.cause = 3), sum(j.analyses) filter (where j.cause = 4),
            sum(j.analyses) filter (where j.cause = 5), sum(j.analyses) filter (where j.cause = 6),
            sum(j.analyses) filter (where j.cause = 7), sum(j.analyses) filter (where j.cause = 8),
            sum(j.analyses) filter (where j.cause = 9), sum(j.analyses) filter (where j.cause = 10)
        ] as cause_analyses,
        array[
            sum(j.missed) filter (where j.cause = 1), sum(j.missed) filter (where j.cause = 2),
            sum(j.missed) filter (where j.cause = 3), sum(j.missed) filter (where j.cause = 4),
            sum(j.missed) filter (where j.cause = 5), sum(j.missed) filter (where j.cause = 6),
            sum(j.missed) filter (where j.cause = 7), sum(j.missed) filter (where j.cause = 8),
            sum(j.missed) filter (where j.cause = 9)
        ] as cause_missed,
        min(j.first_at) filter (where j.mode = 'own_key') as first_own_key_at,
        max(j.last_at) filter (where j.mode = 'own_key') as last_own_key_at,
        sum(j.metered) filter (where j.mode = 'own_key') as metered,
        sum(j.costed) as costed, sum(j.cost) as cost
    from judged j
    group by 1
),
-- For whom a price changed between analyses of one kind and provider.
repriced as materialized (
    select distinct j.user_id
    from judged j
    where (j.kind, j.provider) in (
        select t.kind, t.provider from tariff t
        group by 1, 2
        having min(t.credits_list) <> max(t.credits_list) or min(t.own) <> max(t.own)
    )
    group by j.user_id, j.kind, j.provider
    having min(j.price_list) <> max(j.price_list) or min(j.price_own) <> max(j.price_own)
),
-- The same analyses by what they were.
shapes as materialized (
    select ($4::timestamptz[])[width_bucket(s.since, $4::timestamptz[])] as month, s.kind, s.provider, s.mode,
        t.credits_list as price_list, t.own as price_own, s.list, s.charged, s.is_regular, s.analyses, s.first_at, s.last_at
    from (
        select j.since, j.kind, j.provider, j.mode, j.list, j.charged, bool_and(j.is_regular) as is_regular,
            sum(j.analyses) as analyses, min(j.first_at) as first_at, max(j.last_at) as last_at
        from judged j
        group by 1, 2, 3, 4, 5, 6
    ) s
    left join tariff t on t.kind = s.kind and t.provider = s.provider and t.since = s.since
),
