select exists (select from byok.task_routes where task = $1) as is_known,
    array(select distinct task from byok.task_routes order by 1)::text[] as tasks,
    (select count(*) from byok.api_keys where user_id = $2) as keys
