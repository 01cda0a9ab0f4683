select name, behind_bytes from byok.replicas() where kind = 'replica'
