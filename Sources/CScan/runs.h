// From one bit a byte to where runs have become long enough: arithmetic on words of 64 bits. For classify.c alone, which
// says what each byte is.
#ifndef BYOK_RUNS_H
#define BYOK_RUNS_H

#include "scan.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { halves_a_stage = byok_scan_stage / 32, blocks_a_stage = byok_scan_stage / 64 };

// One bit a byte of a stage, a word for each half of a block. Kept apart from the second step: a wide load right after
// narrow stores would wait for them. Before the stage stands the last half of the one before, behind it what the next may
// begin with.
typedef struct {
    uint32_t word[halves_a_stage + 2], upper[halves_a_stage + 2], hex[halves_a_stage + 2], escape[halves_a_stage + 2];
    uint32_t odd[halves_a_stage + 2], literal[halves_a_stage + 2];
} stage_masks;

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

#endif
