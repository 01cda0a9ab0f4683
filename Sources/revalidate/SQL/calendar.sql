-- The hours of the last seven days from the first recorded run on, the running one included: the runs that began in
-- each, and whether one was at work in it. Run $1 still is; another that never finished counts for its first hour.
select
    h.hour,
    count(r.run_id) filter (where r.started_at >= h.hour) as runs,
    count(r.run_id) > 0 as served,
    max(r.exit_status) filter (where r.started_at >= h.hour) as worst
from generate_series(
    date_trunc('hour', now()) - interval '167 hours', date_trunc('hour', now()), interval '1 hour'
) h (hour)
left join byok.job_runs r
    on r.job = 'revalidate'
    and r.started_at > now() - interval '8 days'
    and r.started_at < h.hour + interval '1 hour'
    and coalesce(r.finished_at, case when r.run_id = $1 then now() else r.started_at end) >= h.hour
where h.hour + interval '1 hour' > (select min(first.started_at) from byok.job_runs first where first.job = 'revalidate')
group by h.hour
order by h.hour
