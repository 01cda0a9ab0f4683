-- What the period [$1, $2) came to, for everybody or for user $3. Of several kinds, told apart by `part`: JSON objects of
-- texts, then one line of CSV a user, in order, its columns those of UserColumn. Every sum is made here. $4: where the
-- months of the period begin. $5: the currency of provider prices, null where nothing is to be estimated. $6: the price
-- of a credit in it, or null. $7 to $9: kind, provider and rate in percent of each claim.
--
-- What is looked up for a row comes from functions, and causes and months from lists that are joined: so the analyses
-- are read by several processes at once, and the planner knows how few groups there will be.
with
-- Causes of credits missed, as in the columns below; 0 is none, 10 that no price on an own key is listed.
used as materialized (
    select a.user_id,
        bool_or(a.mode <> 'plan' or h.user_id is not null) as keyed,
        count(*) as analyses,
        count(*) filter (where c.code <> 10) as eligible,
        count(*) filter (where a.mode = 'own_key') as own_key,
        count(*) filter (where a.mode = 'plan') as plan,
        count(*) filter (where a.mode = 'fallback') as fallback,
        count(*) filter (where a.credits_list is null or a.credits_charged is null) as unpriced,
        count(*) filter (
            where a.credits_list is null or a.credits_charged is null or a.credits_list < 0 or a.credits_charged < 0
                -- An own key is always some provider's.
                or a.mode = 'own_key' and (a.provider is null
                    or a.provider not in ('anthropic', 'openai', 'google', 'deepseek', 'mistral', 'groq'))
        ) as irregular,
        sum(a.credits_list) filter (where a.credits_charged is not null) as list,
        sum(a.credits_charged) as charged,
        sum(a.credits_charged) filter (where a.credits_list is null) as charged_unlisted,
        count(*) filter (where c.code = 1) as analyses_key_rejected,
        sum(a.credits_charged - p.credits_own_key) filter (where c.code = 1) as missed_key_rejected,
        count(*) filter (where c.code = 2) as analyses_key_disabled,
        sum(a.credits_charged - p.credits_own_key) filter (where c.code = 2) as missed_key_disabled,
        count(*) filter (where c.code = 3) as analyses_provider_balance_empty,
        sum(a.credits_charged - p.credits_own_key) filter (where c.code = 3) as missed_provider_balance_empty,
        count(*) filter (where c.code = 4) as analyses_rate_limited,
        sum(a.credits_charged - p.credits_own_key) filter (where c.code = 4) as missed_rate_limited,
        count(*) filter (where c.code = 5) as analyses_provider_outage,
        sum(a.credits_charged - p.credits_own_key) filter (where c.code = 5) as missed_provider_outage,
        count(*) filter (where c.code = 6) as analyses_not_checked,
        sum(a.credits_charged - p.credits_own_key) filter (where c.code = 6) as missed_not_checked,
        count(*) filter (where c.code = 7) as analyses_user_choice,
        sum(a.credits_charged - p.credits_own_key) filter (where c.code = 7) as missed_user_choice,
        count(*) filter (where c.code = 8) as analyses_no_key,
        sum(a.credits_charged - p.credits_own_key) filter (where c.code = 8) as missed_no_key,
        count(*) filter (where c.code = 9) as analyses_unknown,
        sum(a.credits_charged - p.credits_own_key) filter (where c.code = 9) as missed_unknown,
        count(*) filter (where c.code = 10) as analyses_type_not_eligible,
        min(a.started_at) filter (where a.mode = 'own_key') as first_own_key_at,
        max(a.started_at) filter (where a.mode = 'own_key') as last_own_key_at,
        count(t.provider) filter (where a.input_tokens is not null and a.output_tokens is not null) as costed,
        sum((a.input_tokens * t.input_price + a.output_tokens * t.output_price) * 0.000001) as cost,
        count(*) filter (where a.credits_charged <> 0) as chargeable,
        sum(uuid_hash(a.id)) filter (where a.credits_charged <> 0) as fingerprint
    from byok.analyses a
    left join byok.key_holdings($1, $2, $3) h on h.user_id = a.user_id
    left join byok.price_periods($1, $2) p
        on p.kind = a.kind and p.valid_from <= a.started_at and p.until > a.started_at
        and p.provider = case a.mode
            when 'plan' then coalesce(h.provider[width_bucket(a.started_at, h.at)], a.provider)
            when 'fallback' then coalesce(a.provider, h.provider[width_bucket(a.started_at, h.at)])
        end
    left join (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)) c (code)
        on c.code = case
            when a.mode = 'own_key' then 0
            when p.credits_own_key is null then 10
            -- The recorded reason of a fallback decides; else what the history of the keys says.
            when a.mode = 'fallback' and a.fallback_reason in ('key_refused', 'key_rejected') then 1
            when a.mode = 'fallback' and a.fallback_reason = 'key_disabled' then 2
            when a.mode = 'fallback' and a.fallback_reason = 'provider_balance_empty' then 3
            when a.mode = 'fallback' and a.fallback_reason = 'rate_limited' then 4
            when a.mode = 'fallback' and a.fallback_reason = 'provider_outage' then 5
            when a.mode = 'fallback' and a.fallback_reason = 'not_checked' then 6
            when a.mode = 'fallback' and a.fallback_reason = 'user_choice' then 7
            when h.state[width_bucket(a.started_at, h.at)] = 'disabled' then 2
            when a.mode = 'fallback' then 9
            when h.state[width_bucket(a.started_at, h.at)] = 'usable' then 7
            when h.state[width_bucket(a.started_at, h.at)] = 'not_checked' then 6
            else 8
        end
    left join byok.token_price_periods($1, $2, $5) t
        on a.mode = 'own_key' and t.provider = a.provider and t.model = a.model
        and t.valid_from <= a.started_at and t.until > a.started_at
    where a.started_at >= $1 and a.started_at < $2 and ($3::uuid is null or a.user_id = $3)
    group by a.user_id
),
-- The same analyses by what they were: what the users must add up to.
lines as materialized (
    select m.at as month, a.kind, a.provider, a.mode,
        count(*) as analyses,
        count(*) filter (where a.credits_list is null or a.credits_charged is null) as unpriced,
        sum(a.credits_list) filter (where a.credits_charged is not null) as list,
        sum(a.credits_charged) as charged_all,
        sum(a.credits_charged) filter (where a.credits_list is null) as charged_unlisted,
        min(a.started_at) as first_at, max(a.started_at) as last_at
    from byok.analyses a
    left join unnest($4::timestamptz[]) with ordinality m (at, number)
        on m.number = width_bucket(a.started_at, $4::timestamptz[])
    where a.started_at >= $1 and a.started_at < $2 and ($3::uuid is null or a.user_id = $3)
    group by m.at, a.kind, a.provider, a.mode
),
-- Charges belong to the period of their analysis; one that was booked a day before it is taken for another's.
charges as materialized (
    select a.user_id,
        count(*) filter (where a.credits_charged <> 0) as entries,
        sum(l.credits) filter (where a.credits_charged is not null) as booked,
        sum(uuid_hash(l.analysis_id)) filter (where a.credits_charged <> 0) as fingerprint,
        count(*) filter (where l.credits <> a.credits_charged) as differing,
        count(*) filter (where l.at >= $1 and l.at < $2) as entries_within,
        sum(l.credits) filter (where l.at >= $1 and l.at < $2) as booked_within,
        max(l.id) as last_id
    from byok.credit_ledger l
    left join byok.analyses a on a.id = l.analysis_id and a.started_at >= $1 and a.started_at < $2
    where l.entry = 'charge' and l.at >= $1 - interval '24 hours' and (a.id is not null or l.at >= $1 and l.at < $2)
        and ($3::uuid is null or a.user_id = $3)
    group by 1
),
-- Refunds and corrections belong to the period in which they were booked.
returns as materialized (
    select a.user_id,
        count(*) filter (where l.entry = 'refund') as refunds,
        sum(l.credits) filter (where l.entry = 'refund') as refunded,
        count(*) filter (where l.entry = 'correction') as corrections,
        sum(l.credits) filter (where l.entry = 'correction') as corrected,
        sum(l.credits) filter (where a.started_at < $1) as of_earlier_periods,
        count(*) filter (where l.entry = 'refund' and l.credits > 0) as irregular,
        max(l.id) as last_id
    from byok.credit_ledger l
    left join byok.analyses a on a.id = l.analysis_id
    where l.entry <> 'charge' and l.at >= $1 and l.at < $2 and ($3::uuid is null or a.user_id = $3)
    group by 1
),
outages as materialized (
    select s.*, round(extract(epoch from least(s.until, $2) - greatest(s.at, $1)) / 3600, 2) as hours
    from byok.key_spells($1, $2, $3) s
    where s.state = 'disabled'
),
users as materialized (
    select
        user_id,
        coalesce(a.keyed, false) as keyed,
        coalesce(a.analyses, 0) as analyses, coalesce(a.eligible, 0) as eligible, coalesce(a.own_key, 0) as own_key,
        coalesce(a.plan, 0) as plan, coalesce(a.fallback, 0) as fallback, coalesce(a.unpriced, 0) as unpriced,
        coalesce(a.irregular, 0) + coalesce(r.irregular, 0) as irregular,
        coalesce(a.list, 0) as list, coalesce(a.charged, 0) as charged_all,
        coalesce(a.charged, 0) - coalesce(a.charged_unlisted, 0) as charged,
        coalesce(a.list, 0) - coalesce(a.charged, 0) + coalesce(a.charged_unlisted, 0) as saved,
        100 * (coalesce(a.charged, 0) - coalesce(a.charged_unlisted, 0) - a.list) / nullif(a.list, 0) as rate,
        coalesce(a.missed_key_rejected, 0)
            + coalesce(a.missed_key_disabled, 0)
            + coalesce(a.missed_provider_balance_empty, 0)
            + coalesce(a.missed_rate_limited, 0)
            + coalesce(a.missed_provider_outage, 0)
            + coalesce(a.missed_not_checked, 0)
            + coalesce(a.missed_user_choice, 0)
            + coalesce(a.missed_no_key, 0)
            + coalesce(a.missed_unknown, 0) as missed,
        a.analyses_key_rejected, coalesce(a.missed_key_rejected, 0) as missed_key_rejected,
        a.analyses_key_disabled, coalesce(a.missed_key_disabled, 0) as missed_key_disabled,
        a.analyses_provider_balance_empty, coalesce(a.missed_provider_balance_empty, 0) as missed_provider_balance_empty,
        a.analyses_rate_limited, coalesce(a.missed_rate_limited, 0) as missed_rate_limited,
        a.analyses_provider_outage, coalesce(a.missed_provider_outage, 0) as missed_provider_outage,
        a.analyses_not_checked, coalesce(a.missed_not_checked, 0) as missed_not_checked,
        a.analyses_user_choice, coalesce(a.missed_user_choice, 0) as missed_user_choice,
        a.analyses_no_key, coalesce(a.missed_no_key, 0) as missed_no_key,
        a.analyses_unknown, coalesce(a.missed_unknown, 0) as missed_unknown,
        a.analyses_type_not_eligible,
        coalesce(o.hours, 0) as hours_disabled, a.first_own_key_at, a.last_own_key_at,
        coalesce(a.costed, 0) as costed,
        case when a.costed = a.own_key and a.own_key > 0 then a.cost end as cost,
        coalesce(r.refunds, 0) as refunds, coalesce(r.refunded, 0) as refunded,
        coalesce(r.corrections, 0) as corrections, coalesce(r.corrected, 0) as corrected,
        coalesce(r.of_earlier_periods, 0) as of_earlier_periods,
        coalesce(c.booked, 0) as booked,
        coalesce(a.chargeable, 0) = coalesce(c.entries, 0) and coalesce(c.differing, 0) = 0
            and coalesce(a.charged, 0) = coalesce(c.booked, 0)
            and coalesce(a.fingerprint, 0) = coalesce(c.fingerprint, 0) as balanced
    from used a
    full join charges c using (user_id)
    full join returns r using (user_id)
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
        row_number() over (order by x.month, x.kind collate "C", x.provider collate "C", x.mode collate "C") as place
    from (
        select (extract(epoch from l.month) * 1000000)::bigint as month, l.kind, l.provider, l.mode, l.analyses,
            l.unpriced, l.list, l.charged_all - coalesce(l.charged_unlisted, 0) as charged, l.charged_all,
            l.list - l.charged_all + coalesce(l.charged_unlisted, 0) as saved,
            (extract(epoch from l.first_at) * 1000000)::bigint as first_at,
            (extract(epoch from l.last_at) * 1000000)::bigint as last_at
        from lines l
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
        select c.cause, count(*) filter (where c.analyses > 0) as users, sum(c.analyses) as analyses, sum(c.missed) as missed
        from users u
        cross join lateral (values
            ('key_rejected', u.analyses_key_rejected, u.missed_key_rejected),
            ('key_disabled', u.analyses_key_disabled, u.missed_key_disabled),
            ('provider_balance_empty', u.analyses_provider_balance_empty, u.missed_provider_balance_empty),
            ('rate_limited', u.analyses_rate_limited, u.missed_rate_limited),
            ('provider_outage', u.analyses_provider_outage, u.missed_provider_outage),
            ('not_checked', u.analyses_not_checked, u.missed_not_checked),
            ('user_choice', u.analyses_user_choice, u.missed_user_choice),
            ('no_key', u.analyses_no_key, u.missed_no_key),
            ('unknown', u.analyses_unknown, u.missed_unknown),
            ('type_not_eligible', u.analyses_type_not_eligible, null)
        ) c (cause, analyses, missed)
        group by c.cause
        having sum(c.analyses) > 0
    ) x
    union all
    select 3, 'outage', to_jsonb(x), row_number() over (order by x.missed desc, x.key_id, x.disabled_at)
    from (
        select o.user_id, o.key_id, o.provider, k.label, o.reason, o.hours, o.next_event as ended_by,
            (extract(epoch from o.at) * 1000000)::bigint as disabled_at,
            (extract(epoch from nullif(o.until, 'infinity')) * 1000000)::bigint as ended_at,
            m.state as mail, (extract(epoch from m.sent_at) * 1000000)::bigint as mail_sent_at,
            l.analyses, coalesce(l.missed, 0) as missed
        from outages o
        left join byok.api_keys k on k.id = o.key_id
        left join byok.key_holdings($1, $2, $3) h on h.user_id = o.user_id
        left join lateral (
            select e.state, e.sent_at from byok.email_outbox e
            where e.run_id = o.run_id and e.key_id = o.key_id and e.kind = 'key_disabled'
            order by e.sent_at nulls last limit 1
        ) m on true
        -- What the causes above call key_disabled, as far as it was this key.
        left join lateral (
            select count(*) as analyses, sum(a.credits_charged - p.credits_own_key) as missed
            from byok.analyses a
            join byok.price_periods($1, $2) p
                on p.kind = a.kind and p.valid_from <= a.started_at and p.until > a.started_at
                and p.provider = case a.mode when 'plan' then o.provider else coalesce(a.provider, o.provider) end
            where a.user_id = o.user_id and a.started_at >= greatest(o.at, $1) and a.started_at < least(o.until, $2)
                and h.event_id[width_bucket(a.started_at, h.at)] = o.event_id
                and p.credits_own_key is not null and a.mode <> 'own_key'
                and (a.mode = 'plan' or a.fallback_reason is null or a.fallback_reason not in (
                    'key_refused', 'key_rejected', 'provider_balance_empty', 'rate_limited', 'provider_outage',
                    'not_checked', 'user_choice'))
        ) l on true
    ) x
    union all
    select 4, 'claim', to_jsonb(x), x.place
    from (
        select c.place, count(u.user_id) as users, count(*) filter (where u.rate <= c.rate) as reached,
            round(100 * sum(u.charged - u.list) / nullif(sum(u.list), 0), 2) as measured,
            round(100 * sum(u.own_charged - u.own_list) / nullif(sum(u.own_list), 0), 2) as measured_own_key,
            (
                select round(min(100 * (p.credits_own_key - p.credits_list) / nullif(p.credits_list, 0)), 2)
                from byok.price_periods($1, $2) p
                where p.kind = coalesce(c.kind, p.kind) and p.provider = coalesce(c.provider, p.provider)
            ) as attainable
        from unnest($7::text[], $8::text[], $9::text[]::numeric[]) with ordinality c (kind, provider, rate, place)
        left join lateral (
            select a.user_id, sum(a.credits_list) as list, sum(a.credits_charged) as charged,
                sum(a.credits_list) filter (where a.mode = 'own_key') as own_list,
                sum(a.credits_charged) filter (where a.mode = 'own_key') as own_charged,
                100 * sum(a.credits_charged - a.credits_list) / nullif(sum(a.credits_list), 0) as rate
            from byok.analyses a
            left join byok.key_holdings($1, $2, $3) h on h.user_id = a.user_id
            where a.started_at >= $1 and a.started_at < $2 and (a.mode <> 'plan' or h.user_id is not null)
                and a.credits_list is not null and a.credits_charged is not null
                and (c.kind is null or a.kind = c.kind)
                and (c.provider is null or c.provider = case a.mode
                    when 'plan' then coalesce(h.provider[width_bucket(a.started_at, h.at)], a.provider)
                    else coalesce(a.provider, h.provider[width_bucket(a.started_at, h.at)]) end)
            group by a.user_id
        ) u on true
        group by c.place, c.kind, c.provider
    ) x
    union all
    select 5, 'rates', to_jsonb(x), 0
    from (
        select count(*) as users,
            round(100 * sum(r.charged - r.list) / nullif(sum(r.list), 0), 2) as ratio_of_sums,
            round(avg(r.rate), 2) as mean,
            round((percentile_disc(0.5) within group (order by r.rate)
                + percentile_disc(0.5) within group (order by r.rate desc)) / 2, 2) as median,
            (
                select round(100 * sum(l.charged_all - coalesce(l.charged_unlisted, 0) - l.list) / nullif(sum(l.list), 0), 2)
                from lines l where l.mode = 'own_key'
            ) as own_key_only,
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
    ) x
    union all
    select 6, 'ledger', to_jsonb(x), 0
    from (
        select coalesce(sum(c.entries_within), 0) as charges, coalesce(sum(c.booked_within), 0) as charged,
            coalesce(sum(c.entries_within) filter (where c.user_id is null), 0) as unplaced_charges,
            coalesce(sum(c.booked_within) filter (where c.user_id is null), 0) as unplaced,
            coalesce(sum(c.booked) filter (where c.user_id is not null), 0) as booked,
            (select count(*) from returns r where r.user_id is null) as unplaced_returns,
            (select coalesce(sum(r.refunded), 0) from returns r) as refunded,
            (select coalesce(sum(r.corrected), 0) from returns r) as corrected,
            greatest(max(c.last_id), (select max(r.last_id) from returns r)) as last_id
        from charges c
    ) x
)
select r.part, r.body
from (
    select p.number, p.place, null::uuid as user_id, p.part,
        (select jsonb_object_agg(e.key, e.value) from jsonb_each_text(p.detail) e)::text as body
    from parts p
    union all
    select 100, 0, u.user_id, 'user', array_to_string(array[
        u.user_id::text, u.keyed::text, u.analyses::text, u.eligible::text, u.own_key::text, u.plan::text,
        u.fallback::text, u.unpriced::text, trim_scale(u.list)::text, trim_scale(u.charged_all)::text,
        trim_scale(u.saved)::text, round(u.rate, 2)::text, trim_scale(u.missed)::text,
        trim_scale(u.missed_key_rejected)::text,
        trim_scale(u.missed_key_disabled)::text,
        trim_scale(u.missed_provider_balance_empty)::text,
        trim_scale(u.missed_rate_limited)::text,
        trim_scale(u.missed_provider_outage)::text,
        trim_scale(u.missed_not_checked)::text,
        trim_scale(u.missed_user_choice)::text,
        trim_scale(u.missed_no_key)::text,
        trim_scale(u.missed_unknown)::text,
        trim_scale(u.hours_disabled)::text,
        to_char(u.first_own_key_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        to_char(u.last_own_key_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        u.costed::text, trim_scale(u.cost)::text, case when u.cost is null then 'unknown' else 'estimated' end,
        trim_scale(u.saved * $6::numeric - u.cost)::text,
        u.refunds::text, trim_scale(u.refunded)::text, u.corrections::text, trim_scale(u.corrected)::text,
        trim_scale(u.of_earlier_periods)::text, trim_scale(u.booked)::text, u.balanced::text, u.irregular::text,
        concat_ws(' ', case when u.analyses < 5 then 'few' end, case when u.saved < 0 then 'negative' end,
            case when u.unpriced > 0 then 'unpriced' end,
            case when u.irregular > 0 then 'irregular' end, case when not u.balanced then 'unbalanced' end)
    ], ',', '')
    from users u
) r
order by r.number, r.place, r.user_id
