// From bytes to masks: first what each byte is, a stage of 4 KiB at a time, then how long the runs are. The first step
// is written twice, with AVX2 and with vectors that any machine has; the second is arithmetic on words of 64 bits.
#include "scan.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

const char byok_scan_pairs[byok_scan_pair_count][3] = {"k-", "k_", "Iz", "Q.", "4s", "<B"};

#define INLINE static inline __attribute__((always_inline))

enum { halves_a_stage = byok_scan_stage / 32 };

// One bit a byte of a stage. Kept apart from the second step: a wide load right after narrow stores would wait for them.
typedef struct {
    uint32_t word[halves_a_stage], upper[halves_a_stage], hex[halves_a_stage], escape[halves_a_stage];
    uint32_t odd[halves_a_stage], literal[halves_a_stage];
} stage_masks;

// MARK: how long the runs are

// Four blocks side by side.
typedef uint64_t words __attribute__((ext_vector_type(4)));

// What was there, and the runs that were measured, in the group before.
typedef struct {
    words word[5], upper[4], hex[4], wide[3], escape[3], mixed, digits, escaped;
} carry;

INLINE words get(const uint32_t *from) {
    words result;
    memcpy(&result, from, sizeof result);
    return result;
}

INLINE void put(uint64_t to[4], words from) { memcpy(to, &from, sizeof from); }

// Each bit where a byte `places` further on stands. The last block of the group before comes before the first.
INLINE words moved(words bits, words before, int places) {
    words previous = __builtin_shufflevector(before, bits, 3, 4, 5, 6);
    return bits << places | previous >> (64 - places);
}

INLINE words all_of(words bits, words *before, int places) {
    words result = bits & moved(bits, *before, places);
    *before = bits;
    return result;
}

INLINE words any_of(words bits, words *before, int places) {
    words result = bits | moved(bits, *before, places);
    *before = bits;
    return result;
}

INLINE words begun(words bits, words *before) {
    words result = bits & ~moved(bits, *before, 1);
    *before = bits;
    return result;
}

INLINE words mixed_runs(words word, words upper, carry *c) {
    for (int step = 0; step < 4; step++) {
        word = all_of(word, &c->word[step], 1 << step);
        upper = any_of(upper, &c->upper[step], 1 << step);
    }
    return begun(word & upper, &c->mixed);
}

INLINE words digit_runs(words hex, carry *c) {
    for (int step = 0; step < 3; step++) hex = all_of(hex, &c->hex[step], 1 << step);
    words runs = hex & moved(hex, c->hex[3], 8) & moved(hex, c->hex[3], 16);
    c->hex[3] = hex;
    return begun(runs, &c->digits);
}

INLINE bool is_empty(words bits) { return !(bits[0] | bits[1] | bits[2] | bits[3]); }

// Most groups have no escape, and neither has the one before: then only the runs go on.
INLINE words escaped_runs(words word, words escape, carry *c) {
    if (is_empty(escape | c->escape[0])) {
        c->wide[0] = word;
        c->wide[1] = c->word[1];
        c->wide[2] = c->word[2];
        c->escape[0] = c->escape[1] = c->escape[2] = c->escaped = (words)(0);
        return (words)(0);
    }
    words next = __builtin_shufflevector(word, (words)(~0ull), 1, 2, 3, 4);
    words wide = word | escape;
    escape &= word >> 1 | next << 63;
    for (int step = 0; step < 2; step++) {
        wide = all_of(wide, &c->wide[step], 1 << step);
        escape = any_of(escape, &c->escape[step], 1 << step);
    }
    words runs = wide & moved(wide, c->wide[2], 4) & moved(wide, c->wide[2], 8);
    words some = escape | moved(escape, c->escape[2], 4) | moved(escape, c->escape[2], 8);
    c->wide[2] = wide;
    c->escape[2] = escape;
    return begun(runs & some, &c->escaped);
}

// Halves of what is left, in whole groups, at most a stage.
INLINE int halves_of(size_t length) {
    size_t groups = (length + byok_scan_group - 1) / byok_scan_group;
    return groups < halves_a_stage / 8 ? (int)groups * 8 : halves_a_stage;
}

