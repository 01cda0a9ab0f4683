// From bytes to masks: first what each byte is, a stage of 4 KiB at a time, then how long the runs are. The first step
// is written twice, with AVX2 and with vectors that any machine has; the second is arithmetic on words of 64 bits.
#include "scan.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

const char byok_scan_pairs[byok_scan_pair_count][3] = {"k-", "k_", "Iz", "Q.", "4s", "<B"};

#define INLINE static inline __attribute__((always_inline))

enum { halves_a_stage = byok_scan_stage / 32, blocks_a_stage = byok_scan_stage / 64 };

// One bit a byte of a stage, a word for each half of a block. Kept apart from the second step: a wide load right after
// narrow stores would wait for them. Before the stage stands the last half of the one before, behind it what the next may
// begin with.
typedef struct {
    uint32_t word[halves_a_stage + 2], upper[halves_a_stage + 2], hex[halves_a_stage + 2], escape[halves_a_stage + 2];
    uint32_t odd[halves_a_stage + 2], literal[halves_a_stage + 2];
} stage_masks;

// MARK: how long the runs are

// Four blocks side by side.
typedef uint64_t words __attribute__((ext_vector_type(4)));

// The same twice: in `odd` each block as it is, in `even` its first half with the half before it. In either the upper half
// has 32 bytes before it, more than a run is measured.
typedef struct {
    words even, odd;
} spans;

INLINE words get(const uint32_t *from) {
    words result;
    memcpy(&result, from, sizeof result);
    return result;
}

INLINE void put(uint64_t *to, words from) { memcpy(to, &from, sizeof from); }

INLINE spans spans_at(const uint32_t *half, words inversion) {
    return (spans){inversion ^ get(half - 1), inversion ^ get(half)};
}

INLINE spans all_of(spans bits, int places) {
    return (spans){bits.even & bits.even << places, bits.odd & bits.odd << places};
}

INLINE spans any_of(spans bits, int places) {
    return (spans){bits.even | bits.even << places, bits.odd | bits.odd << places};
}

INLINE spans both(spans one, spans other) { return (spans){one.even & other.even, one.odd & other.odd}; }

INLINE words upper_halves(spans bits) { return bits.even >> 32 | (bits.odd & 0xFFFFFFFF00000000); }

INLINE words begun(spans bits) {
    return upper_halves((spans){bits.even & ~(bits.even << 1), bits.odd & ~(bits.odd << 1)});
}

INLINE words mixed_runs(spans word, spans upper) {
    for (int step = 0; step < 4; step++) {
        word = all_of(word, 1 << step);
        upper = any_of(upper, 1 << step);
    }
    return begun(both(word, upper));
}

INLINE words digit_runs(spans hex) {
    for (int step = 0; step < 3; step++) hex = all_of(hex, 1 << step);
    return begun((spans){
        hex.even & hex.even << 8 & hex.even << 16,
        hex.odd & hex.odd << 8 & hex.odd << 16,
    });
}

INLINE bool is_empty(words bits) { return !(bits[0] | bits[1] | bits[2] | bits[3]); }

// `behind` has what follows each block.
INLINE words escaped_runs(spans word, spans escape, words behind) {
    if (is_empty(escape.even | escape.odd)) return (words)(0);
    spans wide = {word.even | escape.even, word.odd | escape.odd};
    const words last = (words)(1ull << 63);
    escape.even &= word.even >> 1 | (word.odd << 31 & last);
    escape.odd &= word.odd >> 1 | (behind << 31 & last);
    for (int step = 0; step < 2; step++) {
        wide = all_of(wide, 1 << step);
        escape = any_of(escape, 1 << step);
    }
    spans runs = {wide.even & wide.even << 4 & wide.even << 8, wide.odd & wide.odd << 4 & wide.odd << 8};
    spans some = {escape.even | escape.even << 4 | escape.even << 8, escape.odd | escape.odd << 4 | escape.odd << 8};
    return begun(both(runs, some));
}

