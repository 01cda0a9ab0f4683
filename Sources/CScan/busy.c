// Which blocks of 64 bytes hold anything that could be a key.
#include "scan.h"

size_t byok_scan_busy_blocks(const byok_scan_masks *masks, size_t groups, uint32_t *blocks) {
    size_t found = 0;
    for (size_t group = 0; group < groups; group++, masks++) {
        for (size_t lane = 0; lane < 4; lane++) {
            uint64_t any = masks->mixed[lane] | masks->digits[lane] | masks->escaped[lane] | masks->joint[lane]
                | masks->literal[lane];
            blocks[found] = (uint32_t)(4 * group + lane);
            found += any != 0;
        }
    }
    return found;
}