INLINE void measure(const stage_masks *stage, bool is_inverted, int halves, carry *c, byok_scan_masks *masks) {
    const words inversion = (words)(is_inverted ? ~0ull : 0);
    for (int half = 0; half < halves; half += 8, masks++) {
        words word = inversion ^ get(stage->word + half), hex = inversion ^ get(stage->hex + half);
        put(masks->joint, (inversion ^ get(stage->odd + half)) & moved(word, c->word[4], 1));
        c->word[4] = word;
        put(masks->word, word);
        put(masks->hex, hex);
        put(masks->literal, inversion ^ get(stage->literal + half));
        put(masks->mixed, mixed_runs(word, inversion ^ get(stage->upper + half), c));
        put(masks->digits, digit_runs(hex, c));
        put(masks->escaped, escaped_runs(word, get(stage->escape + half), c));
    }
}

// MARK: any machine

typedef uint8_t bytes64 __attribute__((ext_vector_type(64)));
typedef char signs64 __attribute__((ext_vector_type(64)));
typedef _Bool bits64 __attribute__((ext_vector_type(64)));

#define STORE(mask, signs) do { \
    bits64 truth = __builtin_convertvector(-(signs), bits64); \
    memcpy(stage->mask + half, &truth, sizeof truth); \
} while (0)

#define BETWEEN(bytes, first, last) ((bytes64)((bytes) - (uint8_t)(first)) <= (uint8_t)((last) - (first)))

static uint32_t read_portable(const uint8_t *text, int halves, stage_masks *stage) {
    uint32_t newlines = 0;
    for (int half = 0; half < halves; half += 2, text += 64) {
        bytes64 bytes, folded, before;
        memcpy(&bytes, text, sizeof bytes);
        memcpy(&before, text - 1, sizeof bytes);
        folded = bytes | 0x20;
        signs64 digit = BETWEEN(bytes, '0', '9'), pair = {0};
        for (int i = 0; i < byok_scan_pair_count; i++) {
            const uint8_t *wanted = (const uint8_t *)byok_scan_pairs[i];
            pair |= (before == wanted[0]) & (bytes == wanted[1]);
        }
        STORE(word, digit | BETWEEN(folded, 'a', 'z') | (bytes == '_') | (bytes == '-'));
        STORE(upper, BETWEEN(bytes, 'A', 'Z'));
        STORE(hex, digit | BETWEEN(folded, 'a', 'f'));
        STORE(escape, (bytes == '%') | (bytes == '\\'));
        STORE(odd, (bytes < 14) | (bytes > 127));
        STORE(literal, pair);
        for (int i = 0; i < 64; i++) newlines += text[i] == '\n';
    }
    return newlines;
}

void byok_scan_classify_portable(const uint8_t *text, size_t length, byok_scan_masks *masks, uint32_t *newlines) {
    carry carried = {0};
    for (size_t start = 0; start < length; start += byok_scan_stage) {
        stage_masks stage;
        int halves = halves_of(length - start);
        *newlines++ = read_portable(text + start, halves, &stage);
        measure(&stage, false, halves, &carried, masks);
        masks += byok_scan_stage / byok_scan_group;
    }
}

// MARK: AVX2

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))

// A byte belongs to a class when the tables of its low and its high half share the class's bit.
enum { digit = 1, upper_a = 2, upper_p = 4, lower_a = 8, lower_p = 16, dash = 32, underscore = 64, hex_letter = 128 };

typedef struct {
    __m256i low, high;
} halves;

// The first and the second byte of a pair: bit b of a half's entry is set when pair b may have it.
typedef struct {
    halves first, second;
} pair_tables;

AVX2 static halves table(const uint8_t low[16], const uint8_t high[16]) {
    return (halves){
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)low)),
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)high)),
    };
}

AVX2 static halves class_table(void) {
    uint8_t low[16] = {0}, high[16] = {0};
    for (int half = 0; half < 16; half++) {
        if (half <= 9) low[half] |= digit;
        if (half >= 1) low[half] |= upper_a | lower_a;
        if (half <= 10) low[half] |= upper_p | lower_p;
        if (half >= 1 && half <= 6) low[half] |= hex_letter;
    }
    low[13] |= dash;
    low[15] |= underscore;
    high[2] = dash;
    high[3] = digit;
    high[4] = upper_a | hex_letter;
    high[5] = upper_p | underscore;
    high[6] = lower_a | hex_letter;
    high[7] = lower_p;
    return table(low, high);
}