// Halves of what is left, in whole groups, at most a stage.
INLINE int halves_of(size_t length) {
    size_t groups = (length + byok_scan_group - 1) / byok_scan_group;
    return groups < halves_a_stage / 8 ? (int)groups * 8 : halves_a_stage;
}

// What was found in a stage, one word a block.
typedef struct {
    uint64_t literal[blocks_a_stage], mixed[blocks_a_stage], digits[blocks_a_stage], escaped[blocks_a_stage];
    uint64_t joint[blocks_a_stage], any[blocks_a_stage];
} stage_finds;

INLINE void measure(
    const stage_masks *stage, bool is_inverted, int halves, uint64_t *restrict word_bits, uint64_t *restrict hex_bits,
    stage_finds *restrict finds
) {
    const words inversion = (words)(is_inverted ? ~0ull : 0);
    for (int half = 1, block = 0; half <= halves; half += 8, block += 4) {
        spans word = spans_at(stage->word + half, inversion), hex = spans_at(stage->hex + half, inversion);
        words literal = get(stage->literal + half);
        words joint = (inversion ^ get(stage->odd + half)) & upper_halves((spans){word.even << 1, word.odd << 1});
        words mixed = mixed_runs(word, spans_at(stage->upper + half, inversion));
        words digits = digit_runs(hex);
        words escaped = escaped_runs(
            word, spans_at(stage->escape + half, (words)(0)), inversion ^ get(stage->word + half + 1));
        put(word_bits + block, word.odd);
        put(hex_bits + block, hex.odd);
        put(finds->literal + block, literal);
        put(finds->mixed + block, mixed);
        put(finds->digits + block, digits);
        put(finds->escaped + block, escaped);
        put(finds->joint + block, joint);
        put(finds->any + block, literal | mixed | digits | escaped | joint);
    }
}

// Before the first byte stands nothing; behind the last one of a stage may stand anything.
INLINE void border(stage_masks *stage, bool is_inverted, bool is_first, int halves) {
    const uint32_t none = is_inverted ? ~0u : 0;
    stage->word[0] = is_first ? none : stage->word[halves_a_stage];
    stage->upper[0] = is_first ? none : stage->upper[halves_a_stage];
    stage->hex[0] = is_first ? none : stage->hex[halves_a_stage];
    stage->escape[0] = is_first ? 0 : stage->escape[halves_a_stage];
    stage->word[halves + 1] = ~none;
}

// Without a branch up to the list: which block is of interest nobody can predict.
INLINE size_t list(const stage_finds *finds, int blocks, uint32_t first, byok_scan_busy_block *busy) {
    uint8_t numbers[blocks_a_stage + 1];
    size_t count = 0;
    for (int block = 0; block < blocks; block++) {
        numbers[count] = (uint8_t)block;
        count += finds->any[block] != 0;
    }
    for (size_t i = 0; i < count; i++) {
        size_t block = numbers[i];
        busy[i] = (byok_scan_busy_block){
            first + (uint32_t)block, finds->literal[block], finds->mixed[block], finds->digits[block],
            finds->escaped[block], finds->joint[block],
        };
    }
    return count;
}

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

// `reads_inverted`: what `read` leaves of the masks of classes. Inlined, so that each is compiled for its own machine.
INLINE size_t classify(
    uint32_t (*read)(const uint8_t *, int, stage_masks *), bool reads_inverted, const uint8_t *text, size_t length,
    uint64_t *word, uint64_t *hex, byok_scan_busy_block *busy, uint32_t *newlines
) {
    stage_masks stage;
    stage_finds finds;
    size_t found = 0;
    for (size_t block = 0; 64 * block < length; block += blocks_a_stage) {
        int halves = halves_of(length - 64 * block);
        border(&stage, reads_inverted, block == 0, halves);
        *newlines++ = read(text + 64 * block, halves, &stage);
        measure(&stage, reads_inverted, halves, word + block, hex + block, &finds);
        found += list(&finds, halves / 2, (uint32_t)block, busy + found);
    }
    return found;
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
