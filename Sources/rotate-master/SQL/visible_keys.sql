-- One snapshot for both: what this session is shown, and what there is.
select (select count(*) from byok.api_keys) as seen, byok.count_keys() as stored
