-- Since when a key is known to work, told by its history alone: from an `enabled` event on, until it is replaced.
-- A look that lets a key in has always left one; a key that was checked before it was stored leaves one too.

create or replace function byok.keys_added() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
    insert into byok.key_events (key_id, user_id, provider, event)
    select a.id, a.user_id, a.provider, 'added' from added a;
    insert into byok.key_events (key_id, user_id, provider, event)
    select a.id, a.user_id, a.provider, 'enabled' from added a where a.status = 'active';
    return null;
end
$$;

create or replace function byok.replace_key(
    key_id uuid, user_id uuid, key_prefix text, version integer, sealed bytea, verdict text default null
) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
    revision bigint;
begin
    if verdict is not null and verdict not in ('valid', 'restricted', 'exhausted') then
        raise exception 'only a key that was found to work is stored as checked' using errcode = 'BK005';
    end if;
    perform byok.hold_master_key(version);
    -- The trigger settles the rest. Naming the revision is what tells this from a rotation.
    update byok.api_keys k
    set sealed = replace_key.sealed, master_key_version = replace_key.version,
        key_prefix = replace_key.key_prefix, key_revision = k.key_revision + 1
    where k.id = replace_key.key_id and k.user_id = replace_key.user_id
    returning k.key_revision into revision;
    if revision is not null and verdict is not null then
        with proved as (
            update byok.api_keys k
            set status = 'active', last_verdict = verdict, last_checked_at = pg_catalog.now(),
                next_check_at = byok.next_look()
            where k.id = replace_key.key_id
            returning k.id, k.user_id, k.provider
        )
        insert into byok.key_events (key_id, user_id, provider, event)
        select p.id, p.user_id, p.provider, 'enabled' from proved p;
    end if;
    return revision;
end
$$;

-- Histories from before: a key that worked, and that no event says so of, was stored as working. What tells it is today's
-- row, or a look that found it working before any event did.
insert into byok.key_events (key_id, user_id, provider, at, event)
select l.key_id, l.user_id, l.provider, l.at, 'enabled'
from (
    select e.key_id, e.user_id, e.provider, e.at,
        coalesce(lead(e.at) over (partition by e.key_id order by e.at, e.id), 'infinity') as until
    from byok.key_events e
    where e.event in ('added', 'replaced')
) l
cross join lateral (
    select least(
        (select min(c.at) from byok.key_checks c
         where c.key_id = l.key_id and c.at >= l.at and c.at < l.until and c.status_before in ('active', 'suspected')),
        (select 'infinity'::timestamptz from byok.api_keys k
         where k.id = l.key_id and l.until = 'infinity' and k.status in ('active', 'suspected'))
    ) as at
) proof
where proof.at is not null and not exists (
    select from byok.key_events e
    where e.key_id = l.key_id and e.event = 'enabled' and e.reason is distinct from 'undone'
        and e.at >= l.at and e.at < l.until and e.at <= proof.at
);

-- What a report asks for once, and sorts out itself.
drop function byok.key_holdings(timestamptz, timestamptz, uuid);

-- Each key from one event of its history to the next, as far as that lies within [period_start, period_end). What came
-- after the period ends nothing (`until` is infinity), so that a closed month stays what it was. As many rows are announced
-- as have whoever joins them make a hash, and not look each up.
create or replace function byok.key_spells(period_start timestamptz, period_end timestamptz, only_user uuid)
returns table (
    event_id bigint, key_id uuid, user_id uuid, provider text, at timestamptz, until timestamptz, state text,
    next_event text, reason text, run_id uuid
)
language plpgsql stable parallel safe rows 10000 set search_path = '' as $$
#variable_conflict use_column
begin
    return query
    select h.id, h.key_id, h.user_id, h.provider, s.at, s.until, s.state,
        case when h.next_at < period_end then h.next_event end, h.reason, h.run_id
    from (
        select e.id, e.key_id, e.user_id, e.provider, e.at, e.event, e.reason, e.run_id,
            lead(e.at) over w as next_at, lead(e.event) over w as next_event,
            -- An undone disabling proves nothing: the key is again what it was.
            max(e.at) filter (where e.event = 'enabled' and e.reason is distinct from 'undone') over w as proved_at,
            max(e.at) filter (where e.event in ('added', 'replaced')) over w as stored_at
        from byok.key_events e
        where only_user is null or e.user_id = only_user
        window w as (partition by e.key_id order by e.at, e.id)
    ) h
    -- Today's row tells only of a key to which nothing has happened since.
    left join byok.api_keys k on k.id = h.key_id and h.next_at is null
    cross join lateral (
        select case
            when h.event = 'disabled' then 'disabled'
            when h.stored_at is null or h.proved_at >= h.stored_at then 'usable'
            else 'not_checked'
        end as state,
        case when h.next_at < period_end then h.next_at else 'infinity' end as until,
        case when h.event <> 'disabled' and k.quarantined_at < period_end
            then greatest(k.quarantined_at, h.at) end as set_aside_at
    ) f
    cross join lateral (
        values (h.at, coalesce(f.set_aside_at, f.until), f.state), (f.set_aside_at, f.until, 'set_aside')
    ) s (at, until, state)
    where h.event <> 'deleted' and h.at < period_end and s.until > period_start and s.until > s.at;
end
$$;
