#pragma once

#include <zlib.h>

// inflateInit2 is a macro. 15 + 16: the largest window, and a gzip header must be there.
static inline int byok_inflate_gzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
