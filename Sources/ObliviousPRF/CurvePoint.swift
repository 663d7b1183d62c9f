// BoringSSL as swift-crypto brings it: its own interface to RFC 9497 keeps blinds within one process, and here they
// have to wait at home until the custodian has answered.
import CCryptoBoringSSL
import Foundation

/// A point of P-384 other than infinity.
///
/// The arithmetic is BoringSSL's, with secret scalars in constant time.
final class CurvePoint {
    static let byteCount = 49

    fileprivate let pointer: OpaquePointer

    private init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { CCryptoBoringSSL_EC_POINT_free(pointer) }

    fileprivate static var group: OpaquePointer {
        guard let group = CCryptoBoringSSL_EC_group_p384() else { preconditionFailure("P-384 is built in") }
        return group
    }

    /// - Parameter body: Writes the point; returns 1 where it could.
    fileprivate static func make(_ body: (_ group: OpaquePointer, _ result: OpaquePointer) -> Int32) -> CurvePoint? {
        guard let pointer = CCryptoBoringSSL_EC_POINT_new(group) else { preconditionFailure("out of memory") }
        let point = CurvePoint(pointer)
        guard body(group, pointer) == 1 else {
            CCryptoBoringSSL_ERR_clear_error()
            return nil
        }
        return point
    }

    /// Reads a compressed point (SEC 1): 49 bytes, of which no two are one point.
    /// - Returns: `nil` for anything else, infinity included.
    convenience init?(compressed bytes: Data) {
        guard bytes.count == CurvePoint.byteCount, bytes.first == 2 || bytes.first == 3 else { return nil }
        let point = CurvePoint.make { group, result in
            bytes.withUnsafeBytes {
                CCryptoBoringSSL_EC_POINT_oct2point(
                    group, result, $0.bindMemory(to: UInt8.self).baseAddress, $0.count, nil)
            }
        }
        guard let point, let copy = CCryptoBoringSSL_EC_POINT_dup(point.pointer, CurvePoint.group) else { return nil }
        self.init(copy)
    }

    /// - Returns: `nil` for infinity, which has no compressed form.
    var compressed: Data? {
        var bytes = [UInt8](repeating: 0, count: CurvePoint.byteCount)
        let count = CCryptoBoringSSL_EC_POINT_point2oct(
            CurvePoint.group, pointer, POINT_CONVERSION_COMPRESSED, &bytes, bytes.count, nil)
        guard count == CurvePoint.byteCount else {
            CCryptoBoringSSL_ERR_clear_error()
            return nil
        }
        return Data(bytes)
    }

    /// `scalar` · G.
    /// - Returns: `nil` for 0.
    static func generator(times scalar: CurveScalar) -> CurvePoint? {
        let point = make { CCryptoBoringSSL_EC_POINT_mul($0, $1, scalar.pointer, nil, nil, nil) }
        return point?.compressed == nil ? nil : point
    }

    /// hash_to_curve of RFC 9380, suite P384_XMD:SHA-384_SSWU_RO_.
    static func hash(_ message: Data, tag: Data) -> CurvePoint {
        let (message, tag) = ([UInt8](message), [UInt8](tag))
        let point = make { group, result in
            CCryptoBoringSSL_EC_hash_to_curve_p384_xmd_sha384_sswu(
                group, result, tag, tag.count, message, message.count)
        }
        guard let point else { preconditionFailure("every message hashes to a point") }
        return point
    }

    func multiplied(by scalar: CurveScalar) -> CurvePoint? {
        CurvePoint.make {
            CCryptoBoringSSL_EC_POINT_mul($0, $1, nil, pointer, scalar.pointer, nil)
        }
    }

    /// `generator` · G + `scalar` · this point.
    func multiplied(by scalar: CurveScalar, addingGenerator generator: CurveScalar) -> CurvePoint? {
        CurvePoint.make {
            CCryptoBoringSSL_EC_POINT_mul($0, $1, generator.pointer, pointer, scalar.pointer, nil)
        }
    }

    func adding(_ other: CurvePoint) -> CurvePoint? {
        CurvePoint.make { CCryptoBoringSSL_EC_POINT_add($0, $1, pointer, other.pointer, nil) }
    }
}

/// A number below the order of P-384; wiped when it goes.
///
/// `@unchecked Sendable`: the number is written before `init` returns and only read until `deinit`.
final class CurveScalar: @unchecked Sendable {
    static let byteCount = 48

    fileprivate let pointer: UnsafeMutablePointer<BIGNUM>

    private init() {
        guard let pointer = CCryptoBoringSSL_BN_new() else { preconditionFailure("out of memory") }
        self.pointer = pointer
    }

    deinit { CCryptoBoringSSL_BN_clear_free(pointer) }

