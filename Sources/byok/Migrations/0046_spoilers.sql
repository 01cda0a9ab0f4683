-- What doctor and plan look at before a rotation; in one place, so that both say the same.

-- What would make its updates touch an index, find no room on the page or change other columns; and ids that grow with
-- time, whose order is that of the table: then each update of a page follows the one before it before anything is reclaimed.
create function byok.update_spoilers() returns table (kind text, name text)
language sql stable security definer set search_path = ''
begin atomic
    with keys as (
        select c.oid, c.reloptions from pg_class c where c.oid = 'byok.api_keys'::regclass
    ), spoilers as (
        select distinct 1 as rank, 'index' as kind, i.relname::text as name
        from keys k
        join pg_index x on x.indrelid = k.oid
        join pg_class i on i.oid = x.indexrelid
        join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = i.oid
            and d.refclassid = 'pg_class'::regclass and d.refobjid = k.oid
        join pg_attribute a on a.attrelid = k.oid and a.attnum = d.refobjsubid
        where a.attname in ('sealed', 'master_key_version')
        union all
        select 2, 'trigger', t.tgname::text
        from keys k
        join pg_trigger t on t.tgrelid = k.oid and not t.tgisinternal and t.tgtype & 16 <> 0 and t.tgenabled <> 'D'
        where t.tgname not in ('key_replaced', 'key_would_not_open', 'key_fence', 'well_formed')
        union all
        select 3, 'fillfactor', coalesce(o.option_value, '100')
        from keys k
        left join lateral (
            select option_value from pg_options_to_table(k.reloptions) where option_name = 'fillfactor'
        ) o on true
        where coalesce(o.option_value, '100')::integer > 90
        union all
        -- RFC 9562: the version is the 13th digit; 4 is random.
        select 4, 'ids', 'version ' || min(s.version)
        from (
            select substring(k.id::text, 15, 1) as version from (select k.id from byok.api_keys k limit 1000) k
        ) s
        where s.version in ('1', '6', '7')
        having count(*) > 500
    )
    select s.kind, s.name from spoilers s order by s.rank, s.name;
end;

-- Triggers that guard the stored keys and do not, because somebody dropped or disabled them. pg_restore --data-only
-- --disable-triggers ends with `enable trigger all`, after which well_formed does not see replicated rows any more.
create function byok.guard_faults() returns table (name text, fault text)
language sql stable security definer set search_path = ''
begin atomic
    select g.name, case
            when t.tgname is null then 'missing' when t.tgenabled in ('D', 'R') then 'disabled' else 'not always' end
    from (
        values ('key_fence', false), ('key_replaced', false), ('key_would_not_open', false), ('keys_added', false),
            ('keys_deleted', false), ('well_formed', true)
    ) g (name, always)
    left join pg_trigger t on t.tgrelid = 'byok.api_keys'::regclass and t.tgname = g.name and not t.tgisinternal
    where t.tgname is null or t.tgenabled <> 'A' and (g.always or t.tgenabled <> 'O')
    order by g.name;
end;

revoke all on function byok.update_spoilers, byok.guard_faults from public;
