// Eight lanes as two halves of four: AVX2.
#include "include/CLanes.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

#define WIDTH 8
#define VECTOR __m256i
#define LOAD(p) _mm256_load_si256((const __m256i *)(p))
#define STORE(p, v) _mm256_store_si256((__m256i *)(p), v)
#define ADD(a, b) _mm256_add_epi64(a, b)
#define SUBTRACT(a, b) _mm256_sub_epi64(a, b)
#define MULTIPLY(a, b) _mm256_mul_epu32(a, b)
#define AND(a, b) _mm256_and_si256(a, b)
#define OR(a, b) _mm256_or_si256(a, b)
#define SHIFT_RIGHT(a, n) _mm256_srli_epi64(a, n)
#define BROADCAST(w) _mm256_set1_epi64x((long long)(w))
#define NAME(f) f##_half
#include "columns.h"

#define HALF 4

static void multiply(Modulus n, uint64_t *z, const uint64_t *x, const uint64_t *y, uint64_t *s) {
    multiply_half(n, z, x, y, s);
    multiply_half(n, z + HALF, x + HALF, y + HALF, s + HALF);
}
static void multiply_pairs(Modulus n, uint64_t *z, const uint64_t *x, const uint64_t *y, uint64_t *s) {
    multiply_pairs_half(n, z, x, y, s);
    multiply_pairs_half(n, z + HALF, x + HALF, y + HALF, s + HALF);
}
#define BOTH_HALVES(f) \
    static void f(Modulus n, uint64_t *z, const uint64_t *x, uint64_t *s) { \
        f##_half(n, z, x, s); \
        f##_half(n, z + HALF, x + HALF, s + HALF); \
    }
BOTH_HALVES(square)
BOTH_HALVES(reduce)
BOTH_HALVES(square_pairs)
BOTH_HALVES(leave_pairs)
static void divide(Modulus n, uint64_t *z, const uint64_t *x) {
    divide_half(n, z, x);
    divide_half(n, z + HALF, x + HALF);
}
static void choose(uint64_t *z, const uint64_t *table, size_t count, size_t columns, size_t index) {
    select_half(z, table, count, columns, index);
    select_half(z + HALF, table + HALF, count, columns, index);
}

#pragma clang attribute pop

static const chancery_lanes_kernel kernel = {
    multiply, square, reduce, multiply_pairs, square_pairs, divide, leave_pairs, choose,
};

const chancery_lanes_kernel *chancery_lanes_avx2(void) { return __builtin_cpu_supports("avx2") ? &kernel : NULL; }
#else
const chancery_lanes_kernel *chancery_lanes_avx2(void) { return NULL; }
#endif
