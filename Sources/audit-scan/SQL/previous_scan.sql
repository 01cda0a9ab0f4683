SELECT r.report_digest AS digest FROM byok.job_runs r
WHERE r.job = 'audit-scan' AND r.report_digest IS NOT NULL ORDER BY r.started_at DESC LIMIT 1
