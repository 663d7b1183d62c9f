// The products, column by column, on vectors of 64-bit words. Whoever includes this has defined VECTOR, LOAD, STORE,
// ADD, SUBTRACT, MULTIPLY (the low 32 bits of each word), AND, OR, SHIFT_RIGHT, BROADCAST, NAME, and WIDTH: how many
// columns are summed at once, 8 to 15, as many as the registers hold.
//
// "Columns" in the sense of product scanning: the sums of all products of one weight are formed in registers, WIDTH
// columns at a time, so that a product costs one multiplication, one addition and about one load.

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef const chancery_lanes_modulus *Modulus;

INLINE VECTOR column(const uint64_t *x, ptrdiff_t index) { return LOAD(x + 8 * index); }

INLINE VECTOR add_product(VECTOR sum, VECTOR a, VECTOR b) { return ADD(sum, MULTIPLY(a, b)); }

INLINE VECTOR low_digit(VECTOR a) { return AND(a, BROADCAST((1u << CHANCERY_LANES_DIGIT_BITS) - 1)); }

INLINE VECTOR carry(VECTOR a) { return SHIFT_RIGHT(a, CHANCERY_LANES_DIGIT_BITS); }

/// Columns start ..< start + width of a·b, start + width ≤ digits.
INLINE void add_low_columns(int width, VECTOR *sums, const uint64_t *a, const uint64_t *b, ptrdiff_t start) {
    for (ptrdiff_t i = 0; i <= start; i++) {
        VECTOR digit = column(a, i);
        UNROLL for (int c = 0; c < width; c++) sums[c] = add_product(sums[c], digit, column(b, start + c - i));
    }
    UNROLL for (int e = 1; e < width; e++) {
        VECTOR digit = column(a, start + e);
        UNROLL for (int c = e; c < width; c++) sums[c] = add_product(sums[c], digit, column(b, c - e));
    }
}

/// Columns digits + start ..< digits + start + width of a·b.
INLINE void add_high_columns(
    int width, VECTOR *sums, const uint64_t *a, const uint64_t *b, ptrdiff_t start, ptrdiff_t digits
) {
    UNROLL for (int e = 1; e < width; e++) {
        VECTOR digit = column(a, start + e);
        UNROLL for (int c = 0; c < e; c++) sums[c] = add_product(sums[c], digit, column(b, digits + c - e));
    }
    for (ptrdiff_t i = start + width; i < digits; i++) {
        VECTOR digit = column(a, i);
        UNROLL for (int c = 0; c < width; c++) sums[c] = add_product(sums[c], digit, column(b, digits + start + c - i));
    }
}

/// Columns digits + start ..< digits + start + width of words·b, for a number `words` that is the same in all lanes.
INLINE void add_high_multiples(
    int width, VECTOR *sums, const uint64_t *words, const uint64_t *b, ptrdiff_t start, ptrdiff_t digits
) {
    UNROLL for (int e = 1; e < width; e++) {
        VECTOR digit = BROADCAST(words[start + e]);
        UNROLL for (int c = 0; c < e; c++) sums[c] = add_product(sums[c], digit, column(b, digits + c - e));
    }
    for (ptrdiff_t i = start + width; i < digits; i++) {
        VECTOR digit = BROADCAST(words[i]);
        UNROLL for (int c = 0; c < width; c++) sums[c] = add_product(sums[c], digit, column(b, digits + start + c - i));
    }
}

/// Columns start ..< start + width of words·b.
INLINE void add_low_multiples(
    int width, VECTOR *sums, const uint64_t *words, const uint64_t *b, ptrdiff_t start
) {
    for (ptrdiff_t i = 0; i <= start; i++) {
        VECTOR digit = BROADCAST(words[i]);
        UNROLL for (int c = 0; c < width; c++) sums[c] = add_product(sums[c], digit, column(b, start + c - i));
    }
    UNROLL for (int e = 1; e < width; e++) {
        VECTOR digit = BROADCAST(words[start + e]);
        UNROLL for (int c = e; c < width; c++) sums[c] = add_product(sums[c], digit, column(b, c - e));
    }
}

/// The middle of a square's columns first ..< first + width: products a_i·a_(k−i) with i from `middle`, the first i that
/// does not come before its partner in every column. `odd` is 2·middle − first.
INLINE void add_middle(
    int width, int odd, VECTOR *sums, VECTOR *squares, const uint64_t *a, ptrdiff_t first, ptrdiff_t middle
) {
    UNROLL for (int e = 0; 2 * e + odd < width; e++) {
        VECTOR digit = column(a, middle + e);
        squares[2 * e + odd] = MULTIPLY(digit, digit);
        UNROLL for (int c = 2 * e + odd + 1; c < width; c++)
            sums[c] = add_product(sums[c], digit, column(a, first + c - middle - e));
    }
}