    private static var order: UnsafePointer<BIGNUM> {
        guard let order = CCryptoBoringSSL_EC_GROUP_get0_order(CurvePoint.group) else {
            preconditionFailure("P-384 has its order")
        }
        return order
    }

    private static func expect(_ result: Int32) {
        precondition(result == 1, "numbers of this size cannot fail but for memory")
    }

    /// From 1 to the order less 1, drawn evenly.
    static func random() -> CurveScalar {
        let scalar = CurveScalar()
        expect(CCryptoBoringSSL_BN_rand_range_ex(scalar.pointer, 1, order))
        return scalar
    }

    /// Leaves no copy of the bytes.
    /// - Returns: `nil` unless the 48 bytes, big-endian, are below the order.
    convenience init?(_ bytes: some ContiguousBytes) {
        self.init()
        let isRead = bytes.withUnsafeBytes { bytes in
            bytes.count == CurveScalar.byteCount
                && CCryptoBoringSSL_BN_bin2bn(
                    bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, pointer) != nil
        }
        guard isRead, CCryptoBoringSSL_BN_cmp(pointer, CurveScalar.order) < 0 else { return nil }
    }

    /// The number that the bytes are, big-endian, modulo the order.
    init(reducing bytes: Data) {
        guard let pointer = CCryptoBoringSSL_BN_new(), let context = CCryptoBoringSSL_BN_CTX_new() else {
            preconditionFailure("out of memory")
        }
        defer { CCryptoBoringSSL_BN_CTX_free(context) }
        self.pointer = pointer
        let bytes = [UInt8](bytes)
        precondition(CCryptoBoringSSL_BN_bin2bn(bytes, bytes.count, pointer) != nil)
        CurveScalar.expect(CCryptoBoringSSL_BN_nnmod(pointer, pointer, CurveScalar.order, context))
    }

    /// 48 bytes, big-endian; of a number that is no secret, since nobody wipes them.
    var publicBytes: Data { withBytes { Data($0) } }

    /// 48 bytes, big-endian, good within `body` only and wiped then.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withUnsafeTemporaryAllocation(byteCount: CurveScalar.byteCount, alignment: 8) { bytes in
            defer { CCryptoBoringSSL_OPENSSL_cleanse(bytes.baseAddress, bytes.count) }
            CurveScalar.expect(
                CCryptoBoringSSL_BN_bn2bin_padded(
                    bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, pointer))
            return try body(UnsafeRawBufferPointer(bytes))
        }
    }

    var isZero: Bool { CCryptoBoringSSL_BN_is_zero(pointer) == 1 }

    /// By Fermat's little theorem, whose exponent is public: in constant time.
    var inverse: CurveScalar {
        let result = CurveScalar()
        guard let context = CCryptoBoringSSL_BN_CTX_new(), let exponent = CCryptoBoringSSL_BN_dup(CurveScalar.order)
        else { preconditionFailure("out of memory") }
        defer {
            CCryptoBoringSSL_BN_CTX_free(context)
            CCryptoBoringSSL_BN_free(exponent)
        }
        CurveScalar.expect(CCryptoBoringSSL_BN_sub_word(exponent, 2))
        CurveScalar.expect(
            CCryptoBoringSSL_BN_mod_exp_mont_consttime(
                result.pointer, pointer, exponent, CurveScalar.order, context, nil))
        return result
    }

    /// This number less `factor` · `other`, modulo the order.
    func subtracting(_ factor: CurveScalar, times other: CurveScalar) -> CurveScalar {
        let (product, result) = (CurveScalar(), CurveScalar())
        guard let context = CCryptoBoringSSL_BN_CTX_new() else { preconditionFailure("out of memory") }
        defer { CCryptoBoringSSL_BN_CTX_free(context) }
        CurveScalar.expect(
            CCryptoBoringSSL_BN_mod_mul(product.pointer, factor.pointer, other.pointer, CurveScalar.order, context))
        CurveScalar.expect(
            CCryptoBoringSSL_BN_mod_sub(result.pointer, pointer, product.pointer, CurveScalar.order, context))
        return result
    }
}

/// Runs `body`, which multiplies points by secrets, and then writes over the stack that it has used: BoringSSL keeps
/// scalars there while it multiplies, and leaves them.
func leavingNoTrace<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    defer { overwriteStack(frames: 24) }
    return try body()
}

/// 24 frames of a kilobyte: more than a multiplication goes down.
@inline(never)
private func overwriteStack(frames: Int) {
    withUnsafeTemporaryAllocation(byteCount: 1_024, alignment: 16) { frame in
        CCryptoBoringSSL_OPENSSL_cleanse(frame.baseAddress, frame.count)
        if frames > 1 { overwriteStack(frames: frames - 1) }
        // Used after the call, so that no frame takes the place of the one before.
        CCryptoBoringSSL_OPENSSL_cleanse(frame.baseAddress, 16)
    }
}
