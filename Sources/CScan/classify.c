// From bytes to masks: first what each byte is, a stage of 4 KiB at a time, then how long the runs are. The first step
// is written twice, with AVX2 and with vectors that any machine has; the second stands in runs.h.
#include "runs.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

const char byok_scan_pairs[byok_scan_pair_count][3] = {"k-", "k_", "Iz", "Q.", "4s", "<B"};

// MARK: any machine

typedef uint8_t bytes64 __attribute__((ext_vector_type(64)));
typedef char signs64 __attribute__((ext_vector_type(64)));
typedef _Bool bits64 __attribute__((ext_vector_type(64)));

#define STORE(mask, signs) do { \
    bits64 truth = __builtin_convertvector(-(signs), bits64); \
    memcpy(stage->mask + 1 + half, &truth, sizeof truth); \
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

size_t byok_scan_classify_portable(
    const uint8_t *text, size_t length, uint64_t *word, uint64_t *hex, byok_scan_busy_block *busy, uint32_t *newlines
) {
    return classify(read_portable, false, text, length, word, hex, busy, newlines);
}

// MARK: AVX2

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))

// A byte belongs to a class when the tables of its low and its high half share the class's bit.
enum { digit = 1, upper_a = 2, upper_p = 4, lower_a = 8, lower_p = 16, dash = 32, underscore = 64, hex_letter = 128 };

typedef struct {
    __m256i low, high;
} halves;

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

// By the low half of a pair's second byte, which no two pairs share: that byte, and the one before it. What has the low
// half of none is compared with a byte of another.
AVX2 static halves pair_table(void) {
    uint8_t first[16] = {0}, second[16] = {255};
    for (int i = 0; i < byok_scan_pair_count; i++) {
        const uint8_t *pair = (const uint8_t *)byok_scan_pairs[i];
        first[pair[1] & 15] = pair[0];
        second[pair[1] & 15] = pair[1];
    }
    return table(first, second);
}

// `bytes` is the low half's index as it is: a shuffle looks at four bits, and gives 0 for a byte above 127.
AVX2 INLINE __m256i classes(__m256i bytes, __m256i high, halves tables) {
    return _mm256_and_si256(_mm256_shuffle_epi8(tables.low, bytes), _mm256_shuffle_epi8(tables.high, high));
}

AVX2 INLINE uint32_t top_bits(__m256i bytes) { return (uint32_t)_mm256_movemask_epi8(bytes); }

AVX2 INLINE uint32_t zeros(__m256i bytes) { return top_bits(_mm256_cmpeq_epi8(bytes, (__m256i){0})); }

AVX2 INLINE __m256i is(__m256i bytes, char wanted) { return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(wanted)); }

// Leaves the masks of classes inverted: put right for four blocks at once, that is an eighth of the work.
AVX2 static uint32_t read_avx2(const uint8_t *text, int halves_left, stage_masks *stage) {
    const halves tables = class_table(), pairs = pair_table();
    const __m256i fifteen = _mm256_set1_epi8(15), hex_flags = _mm256_set1_epi8((char)(digit | hex_letter));
    const __m256i upper_flags = _mm256_set1_epi8(upper_a | upper_p);
    __m256i newlines = {0}, zero = {0};
    for (int half = 1; half <= halves_left; half++, text += 32) {
        __m256i bytes = _mm256_loadu_si256((const __m256i *)text);
        __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), fifteen);
        __m256i flags = classes(bytes, high, tables);
        stage->word[half] = zeros(flags);
        stage->upper[half] = zeros(_mm256_and_si256(flags, upper_flags));
        stage->hex[half] = zeros(_mm256_and_si256(flags, hex_flags));
        stage->escape[half] = top_bits(_mm256_or_si256(is(bytes, '%'), is(bytes, '\\')));
        stage->odd[half] = top_bits(_mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(13)));
        __m256i before = _mm256_loadu_si256((const __m256i *)(text - 1));
        stage->literal[half] = top_bits(_mm256_and_si256(
            _mm256_cmpeq_epi8(_mm256_shuffle_epi8(pairs.low, bytes), before),
            _mm256_cmpeq_epi8(_mm256_shuffle_epi8(pairs.high, bytes), bytes)));
        // Per byte at most 128 halves a stage, and a byte counts to 255.
        newlines = _mm256_sub_epi8(newlines, is(bytes, '\n'));
    }
    __m256i sums = _mm256_sad_epu8(newlines, zero);
    return (uint32_t)(_mm256_extract_epi64(sums, 0) + _mm256_extract_epi64(sums, 1) + _mm256_extract_epi64(sums, 2)
        + _mm256_extract_epi64(sums, 3));
}

AVX2 static size_t classify_avx2(
    const uint8_t *text, size_t length, uint64_t *word, uint64_t *hex, byok_scan_busy_block *busy, uint32_t *newlines
) {
    return classify(read_avx2, true, text, length, word, hex, busy, newlines);
}
#endif

size_t byok_scan_classify(
    const uint8_t *text, size_t length, uint64_t *word, uint64_t *hex, byok_scan_busy_block *busy, uint32_t *newlines
) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return classify_avx2(text, length, word, hex, busy, newlines);
#endif
    return byok_scan_classify_portable(text, length, word, hex, busy, newlines);
}
