COPY (SELECT id, at, actor, action, detail FROM byok.audit_log ORDER BY id) TO STDOUT
