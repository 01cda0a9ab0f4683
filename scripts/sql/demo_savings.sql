-- Three months of made-up analyses for the demo, the three before the current one: 300 of the demo's users with their
-- own keys, 60 without any. Plan, own-key and fallback rows, a price that changed in the middle of last month, refunds, and
-- a user whose key was disabled for nine days.
\set ON_ERROR_STOP on
begin;

create temporary table months on commit drop as
select (date_trunc('month', now() at time zone 'UTC') - interval '3 months') at time zone 'UTC' as first,
    (date_trunc('month', now() at time zone 'UTC') - interval '1 month') at time zone 'UTC' as last,
    date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' as until;

-- The list price rises; the price on an own key rises with it.
update byok.credit_prices set valid_until = (select last + interval '14 days' from months)
where kind = 'audit_web' and provider = 'anthropic';
insert into byok.credit_prices (kind, provider, credits_list, credits_own_key, valid_from)
select 'audit_web', 'anthropic', 4.5, 1.75, last + interval '14 days' from months;
insert into byok.credit_prices (kind, provider, credits_list, credits_own_key)
values ('audit_web', 'openai', 4, 1.5), ('content', 'anthropic', 2, 0.75), ('content', 'openai', 2, 0.75);

insert into byok.token_prices (provider, model, currency, input_price, output_price, source)
values ('anthropic', 'demo-large', 'EUR', 3, 15, 'made up'), ('openai', 'demo-large', 'EUR', 2, 8, 'made up');

create temporary table people on commit drop as
select user_id, provider, key_id, row_number() over (order by user_id) as number, true as keyed
from (
    select distinct on (k.user_id) k.user_id, k.provider, k.id as key_id
    from byok.api_keys k
    where k.provider in ('anthropic', 'openai') and k.status = 'active'
    order by k.user_id, k.id
) k
limit 300;
insert into people select md5('demo ' || n)::uuid, 'openai', null, 1000 + n, false from generate_series(1, 60) n;

-- Those keys were there, and looked at, before the months that are reported.
update byok.key_events e
set at = m.first - interval '30 days' + case e.event when 'enabled' then interval '1 minute' else interval '0' end
from people p, months m
where e.key_id = p.key_id and e.event in ('added', 'enabled');

-- The first of them lost nine days of last month: disabled, told by mail six minutes later, replaced.
insert into byok.key_events (key_id, user_id, provider, at, event, run_id, reason)
select p.key_id, p.user_id, p.provider, m.last + d.day, d.event, d.run_id, d.reason
from people p, months m, (values
    (interval '5 days 4 hours', 'disabled', md5('demo run')::uuid, 'invalid_api_key'),
    (interval '14 days 2 hours', 'replaced', null, null)
) d (day, event, run_id, reason)
where p.number = 1;
insert into byok.email_outbox (user_id, key_id, kind, payload, idempotency_key, state, sent_at, run_id)
select p.user_id, p.key_id, 'key_disabled', '{}', 'demo', 'sent', m.last + interval '5 days 4 hours 6 minutes',
    md5('demo run')::uuid
from people p, months m
where p.number = 1;

insert into byok.analyses (
    id, user_id, kind, provider, model, key_id, mode, fallback_reason, credits_list, credits_charged, input_tokens,
    output_tokens, started_at)
select md5('demo analysis ' || p.number || ' ' || n)::uuid, p.user_id, drawn.kind, p.provider, 'demo-large',
    case when mode <> 'plan' then p.key_id end, mode,
    case when mode = 'fallback' then (array['rate_limited', 'provider_outage', 'provider_balance_empty'])[1 + n % 3] end,
    c.credits_list, case mode when 'own_key' then c.credits_own_key else c.credits_list end,
    2000 + p.number * 7 % 3000, 500 + n * 13 % 700, at
from people p
cross join months m
cross join lateral generate_series(1, 20 + p.number::integer % 50) n
cross join lateral (
    select m.first + (n * 7919 * 97 + p.number * 104729) % extract(epoch from m.until - m.first)::bigint * interval '1 second' as at,
        case when n % 4 = 0 then 'content' else 'audit_web' end as kind
) drawn
cross join lateral (
    select case
        when not p.keyed or n % 11 = 0 then 'plan'
        when p.number = 1 and at >= m.last + interval '5 days 4 hours' and at < m.last + interval '14 days 2 hours' then 'plan'
        when n % 9 = 0 then 'fallback' else 'own_key' end as mode
) chosen
join byok.credit_prices c
    on c.kind = drawn.kind and c.provider = p.provider
    and c.valid_from <= at and coalesce(c.valid_until, 'infinity') > at;

insert into byok.credit_ledger (analysis_id, at, entry, credits)
select id, started_at + interval '90 seconds', 'charge', credits_charged from byok.analyses order by started_at, id;
-- Two of them sent in what their provider billed last month.
insert into byok.provider_bills (user_id, provider, month, currency, amount, source)
select p.user_id, p.provider, (m.last at time zone 'UTC')::date, 'EUR', 1.25 * p.number, 'made-up bill ' || p.number
from people p, months m
where p.number in (2, 5);
-- One in two hundred was given back, some a month later.
insert into byok.credit_ledger (analysis_id, at, entry, credits)
select id, started_at + interval '3 days', 'refund', -credits_charged
from (select *, row_number() over (order by id) as place from byok.analyses) a
where place % 200 = 0
order by id;

commit;
