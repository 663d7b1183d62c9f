import Foundation
import FuzzDecoders

// libFuzzer's entry points over the same decoders and mutations. `CHANCERY_FUZZ_DECODER` names the decoder,
// `CHANCERY_FUZZ_CORPORA` the folder with all corpora. Built by Scripts/fuzz alone.

private let campaign: FuzzCampaign = {
    let environment = ProcessInfo.processInfo.environment
    let name = environment["CHANCERY_FUZZ_DECODER"] ?? ""
    guard let decoder = FuzzedDecoder.named(name) else {
        fatalError("no decoder '\(name)': \(FuzzedDecoder.all.map(\.name).joined(separator: " "))")
    }
    do {
        return try FuzzCampaign(decoder, corpora: URL(filePath: environment["CHANCERY_FUZZ_CORPORA"] ?? "."))
    } catch {
        fatalError("the corpora cannot be read: \(error)")
    }
}()

private let mutator = Mutator(corpus: campaign.corpus, shape: campaign.decoder.shape)

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argumentCount: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ test: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

/// The package manager makes this symbol the program's `main`, which libFuzzer would otherwise bring itself.
@_cdecl("FuzzDriver_main")
func fuzzMain(
    _ argumentCount: CInt, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
    var (count, values) = (argumentCount, arguments)
    return runDriver(&count, &values, fuzzOneInput)
}

@_cdecl("LLVMFuzzerTestOneInput")
func fuzzOneInput(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let outcome = campaign.decoder.run(Data(UnsafeRawBufferPointer(start: bytes, count: count)))
    if case .fault(let problem) = outcome { fatalError(problem) }
    return 0
}

@_silgen_name("LLVMFuzzerMutate")
private func mutateBlindly(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int) -> Int

/// Half of the mutations know the input's shape; the others are libFuzzer's own.
@_cdecl("LLVMFuzzerCustomMutator")
func fuzzMutator(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: CUnsignedInt) -> Int {
    guard seed & 1 == 0 else { return mutateBlindly(bytes, count, limit) }
    var generator = CaseGenerator(seed: UInt64(seed))
    let input = Data(UnsafeRawBufferPointer(start: bytes, count: count))
    let changed = mutator.mutated(input, using: &generator).prefix(limit)
    guard !changed.isEmpty else { return mutateBlindly(bytes, count, limit) }
    changed.copyBytes(to: bytes, count: changed.count)
    return changed.count
}
