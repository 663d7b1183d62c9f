// Between rows of limbs, packed digits and lanes: moves, no arithmetic.
#include "include/CLanes.h"

#define DIGIT_BITS CHANCERY_LANES_DIGIT_BITS
#define DIGIT_MASK ((UINT64_C(1) << DIGIT_BITS) - 1)

void chancery_lanes_split(uint64_t *z, size_t columns, const uint64_t *const rows[8], size_t limbs) {
    for (size_t lane = 0; lane < 8; lane++) {
        const uint64_t *row = rows[lane];
        size_t limb = 0;
        unsigned offset = 0;
        for (size_t i = 0; i < columns; i++) {
            uint64_t digit = 0;
            if (limb < limbs) {
                digit = row[limb] >> offset;
                if (offset > 64 - DIGIT_BITS && limb + 1 < limbs) digit |= row[limb + 1] << (64 - offset);
            }
            z[8 * i + lane] = digit & DIGIT_MASK;
            offset += DIGIT_BITS;
            limb += offset >> 6;
            offset &= 63;
        }
    }
}

void chancery_lanes_join(uint64_t *row, size_t limbs, const uint64_t *x, size_t columns, size_t lane) {
    size_t limb = 0;
    unsigned offset = 0;
    for (size_t i = 0; i < limbs; i++) row[i] = 0;
    for (size_t i = 0; i < columns && limb < limbs; i++) {
        uint64_t digit = x[8 * i + lane];
        row[limb] |= digit << offset;
        if (offset > 64 - DIGIT_BITS && limb + 1 < limbs) row[limb + 1] |= digit >> (64 - offset);
        offset += DIGIT_BITS;
        limb += offset >> 6;
        offset &= 63;
    }
}

void chancery_lanes_unpack(uint64_t *z, size_t columns, const uint32_t *const rows[8]) {
    for (size_t lane = 0; lane < 8; lane++) {
        const uint32_t *row = rows[lane];
        for (size_t i = 0; i < columns; i++) z[8 * i + lane] = row[i];
    }
}

void chancery_lanes_pack(uint32_t *row, const uint64_t *x, size_t columns, size_t lane) {
    for (size_t i = 0; i < columns; i++) row[i] = (uint32_t)x[8 * i + lane];
}

void chancery_lanes_rotate(uint64_t *z, const uint64_t *x, size_t columns, size_t by) {
    for (size_t i = 0; i < columns; i++)
        for (size_t lane = 0; lane < 8; lane++) z[8 * i + lane] = x[8 * i + ((lane + by) & 7)];
}
