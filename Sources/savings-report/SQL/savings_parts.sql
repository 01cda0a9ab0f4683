-- What a disabled key was the cause of. A fallback may say itself which key that was.
disabled as materialized (
    select j.user_id, j.stretch, j.party, j.key_id, j.key_id is not null as is_key_named, j.first_at, j.analyses, j.missed
    from judged j where j.cause = 2
),
-- Who has a key of a provider that a claim is about.
keepers as materialized (
    select h.user_id, h.provider from holdings h where h.provider = any ($11::text[])
    union
    select j.user_id, j.party from judged j where not j.is_plan and j.party = any ($11::text[])
),
-- What claims are held against: what was paid by those with a key. Neither is joined beside a claim, where few rows are
-- expected: it would be looked up user by user.
measures as materialized (
    select j.user_id, s.kind, j.party, (j.user_id, j.party) in (select h.user_id, h.provider from keepers h) as is_party_kept,
        sum(j.list) as list, sum(j.charged) as charged, sum(j.list) filter (where j.is_own) as own_list,
        sum(j.charged) filter (where j.is_own) as own_charged
    from judged j
    join samples s on s.shape = j.shape
    where j.is_regular and j.user_id in (select k.user_id from users k where k.keyed)
        -- Of the kinds that are claimed, or all where a claim is of all.
        and (s.kind = any ($10::text[]) or array_position($10::text[], null) is not null)
    group by 1, 2, 3
),
claims as materialized (
    select c.place, c.kind, c.provider, c.rate, p.rate as attainable, p.is_attainable
    from unnest($10::text[], $11::text[], $12::text[]::numeric[]) with ordinality c (kind, provider, rate, place)
    cross join lateral (
        select round(min(100 * (t.own - t.credits_list) / t.credits_list), 2) as rate,
            bool_or(100 * (t.own - t.credits_list) <= c.rate * t.credits_list) as is_attainable
        from tariff t
        where t.credits_list > 0 and t.own is not null
            and t.kind = coalesce(c.kind, t.kind) and t.provider = coalesce(c.provider, t.provider)
    ) p
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
        select r.place, r.user_id, r.analyses, r.own_key, r.fallback, r.plan, r.list, r.charged_all as charged,
            r.saved, round(r.rate, 2) as rate, r.missed, r.hours_disabled
        from ranked r
        where r.place <= 20
    ) x
    union all
    select 2, 'cause', to_jsonb(x), row_number() over (order by x.missed desc nulls last, x.cause)
    from (
        select ('{key_rejected,key_disabled,provider_balance_empty,rate_limited,provider_outage,not_checked,user_choice,'
                'no_key,unknown,type_not_eligible}'::text[])[c.cause] as cause,
            c.users, c.analyses, c.missed,
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
            where j.cause between 1 and 9 and not j.is_charge_known
                and (select sum(s.not_known) > 0 from sums s)
            group by 1
        ) n on n.cause = c.cause
        where c.users > 0
    ) x
    union all
    select 3, 'outage', to_jsonb(x), row_number() over (order by x.missed desc nulls last, x.key_id, x.disabled_at)
    from (
        select o.user_id, o.key_id, o.provider, k.label, o.reason, round(o.hours, 2) as hours, o.next_event as ended_by,
            (extract(epoch from o.at) * 1000000)::bigint as disabled_at,
            (extract(epoch from nullif(o.until, 'infinity')) * 1000000)::bigint as ended_at,
            m.state as mail, (extract(epoch from m.sent_at) * 1000000)::bigint as mail_sent_at,
            coalesce(l.analyses, 0) as analyses, case when l.event_id is null then 0 else l.missed end as missed
        from outages o
        left join byok.api_keys k on k.id = o.key_id
        left join lateral (
            select e.state, e.sent_at from byok.email_outbox e
            where e.run_id = o.run_id and e.key_id = o.key_id and e.kind = 'key_disabled'
            order by e.sent_at nulls last limit 1
        ) m on true
        -- What the causes call key_disabled, as far as it was this key.
        left join (
            select d.event_id, sum(d.analyses) as analyses, sum(d.missed) as missed
            from (
                select o.event_id, j.analyses, j.missed
                from disabled j
                join outages o on o.user_id = j.user_id and o.key_id = j.key_id
                    and o.at <= j.first_at and o.until > j.first_at
                union all
                select h.event_id, j.analyses, j.missed
                from disabled j
                join holdings h on h.user_id = j.user_id and h.stretch = j.stretch and h.provider = j.party
                where not j.is_key_named and h.state = 'disabled'
            ) d
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
            c.attainable, c.is_attainable
        from claims c
        left join lateral (
            select m.user_id, sum(m.list) as list, sum(m.charged) as charged, sum(m.own_list) as own_list,
                sum(m.own_charged) as own_charged
            from measures m
            where (c.kind is null or m.kind = c.kind)
                and (c.provider is null or m.party = c.provider and m.is_party_kept)
            group by m.user_id
        ) u on true
        group by c.place, c.kind, c.provider, c.rate, c.attainable, c.is_attainable
    ) x
    union all
    select 5, 'rates', to_jsonb(x), 0
    from (
        select min(w.returns_only) as left_returns_only, min(w.no_key) as left_no_key,
            min(w.all_set_aside) as left_all_set_aside, min(w.list_zero) as left_list_zero,
            round(100 * min(w.metered) / nullif(min(w.own_key), 0), 2) as metered_percent,
            min(w.users) as users, min(w.list) as list, min(w.charged) as charged,
            round(100 * min(w.charged - w.list) / nullif(min(w.list), 0), 2) as ratio_of_sums,
            count(r.user_id) as rated_users, coalesce(sum(r.list), 0) as rated_list, coalesce(sum(r.charged), 0) as rated_charged,
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
        from (
            -- Why a user has no rate, the first reason that is one.
            select count(*) filter (where u.analyses = 0) as returns_only,
                count(*) filter (where u.analyses > 0 and not u.keyed) as no_key,
                count(*) filter (where u.analyses > 0 and u.keyed and u.list is null) as all_set_aside,
                count(*) filter (where u.analyses > 0 and u.keyed and u.list = 0) as list_zero,
                sum(u.metered) as metered, sum(u.own_key) as own_key,
                count(*) filter (where u.keyed) as users,
                coalesce(sum(u.list) filter (where u.keyed), 0) as list,
                coalesce(sum(u.charged) filter (where u.keyed), 0) as charged
            from users u
        ) w
        cross join (
            select (select count(*) from sums u where u.own_key > coalesce(u.own_irregular, 0)) as users,
                coalesce(sum(s.analyses * s.list), 0) as list, coalesce(sum(s.analyses * s.charged), 0) as charged
            from shapes s where s.mode = 'own_key' and s.is_regular
        ) o
        left join ranked r on r.rate is not null
    ) x
    union all
    select 6, 'ledger', to_jsonb(x), 0
    from (
        select c.analyses, c.list, c.charged as charged_of_analyses,
            (select coalesce(sum(s.analyses * s.list), 0) from shapes s where not s.is_regular and s.list < 'NaN') as list_aside,
            (select coalesce(sum(s.analyses * s.charged), 0) from shapes s where not s.is_regular and s.charged < 'NaN')
                as charged_aside,
            b.credits as charged, p.entries as unplaced_charges, p.credits as unplaced,
            p.first_id as unplaced_first_id, p.last_id as unplaced_last_id,
            case when $3::uuid is null then b.credits - p.credits + (select coalesce(sum(u.booked_outside), 0) from users u)
                else r.booked end as booked,
            case when $3::uuid is null then b.entries else r.entries end as charges,
            g.refunds, g.corrections, g.unplaced_returns, g.refunded, g.corrected,
            p.irregular + g.irregular as irregular_elsewhere,
            greatest(b.last_id, g.last_id, r.last_id, (select max(e.id) from booked_outside e)) as last_id
        from (
            select coalesce(sum(c.analyses), 0) as analyses, coalesce(sum(c.list), 0) as list,
                coalesce(sum(c.charged), 0) as charged
            from (
                select c.analyses, c.list, c.charged from charged c
                union all
                select count(*), sum(a.credits_list) filter (where a.credits_list < 'NaN'),
                    sum(a.credits_charged) filter (where a.credits_charged < 'NaN')
                from byok.analyses a
                where $3::uuid is not null and a.started_at >= $1 and a.started_at < $2 and a.user_id = $3
            ) c
        ) c
        cross join (
            select b.entries, coalesce(b.credits, 0) as credits, b.last_id from booked b
        ) b
        cross join (
            select coalesce(sum(r.booked), 0) as booked, coalesce(sum(r.entries), 0) as entries, max(r.last_id) as last_id
            from recounts r
        ) r
        cross join (
            select coalesce(sum(r.entries) filter (where r.user_id is null), 0) as unplaced_returns,
                coalesce(sum(r.irregular) filter (where r.user_id is null), 0) as irregular,
                coalesce(sum(r.entries) filter (where r.entry = 'refund'), 0) as refunds,
                coalesce(sum(r.entries) filter (where r.entry = 'correction'), 0) as corrections,
                coalesce(sum(r.credits) filter (where r.entry = 'refund'), 0) as refunded,
                coalesce(sum(r.credits) filter (where r.entry = 'correction'), 0) as corrected, max(r.last_id) as last_id
            from returns r
        ) g
        cross join unplaced p
    ) x
    union all
    select 6, 'bills', to_jsonb(x), 1
    from (
        select count(*) as bills, coalesce(sum(b.amount), 0) as amount,
            count(*) - (select coalesce(sum(u.bills), 0) from billed u) as left_over,
            coalesce(sum(b.amount), 0) - (select coalesce(sum(u.amount), 0) from billed u) as amount_left_over
        from bills b
    ) x
    union all
    -- For FOCUS: the analyses of a month at one price, and what was given back.
    select 7, 'focus', to_jsonb(x), row_number() over (order by x.month, x.entry collate "C", x.kind collate "C",
        x.provider collate "C", x.mode collate "C", x.is_correction, x.credits_list, x.credits_charged)
    from (
        select (extract(epoch from f.month) * 1000000)::bigint as month, f.entry, f.kind, f.provider, f.mode,
            f.is_correction, trim_scale(f.credits_list) as credits_list, trim_scale(f.credits_charged) as credits_charged,
            f.quantity, trim_scale(f.credits) as credits,
            trim_scale(f.credits_list * $9::numeric) as list_unit,
            trim_scale(f.credits_charged * $9::numeric) as contracted_unit,
            trim_scale(f.quantity * f.credits_list * $9::numeric) as list_money,
            trim_scale(f.credits * $9::numeric) as money
        from (
            select s.month, 'usage' as entry, s.kind, s.provider, s.mode, false as is_correction, s.list as credits_list,
                s.charged as credits_charged, sum(s.analyses)::bigint as quantity, sum(s.analyses) * s.charged as credits
            from shapes s
            where s.is_regular
            group by s.month, s.kind, s.provider, s.mode, s.list, s.charged
            union all
            select r.month, r.entry, r.kind, r.provider, r.mode, r.is_correction, null, null, sum(r.entries)::bigint, sum(r.credits)
            from returns r
            where r.user_id is not null
            group by r.month, r.entry, r.kind, r.provider, r.mode, r.is_correction
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
        u.fallback::text, u.unpriced::text, coalesce(trim_scale(u.list)::text, ''),
        coalesce(trim_scale(u.charged_all)::text, ''), coalesce(trim_scale(u.saved)::text, ''),
        coalesce(round(u.rate, 2)::text, ''), coalesce(trim_scale(u.missed)::text, ''), u.not_known::text,
        coalesce(trim_scale(u.cause_missed[1])::text, case when u.cause_analyses[1] is null then '0' else '' end),
        coalesce(trim_scale(u.cause_missed[2])::text, case when u.cause_analyses[2] is null then '0' else '' end),
        coalesce(trim_scale(u.cause_missed[3])::text, case when u.cause_analyses[3] is null then '0' else '' end),
        coalesce(trim_scale(u.cause_missed[4])::text, case when u.cause_analyses[4] is null then '0' else '' end),
        coalesce(trim_scale(u.cause_missed[5])::text, case when u.cause_analyses[5] is null then '0' else '' end),
        coalesce(trim_scale(u.cause_missed[6])::text, case when u.cause_analyses[6] is null then '0' else '' end),
        coalesce(trim_scale(u.cause_missed[7])::text, case when u.cause_analyses[7] is null then '0' else '' end),
        coalesce(trim_scale(u.cause_missed[8])::text, case when u.cause_analyses[8] is null then '0' else '' end),
        coalesce(trim_scale(u.cause_missed[9])::text, case when u.cause_analyses[9] is null then '0' else '' end),
        coalesce(u.cause_analyses[1], 0)::text, coalesce(u.cause_analyses[2], 0)::text,
        coalesce(u.cause_analyses[3], 0)::text, coalesce(u.cause_analyses[4], 0)::text,
        coalesce(u.cause_analyses[5], 0)::text, coalesce(u.cause_analyses[6], 0)::text,
        coalesce(u.cause_analyses[7], 0)::text, coalesce(u.cause_analyses[8], 0)::text,
        coalesce(u.cause_analyses[9], 0)::text, coalesce(u.cause_analyses[10], 0)::text,
        trim_scale(u.hours_disabled)::text,
        coalesce(to_char(u.first_own_key_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''),
        coalesce(to_char(u.last_own_key_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ''),
        u.metered::text, coalesce(u.metered_percent::text, ''), u.costed::text, u.billed_analyses::text,
        coalesce(trim_scale(u.billed)::text, ''), coalesce(trim_scale(u.estimated)::text, ''),
        coalesce(trim_scale(u.cost)::text, ''),
        case when u.cost is null then 'unknown' when u.billed_analyses = u.own_key then 'billed' else 'estimated' end,
        coalesce(trim_scale(u.saved_whole * $9::numeric - u.cost)::text, ''),
        coalesce(trim_scale(round(u.break_even, 4))::text, ''),
        coalesce(trim_scale(round(u.break_even * $9::numeric, 6))::text, ''),
        u.refunds::text, trim_scale(u.refunded)::text, u.corrections::text, trim_scale(u.corrected)::text,
        trim_scale(u.of_earlier_periods)::text, trim_scale(u.booked)::text, trim_scale(u.booked_outside)::text,
        trim_scale(u.booked_unpriced)::text, u.balanced::text, u.irregular::text,
        concat_ws(' ', nullif(u.flags, ''), case when u.irregular > 0 then 'irregular' end,
            case when not u.balanced then 'unbalanced' end)
    )
    from (
        select u.*, case when u.costed = u.own_key and u.own_key > 0 then coalesce(u.billed, 0) + coalesce(u.estimated, 0) end
            as cost
        from users u
    ) u
) r
order by r.number, r.place, r.user_id
