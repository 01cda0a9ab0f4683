select r.run_id, r.shard, r.started_at, r.finished_at, r.exit_status,
    (
        select jsonb_object_agg(c.key, c.value) from jsonb_each(r.counts) c
        where jsonb_typeof(r.counts) = 'object' and jsonb_typeof(c.value) = 'number'
            and c.value::text ~ '^[0-9]{1,15}$' and c.value::text <> '0'
    )::text as counts
from byok.job_runs r
where r.job = 'rotate-master'
order by r.started_at desc, r.run_id
limit 5