/// The same columns of a², each product of two different digits formed once. `first` is the first column, `from` the
/// first index whose partner exists in every column.
INLINE void add_square_columns(int width, VECTOR *sums, const uint64_t *a, ptrdiff_t first, ptrdiff_t from) {
    VECTOR squares[WIDTH];
    UNROLL for (int c = 0; c < width; c++) squares[c] = BROADCAST(0);
    ptrdiff_t middle = (first + 1) / 2;
    for (ptrdiff_t i = from; i < middle; i++) {
        VECTOR digit = column(a, i);
        UNROLL for (int c = 0; c < width; c++) sums[c] = add_product(sums[c], digit, column(a, first + c - i));
    }
    if (first & 1) add_middle(width, 1, sums, squares, a, first, middle);
    else add_middle(width, 0, sums, squares, a, first, middle);
    UNROLL for (int c = 0; c < width; c++) sums[c] = ADD(ADD(sums[c], sums[c]), squares[c]);
}

INLINE void add_high_square_columns(
    int width, VECTOR *sums, const uint64_t *a, ptrdiff_t start, ptrdiff_t digits
) {
    // Near the top the two ends of the columns meet, and the plain product is as short.
    if (start + 2 * width > digits) return add_high_columns(width, sums, a, a, start, digits);
    UNROLL for (int e = 1; e < width; e++) {
        VECTOR digit = column(a, start + e);
        UNROLL for (int c = 0; c < e; c++) sums[c] = add_product(sums[c], digit, column(a, digits + c - e));
    }
    add_square_columns(width, sums, a, digits + start, start + width);
}

/// What is multiplied: constant where these functions are inlined.
typedef enum { nothing, product, two_products, twice_a_product, a_square } Kind;

/// One reduction: t = (T + m·n)/R with T = the products of `kind` + addend + (offset − subtrahend).
typedef struct {
    const uint64_t *a, *b, *c, *d;
    /// 2·digits columns if `wide`, else digits; or NULL.
    const uint64_t *addend;
    int wide;
    /// The m of the reduction before; or NULL.
    const uint64_t *subtrahend;
    /// Where m and t go; t may lie where a, b, c, d or the addend lies.
    uint64_t *m, *t;
} Reduction;

/// Splits the sums, so that 250 more products fit; what leaves the last column is returned.
INLINE VECTOR make_room(int width, VECTOR *sums) {
    VECTOR above = BROADCAST(0);
    UNROLL for (int c = 0; c < width; c++) {
        VECTOR next = carry(sums[c]);
        sums[c] = ADD(low_digit(sums[c]), above);
        above = next;
    }
    return above;
}

INLINE VECTOR twice(int width, VECTOR *sums) {
    VECTOR above = make_room(width, sums);
    UNROLL for (int c = 0; c < width; c++) sums[c] = ADD(sums[c], sums[c]);
    return ADD(above, above);
}

/// The products of columns start ..< start + width (`high`: of digits + start ..<); returns what leaves them.
INLINE VECTOR add_products(
    Kind kind, int high, int width, VECTOR *sums, const Reduction *r, ptrdiff_t start, ptrdiff_t digits
) {
    VECTOR above = BROADCAST(0);
    if (kind == nothing) return above;
    if (kind == a_square) {
        if (high) add_high_square_columns(width, sums, r->a, start, digits);
        else add_square_columns(width, sums, r->a, start, 0);
        return make_room(width, sums);
    }
    if (high) add_high_columns(width, sums, r->a, r->b, start, digits);
    else add_low_columns(width, sums, r->a, r->b, start);
    if (kind == twice_a_product) return twice(width, sums);
    if (kind == two_products) {
        above = make_room(width, sums);
        if (high) add_high_columns(width, sums, r->c, r->d, start, digits);
        else add_low_columns(width, sums, r->c, r->d, start);
    }
    return ADD(above, make_room(width, sums));
}

