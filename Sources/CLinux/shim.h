#pragma once

#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// prctl and ioctl are variadic, which Swift cannot call; the resource enum differs between C libraries.
static inline int byok_forbid_memory_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

static inline int byok_forbid_core_files(void) {
    const struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none);
}

// Columns of the terminal, or 0 where the kernel does not know.
static inline int byok_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// Fails with EEXIST instead of replacing. Through the kernel's number, as the libc name needs _GNU_SOURCE.
static inline int byok_rename_without_replacing(int folder, const char *from, const char *to) {
    const unsigned int no_replace = 1;
    return (int)syscall(SYS_renameat2, folder, from, folder, to, no_replace);
}

// glibc's, hidden behind _GNU_SOURCE: ENOENT for 2. Null for a number it does not know.
extern const char *strerrorname_np(int code);
static inline const char *byok_errno_name(int code) { return strerrorname_np(code); }

extern char **environ;
static inline char **byok_environment(void) { return environ; }
