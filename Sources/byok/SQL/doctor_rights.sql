-- What each job needs, so that a right that is missing has a name before the night it is missed; and what
-- some must not have. The grants themselves stand in jobs/sql/roles.sql.
with needed (job, privilege, object, columns, forbidden) as (
    values
        ('', 'select', 'migrations', null::text[], false),
        ('', 'select', 'installation', null, false),
        ('', 'select', 'pauses', null, false),
        ('', 'select', 'job_runs', null, false),
        ('', 'select', 'job_leases', array['job', 'shard', 'holder', 'acquired_at', 'until'], false),
        ('', 'execute', 'count_keys', null, false),
        ('', 'execute', 'acquire_lease', null, false),
        ('', 'execute', 'renew_lease', null, false),
        ('', 'execute', 'release_lease', null, false),
        ('', 'execute', 'start_run', null, false),
        ('', 'execute', 'finish_run', null, false),
        ('', 'execute', 'record_audit', null, false),

        ('byok', 'select', 'api_keys', array['id', 'user_id', 'provider', 'status', 'next_check_at'], false),
        ('byok', 'select', 'master_keys', null, false),
        ('byok', 'select', 'key_fingerprints', array['key_id', 'key_revision', 'scan_key_id'], false),
        ('byok', 'select', 'email_outbox', null, false),
        ('byok', 'execute', 'add_key', null, false),
        ('byok', 'execute', 'add_keys', null, false),
        ('byok', 'execute', 'delete_key', null, false),
        ('byok', 'execute', 'register_master_key', null, false),
        ('byok', 'execute', 'reserve_seals', null, false),
        ('byok', 'execute', 'put_fingerprints', null, false),
        ('byok', 'execute', 'best_key', null, false),
        ('byok', 'execute', 'provider_guard_state', null, false),

        ('revalidate', 'select', 'api_keys', array['id', 'user_id', 'sealed', 'key_revision', 'next_check_at'], false),
        ('revalidate', 'select', 'master_keys', null, false),
        ('revalidate', 'select', 'key_checks', null, false),
        ('revalidate', 'execute', 'settle_checks', null, false),
        ('revalidate', 'execute', 'quarantine_key', null, false),
        ('revalidate', 'execute', 'put_fingerprints', null, false),
        ('revalidate', 'execute', 'provider_guard_state', null, false),
        ('revalidate', 'execute', 'run_books', null, false),
        ('revalidate', 'execute', 'return_unanswered', null, false),
        ('revalidate', 'execute', 'locked_keys', null, false),
        ('revalidate', 'execute', 'tell_held_keys', null, false),

        ('rotate-master', 'select', 'api_keys', array['id', 'user_id', 'master_key_version', 'sealed'], false),
        ('rotate-master', 'update', 'api_keys', array['sealed'], true),
        ('rotate-master', 'select', 'master_keys', null, false),
        ('rotate-master', 'select', 'key_holders', null, false),
        ('rotate-master', 'select', 'rotations', null, false),
        ('rotate-master', 'select', 'rotation_progress', null, false),
        ('rotate-master', 'execute', 'reserve_seals', null, false),
        ('rotate-master', 'execute', 'begin_rotation', null, false),
        ('rotate-master', 'execute', 'note_rotation', null, false),
        ('rotate-master', 'execute', 'rewrap_keys', null, false),
        ('rotate-master', 'execute', 'quarantine_row', null, false),
        ('rotate-master', 'execute', 'fence_rotation', null, false),
        ('rotate-master', 'execute', 'state_rotation_end', null, false),
        ('rotate-master', 'execute', 'prove_rotation_end', null, false),
        ('rotate-master', 'execute', 'record_verification', null, false),

        ('savings-report', 'select', 'analyses', null, false),
        ('savings-report', 'select', 'credit_ledger', null, false),
        ('savings-report', 'select', 'credit_prices', null, false),
        ('savings-report', 'select', 'key_events', null, false),
        ('savings-report', 'select', 'api_keys', array['sealed'], true),

        ('audit-scan', 'select', 'key_fingerprints', null, false),
        ('audit-scan', 'select', 'audit_log', null, false),
        ('audit-scan', 'execute', 'disable_key', null, false),
        ('audit-scan', 'select', 'api_keys', array['sealed'], true),

        ('mail', 'select', 'recipients', null, false),
        ('mail', 'select', 'email_outbox', null, false),
        ('mail', 'update', 'email_outbox', array['state', 'attempts', 'sent_at'], false),
        ('mail', 'select', 'api_keys', array['sealed'], true)
), held as (
    select n.privilege, n.object, n.forbidden,
        case n.privilege
            when 'execute' then (
                select bool_and(has_function_privilege(p.oid, 'execute'))
                from pg_proc p where p.pronamespace = s.oid and p.proname = n.object
            )
            else (
                select has_table_privilege(c.oid, n.privilege) or (
                    select count(*) = cardinality(n.columns)
                    from pg_attribute a
                    where a.attrelid = c.oid and a.attname = any (n.columns)
                        and has_column_privilege(c.oid, a.attnum, n.privilege)
                )
                from pg_class c where c.relnamespace = s.oid and c.relname = n.object
            )
        end as is_held
    from needed n
    left join pg_namespace s on s.nspname = 'byok'
    where n.job in ('', $1)
    union all
    select 'usage', 'schema', false, has_schema_privilege(s.oid, 'usage') from pg_namespace s where s.nspname = 'byok'
)
select privilege, object, forbidden
from held
where coalesce(is_held, false) = forbidden
order by forbidden desc, object, privilege