/// m's digits start ..< start + width, and what leaves these columns.
INLINE VECTOR reduce_low_columns(
    int width, VECTOR *sums, Modulus n, uint64_t *m, ptrdiff_t start
) {
    if (start > 0) {
        UNROLL for (int e = 1; e < width; e++) {
            VECTOR digit = BROADCAST(n->modulus[e]);
            UNROLL for (int c = 0; c < e; c++) sums[c] = add_product(sums[c], digit, column(m, start + c - e));
        }
        for (ptrdiff_t i = width; i <= start; i++) {
            VECTOR digit = BROADCAST(n->modulus[i]);
            UNROLL for (int c = 0; c < width; c++) sums[c] = add_product(sums[c], digit, column(m, start + c - i));
        }
        UNROLL for (int e = 1; e < width; e++) {
            VECTOR digit = BROADCAST(n->modulus[start + e]);
            UNROLL for (int c = e; c < width; c++) sums[c] = add_product(sums[c], digit, column(m, c - e));
        }
    }
    VECTOR inverse = BROADCAST(n->inverse), above = BROADCAST(0);
    UNROLL for (int c = 0; c < width; c++) {
        VECTOR digit = low_digit(MULTIPLY(sums[c], inverse));
        STORE(m + 8 * (start + c), digit);
        VECTOR next = carry(add_product(sums[c], digit, BROADCAST(n->modulus[0])));
        if (c + 1 < width) sums[c + 1] = ADD(sums[c + 1], next);
        else above = next;
        UNROLL for (int e = c + 1; e < width; e++)
            sums[e] = add_product(sums[e], digit, BROADCAST(n->modulus[e - c]));
    }
    return above;
}

/// Stores the sums' digits and returns what leaves them.
INLINE VECTOR store_columns(int width, uint64_t *z, VECTOR *sums, ptrdiff_t start, VECTOR from_below) {
    UNROLL for (int c = 0; c < width; c++) {
        VECTOR sum = ADD(sums[c], from_below);
        STORE(z + 8 * (start + c), low_digit(sum));
        from_below = carry(sum);
    }
    return from_below;
}

INLINE VECTOR low_block(Kind kind, int width, Modulus n, const Reduction *r, ptrdiff_t start, VECTOR from_below) {
    VECTOR sums[WIDTH];
    UNROLL for (int c = 0; c < width; c++) sums[c] = BROADCAST(0);
    VECTOR above = add_products(kind, 0, width, sums, r, start, (ptrdiff_t)n->digits);
    sums[0] = ADD(sums[0], from_below);
    if (r->addend) {
        UNROLL for (int c = 0; c < width; c++) sums[c] = ADD(sums[c], column(r->addend, start + c));
    }
    if (r->subtrahend) {
        UNROLL for (int c = 0; c < width; c++) {
            VECTOR difference = SUBTRACT(BROADCAST(n->offset[start + c]), column(r->subtrahend, start + c));
            sums[c] = ADD(sums[c], difference);
        }
    }
    return ADD(above, reduce_low_columns(width, sums, n, r->m, start));
}

INLINE VECTOR high_block(Kind kind, int width, Modulus n, const Reduction *r, ptrdiff_t start, VECTOR from_below) {
    VECTOR sums[WIDTH];
    ptrdiff_t digits = (ptrdiff_t)n->digits;
    UNROLL for (int c = 0; c < width; c++) sums[c] = BROADCAST(0);
    VECTOR above = add_products(kind, 1, width, sums, r, start, digits);
    if (r->addend && r->wide) {
        UNROLL for (int c = 0; c < width; c++) sums[c] = ADD(sums[c], column(r->addend, digits + start + c));
    }
    add_high_multiples(width, sums, n->modulus, r->m, start, digits);
    return ADD(above, store_columns(width, r->t, sums, start, from_below));
}

/// `block(width)` for all of `digits` columns: as many of WIDTH as there are, the rest by halves.
#define FOR_ALL_BLOCKS(digits, start, block) \
    while ((start) + WIDTH <= (digits)) { block(WIDTH); (start) += WIDTH; } \
    if (WIDTH > 8 && (start) + 8 <= (digits)) { block(8); (start) += 8; } \
    if ((start) + 4 <= (digits)) { block(4); (start) += 4; } \
    if ((start) + 2 <= (digits)) { block(2); (start) += 2; } \
    if ((start) + 1 <= (digits)) { block(1); (start) += 1; }

INLINE void reduce_columns(Kind kind, Modulus n, const Reduction *r) {
    ptrdiff_t digits = (ptrdiff_t)n->digits, start = 0;
    VECTOR above = BROADCAST(0);
#define BLOCK(width) above = low_block(kind, width, n, r, start, above)
    FOR_ALL_BLOCKS(digits, start, BLOCK)
#undef BLOCK
    start = 0;
#define BLOCK(width) above = high_block(kind, width, n, r, start, above)
    FOR_ALL_BLOCKS(digits, start, BLOCK)
#undef BLOCK
}

INLINE VECTOR quotient_block(
    int width, Modulus n, uint64_t *q, const uint64_t *top, ptrdiff_t start, VECTOR from_below
) {
    VECTOR sums[WIDTH];
    UNROLL for (int c = 0; c < width; c++) sums[c] = BROADCAST(0);
    add_high_multiples(width, sums, n->reciprocal, top, start, (ptrdiff_t)n->digits + 2);
    return store_columns(width, q, sums, start, from_below);
}

