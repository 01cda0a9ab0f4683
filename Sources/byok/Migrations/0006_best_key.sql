-- Which key an analysis should use, and what happens when that key is refused.

-- The best usable key of a user for a task, or no row. Active keys before suspected ones; keys without
-- credit behind the others; then the largest discount, the provider's rank for the task, the freshest proof.
-- `context` may hold "needs" (what the provider must fit, as in task_routes.fits), "providers" (the ones
-- allowed) and "not_keys" (ids already tried). With the caller's rights: a user's session finds its own keys only.
create function byok.best_key(user_id uuid, task text, context jsonb default '{}')
returns table (key_id uuid, provider text, credits_list numeric, credits_own_key numeric, reason text)
language sql stable
begin atomic
    select
        k.id, k.provider, p.credits_list, p.credits_own_key,
        concat_ws(
            ', ',
            k.status || case when k.last_verdict = 'exhausted' then ' but without credit' else '' end,
            case
                when p.credits_own_key is null then 'no discount known'
                else 'saves ' || trim_scale(p.credits_list - p.credits_own_key)
                    || ' of ' || trim_scale(p.credits_list) || ' credits'
            end,
            'rank ' || r.rank || ' for ' || r.task,
            coalesce('proven ' || to_char(k.last_checked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'not proven')
        )
    from byok.api_keys k
    join byok.task_routes r on r.provider = k.provider and r.task = best_key.task
    left join lateral (
        select c.credits_list, c.credits_own_key
        from byok.credit_prices c
        where c.kind = best_key.task and c.provider = k.provider
            and c.valid_from <= now() and (c.valid_until is null or c.valid_until > now())
        order by c.valid_from desc
        limit 1
    ) p on true
    where k.user_id = best_key.user_id
        and k.status in ('active', 'suspected') and k.quarantined_at is null
        and r.fits @> array(select jsonb_array_elements_text(coalesce(context -> 'needs', '[]')))
        and (context -> 'providers' is null or context -> 'providers' ? k.provider)
        and not coalesce(context -> 'not_keys' ? k.id::text, false)
    order by
        k.status = 'active' desc,
        k.last_verdict is not distinct from 'exhausted',
        coalesce(p.credits_list - p.credits_own_key, 0) desc,
        r.rank, k.last_checked_at desc nulls last, k.id
    limit 1;
end;

-- The orchestrator met a refusal: the key is due at once, the analysis becomes a fallback. No strike:
-- only `revalidate` judges. False where the user of the analysis has no such key.
create function byok.report_refusal(key_id uuid, analysis_id uuid) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
    update byok.api_keys k
    -- A disabled key is never due.
    set next_check_at = case when k.status <> 'disabled' then least(k.next_check_at, pg_catalog.now()) end
    where k.id = report_refusal.key_id
        and not exists (
            select from byok.analyses a where a.id = report_refusal.analysis_id and a.user_id <> k.user_id
        );
    if not found then
        return false;
    end if;
    begin
        update byok.analyses a
        set mode = 'fallback', fallback_reason = 'key_refused'
        where a.id = report_refusal.analysis_id and a.mode <> 'plan';
    exception
        -- analyses may be a view over the product's own ledger, which then writes this itself.
        when object_not_in_prerequisite_state or feature_not_supported then null;
    end;
    return true;
end
$$;

revoke all on function byok.best_key(uuid, text, jsonb), byok.report_refusal(uuid, uuid) from public;

-- Only what is published; a provider without a row has no known discount.
insert into byok.credit_prices (kind, provider, credits_list, credits_own_key)
values ('audit_web', 'anthropic', 4, 1.5);

insert into byok.task_routes (task, provider, fits, rank) values
    ('audit_web', 'anthropic', '{long_context}', 1),
    ('audit_web', 'openai', '{long_context}', 2),
    ('audit_web', 'google', '{long_context}', 3),
    ('audit_web', 'mistral', '{european}', 4),
    ('audit_web', 'deepseek', '{}', 5),
    ('audit_web', 'groq', '{low_latency}', 6),
    ('content', 'anthropic', '{long_context}', 1),
    ('content', 'openai', '{long_context}', 2),
    ('content', 'mistral', '{european}', 3),
    ('content', 'google', '{long_context}', 4),
    ('content', 'deepseek', '{}', 5),
    ('content', 'groq', '{low_latency}', 6),
    ('seo', 'openai', '{long_context}', 1),
    ('seo', 'anthropic', '{long_context}', 2),
    ('seo', 'google', '{long_context}', 3),
    ('seo', 'deepseek', '{}', 4),
    ('seo', 'mistral', '{european}', 5),
    ('seo', 'groq', '{low_latency}', 6),
    ('embeddings', 'openai', '{embeddings}', 1),
    ('embeddings', 'mistral', '{embeddings,european}', 2),
    ('embeddings', 'google', '{embeddings}', 3),
    ('translation', 'mistral', '{european}', 1),
    ('translation', 'google', '{long_context}', 2),
    ('translation', 'openai', '{long_context}', 3),
    ('translation', 'anthropic', '{long_context}', 4),
    ('translation', 'deepseek', '{}', 5),
    ('translation', 'groq', '{low_latency}', 6);
