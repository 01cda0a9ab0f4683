select version, state, check_value
from byok.master_keys
where state <> 'retired'
order by version
