select count(*) as migrations, max(number) as newest, coalesce((select test from byok.installation), false) as test
from byok.migrations
