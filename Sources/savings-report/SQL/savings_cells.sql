-- What the period [$1, $2) came to, for everybody or for user $3. Of several kinds, told apart by `part`: JSON objects of
-- texts, then one line of CSV a user, in order, its columns those of UserColumn. Every sum is made here.
-- $4: where the months of the period begin, its own beginning first. $5: these, and where prices change. $6: the kinds
-- whose prices do. $7: whether tokens have a price in $8, the currency, null where nothing is to be estimated. $9: the
-- price of a credit in it, or null. $10 to $12: kind, provider and rate in percent of each claim.
--
-- The analyses are read once, by several processes, into cells of equal ones; all but the ledger follows from the cells.
-- Nothing is summed but counts, tokens and fingerprints: equal amounts are multiplied. What analyses are is one number,
-- looked up once for each: there are few of them, and a number is sooner told from others than seven columns. What a moment
-- falls into is joined, not computed: the planner would take every moment for a group of its own, and sort.
with
cells as materialized (
    select a.user_id,
        byok.analysis_shape(a.kind, a.provider, a.mode, a.fallback_reason,
            case when $7::boolean and a.mode = 'own_key' then a.model end, a.credits_list, a.credits_charged) as shape,
        case when a.mode = 'fallback' then a.key_id end as key_id,
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
        on b.number = case
            when cardinality($5::timestamptz[]) = 1 then 1
            when cardinality($5::timestamptz[]) = 2
                then case when a.started_at >= ($5::timestamptz[])[2] and (cardinality($4::timestamptz[]) = 2
                    or a.kind = any ($6::text[]) or $7::boolean and a.mode = 'own_key') then 2 else 1 end
            when a.kind = any ($6::text[]) or $7::boolean and a.mode = 'own_key'
                then width_bucket(a.started_at, $5::timestamptz[])
            when cardinality($4::timestamptz[]) = 1 then 1
            else width_bucket(($4::timestamptz[])[width_bucket(a.started_at, $4::timestamptz[])], $5::timestamptz[])
        end
    where a.started_at >= $1 and a.started_at < $2 and ($3::uuid is null or a.user_id = $3)
    group by 1, 2, 3, 4, 5
),
-- One analysis of each shape says what they are, whichever of the equal ones it is: hence trimmed. `recorded`: the cause
-- that a fallback has on record, as below.
samples as materialized (
    select c.shape, a.kind, a.provider, a.mode, a.model, trim_scale(a.credits_list) as list,
        trim_scale(a.credits_charged) as charged,
        a.mode = 'own_key' as is_own, a.mode = 'plan' as is_plan, a.mode = 'fallback' as is_fallback,
        coalesce(a.credits_charged >= 0 and a.credits_charged < 'NaN', false) as is_charge_known,
        coalesce(a.credits_list = 'NaN' or a.credits_charged = 'NaN', true) as is_unpriced,
        coalesce(a.credits_list >= 0 and a.credits_list < 'NaN' and a.credits_charged >= 0 and a.credits_charged < 'NaN'
            -- An own key is always some provider's.
            and (a.mode <> 'own_key'
                or a.provider in ('anthropic', 'openai', 'google', 'deepseek', 'mistral', 'groq')), false) as is_regular,
        case when a.mode = 'fallback' then
            case a.fallback_reason when 'key_refused' then 1 when 'key_rejected' then 1 when 'key_disabled' then 2
                when 'provider_balance_empty' then 3 when 'rate_limited' then 4 when 'provider_outage' then 5
                when 'not_checked' then 6 when 'user_choice' then 7 end
        end as recorded
    from (select c.shape, min(c.first_at) as at from cells c group by 1) c
    cross join lateral (
        select a.kind, a.provider, a.mode, a.fallback_reason, m.model, a.credits_list, a.credits_charged
        from byok.analyses a
        cross join lateral (select case when $7::boolean and a.mode = 'own_key' then a.model end as model) m
        where a.started_at = c.at and ($3::uuid is null or a.user_id = $3)
            and byok.analysis_shape(a.kind, a.provider, a.mode, a.fallback_reason, m.model, a.credits_list,
                a.credits_charged) = c.shape
        limit 1
    ) a
),
tariff as materialized (
    select b.at as since, p.kind, p.provider, p.credits_list, p.credits_own_key as own
    from unnest($5::timestamptz[]) b (at)
    join byok.price_periods($1, $2) p on p.valid_from <= b.at and p.until > b.at
),
-- What the price lists said of each shape in each part of the period.
offers as materialized (
    select s.*, b.at as since, t.credits_list as price_list, t.own as price_own, k.input_price, k.output_price
    from samples s
    cross join unnest($5::timestamptz[]) b (at)
    left join tariff t on t.kind = s.kind and t.provider = s.provider and t.since = b.at
    left join byok.token_price_periods($1, $2, $8) k
        on s.is_own and k.provider = s.provider and k.model = s.model and k.valid_from <= b.at and k.until > b.at
),
-- What each user held of each provider in each stretch of the period. Of several keys of a provider the best, by state:
-- usable, set_aside, not_checked, disabled; `event_id` is the event since which it was so.
spells as materialized (select s.* from byok.key_spells($1, $2, $3) s),
outages as materialized (
    select s.*, extract(epoch from least(s.until, $2) - greatest(s.at, $1)) / 3600 as hours
    from spells s
    where s.state = 'disabled'
),
stretches as materialized (select t.user_id, t.stretch, t.at from byok.key_stretches($1, $2, $3) t),
holdings as materialized (
    select distinct on (m.user_id, m.stretch, s.provider) m.user_id, m.stretch, s.provider, s.state, s.event_id
    from (
        select t.user_id, t.stretch, t.at from stretches t
        union all
        select distinct s.user_id, 0, $1 from spells s where s.user_id not in (select t.user_id from stretches t)
    ) m
    join spells s on s.user_id = m.user_id and s.at <= m.at and s.until > m.at
    order by m.user_id, m.stretch, s.provider, s.state desc, s.at desc, s.event_id desc
),
-- Few different hands are held by many users: `,anthropic usable,openai disabled,`.
hands as materialized (
    select h.user_id, h.stretch, ',' || string_agg(h.provider || ' ' || h.state, ',' order by h.provider) || ',' as hand
    from holdings h
    group by 1, 2
),
-- Of a hand that key counts which the kind has a price for: a usable one first, then the one that saves most. `dearest` is
-- the price for whoever has none, of any provider. An array says that there are few hands.
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
-- Of which provider a key is or was, by whoever names it.
named as materialized (
    select distinct e.user_id, e.key_id, e.provider from byok.key_events e where $3::uuid is null or e.user_id = $3
),
-- Causes of credits missed, as named in the parts; 0 is none, 10 that no price on an own key is listed. `own`: the price
-- that the analysis would have had; where neither a key nor a provider is known, the dearest, so that nothing is overstated.
-- The provider of a fallback may be the one it ran at in the end: the key that it names comes first, and where it names none
-- and that provider has no price on an own key, the key that the user had.
judged as materialized (
    select c.user_id, c.shape, c.since, c.stretch, n.key_id, s.is_own, s.is_plan, s.is_fallback, s.is_charge_known,
        s.is_unpriced, s.is_regular, c.analyses::integer as analyses, c.metered::integer as metered, c.first_at, c.last_at,
        c.analyses * s.list as list, c.analyses * s.charged as charged,
        case when s.input_price is not null then c.metered::integer else 0 end as costed,
        (c.input_tokens * s.input_price + c.output_tokens * s.output_price) * 0.000001 as cost, p.party,
        case when s.is_charge_known then c.analyses * (s.charged - o.own) end as missed,
        case
            when s.is_own then 0
            when o.own is null then 10
            -- The recorded reason of a fallback decides; else what the history of the keys says.
            when s.recorded is not null then s.recorded
            when n.key_id is not null then case when d.key_id is not null then 2 else 9 end
            when strpos(h.hand, ',' || p.party || ' disabled,') > 0 then 2
            when s.is_fallback then 9
            when b.state = 'usable' then 7
            when b.state = 'not_checked' then 6
            when b.state = 'set_aside' then 9
            else 8
        end as cause
    from cells c
    left join offers s on s.shape = c.shape and s.since = c.since
    left join hands h on h.user_id = c.user_id and h.stretch = c.stretch
    left join choices b on b.hand = coalesce(h.hand, '') and b.kind = s.kind and b.since = c.since
    left join named n on n.key_id = c.key_id and n.user_id = c.user_id
    -- In one stretch a key is disabled throughout or not at all, and never twice at once.
    left join outages d
        on d.key_id = c.key_id and d.user_id = c.user_id and d.at <= c.first_at and d.until > c.first_at
    left join tariff f on f.kind = s.kind and f.provider = n.provider and f.since = c.since
    cross join lateral (
        select case
            when n.provider is not null then n.provider
            when s.is_plan or s.is_fallback and s.price_own is null then coalesce(b.provider, s.provider)
            else coalesce(s.provider, b.provider)
        end
    ) p (party)
    cross join lateral (
        select case
            when s.is_own then null
            when n.provider is not null then f.own
            when s.is_fallback and s.price_own is not null then s.price_own
            when b.provider is not null then b.own
            when s.provider is not null then s.price_own
            else b.dearest
        end
    ) o (own)
),
-- By user. A sum is null where nothing of it is known. Rows set aside are in no list price, charge beside it or rate; they
-- are counted, and charged, and missed what they missed, all the same.
sums as materialized (
    select j.user_id, bool_or(not j.is_plan) as has_used,
        sum(j.analyses) as analyses,
        sum(j.analyses) filter (where j.cause <> 10) as eligible,
        sum(j.analyses) filter (where j.is_own) as own_key,
        sum(j.analyses) filter (where j.is_plan) as plan,
        sum(j.analyses) filter (where j.is_fallback) as fallback,
        sum(j.analyses) filter (where j.is_unpriced) as unpriced,
        sum(j.analyses) filter (where not j.is_regular) as irregular,
        sum(j.analyses) filter (where not j.is_regular and j.is_own) as own_irregular,
        sum(j.list) filter (where j.is_regular) as list,
        sum(j.charged) filter (where j.is_regular) as charged,
        sum(j.charged) filter (where j.charged < 'NaN') as charged_all,
        sum(j.list - j.charged) filter (where j.is_regular and j.is_own) as own_saved,
        sum(j.analyses) filter (where j.cause between 1 and 9 and not j.is_charge_known) as not_known,
        sum(j.missed) filter (where j.cause between 1 and 9) as missed,
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
        min(j.first_at) filter (where j.is_own) as first_own_key_at,
        max(j.last_at) filter (where j.is_own) as last_own_key_at,
        sum(j.metered) filter (where j.is_own) as metered,
        sum(j.costed) as costed, sum(j.cost) as cost
    from judged j
    group by 1
),
-- For whom a price changed between analyses of one kind and provider.
repriced as materialized (
    select distinct j.user_id
    from judged j
    join offers s on s.shape = j.shape and s.since = j.since
    where (s.kind, s.provider) in (
        select t.kind, t.provider from tariff t
        group by 1, 2
        having min(t.credits_list) <> max(t.credits_list) or min(t.own) <> max(t.own)
    )
    group by j.user_id, s.kind, s.provider
    having min(s.price_list) <> max(s.price_list) or min(s.price_own) <> max(s.price_own)
),
-- The same analyses by what they were.
shapes as materialized (
    select ($4::timestamptz[])[width_bucket(j.since, $4::timestamptz[])] as month, s.kind, s.provider, s.mode,
        s.price_list, s.price_own, s.list, s.charged, s.is_regular, j.analyses, j.first_at, j.last_at
    from (
        select j.since, j.shape, sum(j.analyses) as analyses, min(j.first_at) as first_at, max(j.last_at) as last_at
        from judged j
        group by 1, 2
    ) j
    join offers s on s.shape = j.shape and s.since = j.since
),