INLINE VECTOR remainder_block(
    int width, Modulus n, uint64_t *r, const uint64_t *q, const uint64_t *x, ptrdiff_t start, VECTOR from_below
) {
    VECTOR sums[WIDTH];
    UNROLL for (int c = 0; c < width; c++) sums[c] = column(x, start + c);
    add_low_multiples(width, sums, n->negated, q, start);
    return store_columns(width, r, sums, start, from_below);
}

/// A quotient that is too small by 3 at most, from the upper half of a product with n's reciprocal (P. Barrett, 1986);
/// then the remainder from the lower half of a product with R − n.
static void NAME(divide)(Modulus n, uint64_t *z, const uint64_t *x) {
    ptrdiff_t digits = (ptrdiff_t)n->digits, start = 0;
    uint64_t *q = z + 8 * digits;
    const uint64_t *top = x + 8 * (digits - 2);
    // Two columns below those that are kept: what lies further down adds less than 1 to the quotient.
    VECTOR sums[WIDTH] = {BROADCAST(0), BROADCAST(0)};
    add_low_multiples(2, sums, n->reciprocal, top, digits);
    VECTOR above = carry(ADD(sums[1], carry(sums[0])));
#define BLOCK(width) above = quotient_block(width, n, q, top, start, above)
    FOR_ALL_BLOCKS(digits, start, BLOCK)
#undef BLOCK
    above = BROADCAST(0);
    start = 0;
#define BLOCK(width) above = remainder_block(width, n, z, q, x, start, above)
    FOR_ALL_BLOCKS(digits, start, BLOCK)
#undef BLOCK
}

static void NAME(multiply)(Modulus n, uint64_t *z, const uint64_t *x, const uint64_t *y, uint64_t *scratch) {
    Reduction r = {.a = x, .b = y, .m = scratch, .t = z};
    reduce_columns(product, n, &r);
}

static void NAME(square)(Modulus n, uint64_t *z, const uint64_t *x, uint64_t *scratch) {
    Reduction r = {.a = x, .m = scratch, .t = z};
    reduce_columns(a_square, n, &r);
}

static void NAME(reduce)(Modulus n, uint64_t *z, const uint64_t *x, uint64_t *scratch) {
    Reduction r = {.addend = x, .wide = 1, .m = scratch, .t = z};
    reduce_columns(nothing, n, &r);
}

INLINE void move_columns(uint64_t *z, const uint64_t *x, size_t columns) {
    for (size_t i = 0; i < columns; i++) STORE(z + 8 * i, column(x, (ptrdiff_t)i));
}

static void NAME(multiply_pairs)(Modulus n, uint64_t *z, const uint64_t *x, const uint64_t *y, uint64_t *scratch) {
    size_t number = 8 * n->digits;
    uint64_t *m = scratch, *next = scratch + number, *first = scratch + 2 * number;
    Reduction low = {.a = x, .b = y, .m = m, .t = first};
    reduce_columns(product, n, &low);
    Reduction high = {.a = x, .b = y + number, .c = x + number, .d = y, .subtrahend = m, .m = next, .t = z + number};
    reduce_columns(two_products, n, &high);
    move_columns(z, first, n->digits);
}

static void NAME(square_pairs)(Modulus n, uint64_t *z, const uint64_t *x, uint64_t *scratch) {
    size_t number = 8 * n->digits;
    uint64_t *m = scratch, *next = scratch + number, *first = scratch + 2 * number;
    Reduction low = {.a = x, .m = m, .t = first};
    reduce_columns(a_square, n, &low);
    Reduction high = {.a = x, .b = x + number, .subtrahend = m, .m = next, .t = z + number};
    reduce_columns(twice_a_product, n, &high);
    move_columns(z, first, n->digits);
}

static void NAME(leave_pairs)(Modulus n, uint64_t *z, const uint64_t *x, uint64_t *scratch) {
    size_t number = 8 * n->digits;
    Reduction low = {.addend = x, .m = scratch, .t = z};
    reduce_columns(nothing, n, &low);
    Reduction high = {.addend = x + number, .subtrahend = scratch, .m = scratch + number, .t = z + number};
    reduce_columns(nothing, n, &high);
}

static void NAME(select)(uint64_t *z, const uint64_t *table, size_t count, size_t columns, size_t index) {
    for (size_t i = 0; i < columns; i++) {
        VECTOR chosen = BROADCAST(0);
        for (size_t entry = 0; entry < count; entry++) {
            // All ones if entry == index, without a comparison that a compiler could make a branch of.
            uint64_t difference = entry ^ index;
            uint64_t mask = ((difference | (0 - difference)) >> 63) - 1;
            chosen = OR(chosen, AND(BROADCAST(mask), column(table, (ptrdiff_t)(entry * columns + i))));
        }
        STORE(z + 8 * i, chosen);
    }
}
