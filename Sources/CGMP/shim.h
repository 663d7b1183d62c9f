// What Swift cannot reach in <gmp.h>, each with its reason. Imported by the target Multiprecision alone.
#pragma once
#include <gmp.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(mp_limb_t) == 8 && GMP_NAIL_BITS == 0, "limbs are 64 bits without nails: mapped files rely on it");

// Memory that GMP gives up is wiped first: every block may have held a limb of a secret. GMP hands the size back, so
// no header is needed, and blocks that plain malloc gave before the installation can be freed by these.
static inline void *chancery_gmp_allocate(size_t size) {
    void *block = malloc(size);
    if (block == NULL) abort();  // GMP has no way to report it
    return block;
}

static inline void chancery_gmp_free(void *block, size_t size) {
    if (block == NULL) return;
    explicit_bzero(block, size);
    free(block);
}

// realloc may move and leave the old limbs behind: allocate, copy, wipe.
static inline void *chancery_gmp_reallocate(void *block, size_t old_size, size_t new_size) {
    void *moved = chancery_gmp_allocate(new_size);
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
    chancery_gmp_free(block, old_size);
    return moved;
}

static inline void chancery_gmp_install_wiping_memory(void) {
    mp_set_memory_functions(chancery_gmp_allocate, chancery_gmp_reallocate, chancery_gmp_free);
}

// Swift may elide a memset of memory that is about to be freed; the C library promises that it does not elide this.
static inline void chancery_wipe(void *block, size_t size) { explicit_bzero(block, size); }

// Function-like macros are not imported.
static inline int chancery_mpz_sgn(mpz_srcptr value) { return mpz_sgn(value); }
static inline int chancery_mpz_odd(mpz_srcptr value) { return mpz_odd_p(value); }

// Exported by libgmp since 5.0 but not declared in its public header: weak, so that a library without it still loads,
// and compared with plain arithmetic before first use (MontgomeryModulus.swift).
// {rp,n} = {up,2n} / B^n mod {mp,n}; {ip,n} = {mp,n}^-1 mod B^n; destroys up; wants n > 8.
extern void __gmpn_redc_n(mp_ptr rp, mp_ptr up, mp_srcptr mp, mp_size_t n, mp_srcptr ip) __attribute__((weak));

static inline int chancery_has_redc_n(void) { return __gmpn_redc_n != NULL; }

static inline void chancery_redc_n(mp_ptr rp, mp_ptr up, mp_srcptr mp, mp_size_t n, mp_srcptr ip) {
    __gmpn_redc_n(rp, up, mp, n, ip);
}

// Montgomery's reduction limb by limb, for short moduli and where redc_n is missing.
// {rp,n} = {up,2n} / B^n mod {mp,n}, for {up,2n} < {mp,n} * B^n; negated_inverse = -mp[0]^-1 mod B; destroys up.
static inline void chancery_redc_limbs(
    mp_ptr rp, mp_ptr up, mp_srcptr mp, mp_size_t n, mp_limb_t negated_inverse) {
    for (mp_size_t j = 0; j < n; j++) {
        // up[j] becomes zero; its place keeps the carry, which belongs to up[j + n].
        mp_limb_t carry = mpn_addmul_1(up + j, mp, n, up[j] * negated_inverse);
        up[j] = carry;
    }
    mp_limb_t carry = mpn_add_n(rp, up + n, up, n);
    // The sum is below 2m: one conditional subtraction, without a branch on its value.
    mp_limb_t borrow = mpn_sub_n(up, rp, mp, n);
    mpn_cnd_sub_n(carry | (borrow ^ 1), rp, rp, mp, n);
}
