// Eight lanes of 64 bits: AVX-512F.
#include "include/CLanes.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)

#define WIDTH 12
#define VECTOR __m512i
#define LOAD(p) _mm512_load_si512(p)
#define STORE(p, v) _mm512_store_si512(p, v)
#define ADD(a, b) _mm512_add_epi64(a, b)
#define SUBTRACT(a, b) _mm512_sub_epi64(a, b)
#define MULTIPLY(a, b) _mm512_mul_epu32(a, b)
#define AND(a, b) _mm512_and_si512(a, b)
#define OR(a, b) _mm512_or_si512(a, b)
#define SHIFT_RIGHT(a, n) _mm512_srli_epi64(a, n)
#define BROADCAST(w) _mm512_set1_epi64((long long)(w))
#define NAME(f) f##_avx512
#include "columns.h"

#pragma clang attribute pop

static const chancery_lanes_kernel kernel = {
    multiply_avx512, square_avx512, reduce_avx512, multiply_pairs_avx512,
    square_pairs_avx512, divide_avx512, leave_pairs_avx512, select_avx512,
};

const chancery_lanes_kernel *chancery_lanes_avx512(void) {
    return __builtin_cpu_supports("avx512f") ? &kernel : NULL;
}
#else
const chancery_lanes_kernel *chancery_lanes_avx512(void) { return NULL; }
#endif
