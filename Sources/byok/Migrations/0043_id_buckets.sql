-- The buckets into which ids are told apart by their hash. One row is announced, for the same reason as in 0040: what is
-- computed the planner would take for a bucket of its own, row by row, and have one process sum them all.
create function byok.id_buckets() returns table (bucket integer)
language plpgsql immutable parallel safe rows 1 set search_path = '' as $$
begin
    return query select generate_series(0, 1023);
end
$$;

revoke all on function byok.id_buckets from public;
