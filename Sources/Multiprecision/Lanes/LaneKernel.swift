import CLanes

/// The instructions that multiply eight numbers at once.
package enum LaneKernel: String, CaseIterable, Sendable {
    /// AVX-512F: eight words an instruction.
    case avx512
    /// AVX2: two times four words.
    case avx2

    /// What this processor can run, fastest first.
    package static let available = allCases.filter { $0.functions != nil }

    /// What this processor runs fastest; `nil` where it has neither, and GMP does all the work.
    package static var best: LaneKernel? { available.first }

    var functions: UnsafePointer<chancery_lanes_kernel>? {
        switch self {
        case .avx512: chancery_lanes_avx512()
        case .avx2: chancery_lanes_avx2()
        }
    }
}
