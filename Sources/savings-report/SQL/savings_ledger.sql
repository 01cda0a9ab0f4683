-- What was booked. Charges belong to the period of their analysis; near its ends they lie beyond it.
booked_late as materialized (
    select l.id, l.analysis_id, l.credits, a.user_id, uuid_hash(l.analysis_id) & 1023 as bucket
    from byok.credit_ledger l
    join byok.analyses a on a.id = l.analysis_id
    where l.entry = 'charge' and l.at >= $2 and $3::uuid is null and a.started_at >= $1 and a.started_at < $2
),
-- Of a service whose clock goes slow. Nearly all that was booked then is of analyses of then, which are told apart at
-- once; the others are looked up.
booked_early as materialized (
    select l.id, l.analysis_id, l.credits, a.user_id, uuid_hash(l.analysis_id) & 1023 as bucket
    from (
        select l.id, l.analysis_id, l.credits
        from byok.credit_ledger l
        left join byok.analyses b
            on b.id = l.analysis_id and b.started_at >= $1 - interval '49 hours' and b.started_at < $1
        where l.entry = 'charge' and l.at >= $1 - interval '24 hours' and l.at < $1 and $3::uuid is null and b.id is null
        offset 0
    ) l
    cross join lateral (
        select a.user_id from byok.analyses a
        where a.id = l.analysis_id and a.started_at >= $1 and a.started_at < $2
        limit 1
    ) a
),
booked_outside as materialized (select b.* from booked_late b union all select b.* from booked_early b),
others_early as materialized (
    select l.id, l.analysis_id, l.credits, uuid_hash(l.analysis_id) & 1023 as bucket
    from byok.credit_ledger l
    left join byok.analyses a on a.id = l.analysis_id and a.started_at >= $1 and a.started_at < $2
    where l.entry = 'charge' and l.at >= $1 and l.at < $1 + interval '1 hour' and $3::uuid is null and a.id is null
        and l.credits <> 0
),
-- Not joined, which would cost more than all the rest, but compared by fingerprint: an analysis adds a hash of its id and
-- charge, an entry takes one off. What comes to 0 is the same analyses at the same charges. What was charged nothing needs
-- no booking, and a booking of nothing is none: neither has a hash.
charged as materialized (
    select count(*) as analyses,
        sum(byok.booking_print(a.id, a.credits_charged)) as hash,
        sum(a.credits_list) filter (where a.credits_list < 'NaN') as list,
        sum(a.credits_charged) filter (where a.credits_charged < 'NaN') as charged
    from byok.analyses a
    where a.started_at >= $1 and a.started_at < $2 and $3::uuid is null
),
booked as materialized (
    select count(*) as entries, max(l.id) as last_id, count(*) filter (where l.credits = 'NaN') as irregular,
        sum(byok.booking_print(l.analysis_id, l.credits)) as hash,
        sum(l.credits) filter (where l.credits < 'NaN') as credits
    from byok.credit_ledger l
    where l.entry = 'charge' and l.at >= $1 and l.at < $2 and $3::uuid is null
),
-- What lies beyond the period's ends, as an entry that is missing from the ledger or too many in it.
strays as materialized (
    select e.bucket, byok.booking_print(e.analysis_id, e.credits) as hash, e.credits
    from others_early e
    union all
    select e.bucket, -byok.booking_print(e.analysis_id, e.credits), e.credits
    from booked_outside e
),
differences as materialized (
    select coalesce(c.hash, 0) - coalesce(b.hash, 0) + s.hash <> 0 or b.irregular + s.irregular > 0 as is_different
    from charged c, booked b, (
        select coalesce(sum(s.hash), 0) as hash, count(*) filter (where s.credits = 'NaN') as irregular
        from strays s
    ) s
),
-- Where that is not 0, by 1,024 buckets of ids: which of them differ. Joined, not computed: see above.
suspects as materialized (
    select x.bucket
    from (
        select g.bucket, sum(byok.booking_print(a.id, a.credits_charged)) as hash, 0 as irregular
        from byok.analyses a
        left join byok.id_buckets() g on g.bucket = uuid_hash(a.id) & 1023
        where a.started_at >= $1 and a.started_at < $2 and $3::uuid is null and (select d.is_different from differences d)
        group by 1
        union all
        select g.bucket, -sum(byok.booking_print(l.analysis_id, l.credits)), count(*) filter (where l.credits = 'NaN')
        from byok.credit_ledger l
        left join byok.id_buckets() g on g.bucket = uuid_hash(l.analysis_id) & 1023
        where l.entry = 'charge' and l.at >= $1 and l.at < $2 and $3::uuid is null
            and (select d.is_different from differences d)
        group by 1
        union all
        select s.bucket, s.hash, (s.credits = 'NaN')::integer
        from strays s
        where (select d.is_different from differences d)
    ) x
    group by 1
    having sum(x.hash) <> 0 or sum(x.irregular) > 0
),
-- The analyses of the other buckets, or of the one user, each by itself and whenever it was booked.
recounts as materialized (
    select a.user_id, coalesce(sum(b.booked), 0) as booked,
        coalesce(sum(b.booked - a.credits_charged) filter (where a.credits_charged < 'NaN'), 0)
            + coalesce(sum(b.booked) filter (where a.credits_charged is null or a.credits_charged = 'NaN'), 0) as difference,
        coalesce(sum(b.outside), 0) as booked_outside,
        sum(b.booked) filter (where a.credits_charged is null or a.credits_charged = 'NaN') as booked_unpriced,
        sum(b.irregular)::bigint as irregular, sum(b.all_entries)::bigint as entries, max(b.last_id) as last_id,
        bool_and(a.credits_charged is null or a.credits_charged = 'NaN'
            or b.irregular = 0 and (
                b.entries <= 1 and b.booked = a.credits_charged
                or coalesce(b.booked + b.corrected = a.credits_charged, false))) as is_balanced
    from byok.analyses a
    cross join lateral (
        select count(*) filter (where l.entry = 'charge' and l.credits <> 0) as entries,
            count(*) filter (where l.entry = 'charge') as all_entries,
            count(*) filter (where l.credits = 'NaN' and l.entry = 'charge') as irregular,
            coalesce(sum(l.credits) filter (where l.credits < 'NaN' and l.entry = 'charge'), 0) as booked,
            sum(l.credits) filter (where l.credits < 'NaN' and l.entry = 'correction') as corrected,
            sum(l.credits) filter (
                where l.credits < 'NaN' and l.entry = 'charge' and (l.at < $1 or l.at >= $2)) as outside,
            max(l.id) filter (where l.entry = 'charge') as last_id
        from byok.credit_ledger l
        where l.analysis_id = a.id
    ) b
    where a.started_at >= $1 and a.started_at < $2 and ($3::uuid is null or a.user_id = $3)
        and ($3::uuid is not null or exists (select from suspects))
        and ($3::uuid is not null or uuid_hash(a.id) & 1023 in (select s.bucket from suspects s))
    group by 1
),
-- Charges within the period that belong to no analysis of it; in a statement its user's.
unplaced as materialized (
    select count(*) as entries, coalesce(sum(x.credits) filter (where x.credits < 'NaN'), 0) as credits,
        count(*) filter (where x.credits = 'NaN') as irregular, min(x.id) as first_id, max(x.id) as last_id
    from (
        select e.id, e.credits from others_early e where e.bucket not in (select s.bucket from suspects s)
        union all
        select l.id, l.credits
        from byok.credit_ledger l
        where l.entry = 'charge' and l.credits <> 0 and l.at >= $1 and l.at < $2 and $3::uuid is null
            and exists (select from suspects)
            and uuid_hash(l.analysis_id) & 1023 in (select s.bucket from suspects s)
            and not exists (
                select from byok.analyses a where a.id = l.analysis_id and a.started_at >= $1 and a.started_at < $2)
        union all
        select l.id, l.credits
        from byok.analyses a
        join byok.credit_ledger l on l.analysis_id = a.id
        where $3::uuid is not null and a.user_id = $3 and not (a.started_at >= $1 and a.started_at < $2)
            and l.entry = 'charge' and l.credits <> 0 and l.at >= $1 and l.at < $2
    ) x
),
-- Refunds and corrections belong to the period in which they were booked.
returns as materialized (
    select a.user_id, ($4::timestamptz[])[width_bucket(l.at, $4::timestamptz[])] as month, l.entry, a.kind, a.provider,
        a.mode, a.started_at < $1 as is_earlier, a.started_at < date_trunc('month', l.at, 'UTC') as is_correction,
        count(*) as entries, coalesce(sum(l.credits) filter (where l.credits < 'NaN'), 0) as credits,
        count(*) filter (where l.entry = 'refund' and l.credits > 0 or l.credits = 'NaN') as irregular,
        max(l.id) as last_id
    from byok.credit_ledger l
    left join byok.analyses a on a.id = l.analysis_id
    where l.entry <> 'charge' and l.at >= $1 and l.at < $2 and ($3::uuid is null or a.user_id = $3)
    group by 1, 2, 3, 4, 5, 6, 7, 8
),
returned as materialized (
    select r.user_id,
        (sum(r.entries) filter (where r.entry = 'refund'))::bigint as refunds,
        sum(r.credits) filter (where r.entry = 'refund') as refunded,
        (sum(r.entries) filter (where r.entry = 'correction'))::bigint as corrections,
        sum(r.credits) filter (where r.entry = 'correction') as corrected,
        sum(r.credits) filter (where r.is_earlier) as of_earlier_periods,
        sum(r.irregular)::bigint as irregular
    from returns r
    group by 1
),
-- What providers billed in $8 for months that lie wholly in the period: a part of a bill is nobody's.
bills as materialized (
    select b.user_id, b.provider, m.at as month, b.amount
    from unnest($4::timestamptz[]) m (at)
    join byok.provider_bills b on b.month = m.at at time zone 'UTC'
    where b.currency = $8 and (b.month + interval '1 month') at time zone 'UTC' <= $2 and ($3::uuid is null or b.user_id = $3)
),
-- Of these, what is for analyses on own keys, and what they were estimated at: a bill takes its place.
billed as materialized (
    select x.user_id, count(*) as bills, sum(x.amount) as amount, sum(x.analyses) as analyses, sum(x.costed) as costed,
        coalesce(sum(x.cost), 0) as cost
    from (
        select b.user_id, b.amount, sum(j.analyses) as analyses, sum(j.costed) as costed, sum(j.cost) as cost
        from bills b
        join judged j on j.user_id = b.user_id and j.is_own
        join samples s on s.shape = j.shape and s.provider = b.provider
        where ($4::timestamptz[])[width_bucket(j.since, $4::timestamptz[])] = b.month and exists (select from bills)
        group by b.user_id, b.provider, b.month, b.amount
    ) x
    group by 1
),
users as materialized (
    select
        user_id, coalesce(a.has_used or k.user_id is not null, false) as keyed, coalesce(a.analyses, 0) as analyses,
        coalesce(a.eligible, 0) as eligible, coalesce(a.own_key, 0) as own_key, coalesce(a.plan, 0) as plan,
        coalesce(a.fallback, 0) as fallback, coalesce(a.unpriced, 0) as unpriced,
        coalesce(a.irregular, 0) + coalesce(r.irregular, 0) + coalesce(x.irregular, 0) as irregular,
        -- Who has no analyses was charged nothing; of whom nothing is known it is null.
        case when a.analyses is null then 0 else a.list end as list,
        case when a.analyses is null then 0 else a.charged end as charged,
        case when a.analyses is null then 0 else a.charged_all end as charged_all,
        case when a.analyses is null then 0 else a.list - a.charged end as saved, 100 * (a.charged - a.list) / nullif(a.list, 0) as rate,
        a.own_saved / nullif(a.own_key - coalesce(a.own_irregular, 0), 0) as break_even,
        coalesce(a.missed, case when coalesce(a.not_known, 0) = 0 then 0 end) as missed,
        coalesce(a.not_known, 0) as not_known, a.cause_analyses, a.cause_missed,
        coalesce(o.hours, 0) as hours_disabled, a.first_own_key_at, a.last_own_key_at,
        coalesce(a.metered, 0) as metered, round(100.0 * a.metered / nullif(a.own_key, 0), 2) as metered_percent,
        m.known as costed, coalesce(b.analyses, 0) as billed_analyses, b.amount as billed,
        case when a.costed > coalesce(b.costed, 0) then a.cost - coalesce(b.cost, 0) end as estimated,
        case when coalesce(a.own_irregular, 0) = 0 then a.list - a.charged end as saved_whole,
        coalesce(r.refunds, 0) as refunds, coalesce(r.refunded, 0) as refunded,
        coalesce(r.corrections, 0) as corrections, coalesce(r.corrected, 0) as corrected,
        coalesce(r.of_earlier_periods, 0) as of_earlier_periods,
        coalesce(a.charged_all, 0) + coalesce(x.difference, 0) as booked,
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
        select e.user_id, sum(e.credits) as credits
        from booked_outside e
        where e.bucket not in (select s.bucket from suspects s)
        group by 1
    ) c using (user_id)
    left join recounts x using (user_id)
    left join repriced p using (user_id)
    left join billed b using (user_id)
    cross join lateral (
        select coalesce(a.costed, 0) - coalesce(b.costed, 0) + coalesce(b.analyses, 0) as known
    ) m
    left join (select distinct h.user_id from holdings h) k using (user_id)
    left join (select o.user_id, round(sum(o.hours), 2) as hours from outages o group by 1) o using (user_id)
    where user_id is not null
),
ranked as materialized (
    select u.user_id, u.analyses, u.own_key, u.fallback, u.plan, u.list, u.charged, u.charged_all, u.saved, u.rate,
        u.missed, u.hours_disabled, row_number() over (order by u.saved desc nulls last, u.user_id) as place,
        count(*) over () as population
    from users u
    -- A statement is its user's, with or without a key.
    where u.keyed and u.rate is not null or $3::uuid is not null
),
