select h.kind, h.name, h.who, h.place, h.seconds, h.transactions from byok.horizon_holders() h
