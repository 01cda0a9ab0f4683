-- A step that changes a busy table and waits for a long transaction makes everybody else wait behind it: rather not.
select pg_catalog.set_config('lock_timeout', '2s', true)
