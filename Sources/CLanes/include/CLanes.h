#ifndef CHANCERY_LANES_H
#define CHANCERY_LANES_H

#include <stddef.h>
#include <stdint.h>

/// Eight numbers at once, one a lane, modulo one odd n or its square, in Montgomery form.
///
/// A *digit* has 28 bits. A *column* is eight 64-bit words, one digit of each lane; a number of `digits` digits in eight
/// lanes is as many columns, least significant first, aligned to 64 bytes. R = 2^(28·digits), and R ≥ 16n, so that
/// numbers below 2n stay below 2n and no product ends in a comparison.
///
/// Modulo n² a number is the pair x₀ + x₁·n, both below 2n (x₀ first, then x₁). From x₀y₀ + mn = R·t follows
/// x·y/R = t + n·((x₀y₁ + x₁y₀ − m)/R mod n) modulo n²: three products and two reductions of half the length, where
/// multiplying by the whole modulus takes what amounts to eight.
///
/// No function branches or addresses memory by the numbers' values; those that take pointers of lanes address by them.
/// A column of products sums at most 250 of them, so a modulus has at most 248 digits (the reciprocal
/// has two more).

/// The modulus n and what belongs to it.
typedef struct {
    /// Digits of n and of every number below 2n: 2 to CHANCERY_LANES_MOST_DIGITS.
    size_t digits;
    /// n, a digit a word.
    const uint64_t *modulus;
    /// A multiple of n that is at least R, less than R + n, in digits of 28 to 29 bits of which none is less than
    /// 2^28 − 1: subtracting a number below R from it borrows nowhere.
    const uint64_t *offset;
    /// ⌊R²/n⌋, in digits + 2 digits.
    const uint64_t *reciprocal;
    /// R − n.
    const uint64_t *negated;
    /// −n⁻¹ mod 2^28.
    uint64_t inverse;
} chancery_lanes_modulus;

#define CHANCERY_LANES_DIGIT_BITS 28
#define CHANCERY_LANES_MOST_DIGITS 248

/// The products, in one instruction set. `scratch` has 3·digits columns; results may lie where an operand lies.
typedef struct {
    /// z = x·y/R mod n, one number a lane.
    void (*multiply)(const chancery_lanes_modulus *n, uint64_t *z, const uint64_t *x, const uint64_t *y, uint64_t *scratch);
    /// z = x²/R mod n.
    void (*square)(const chancery_lanes_modulus *n, uint64_t *z, const uint64_t *x, uint64_t *scratch);
    /// z = x/R mod n for x < nR of 2·digits columns.
    void (*reduce)(const chancery_lanes_modulus *n, uint64_t *z, const uint64_t *x, uint64_t *scratch);
    /// z = x·y/R mod n², pairs.
    void (*multiply_pairs)(const chancery_lanes_modulus *n, uint64_t *z, const uint64_t *x, const uint64_t *y, uint64_t *scratch);
    /// z = x²/R mod n², pairs.
    void (*square_pairs)(const chancery_lanes_modulus *n, uint64_t *z, const uint64_t *x, uint64_t *scratch);
    /// The pair z = z₀ + z₁·n that equals x < n², an integer of 2·digits columns that z does not overlap; z₀ < 4n, which
    /// one factor of a product may be.
    void (*divide)(const chancery_lanes_modulus *n, uint64_t *z, const uint64_t *x);
    /// z = x/R mod n², pairs: the way out of Montgomery form.
    void (*leave_pairs)(const chancery_lanes_modulus *n, uint64_t *z, const uint64_t *x, uint64_t *scratch);
    /// z = table[index] out of `count` numbers of `columns` columns each; every one is read, whatever the index.
    void (*select)(uint64_t *z, const uint64_t *table, size_t count, size_t columns, size_t index);
} chancery_lanes_kernel;

/// The kernels, or NULL where the processor lacks the instructions.
const chancery_lanes_kernel *chancery_lanes_avx512(void);
const chancery_lanes_kernel *chancery_lanes_avx2(void);

/// Digits from eight rows of 64-bit limbs, one row a lane; columns beyond the limbs become zero.
void chancery_lanes_split(uint64_t *z, size_t columns, const uint64_t *const rows[8], size_t limbs);
/// Limbs of one lane: the digits of `columns` columns, which fit `limbs` limbs.
void chancery_lanes_join(uint64_t *row, size_t limbs, const uint64_t *x, size_t columns, size_t lane);
/// Columns from eight packed numbers, a digit in 32 bits, one a lane.
void chancery_lanes_unpack(uint64_t *z, size_t columns, const uint32_t *const rows[8]);
/// Packs lane `lane` of a number.
void chancery_lanes_pack(uint32_t *row, const uint64_t *x, size_t columns, size_t lane);
/// Lane j of z is lane (j + by) mod 8 of x, another number.
void chancery_lanes_rotate(uint64_t *z, const uint64_t *x, size_t columns, size_t by);

#endif
