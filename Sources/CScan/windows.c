// Choosing and packing the windows that are compared with stored fingerprints. The rules are those of the stored
// format; what differs from the reference in the module Fingerprints is only the speed, and a test compares the two.
#include "scan.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { window = 16, reach = 4, lanes = 8, stride = 15 * lanes };

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,popcnt")))
#define HAS_AVX2 (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt"))
#else
#define AVX2
#define HAS_AVX2 false
#endif
#define INLINE static inline __attribute__((always_inline))

INLINE uint32_t rank(const uint8_t *text) {
    uint32_t word;
    memcpy(&word, text, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap32(word);
#endif
    return word * 0x9E3779B1u;
}

// Window i is the least of some five neighbours when those around it that are greater reach four places in all:
// to the left an equal one counts, to the right it does not. Places outside of the run have rank 0 and end the reach.
INLINE void mark_winners(const uint32_t *restrict ranks, uint32_t *restrict chosen, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const uint32_t *r = ranks + i + reach;
        uint32_t own = r[0];
        uint32_t l1 = r[-1] >= own, l2 = l1 & (r[-2] >= own), l3 = l2 & (r[-3] >= own), l4 = l3 & (r[-4] >= own);
        uint32_t g1 = r[1] > own, g2 = g1 & (r[2] > own), g3 = g2 & (r[3] > own), g4 = g3 & (r[4] > own);
        chosen[i] = l1 + l2 + l3 + l4 + g1 + g2 + g3 + g4 >= 4;
    }
}

// Windows that end in T or begin with J, or have a marker's or a tail's letter beside them.
INLINE void mark_edges(const uint8_t *restrict text, uint8_t *restrict edges, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint8_t first = text[i], last = text[i + window - 1], next = text[i + window], before = text[i - 1];
        edges[i] = (last == 'T') | (first == 'J') | (next == 'A') | (next == 'T') | (next == 'W') | (before == 'J')
            | (before == 'Y');
    }
}

// At the run's own ends there is no neighbour.
INLINE bool is_lone_edge(const uint8_t *text, size_t i, bool is_first, bool is_last) {
    uint8_t next = is_last ? 0 : text[i + window], before = is_first ? 0 : text[i - 1];
    return text[i + window - 1] == 'T' || text[i] == 'J' || next == 'A' || next == 'T' || next == 'W' || before == 'J'
        || before == 'Y';
}

INLINE size_t choose(
    const uint8_t *text, size_t start, size_t end, size_t *next, uint32_t *windows, size_t capacity
) {
    size_t found = 0, last = end - window + 1;
    while (*next < last && found + stride <= capacity) {
        uint32_t ranks[stride + 2 * reach] = {0}, chosen[stride];
        uint8_t edges[stride];
        size_t first = *next, count = last - first < stride ? last - first : stride;
        size_t low = first - start < reach ? start : first - reach;
        size_t high = last - first < stride + reach ? last : first + stride + reach;
        for (size_t i = low; i < high; i++) ranks[i + reach - first] = rank(text + i);
        // In whole vectors: most runs are short, and what is behind the last window is not used.
        size_t whole = (count + lanes - 1) / lanes * lanes;
        mark_winners(ranks, chosen, whole);
        mark_edges(text + first, edges, whole);
        if (first == start) edges[0] = is_lone_edge(text, first, true, last - first == 1);
        if (first + count == last) edges[count - 1] = is_lone_edge(text, last - 1, last - 1 == start, true);
        for (size_t i = 0; i < count; i++) {
            windows[found] = (uint32_t)(first + i);
            found += chosen[i] | edges[i];
        }
        *next = first + count;
    }
    return found;
}

AVX2 static size_t choose_avx2(
    const uint8_t *text, size_t start, size_t end, size_t *next, uint32_t *windows, size_t capacity
) {
    return choose(text, start, end, next, windows, capacity);
}

size_t byok_scan_text_windows(
    const uint8_t *text, size_t start, size_t end, size_t *next, uint32_t *windows, size_t capacity
) {
    if (HAS_AVX2) return choose_avx2(text, start, end, next, windows, capacity);
    return choose(text, start, end, next, windows, capacity);
}

