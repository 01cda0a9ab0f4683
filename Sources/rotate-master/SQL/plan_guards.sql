select g.name, g.fault from byok.guard_faults() g
