-- Held to the end of the transaction, and so right behind a transaction-mode pooler too. The table of
-- migrations cannot be locked instead: the first run has none. The number is "byokmigr" in ASCII.
select pg_catalog.pg_advisory_xact_lock(7095825195086735218)
