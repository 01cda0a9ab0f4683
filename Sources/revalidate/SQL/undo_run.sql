select u.restored, u.already_changed, u.mails_withdrawn, u.mails_already_sent
from byok.undo_run($1::uuid, $2::text) u
