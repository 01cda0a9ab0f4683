// The scanner's kernel: what must run at memory speed over every byte of a log.
//
// Everything here reads `byok_scan_slack` bytes before and after the text it is given and never more;
// the caller owns that room and fills it with blanks.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { byok_scan_group = 256, byok_scan_stage = 4096, byok_scan_slack = 320 };

// What is worth a closer look in a block of 64 bytes: one bit a byte, the first byte in the lowest bit. What speaks of a
// run is set where the run comes to the length, not on the rest of it.
typedef struct {
    uint32_t block;
    uint64_t literal;  // the second byte of one of the pairs
    uint64_t mixed;    // the 16 bytes that end here are all word, one of them upper case
    uint64_t digits;   // the 24 bytes that end here are all hex
    uint64_t escaped;  // the 12 bytes that end here are word, '%' or '\', with a '%' or '\' before a word byte
    uint64_t joint;    // a byte below 14 (line end, zero), or above 127, right after a word byte
} byok_scan_busy_block;

// Pairs of bytes that stand in the prefixes of keys, `H4sI` and `<Buffer`, and seldom elsewhere.
enum { byok_scan_pair_count = 6 };
extern const char byok_scan_pairs[byok_scan_pair_count][3];

// Fills `word` (A-Z a-z 0-9 _ -) and `hex` (0-9 a-f A-F), one bit a byte, in whole groups, the last one as far as the
// slack goes, and counts the line ends of each stage. Lists the blocks in which there is something, and gives their
// number; there must be room for all, and for four more.
size_t byok_scan_classify(
    const uint8_t *text, size_t length, uint64_t *word, uint64_t *hex, byok_scan_busy_block *busy, uint32_t *newlines);

// The same without any instruction that not every machine has: what the fast one is compared with.
size_t byok_scan_classify_portable(
    const uint8_t *text, size_t length, uint64_t *word, uint64_t *hex, byok_scan_busy_block *busy, uint32_t *newlines);

// Whether a run is words: no digit, and at most one capital in four letters. A window of a key is so once in 5,000.
bool byok_scan_is_wordy(const uint8_t *text, size_t start, size_t end);

// Whether one of the escapes `%XX` and `\u00XX` in a range stands for a word byte or a dot.
bool byok_scan_has_escape(const uint8_t *text, size_t start, size_t end);

// So many words of 0 for a filter, a power of two; free() takes them back.
uint64_t *byok_scan_make_filter(size_t words);

// Which of `count` windows a Bloom filter of `mask + 1` words may hold; see StoredWindows. Gives their numbers.
size_t byok_scan_sift(
    const uint8_t *blocks, const uint8_t *images, size_t count, const uint64_t *filter, uint64_t mask,
    uint64_t *values, uint32_t *kept);

// Which text windows of the run `start..<end` a scanner looks at (Fingerprints, Format.md), at most `capacity`
// of them from `*next` on. Moves `*next` to where to go on; `end - 15` or more when there is nothing left.
size_t byok_scan_text_windows(
    const uint8_t *text, size_t start, size_t end, size_t *next, uint32_t *windows, size_t capacity);

// How far from `start` the digits of a hexadecimal run are lower case.
size_t byok_scan_lower_digits(const uint8_t *text, size_t start, size_t end);

// Packs `count` windows of 24 lower-case digits, the first at `start`, each into 12 bytes and 4 zero bytes.
void byok_scan_pack_digits(const uint8_t *text, size_t start, size_t count, uint8_t *blocks);

// Where in `start..<end` base64 text begins that decodes to four quads or more of printable ASCII, in the phase that
// the result gives by its distance from `start`; `end` when there is none.
size_t byok_scan_find_base64(const uint8_t *text, size_t start, size_t end);

// Where in `start..<end` hexadecimal digits begin that decode to twelve bytes or more of printable ASCII, or `end`.
size_t byok_scan_find_hex(const uint8_t *text, size_t start, size_t end);
