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
-- What was booked. Charges belong to the period of their analysis; near its ends they lie beyond it.
booked_late as materialized (
    select l.id, l.analysis_id, l.credits, a.user_id, uuid_hash(l.analysis_id) & 1023 as bucket
    from byok.credit_ledger l
    join byok.analyses a on a.id = l.analysis_id
    where l.entry = 'charge' and l.at >= $2 and l.at < $2 + interval '7 days' and $3::uuid is null
        and a.started_at >= $1 and a.started_at < $2
),
others_early as materialized (
    select l.id, l.analysis_id, l.credits, uuid_hash(l.analysis_id) & 1023 as bucket
    from byok.credit_ledger l
    left join byok.analyses a on a.id = l.analysis_id and a.started_at >= $1 and a.started_at < $2
    where l.entry = 'charge' and l.at >= $1 and l.at < $1 + interval '1 hour' and $3::uuid is null and a.id is null
),
-- Not joined, which would cost more than all the rest, but compared by fingerprint: an analysis adds a hash of its id and
-- charge to its bucket, an entry takes one off. A bucket that comes to 0 has the same analyses at the same charges.
buckets as materialized (
    select x.bucket, sum(x.hash) as difference, nullif(sum(x.credits), 'NaN') as credits, max(x.id) as last_id,
        count(*) - count(x.id) as analyses
    from (
        select uuid_hash(a.id) & 1023 as bucket,
            case when a.credits_charged <> 0 then uuid_hash_extended(a.id, hash_numeric(a.credits_charged)) >> 1 end as hash,
            null::numeric as credits, null::bigint as id
        from byok.analyses a
        where a.started_at >= $1 and a.started_at < $2 and $3::uuid is null
        union all
        select uuid_hash(l.analysis_id) & 1023,
            -(uuid_hash_extended(l.analysis_id, hash_numeric(l.credits)) >> 1), l.credits, l.id
        from byok.credit_ledger l
        where l.entry = 'charge' and l.at >= $1 and l.at < $2 and l.credits <> 0 and $3::uuid is null
    ) x
    group by 1
),
suspects as materialized (
    select x.bucket
    from (
        select b.bucket, coalesce(b.difference, 0) as difference from buckets b
        union all
        select e.bucket, uuid_hash_extended(e.analysis_id, hash_numeric(e.credits)) >> 1 from others_early e
        where e.credits <> 0
        union all
        select e.bucket, -(uuid_hash_extended(e.analysis_id, hash_numeric(e.credits)) >> 1) from booked_late e
        where e.credits <> 0
    ) x
    group by 1
    having sum(x.difference) <> 0
),
-- The analyses of the other buckets, or of the one user, each by itself and whenever it was booked.
recounts as materialized (
    select a.user_id, coalesce(sum(b.booked), 0) as booked,
        coalesce(sum(b.booked - a.credits_charged) filter (where a.credits_charged < 'NaN'), 0)
            + coalesce(sum(b.booked) filter (where a.credits_charged is null or a.credits_charged = 'NaN'), 0) as difference,
        coalesce(sum(b.outside), 0) as booked_outside,
        sum(b.booked) filter (where a.credits_charged is null or a.credits_charged = 'NaN') as booked_unpriced,
        sum(b.irregular)::bigint as irregular, max(b.last_id) as last_id,
        bool_and(a.credits_charged is null or a.credits_charged = 'NaN'
            or b.irregular = 0 and (
                b.entries <= 1 and b.booked = a.credits_charged
                or coalesce(b.booked + b.corrected = a.credits_charged, false))) as is_balanced
    from byok.analyses a
    cross join lateral (
        select count(*) filter (where l.entry = 'charge') as entries,
            count(*) filter (where l.credits = 'NaN' and l.entry = 'charge') as irregular,
            coalesce(sum(l.credits) filter (where l.credits < 'NaN' and l.entry = 'charge'), 0) as booked,
            sum(l.credits) filter (where l.credits < 'NaN' and l.entry = 'correction') as corrected,
            sum(l.credits) filter (
                where l.credits < 'NaN' and l.entry = 'charge' and (l.at < $1 or l.at >= $2)) as outside,
            max(l.id) filter (where l.entry = 'charge') as last_id
        from byok.credit_ledger l
        where l.analysis_id = a.id and l.at >= $1 - interval '24 hours'
    ) b
    where a.started_at >= $1 and a.started_at < $2 and ($3::uuid is null or a.user_id = $3)
        and ($3::uuid is not null or exists (select from suspects))
        and ($3::uuid is not null or uuid_hash(a.id) & 1023 in (select s.bucket from suspects s))
    group by 1
),
-- Charges within the period that belong to no analysis of it.
unplaced as materialized (
    select count(*) as entries, coalesce(sum(x.credits) filter (where x.credits < 'NaN'), 0) as credits,
        min(x.id) as first_id, max(x.id) as last_id
    from (
        select e.id, e.credits from others_early e where e.bucket not in (select s.bucket from suspects s)
        union all
        select l.id, l.credits
        from byok.credit_ledger l
        where l.entry = 'charge' and l.at >= $1 and l.at < $2 and $3::uuid is null and exists (select from suspects)
            and uuid_hash(l.analysis_id) & 1023 in (select s.bucket from suspects s)
            and not exists (
                select from byok.analyses a where a.id = l.analysis_id and a.started_at >= $1 and a.started_at < $2)
    ) x
),
-- Refunds and corrections belong to the period in which they were booked.
returns as materialized (
    select a.user_id, ($4::timestamptz[])[width_bucket(l.at, $4::timestamptz[])] as month, l.entry, a.kind, a.provider,
        case when a.started_at < $1 then 'earlier' else a.mode end as mode,
        count(*) as entries, coalesce(sum(l.credits) filter (where l.credits < 'NaN'), 0) as credits,
        count(*) filter (where l.entry = 'refund' and l.credits > 0 or l.credits = 'NaN') as irregular,
        max(l.id) as last_id
    from byok.credit_ledger l
    left join byok.analyses a on a.id = l.analysis_id
    where l.entry <> 'charge' and l.at >= $1 and l.at < $2 and ($3::uuid is null or a.user_id = $3)
    group by 1, 2, 3, 4, 5, 6
),
returned as materialized (
    select r.user_id,
        (sum(r.entries) filter (where r.entry = 'refund'))::bigint as refunds,
        sum(r.credits) filter (where r.entry = 'refund') as refunded,
        (sum(r.entries) filter (where r.entry = 'correction'))::bigint as corrections,
        sum(r.credits) filter (where r.entry = 'correction') as corrected,
        sum(r.credits) filter (where r.mode = 'earlier') as of_earlier_periods,
        sum(r.irregular)::bigint as irregular
    from returns r
    group by 1
),
outages as materialized (
    select s.*, round(extract(epoch from least(s.until, $2) - greatest(s.at, $1)) / 3600, 2) as hours
    from byok.key_spells($1, $2, $3) s
    where s.state = 'disabled'
),
users as materialized (
    select
        user_id, coalesce(a.has_used or k.user_id is not null, false) as keyed, coalesce(a.analyses, 0) as analyses,
        coalesce(a.eligible, 0) as eligible, coalesce(a.own_key, 0) as own_key, coalesce(a.plan, 0) as plan,
        coalesce(a.fallback, 0) as fallback, coalesce(a.unpriced, 0) as unpriced,
        coalesce(a.irregular, 0) + coalesce(r.irregular, 0) + coalesce(x.irregular, 0) as irregular,
        coalesce(a.list, 0) as list, coalesce(a.charged, 0) as charged,
        coalesce(a.charged, 0) + coalesce(a.charged_aside, 0) as charged_all,
        coalesce(a.list - a.charged, 0) as saved, 100 * (a.charged - a.list) / nullif(a.list, 0) as rate,
        a.own_saved / nullif(a.own_key - coalesce(a.own_irregular, 0), 0) as break_even,
        (select coalesce(sum(m), 0) from unnest(a.cause_missed) m) as missed,
        coalesce(a.not_known, 0) as not_known, a.cause_analyses, a.cause_missed,
        coalesce(o.hours, 0) as hours_disabled, a.first_own_key_at, a.last_own_key_at,
        coalesce(a.costed, 0) as costed, case when a.costed = a.own_key and a.own_key > 0 then a.cost end as cost,
        case when coalesce(a.own_irregular, 0) = 0 then coalesce(a.list - a.charged, 0) end as saved_whole,
        coalesce(r.refunds, 0) as refunds, coalesce(r.refunded, 0) as refunded,
        coalesce(r.corrections, 0) as corrections, coalesce(r.corrected, 0) as corrected,
        coalesce(r.of_earlier_periods, 0) as of_earlier_periods,
        coalesce(a.charged, 0) + coalesce(a.charged_aside, 0) + coalesce(x.difference, 0) as booked,
        coalesce(x.booked_unpriced, 0) as booked_unpriced,
        coalesce(x.booked_outside, 0) + coalesce(c.credits, 0) as booked_outside,
        coalesce(x.is_balanced, true) as balanced,
        concat_ws(' ', case when a.analyses < 5 then 'few' end, case when a.list < a.charged then 'negative' end,
            case when a.unpriced > 0 then 'unpriced' end,
            case when p.user_id is not null then 'price_changed' end,
            case when a.metered < a.own_key then 'tokens_missing' end) as flags
    from sums a
    full join returned r using (user_id)
    left join (
        select e.user_id, sum(e.credits) as credits from booked_late e
        where e.bucket not in (select s.bucket from suspects s)
        group by 1
    ) c using (user_id)
    left join recounts x using (user_id)
    left join repriced p using (user_id)
    left join (select distinct h.user_id from holdings h) k using (user_id)
    left join (select o.user_id, sum(o.hours) as hours from outages o group by 1) o using (user_id)
    where user_id is not null
),
ranked as materialized (
    select u.*, row_number() over (order by u.saved desc, u.user_id) as place, count(*) over () as population
    from users u
    where u.keyed and u.rate is not null
),
parts as (
    select 1 as number, 'line' as part, to_jsonb(x) as detail,
        row_number() over (order by x.month, x.kind collate "C", x.provider collate "C", x.mode collate "C",
            x.price_list, x.price_own) as place
    from (
        select (extract(epoch from s.month) * 1000000)::bigint as month, s.kind, s.provider, s.mode,
            trim_scale(s.price_list) as price_list, trim_scale(s.price_own) as price_own,
            sum(s.analyses)::bigint as analyses,
            sum(s.analyses) filter (where coalesce(s.list = 'NaN' or s.charged = 'NaN', true))::bigint as unpriced,
            sum(s.analyses) filter (where not s.is_regular)::bigint as irregular,
            sum(s.analyses * s.list) filter (where s.is_regular) as list,
            sum(s.analyses * s.charged) filter (where s.is_regular) as charged,
            sum(s.analyses * s.charged) filter (where s.charged < 'NaN') as charged_all,
            sum(s.analyses * (s.list - s.charged)) filter (where s.is_regular) as saved,
            (extract(epoch from min(s.first_at)) * 1000000)::bigint as first_at,
            (extract(epoch from max(s.last_at)) * 1000000)::bigint as last_at
        from shapes s
        group by s.month, s.kind, s.provider, s.mode, s.price_list, s.price_own
    ) x
    union all
    select 0, 'leader', to_jsonb(x), x.place
    from (
        select r.place, r.user_id, r.analyses, r.own_key, r.fallback, r.plan, r.list, r.charged, r.saved,
            round(r.rate, 2) as rate, r.missed, r.hours_disabled
        from ranked r
        where r.place <= 20
    ) x
    union all
    select 2, 'cause', to_jsonb(x), row_number() over (order by x.missed desc nulls last, x.cause)
    from (
        select ('{key_rejected,key_disabled,provider_balance_empty,rate_limited,provider_outage,not_checked,user_choice,'
                'no_key,unknown,type_not_eligible}'::text[])[c.cause] as cause,
            c.users, c.analyses, case when c.cause < 10 then coalesce(c.missed, 0) end as missed,
            coalesce(n.analyses, 0) as not_known
        from (
            select
                array[count(s.cause_analyses[1]), count(s.cause_analyses[2]), count(s.cause_analyses[3]),
                    count(s.cause_analyses[4]), count(s.cause_analyses[5]), count(s.cause_analyses[6]),
                    count(s.cause_analyses[7]), count(s.cause_analyses[8]), count(s.cause_analyses[9]),
                    count(s.cause_analyses[10])] as users,
                array[sum(s.cause_analyses[1]), sum(s.cause_analyses[2]), sum(s.cause_analyses[3]),
                    sum(s.cause_analyses[4]), sum(s.cause_analyses[5]), sum(s.cause_analyses[6]),
                    sum(s.cause_analyses[7]), sum(s.cause_analyses[8]), sum(s.cause_analyses[9]),
                    sum(s.cause_analyses[10])] as analyses,
                array[sum(s.cause_missed[1]), sum(s.cause_missed[2]), sum(s.cause_missed[3]), sum(s.cause_missed[4]),
                    sum(s.cause_missed[5]), sum(s.cause_missed[6]), sum(s.cause_missed[7]), sum(s.cause_missed[8]),
                    sum(s.cause_missed[9]), null] as missed
            from sums s
        ) t
        cross join lateral unnest(t.users, t.analyses, t.missed) with ordinality c (users, analyses, missed, cause)
        left join (
            select j.cause, sum(j.analyses) as analyses from judged j
            where j.cause between 1 and 9 and j.is_charge_known is not true
            group by 1
        ) n on n.cause = c.cause
        where c.users > 0
    ) x
    union all
    select 3, 'outage', to_jsonb(x), row_number() over (order by x.missed desc, x.key_id, x.disabled_at)
    from (
        select o.user_id, o.key_id, o.provider, k.label, o.reason, o.hours, o.next_event as ended_by,
            (extract(epoch from o.at) * 1000000)::bigint as disabled_at,
            (extract(epoch from nullif(o.until, 'infinity')) * 1000000)::bigint as ended_at,
            m.state as mail, (extract(epoch from m.sent_at) * 1000000)::bigint as mail_sent_at,
            coalesce(l.analyses, 0) as analyses, coalesce(l.missed, 0) as missed
        from outages o
        left join byok.api_keys k on k.id = o.key_id
        left join lateral (
            select e.state, e.sent_at from byok.email_outbox e
            where e.run_id = o.run_id and e.key_id = o.key_id and e.kind = 'key_disabled'
            order by e.sent_at nulls last limit 1
        ) m on true
        -- What the causes call key_disabled, as far as it was this key.
        left join (
            select h.event_id, sum(j.analyses) as analyses,
                sum(j.missed) as missed
            from judged j
            join holdings h on h.user_id = j.user_id and h.stretch = j.stretch and h.provider = j.party
            where j.cause = 2 and h.state = 'disabled'
            group by 1
        ) l on l.event_id = o.event_id
    ) x
    union all
    select 4, 'claim', to_jsonb(x), x.place
    from (
        select c.place, count(u.user_id) as users,
            count(*) filter (where u.list > 0 and 100 * (u.charged - u.list) <= c.rate * u.list) as reached,
            round(100 * sum(u.charged - u.list) / nullif(sum(u.list), 0), 2) as measured,
            round(100 * sum(u.own_charged - u.own_list) / nullif(sum(u.own_list), 0), 2) as measured_own_key,
            -- Whether they reach the claim: not by the rounded numbers beside them, and without a division.
            100 * sum(u.charged - u.list) <= c.rate * nullif(sum(u.list), 0) as is_measured,
            100 * sum(u.own_charged - u.own_list) <= c.rate * nullif(sum(u.own_list), 0) as is_measured_own_key,
            p.rate as attainable, p.is_attainable
        from unnest($10::text[], $11::text[], $12::text[]::numeric[]) with ordinality c (kind, provider, rate, place)
        left join lateral (
            select j.user_id, sum(j.analyses * j.list) as list, sum(j.analyses * j.charged) as charged,
                sum(j.analyses * j.list) filter (where j.mode = 'own_key') as own_list,
                sum(j.analyses * j.charged) filter (where j.mode = 'own_key') as own_charged
            from judged j
            join users k on k.user_id = j.user_id and k.keyed
            where j.is_regular and (c.kind is null or j.kind = c.kind) and (c.provider is null or j.party = c.provider)
            group by j.user_id
        ) u on true
        cross join lateral (
            select round(min(100 * (t.own - t.credits_list) / t.credits_list), 2) as rate,
                bool_or(100 * (t.own - t.credits_list) <= c.rate * t.credits_list) as is_attainable
            from tariff t
            where t.credits_list > 0 and t.own is not null
                and t.kind = coalesce(c.kind, t.kind) and t.provider = coalesce(c.provider, t.provider)
        ) p
        group by c.place, c.kind, c.provider, c.rate, p.rate, p.is_attainable
    ) x
    union all
    select 5, 'rates', to_jsonb(x), 0
    from (
        select count(*) as users, coalesce(sum(r.list), 0) as list, coalesce(sum(r.charged), 0) as charged,
            round(100 * sum(r.charged - r.list) / nullif(sum(r.list), 0), 2) as ratio_of_sums,
            round(avg(r.rate), 2) as mean,
            round((percentile_disc(0.5) within group (order by r.rate)
                + percentile_disc(0.5) within group (order by r.rate desc)) / 2, 2) as median,
            min(o.users) as own_key_users, min(o.list) as own_key_list, min(o.charged) as own_key_charged,
            round(100 * min(o.charged - o.list) / nullif(min(o.list), 0), 2) as own_key_only,
            round(percentile_disc(0.1) within group (order by r.rate), 2) as p10,
            round(percentile_disc(0.9) within group (order by r.rate), 2) as p90,
            round(min(r.rate), 2) as lowest, round(max(r.rate), 2) as highest,
            round(100 * sum(r.saved) filter (where r.place <= ceil(r.population * 0.1)) / nullif(sum(r.saved), 0), 2)
                as top_tenth,
            count(*) filter (where r.rate > 0) as bin_0,
            count(*) filter (where r.rate = 0) as bin_1,
            count(*) filter (where r.rate < 0 and r.rate >= -10) as bin_2,
            count(*) filter (where r.rate < -10 and r.rate >= -20) as bin_3,
            count(*) filter (where r.rate < -20 and r.rate >= -30) as bin_4,
            count(*) filter (where r.rate < -30 and r.rate >= -40) as bin_5,
            count(*) filter (where r.rate < -40 and r.rate >= -50) as bin_6,
            count(*) filter (where r.rate < -50 and r.rate >= -60) as bin_7,
            count(*) filter (where r.rate < -60 and r.rate >= -70) as bin_8,
            count(*) filter (where r.rate < -70) as bin_9
        from ranked r
        cross join (
            select (select count(*) from sums u where u.own_key > coalesce(u.own_irregular, 0)) as users,
                coalesce(sum(s.analyses * s.list), 0) as list, coalesce(sum(s.analyses * s.charged), 0) as charged
            from shapes s where s.mode = 'own_key' and s.is_regular
        ) o
    ) x
    union all
    select 6, 'ledger', to_jsonb(x), 0
    from (
        select case when $3::uuid is null then b.analyses else (
                select count(*) from byok.analyses a where a.started_at >= $1 and a.started_at < $2 and a.user_id = $3
            ) end as analyses,
            b.credits as charged, p.entries as unplaced_charges, p.credits as unplaced,
            p.first_id as unplaced_first_id, p.last_id as unplaced_last_id,
            case when $3::uuid is null then b.credits - p.credits + (select coalesce(sum(u.booked_outside), 0) from users u)
                else (select coalesce(sum(r.booked), 0) from recounts r) end as booked,
            (select coalesce(sum(r.entries), 0) from returns r where r.user_id is null) as unplaced_returns,
            (select coalesce(sum(r.credits), 0) from returns r where r.entry = 'refund') as refunded,
            (select coalesce(sum(r.credits), 0) from returns r where r.entry = 'correction') as corrected,
            greatest(b.last_id, (select max(r.last_id) from returns r), (select max(e.id) from booked_late e),
                (select max(r.last_id) from recounts r)) as last_id
        from (
            select coalesce(sum(b.credits), 0) as credits, max(b.last_id) as last_id,
                coalesce(sum(b.analyses), 0) as analyses
            from buckets b
        ) b, unplaced p
    ) x
    union all
    -- For FOCUS: the analyses of a month at one price, and what was given back.
    select 7, 'focus', to_jsonb(x), row_number() over (order by x.month, x.entry collate "C", x.kind collate "C",
        x.provider collate "C", x.mode collate "C", x.credits_list, x.credits_charged)
    from (
        select (extract(epoch from f.month) * 1000000)::bigint as month, f.entry, f.kind, f.provider, f.mode,
            f.credits_list, f.credits_charged, f.quantity, trim_scale(f.credits) as credits,
            trim_scale(f.credits_list * $9::numeric) as list_unit,
            trim_scale(f.credits_charged * $9::numeric) as contracted_unit,
            trim_scale(f.quantity * f.credits_list * $9::numeric) as list_money,
            trim_scale(f.credits * $9::numeric) as money
        from (
            select s.month, 'usage' as entry, s.kind, s.provider, s.mode, s.list as credits_list,
                s.charged as credits_charged, sum(s.analyses)::bigint as quantity, sum(s.analyses) * s.charged as credits
            from shapes s
            where s.is_regular
            group by s.month, s.kind, s.provider, s.mode, s.list, s.charged
            union all
            select r.month, r.entry, r.kind, r.provider, r.mode, null, null, sum(r.entries)::bigint, sum(r.credits)
            from returns r
            where r.user_id is not null
            group by r.month, r.entry, r.kind, r.provider, r.mode
        ) f
        where $9::numeric is not null
    ) x
)
select r.part, r.body
from (
    select p.number, p.place, null::uuid as user_id, p.part,
        (select jsonb_object_agg(e.key, e.value) from jsonb_each_text(p.detail) e)::text as body
    from parts p
    union all
    -- No null among them: concat_ws would leave its comma out.
    select 100, 0, u.user_id, 'user', concat_ws(',',
        u.user_id::text, u.keyed::text, u.analyses::text, u.eligible::text, u.own_key::text, u.plan::text,
        u.fallback::text, u.unpriced::text, trim_scale(u.list)::text, trim_scale(u.charged_all)::text,
        trim_scale(u.saved)::text, coalesce(round(u.rate, 2)::text, ''), trim_scale(u.missed)::text, u.not_known::text,
        trim_scale(coalesce(u.cause_missed[1], 0))::text, trim_scale(coalesce(u.cause_missed[2], 0))::text,
        trim_scale(coalesce(u.cause_missed[3], 0))::text, trim_scale(coalesce(u.cause_missed[4], 0))::text,
        trim_scale(coalesce(u.cause_missed[5], 0))::text, trim_scale(coalesce(u.cause_missed[6], 0))::text,
        trim_scale(coalesce(u.cause_missed[7], 0))::text, trim_scale(coalesce(u.cause_missed[8], 0))::text,
        trim_scale(coalesce(u.cause_missed[9], 0))::text,
        coalesce(u.cause_analyses[1], 0)::text, coalesce(u.cause_analyses[2], 0)::text,
        coalesce(u.cause_analyses[3], 0)::text, coalesce(u.cause_analyses[4], 0)::text,
        coalesce(u.cause_analyses[5], 0)::text, coalesce(u.cause_analyses[6], 0)::text,
        coalesce(u.cause_analyses[7], 0)::text, coalesce(u.cause_analyses[8], 0)::text,
        coalesce(u.cause_analyses[9], 0)::text, coalesce(u.cause_analyses[10], 0)::text,
        trim_scale(u.hours_disabled)::text,
        coalesce(to_char(u.first_own_key_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''),
        coalesce(to_char(u.last_own_key_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''),
        u.costed::text, coalesce(trim_scale(u.cost)::text, ''), case when u.cost is null then 'unknown' else 'estimated' end,
        coalesce(trim_scale(u.saved_whole * $9::numeric - u.cost)::text, ''),
        coalesce(trim_scale(round(u.break_even, 4))::text, ''),
        coalesce(trim_scale(round(u.break_even * $9::numeric, 6))::text, ''),
        u.refunds::text, trim_scale(u.refunded)::text, u.corrections::text, trim_scale(u.corrected)::text,
        trim_scale(u.of_earlier_periods)::text, trim_scale(u.booked)::text, trim_scale(u.booked_outside)::text,
        trim_scale(u.booked_unpriced)::text, u.balanced::text, u.irregular::text,
        concat_ws(' ', nullif(u.flags, ''), case when u.irregular > 0 then 'irregular' end,
            case when not u.balanced then 'unbalanced' end)
    )
    from users u
) r
order by r.number, r.place, r.user_id
