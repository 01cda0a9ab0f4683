-- The mail that tells a user about a disabled key: a CloudEvents 1.0 event for whoever delivers it.

-- A provider's code is kept only where it looks like one; free text could quote what it should not.
create function byok.plain_code(code text) returns text
language sql immutable set search_path = '' as $$
    select case when $1 ~ '^[A-Za-z0-9_.:-]{1,64}$' then $1 end;
$$;

-- From kind, key and the instant of the change, not from run or day: a repeat of the same change
-- clashes, a later change of the same key does not.
create function byok.disabled_event_id(key_id uuid, at timestamptz) returns text
language sql stable set search_path = '' set timezone = 'UTC' as $$
    select format('key_disabled:%s:%s', $1, to_char($2, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'));
$$;

create function byok.disabled_event(job text, key_id uuid, at timestamptz, reason text) returns jsonb
language sql stable set search_path = '' set timezone = 'UTC' as $$
    select jsonb_build_object(
        'specversion', '1.0',
        'id', byok.disabled_event_id(k.id, $3),
        'source', '/byok/' || $1,
        'type', 'eu.validio.byok.key_disabled.v1',
        'subject', k.id,
        'time', to_char($3, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'datacontenttype', 'application/json',
        'data', jsonb_build_object(
            'template', 'key_disabled',
            'locale', null,
            'provider', k.provider,
            'label', k.label,
            'key_prefix', k.key_prefix,
            'reason', $4,
            'disabled_at', to_char($3, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
            -- What the user's own key saved, where prices are known; null where they are not.
            'credits', (
                select jsonb_agg(
                    jsonb_build_object(
                        'kind', p.kind, 'list', p.credits_list::pg_catalog.text, 'own_key', p.credits_own_key::pg_catalog.text)
                    order by p.kind)
                from byok.credit_prices p
                where p.provider = k.provider and p.credits_own_key is not null
                    and p.valid_from <= $3 and (p.valid_until is null or p.valid_until > $3)
            )
        )
    )
    from byok.api_keys k where k.id = $2;
$$;

revoke all on function byok.plain_code, byok.disabled_event_id, byok.disabled_event from public;
