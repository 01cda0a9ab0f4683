select l.acquired, l.token, l.holder, l.acquired_at, l.until
from byok.acquire_lease('revalidate', '', $1, $2) l
