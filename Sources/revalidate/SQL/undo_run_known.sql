-- A run that only disabled a leaked key is in key_checks even where its record was lost.
select exists (select from byok.job_runs r where r.run_id = $1)
    or exists (select from byok.key_checks c where c.run_id = $1) as is_known
