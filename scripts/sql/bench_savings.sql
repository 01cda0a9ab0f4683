-- Made-up analyses for scripts/bench-savings: :analyses of them in October 2026, by :users users, three in five of whom
-- have a key. One booking each, one refund in a thousand, a price change in the middle of the month, 200 disabled keys.
\set ON_ERROR_STOP on

create or replace function pg_temp.bench_id(kind text, n bigint) returns uuid language sql immutable parallel safe
as $$ select md5($1 || $2)::uuid $$;

delete from byok.credit_prices;
insert into byok.credit_prices (kind, provider, credits_list, credits_own_key, valid_from, valid_until) values
    ('audit_web', 'anthropic', 4, 1.5, '2026-01-01Z', '2026-10-16Z'),
    ('audit_web', 'anthropic', 5, 1.75, '2026-10-16Z', null),
    ('audit_web', 'openai', 4, 1.5, '2026-01-01Z', null),
    ('content', 'anthropic', 2, 0.5, '2026-01-01Z', null),
    ('content', 'openai', 2, 0.75, '2026-01-01Z', null),
    ('seo', 'openai', 3, 1, '2026-01-01Z', null);

insert into byok.key_events (key_id, user_id, provider, at, event)
select pg_temp.bench_id('key', n), pg_temp.bench_id('user', n),
    case when n % 2 = 0 then 'anthropic' else 'openai' end, '2026-01-01Z'::timestamptz + n * interval '1 second', 'added'
from generate_series(0, :users - 1) n
where n % 5 < 3;

insert into byok.key_events (key_id, user_id, provider, at, event, reason)
select pg_temp.bench_id('key', n), pg_temp.bench_id('user', n),
    case when n % 2 = 0 then 'anthropic' else 'openai' end, e.at + n * interval '1 second', e.event, 'invalid_api_key'
from generate_series(0, :users - 1, greatest(:users / 200, 5)) n,
    (values ('2026-10-09T00:00Z'::timestamptz, 'disabled'), ('2026-10-18T00:00Z', 'replaced')) e (at, event)
where n % 5 < 3;

drop index byok.analyses_started, byok.analyses_of_user, byok.credit_ledger_of_analysis;

insert into byok.analyses (
    id, user_id, kind, provider, model, key_id, mode, fallback_reason, credits_list, credits_charged,
    input_tokens, output_tokens, started_at)
select pg_temp.bench_id('analysis', n), pg_temp.bench_id('user', u), kind, provider, provider || '-large',
    case when mode <> 'plan' then pg_temp.bench_id('key', u) end, mode,
    case when mode = 'fallback' then 'rate_limited' end, list, case when mode = 'own_key' then own else list end,
    1000 + n % 5000, 200 + n % 800, at
from (
    select n, u, at, kind, provider,
        case when u % 5 >= 3 or h % 100 < 5 then 'plan' when h % 100 < 15 then 'fallback' else 'own_key' end as mode,
        case kind when 'audit_web' then case when provider = 'anthropic' and at >= '2026-10-16Z' then 5 else 4 end
            when 'content' then 2 else 3 end as list,
        case kind when 'audit_web' then case when provider = 'anthropic' and at >= '2026-10-16Z' then 1.75 else 1.5 end
            when 'content' then case provider when 'anthropic' then 0.5 else 0.75 end
            else case provider when 'openai' then 1 else 3 end end as own
    from (
        select n, h, abs(hashint8(n)) % :users as u,
            '2026-10-01Z'::timestamptz + n * (interval '31 days' / :analyses) as at,
            -- Another hash than the user's: everybody has analyses of every kind and mode.
            (array['audit_web', 'audit_web', 'audit_web', 'content', 'seo'])[1 + h / 100 % 5] as kind,
            case when abs(hashint8(n)) % :users % 2 = 0 then 'anthropic' else 'openai' end as provider
        from generate_series(0, :analyses - 1) n, lateral (select abs(hashint8extended(n, 1) / 2) as h) hash
    ) drawn
) priced;

insert into byok.credit_ledger (analysis_id, at, entry, credits)
select id, started_at + interval '2 minutes', 'charge', credits_charged from byok.analyses;
insert into byok.credit_ledger (analysis_id, at, entry, credits)
select pg_temp.bench_id('analysis', n), '2026-10-01Z'::timestamptz + n * (interval '30 days' / :analyses), 'refund', -1
from generate_series(0, :analyses - 1, 1000) n;

create index analyses_started on byok.analyses (started_at);
create index analyses_of_user on byok.analyses (user_id, started_at);
create index credit_ledger_of_analysis on byok.credit_ledger (analysis_id);
vacuum (freeze, analyze) byok.analyses, byok.credit_ledger, byok.key_events, byok.credit_prices;
