// Valgrind's client requests, which are macros that Swift cannot call. Without valgrind's headers, or outside valgrind,
// they do nothing; `chancery_memcheck_runs` says so.
#pragma once
#include <stddef.h>

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>

static inline int chancery_memcheck_runs(void) { return RUNNING_ON_VALGRIND != 0; }

// From here on memcheck reports a branch or an address that depends on these bytes.
static inline void chancery_mark_secret(const void *bytes, size_t count) {
    VALGRIND_MAKE_MEM_UNDEFINED(bytes, count);
}

// The lowest bit of a number is public where everybody knows whether it is odd.
static inline void chancery_mark_lowest_bit_public(const void *bytes) {
    unsigned char undefined_bits = 0xfe;
    (void)VALGRIND_SET_VBITS(bytes, &undefined_bits, 1);
}

// Goes into valgrind's log, so that what follows can be told from what came before.
static inline void chancery_memcheck_section(const char *name) { VALGRIND_PRINTF("section %s\n", name); }
#else
static inline int chancery_memcheck_runs(void) { return 0; }
static inline void chancery_mark_secret(const void *bytes, size_t count) { (void)bytes, (void)count; }
static inline void chancery_mark_lowest_bit_public(const void *bytes) { (void)bytes; }
static inline void chancery_memcheck_section(const char *name) { (void)name; }
#endif