uint64_t *byok_scan_make_filter(size_t words) {
    enum { huge_page = 2 << 20 };
    const size_t size = words * sizeof(uint64_t), whole = size < huge_page ? 64 : huge_page;
    uint64_t *filter = aligned_alloc(whole, (size + whole - 1) / whole * whole);
    // As Swift's own allocations do: a scan without its filter would find nothing and look clean.
    if (!filter) abort();
#if defined(MADV_HUGEPAGE)
    // A wish: without it each look at a filter of many megabytes misses the cache of addresses, too.
    if (whole == huge_page) madvise(filter, size, MADV_HUGEPAGE);
#endif
    memset(filter, 0, size);
    return filter;
}

INLINE uint64_t window_value(const uint8_t *blocks, const uint8_t *images, size_t i) {
    uint64_t block, image;
    memcpy(&block, blocks + 16 * i, sizeof block);
    memcpy(&image, images + 16 * i, sizeof image);
    uint64_t value = block ^ image;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

// Looks up a window some way behind the one whose place it asks memory for: near enough that it is still in the first
// cache, far enough that it has come.
size_t byok_scan_sift(
    const uint8_t *blocks, const uint8_t *images, size_t count, const uint64_t *filter, uint64_t mask,
    uint64_t *values, uint32_t *kept
) {
    enum { ahead = 32 };
    size_t found = 0;
    for (size_t i = 0; i < count + ahead; i++) {
        if (i < count) {
            values[i] = window_value(blocks, images, i);
            __builtin_prefetch(filter + (values[i] >> 40 & mask));
        }
        if (i < ahead) continue;
        uint64_t value = values[i - ahead];
        kept[found] = (uint32_t)(i - ahead);
        found += filter[value >> 40 & mask] >> (value & 63) & 1;
    }
    // The first bit turned most away.
    size_t passed = 0;
    for (size_t i = 0; i < found; i++) {
        uint64_t value = values[kept[i]];
        uint64_t bits = 1ull << (value >> 6 & 63) | 1ull << (value >> 12 & 63) | 1ull << (value >> 18 & 63);
        kept[passed] = kept[i];
        passed += (filter[value >> 40 & mask] & bits) == bits;
    }
    return passed;
}

// MARK: escapes

// What a key may consist of, or what may begin an escape or a printed buffer in which one stands.
static bool is_worth_decoding(uint8_t byte) {
    return (uint8_t)(byte - '0') < 10 || (uint8_t)((byte | 32) - 'a') < 26 || byte == '-' || byte == '_' || byte == '.'
        || byte == '%' || byte == '\\' || byte == '<';
}

static int hex_value(uint8_t byte) {
    if ((uint8_t)(byte - '0') < 10) return byte - '0';
    uint8_t letter = (uint8_t)((byte | 32) - 'a');
    return letter < 6 ? letter + 10 : -1;
}

bool byok_scan_has_escape(const uint8_t *text, size_t start, size_t end) {
    for (size_t i = start; i < end; i++) {
        const uint8_t *digits = text + i + 1;
        if (text[i] == '\\' && digits[0] == 'u' && digits[1] == '0' && digits[2] == '0') digits += 3;
        else if (text[i] != '%') continue;
        int high = hex_value(digits[0]), low = hex_value(digits[1]);
        if (high >= 0 && low >= 0 && is_worth_decoding((uint8_t)(high << 4 | low))) return true;
    }
    return false;
}

// MARK: digits

size_t byok_scan_lower_digits(const uint8_t *text, size_t start, size_t end) {
    for (; start + 8 <= end; start += 8) {
        uint64_t digits;
        memcpy(&digits, text + start, sizeof digits);
        // Of hexadecimal digits only the capitals have bit 6 without bit 5.
        if (digits & ~(digits << 1) & 0x4040404040404040) break;
    }
    while (start < end && !(text[start] >= 'A' && text[start] <= 'F')) start++;
    return start;
}

static uint8_t nibble(uint8_t digit) { return (uint8_t)((digit & 15) + (digit >> 6) * 9); }

// The pair of digits' values at each second place.
INLINE void join(const uint8_t *restrict values, size_t count, uint8_t *restrict pairs) {
    for (size_t i = 0; i < count; i++) {
        uint16_t two;
        memcpy(&two, values + 2 * i, sizeof two);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        two = __builtin_bswap16(two);
#endif
        pairs[i] = (uint8_t)(two << 4 | two >> 8);
    }
}

void byok_scan_pack_digits(const uint8_t *text, size_t start, size_t count, uint8_t *blocks) {
    enum { batch = 64, digits_a_window = 24, step = 32, most = batch + digits_a_window + step };
    for (size_t first = 0; first < count; first += batch) {
        size_t windows = count - first < batch ? count - first : batch;
        const uint8_t *digits = text + start + first;
        // What every window shares: the digits' values, and their pairs from the even and from the odd places on. In
        // whole steps, for speed: what is behind the last window is not used.
        size_t steps = (windows + digits_a_window) / step + 1;
        uint8_t values[most + 1], even[most / 2], odd[most / 2];
        for (size_t i = 0; i < steps * step; i++) values[i] = nibble(digits[i]);
        values[steps * step] = 0;
        for (size_t i = 0; i < steps; i++) {
            join(values + i * step, step / 2, even + i * step / 2);
            join(values + i * step + 1, step / 2, odd + i * step / 2);
        }
        for (size_t i = 0; i < windows; i++) {
            uint8_t *block = blocks + 16 * (first + i);
            memcpy(block, (i & 1 ? odd : even) + i / 2, digits_a_window / 2);
            memset(block + digits_a_window / 2, 0, 4);
        }
    }
}

// The six bits of a base64 character, of either alphabet; 64 for any other byte.
static const uint8_t sextets[256] = {
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 62, 64, 62, 64, 63, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 64, 64, 64, 64, 64, 64,
    64, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 64, 64, 64, 64, 63,
    64, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
};

static bool is_printable(uint8_t byte) { return byte >= 0x20 && byte < 0x7F; }

static bool is_printable_quad(const uint8_t *text) {
    uint8_t a = sextets[text[0]];
    if (a < 8 || a > 31) return false;
    uint8_t b = sextets[text[1]], c = sextets[text[2]], d = sextets[text[3]];
    if ((b | c | d) & 64) return false;
    return is_printable((uint8_t)(a << 2 | b >> 4)) && is_printable((uint8_t)(b << 4 | c >> 2))
        && is_printable((uint8_t)(c << 6 | d));
}

// Looks at the last of four quads first: when that one fails, none of the places that need it can begin here.
static size_t find_base64_phase(const uint8_t *text, size_t start, size_t end) {
    size_t first = start;
    while (end - first >= 16) {
        int quad = 3;
        while (quad >= 0 && is_printable_quad(text + first + 4 * (size_t)quad)) quad--;
        if (quad < 0) return first;
        first += 4 * (size_t)(quad + 1);
        if (first > end) return end;
    }
    return end;
}

size_t byok_scan_find_base64(const uint8_t *text, size_t start, size_t end) {
    size_t best = end;
    for (size_t phase = start; phase < start + 4 && phase < end; phase++) {
        size_t found = find_base64_phase(text, phase, end);
        if (found < best) best = found;
    }
    return best;
}

static bool is_printable_pair(const uint8_t *text) { return text[0] >= '2' && text[0] <= '7'; }

size_t byok_scan_find_hex(const uint8_t *text, size_t start, size_t end) {
    size_t best = end;
    for (size_t first = start; first < start + 2 && first < end; first++) {
        for (size_t at = first; end - at >= 24;) {
            int pair = 11;
            while (pair >= 0 && is_printable_pair(text + at + 2 * (size_t)pair)) pair--;
            if (pair < 0) {
                if (at < best) best = at;
                break;
            }
            at += 2 * (size_t)(pair + 1);
            if (at > end) break;
        }
    }
    return best;
}
