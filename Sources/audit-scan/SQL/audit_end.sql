-- Up to where no line can come any more: ids are drawn in order and committed in any.
SELECT max(a.id) AS id FROM byok.audit_log a WHERE a.at < now() - interval '1 hour'
