-- The order of ids cannot be mended: rotate-master plan tells of it.
select s.kind, s.name from byok.update_spoilers() s where s.kind <> 'ids'
