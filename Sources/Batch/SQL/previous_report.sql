-- The manifest that the next one names: that of the latest run that left a report.
select r.report_digest as digest
from byok.job_runs r
where r.job = $1 and r.report_digest is not null
order by r.started_at desc
limit 1
