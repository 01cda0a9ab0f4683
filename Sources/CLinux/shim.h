#pragma once

#include <stddef.h>
#include <sys/prctl.h>
#include <sys/random.h>

// prctl is variadic, which Swift cannot call.
static inline int byok_forbid_memory_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
