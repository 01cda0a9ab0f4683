// From marks to what is worth decoding: the places of one kind as they stand in the text, without those of which a
// glance shows that nothing is there. Kind by kind, because what comes next in a log nobody can predict, the processor
// neither: each change of kind costs a wrong guess.
#include "scan.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

typedef uint64_t (*marks)(const byok_scan_busy_block *);

INLINE uint64_t literal(const byok_scan_busy_block *block) { return block->literal; }
INLINE uint64_t mixed(const byok_scan_busy_block *block) { return block->mixed; }
INLINE uint64_t digits(const byok_scan_busy_block *block) { return block->digits; }
INLINE uint64_t escaped(const byok_scan_busy_block *block) { return block->escaped; }
INLINE uint64_t joint(const byok_scan_busy_block *block) { return block->joint; }

// At most a batch; the cursor stands behind what was taken.
INLINE size_t gather(marks of, const byok_scan_marked *marked, byok_scan_cursor *cursor, uint32_t *places) {
    size_t found = 0;
    for (; cursor->block < marked->busy_count && found + 64 <= byok_scan_batch; cursor->block++) {
        const byok_scan_busy_block *block = marked->busy + cursor->block;
        uint64_t bits = of(block);
        // The first without a branch: most blocks have one mark of a kind or none, by chance. A second is seldom.
        places[found] = 64 * block->block + (uint32_t)__builtin_ctzll(bits | 1ull << 63);
        found += bits != 0;
        for (bits &= bits - 1; bits; bits &= bits - 1) {
            places[found++] = 64 * block->block + (uint32_t)__builtin_ctzll(bits);
        }
    }
    while (found && places[found - 1] >= marked->length) found--;
    return found;
}

size_t byok_scan_escapes(const byok_scan_marked *marked, byok_scan_cursor *cursor, uint32_t *places) {
    return gather(escaped, marked, cursor, places);
}

// MARK: beginnings

INLINE bool is(const uint8_t *text, const char *wanted, size_t length) { return memcmp(text, wanted, length) == 0; }

// Four bytes that a known beginning has; or `sk-` where a legacy OpenAI key has its marker behind twenty letters.
INLINE bool is_beginning(const uint8_t *text) {
    return is(text, "sk-a", 4) | is(text, "sk-p", 4) | is(text, "sk-s", 4) | is(text, "AIza", 4) | is(text, "gsk_", 4)
        | is(text, "AQ.A", 4) | is(text, "H4sI", 4) | is(text, "<Buf", 4)
        | (is(text, "sk-", 3) & is(text + 23, "T3BlbkFJ", 8));
}

size_t byok_scan_beginnings(const byok_scan_marked *marked, byok_scan_cursor *cursor, uint32_t *places) {
    size_t found = gather(literal, marked, cursor, places), kept = 0;
    for (size_t i = 0; i < found; i++) {
        uint8_t second = marked->text[places[i]];
        // Before the text stand blanks, in which nothing begins.
        ptrdiff_t start = (ptrdiff_t)places[i] - 2 - (second == '_') + (second == 'B');
        places[kept] = (uint32_t)start;
        kept += is_beginning(marked->text + start);
    }
    return kept;
}

// MARK: runs

INLINE size_t start_of_run(const uint64_t *mask, size_t place) {
    size_t block = place / 64;
    uint64_t gaps = ~mask[block] << (63 - place % 64);
    if (gaps) return place - (size_t)__builtin_clzll(gaps) + 1;
    while (block > 0) {
        gaps = ~mask[--block];
        if (gaps) return 64 * block + 64 - (size_t)__builtin_clzll(gaps);
    }
    return 0;
}

INLINE size_t end_of_run(const uint64_t *mask, size_t place, size_t length) {
    size_t block = place / 64, last = (length - 1) / 64;
    uint64_t gaps = ~mask[block] >> place % 64;
    size_t end = gaps ? place + (size_t)__builtin_ctzll(gaps) : length;
    while (!gaps && block < last) {
        gaps = ~mask[++block];
        if (gaps) end = 64 * block + (size_t)__builtin_ctzll(gaps);
    }
    return end < length ? end : length;
}

// No digit, and at most one capital in four letters. A window of a key is so once in 5,000.
INLINE bool is_wordy_part(const uint8_t *text, size_t length) {
    size_t capitals = 0;
    uint8_t digits = 0;
    for (size_t i = 0; i < length; i++) {
        digits |= (uint8_t)(text[i] - '0') < 10;
        capitals += (uint8_t)(text[i] - 'A') < 26;
    }
    return !digits && capitals * 4 <= length;
}

