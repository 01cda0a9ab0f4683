-- Whether no run that ended since then left a report: the one that should have was killed, or could not write it.
select not exists (
    select from byok.job_runs r
    where r.job = 'rotate-master' and r.finished_at >= $1 and r.report_digest is not null
) as is_missing
