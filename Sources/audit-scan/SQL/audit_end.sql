-- Up to where no line can come any more, unless a transaction is open for an hour: ids are drawn in order and committed
-- in any. And the last line, by which a table shows that it is another one.
SELECT max(a.id) FILTER (WHERE a.at < now() - interval '1 hour') AS settled, max(a.id) AS last FROM byok.audit_log a