// A long run is so when each part of it is: dashes may stand before what matters.
INLINE bool is_wordy(const uint8_t *text, size_t length) {
    enum { part = 64 };
    for (; length > part; text += part, length -= part) {
        if (!is_wordy_part(text, part)) return false;
    }
    return is_wordy_part(text, length);
}

INLINE bool has_small_letter(const uint8_t *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if ((uint8_t)(text[i] - 'a') < 26) return true;
    }
    return false;
}

size_t byok_scan_mixed_runs(const byok_scan_marked *marked, byok_scan_cursor *cursor, byok_scan_run *runs) {
    uint32_t places[byok_scan_batch];
    size_t found = gather(mixed, marked, cursor, places), kept = 0;
    for (size_t i = 0; i < found; i++) {
        if (places[i] < cursor->done) continue;
        size_t start = start_of_run(marked->word, places[i]);
        size_t end = end_of_run(marked->word, places[i], marked->length);
        cursor->done = end;
        runs[kept] = (byok_scan_run){(uint32_t)start, (uint32_t)end};
        kept += !is_wordy(marked->text + start, end - start) && has_small_letter(marked->text + start, end - start);
    }
    return kept;
}

size_t byok_scan_digit_runs(const byok_scan_marked *marked, byok_scan_cursor *cursor, byok_scan_run *runs) {
    uint32_t places[byok_scan_batch];
    size_t found = gather(digits, marked, cursor, places), kept = 0;
    for (size_t i = 0; i < found; i++) {
        if (places[i] < cursor->done) continue;
        cursor->done = end_of_run(marked->hex, places[i], marked->length);
        // Marked where it comes to 24.
        runs[kept++] = (byok_scan_run){places[i] - 23, (uint32_t)cursor->done};
    }
    return kept;
}

// MARK: line ends

INLINE bool is_digit(uint8_t byte) { return (uint8_t)(byte - '0') < 10; }

INLINE bool is_set(const uint64_t *mask, size_t place) { return mask[place / 64] >> place % 64 & 1; }

// Most lines of most logs.
INLINE bool begins_with_date(const uint8_t *line) {
    return is_digit(line[0]) & is_digit(line[1]) & is_digit(line[2]) & is_digit(line[3]) & (line[4] == '-')
        & is_digit(line[5]);
}

// Whether the line behind the end at `place` may go on with what stands before it.
INLINE bool may_go_on(const byok_scan_marked *marked, size_t place) {
    enum { reach = 64 };
    size_t next = place + 1;
    if (marked->text[place] == '\r' && marked->text[next++] != '\n') return false;
    while (next - place < reach && (marked->text[next] == ' ' || marked->text[next] == '\t')) next++;
    return next < marked->length && is_set(marked->word, next) && !begins_with_date(marked->text + next);
}

size_t byok_scan_joints(const byok_scan_marked *marked, byok_scan_cursor *cursor, uint32_t *places) {
    size_t found = gather(joint, marked, cursor, places), kept = 0;
    for (size_t i = 0; i < found; i++) {
        uint8_t byte = marked->text[places[i]];
        places[kept] = places[i];
        kept += byte == 0 || ((byte == '\n' || byte == '\r') && may_go_on(marked, places[i]));
    }
    return kept;
}

size_t byok_scan_line_start(const uint8_t *text, size_t end) {
    enum { part = 64 };
    while (end >= part && !memchr(text + end - part, '\n', part)) end -= part;
    while (end > 0 && text[end - 1] != '\n') end--;
    return end;
}

byok_scan_tally byok_scan_count(const uint8_t *text, size_t start, size_t end) {
    byok_scan_tally tally = {0};
    for (size_t i = start; i < end; i++) {
        uint8_t byte = text[i], digit = (uint8_t)(byte - '0') < 10, folded = byte | 32;
        tally.capitals += (uint8_t)(byte - 'A') < 26;
        tally.small += (uint8_t)(byte - 'a') < 26;
        tally.hex += digit | ((uint8_t)(folded - 'a') < 6);
    }
    return tally;
}

// MARK: the name

size_t byok_scan_last_name(const uint8_t *text, size_t start, size_t end) {
    static const char name[] = "mistral";
    const size_t length = sizeof name - 1;
    size_t found = end;
    for (size_t i = start; i + length <= end; i++) {
        if ((text[i] | 32) != 'm') continue;
        size_t same = 1;
        while (same < length && (text[i + same] | 32) == name[same]) same++;
        if (same == length) found = i;
    }
    return found;
}
