import Multiprecision
import Paillier
import SealedTables

/// What the opened plaintexts say of one column in one group, still in integers.
struct ColumnSums {
    /// Σ weight · (v − minimum) · 10^decimals.
    var shifted = BigInteger.zero
    /// Σ weight · ((v − minimum) · 10^decimals)², where squares were published.
    var shiftedSquares: BigInteger?
    /// Σ weight over the rows in which the column is present; their number, where there is no weight.
    var weight = BigInteger.zero
    let decimals: Int
    let scaledMinimum: BigInteger

    init(of field: Field.Computable) {
        decimals = field.decimals
        scaledMinimum = BigInteger(field.scaledMinimum)
        shiftedSquares = field.squares ? .zero : nil
    }

    private var scale: BigInteger { BigInteger(10).power(UInt(decimals)) }

    /// Σ weight · v: the minimum is put back once for each row in which the column is present.
    var total: ExactRational { ExactRational(shifted + scaledMinimum * weight, over: scale) }

    /// Over the rows in which the column is present.
    var mean: ExactRational {
        ExactRational(shifted + scaledMinimum * weight, over: scale * weight)
    }

    /// (Σu² − (Σu)²/n) / divisor, which no shift of u changes.
    /// - Returns: `nil` for fewer than two values, or where the squares are not known.
    func variance(ofSample: Bool) -> ExactRational? {
        guard let shiftedSquares, weight > 1 else { return nil }
        let divisor = ofSample ? weight - 1 : weight
        return ExactRational(weight * shiftedSquares - shifted * shifted, over: weight * divisor * scale * scale)
    }

    /// Sound columns have 0 ≤ Σu ≤ n·max and (Σu)² ≤ n·Σu² (Cauchy and Schwarz).
    func isSound(largestEntry: BigInteger) -> Bool {
        guard shifted <= weight * largestEntry else { return false }
        guard let shiftedSquares else { return true }
        return shifted * shifted <= weight * shiftedSquares && shiftedSquares <= shifted * largestEntry
    }
}

/// The opened sums of one group, by their place in the plan.
struct GroupSums {
    private var sums: [[String: ColumnSums]?]

    /// - Parameter plaintexts: Of all ciphertexts of the result.
    /// - Throws: ``ResultFault/unsoundPlaintext(ciphertext:)`` where guard bits are set, or where a sum cannot come
    ///   from rows within their bounds.
    init(_ group: ResultContent.Group, of plan: BoundPlan, plaintexts: [BigInteger]) throws(QueryPlanError) {
        sums = []
        for (sum, entry) in zip(plan.sums, group.sums) {
            guard let entry else {
                sums.append(nil)
                continue
            }
            sums.append(try Self.columns(of: entry, in: sum, plan: plan, plaintext: plaintexts[entry.ciphertext]))
        }
    }

    private static func columns(
        of entry: ResultContent.Entry, in sum: PlanSum, plan: BoundPlan, plaintext: BigInteger
    ) throws(QueryPlanError) -> [String: ColumnSums] {
        guard let layout = plan.manifest.layout.pack(sum.pack) else { throw .result(.notOfThisPlan) }
        let slots: [BigInteger]
        do throws(PaillierError) {
            slots = try layout.packing.unpack(plaintext)
        } catch {
            throw .result(.unsoundPlaintext(ciphertext: entry.ciphertext))
        }
        var columns = [String: ColumnSums]()
        for (column, weight) in zip(plan.columns(of: sum.pack), entry.weights) {
            guard let field = plan.manifest.schema.field(column)?.computable,
                let value = layout.index(of: column, .value)
            else { throw .result(.notOfThisPlan) }
            var opened = ColumnSums(of: field)
            opened.shifted = slots[value]
            if let square = layout.index(of: column, .square) { opened.shiftedSquares = slots[square] }
            opened.weight = weight
            guard opened.isSound(largestEntry: BigInteger(Int128(field.largestEntry))) else {
                throw .result(.unsoundPlaintext(ciphertext: entry.ciphertext))
            }
            columns[column] = opened
        }
        return columns
    }

    /// The sum at a place of ``BoundPlan/sums``; `nil` where nothing is present.
    func column(_ name: String, sum index: Int) -> ColumnSums? {
        guard let sums = sums[index]?[name], !sums.weight.isZero else { return nil }
        return sums
    }
}

extension BigInteger {
    /// 128-bit integers are what bounds of columns are held in.
    init(_ value: Int128) {
        let magnitude = value.magnitude
        let unsigned =
            BigInteger(UInt64(truncatingIfNeeded: magnitude >> 64)) << 64
            + BigInteger(UInt64(truncatingIfNeeded: magnitude))
        self = value < 0 ? -unsigned : unsigned
    }
}
