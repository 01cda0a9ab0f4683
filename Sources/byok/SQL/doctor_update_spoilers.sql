-- What would make a rotation's updates touch an index, find no room on the page, or change other columns.
with keys as (
    select c.oid, c.reloptions from pg_class c
    join pg_namespace s on s.oid = c.relnamespace
    where s.nspname = 'byok' and c.relname = 'api_keys'
)
select distinct 'index' as kind, i.relname as name
from keys k
join pg_index x on x.indrelid = k.oid
join pg_class i on i.oid = x.indexrelid
join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = i.oid
    and d.refclassid = 'pg_class'::regclass and d.refobjid = k.oid
join pg_attribute a on a.attrelid = k.oid and a.attnum = d.refobjsubid
where a.attname in ('sealed', 'master_key_version')
union all
select 'trigger', t.tgname
from keys k
join pg_trigger t on t.tgrelid = k.oid and not t.tgisinternal and t.tgtype & 16 <> 0 and t.tgenabled <> 'D'
where t.tgname not in ('key_replaced', 'key_would_not_open', 'key_fence', 'well_formed')
union all
select 'fillfactor', coalesce(o.option_value, '100')
from keys k
left join lateral (
    select option_value from pg_options_to_table(k.reloptions) where option_name = 'fillfactor'
) o on true
where coalesce(o.option_value, '100')::int > 90
order by 1, 2
