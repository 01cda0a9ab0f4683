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

// A text and what is marked in it.
typedef struct {
    const uint8_t *text;
    size_t length;
    const uint64_t *word, *hex;
    const byok_scan_busy_block *busy;
    size_t busy_count;
} byok_scan_marked;

// How far the places of one kind were gone through: the next busy block, and up to where runs were dealt with, as a long
// one is marked more than once.
typedef struct {
    size_t block, done;
} byok_scan_cursor;

typedef struct {
    uint32_t start, end;
} byok_scan_run;

// What each of the following gives at most, in the order of the text, until the cursor comes to the last busy block.
// Give room for so many.
enum { byok_scan_batch = 1024 };

// Where one of the beginnings `sk-a`, `sk-p`, `sk-s`, `AIza`, `gsk_`, `AQ.A`, `H4sI` and `<Buf` stands, or `sk-` and
// OpenAI's marker as far behind it as in a legacy key.
size_t byok_scan_beginnings(const byok_scan_marked *marked, byok_scan_cursor *cursor, uint32_t *places);

// Runs of word bytes, 16 or longer, with capitals and small letters, that are no words.
size_t byok_scan_mixed_runs(const byok_scan_marked *marked, byok_scan_cursor *cursor, byok_scan_run *runs);

// Runs of hexadecimal digits, 24 or longer.
size_t byok_scan_digit_runs(const byok_scan_marked *marked, byok_scan_cursor *cursor, byok_scan_run *runs);

// Marks of escapes, as they are.
size_t byok_scan_escapes(const byok_scan_marked *marked, byok_scan_cursor *cursor, uint32_t *places);

// Zeros behind a word byte, and line ends behind one where the next line begins with a word that is no date.
size_t byok_scan_joints(const byok_scan_marked *marked, byok_scan_cursor *cursor, uint32_t *places);

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

// How many bytes of each kind stand between `start` and `end`.
typedef struct {
    uint32_t capitals, small, hex;
} byok_scan_tally;
byok_scan_tally byok_scan_count(const uint8_t *text, size_t start, size_t end);

// Behind the last line end before `end`, or 0.
size_t byok_scan_line_start(const uint8_t *text, size_t end);

// How far from `start` the digits of a hexadecimal run are lower case.
size_t byok_scan_lower_digits(const uint8_t *text, size_t start, size_t end);

// Packs `count` windows of 24 lower-case digits, the first at `start`, each into 12 bytes and 4 zero bytes.
void byok_scan_pack_digits(const uint8_t *text, size_t start, size_t count, uint8_t *blocks);

// Where in `start..<end` base64 text begins that decodes to four quads or more of printable ASCII, in the phase that
// the result gives by its distance from `start`; `end` when there is none.
size_t byok_scan_find_base64(const uint8_t *text, size_t start, size_t end);

// Where in `start..<end` hexadecimal digits begin that decode to twelve bytes or more of printable ASCII, or `end`.
size_t byok_scan_find_hex(const uint8_t *text, size_t start, size_t end);

// The last place between `start` and `end` where `mistral` begins, in whatever case; `end` where there is none.
size_t byok_scan_last_name(const uint8_t *text, size_t start, size_t end);