AVX2 static halves pair_table(int place) {
    uint8_t low[16] = {0}, high[16] = {0};
    for (int i = 0; i < byok_scan_pair_count; i++) {
        uint8_t byte = (uint8_t)byok_scan_pairs[i][place];
        low[byte & 15] |= (uint8_t)(1 << i);
        high[byte >> 4] |= (uint8_t)(1 << i);
    }
    return table(low, high);
}

// `bytes` is the low half's index as it is: a shuffle looks at four bits, and gives 0 for a byte above 127.
AVX2 INLINE __m256i classes(__m256i bytes, __m256i high, halves tables) {
    return _mm256_and_si256(_mm256_shuffle_epi8(tables.low, bytes), _mm256_shuffle_epi8(tables.high, high));
}

AVX2 INLINE uint32_t top_bits(__m256i bytes) { return (uint32_t)_mm256_movemask_epi8(bytes); }

AVX2 INLINE uint32_t zeros(__m256i bytes) { return top_bits(_mm256_cmpeq_epi8(bytes, (__m256i){0})); }

AVX2 INLINE __m256i is(__m256i bytes, char wanted) { return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(wanted)); }

// What stood a byte earlier, with the last byte of `before` first.
AVX2 INLINE __m256i a_byte_later(__m256i before, __m256i bytes) {
    return _mm256_alignr_epi8(bytes, _mm256_permute2x128_si256(before, bytes, 0x21), 15);
}

// Leaves the masks of classes inverted: put right for four blocks at once, that is an eighth of the work.
AVX2 static uint32_t read_avx2(const uint8_t *text, int halves_left, stage_masks *stage) {
    const halves tables = class_table();
    const pair_tables pairs = {pair_table(0), pair_table(1)};
    const __m256i fifteen = _mm256_set1_epi8(15), hex_flags = _mm256_set1_epi8((char)(digit | hex_letter));
    const __m256i upper_flags = _mm256_set1_epi8(upper_a | upper_p);
    __m256i newlines = {0}, zero = {0};
    __m256i previous = _mm256_loadu_si256((const __m256i *)(text - 32));
    __m256i begun_before = classes(previous, _mm256_and_si256(_mm256_srli_epi16(previous, 4), fifteen), pairs.first);
    for (int half = 0; half < halves_left; half++, text += 32) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)text);
        __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), fifteen);
        __m256i flags = classes(bytes, high, tables);
        stage->word[half] = zeros(flags);
        stage->upper[half] = zeros(_mm256_and_si256(flags, upper_flags));
        stage->hex[half] = zeros(_mm256_and_si256(flags, hex_flags));
        stage->escape[half] = top_bits(_mm256_or_si256(is(bytes, '%'), is(bytes, '\\')));
        stage->odd[half] = top_bits(_mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(13)));
        __m256i first = classes(bytes, high, pairs.first);
        stage->literal[half] =
            zeros(_mm256_and_si256(a_byte_later(begun_before, first), classes(bytes, high, pairs.second)));
        begun_before = first;
        // Per byte at most 128 halves a stage, and a byte counts to 255.
        newlines = _mm256_sub_epi8(newlines, is(bytes, '\n'));
    }
    __m256i sums = _mm256_sad_epu8(newlines, zero);
    return (uint32_t)(_mm256_extract_epi64(sums, 0) + _mm256_extract_epi64(sums, 1) + _mm256_extract_epi64(sums, 2)
        + _mm256_extract_epi64(sums, 3));
}

AVX2 static void classify_avx2(const uint8_t *text, size_t length, byok_scan_masks *masks, uint32_t *newlines) {
    carry carried = {0};
    for (size_t start = 0; start < length; start += byok_scan_stage) {
        stage_masks stage;
        int count = halves_of(length - start);
        *newlines++ = read_avx2(text + start, count, &stage);
        measure(&stage, true, count, &carried, masks);
        masks += byok_scan_stage / byok_scan_group;
    }
}
#endif

void byok_scan_classify(const uint8_t *text, size_t length, byok_scan_masks *masks, uint32_t *newlines) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        classify_avx2(text, length, masks, newlines);
        return;
    }
#endif
    byok_scan_classify_portable(text, length, masks, newlines);
}
