SELECT id, at, actor, action, detail FROM byok.audit_log WHERE id >
