-- The last 168 hours, the running one included, and the runs that began in each.
select h.hour, count(r.run_id) as runs, max(r.exit_status) as worst
from generate_series(
    date_trunc('hour', now()) - interval '167 hours', date_trunc('hour', now()), interval '1 hour'
) h (hour)
left join byok.job_runs r
    on r.job = 'revalidate' and r.started_at >= h.hour and r.started_at < h.hour + interval '1 hour'
group by h.hour
order by h.hour
