-- By catalogue, not by to_regclass: that one raises where the schema may not be used.
select exists (
    select from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'byok' and c.relname = 'migrations'
) as present
