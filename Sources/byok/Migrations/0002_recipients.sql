-- Who gets a mail. On Supabase the addresses stand in auth.users: a view keeps one truth. Elsewhere
-- a table that the product fills. Only mail delivery may read either.

do $$
declare
    users oid;
    locale text := 'null::text';
begin
    -- By catalogue, not by to_regclass: that one raises where the schema may not be used.
    select c.oid into users
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'auth' and c.relname = 'users' and pg_catalog.has_schema_privilege(n.oid, 'USAGE');

    if users is not null and not (
        pg_catalog.has_column_privilege(users, 'id', 'SELECT')
        and pg_catalog.has_column_privilege(users, 'email', 'SELECT')
    ) then
        users := null;
    end if;

    if users is null then
        create table byok.recipients (
            user_id uuid primary key,
            email text not null check (char_length(email) between 3 and 320),
            locale text check (char_length(locale) <= 35)
        );
        return;
    end if;

    if exists (
        select from pg_catalog.pg_attribute
        where attrelid = users and attname = 'raw_user_meta_data' and not attisdropped
            and pg_catalog.has_column_privilege(users, attnum, 'SELECT')
    ) then
        locale := $l$ left(raw_user_meta_data ->> 'locale', 35) $l$;
    end if;
    -- Runs with its owner's rights on purpose: nobody else needs to read auth.users.
    execute format(
        'create view byok.recipients with (security_barrier) as
         select id as user_id, email::text as email, %s as locale from auth.users where email is not null', locale);
end
$$;
