import CanonicalJSON
import Multiprecision
import Paillier

extension PaillierMaterial {
    /// What is done with a key in shares, 3 of 5.
    func thresholdOperations() throws -> [PaillierOperation] {
        let (privateKey, workers) = (key, workers.count)
        let structure = try AccessStructure(threshold: 3, of: 5)
        let dealt = try ThresholdKey.deal(privateKey, over: structure)
        let (shared, context) = (dealt.key, Array("bench".utf8))
        let shares = try dealt.shares.map { try KeyShare(holder: $0.holder, value: $0.value, under: shared) }
        let one = Array(ciphertexts.prefix(1))
        let hundred = (0..<100).map { ciphertexts[$0 % ciphertexts.count] }
        let partials = try shares.map { try $0.decrypt(one, under: shared, context: context) }
        let verified = try partials.prefix(3).map { try shared.verify($0, of: one, context: context) }
        let many = try shares[0].decrypt(hundred, under: shared, context: context, workers: workers)
        let shape: [String: JSONValue] = ["holders": 5, "threshold": 3]
        func operation(_ name: String, elements: Int? = nil, _ body: @escaping () throws -> Void) -> PaillierOperation {
            let count = elements.map { ["elements": JSONValue.integer(Int64($0))] } ?? [:]
            return PaillierOperation(name, shape.merging(count) { $1 }, count: elements ?? 1, body: body)
        }
        return [
            operation("dealShares") { _ = try ThresholdKey.deal(privateKey, over: structure) },
            operation("checkDealing") { _ = try ThresholdKey(shared.record, of: privateKey.publicKey) },
            operation("checkShare") { _ = try KeyShare(holder: 1, value: dealt.shares[0].value, under: shared) },
            operation("partialDecrypt") { _ = try shares[0].decrypt(one, under: shared, context: context) },
            operation("verifyPartial") { try shared.verify(partials[0], of: one, context: context) },
            operation("openFromPartials") {
                _ = try shared.open(one, with: Array(partials.prefix(3)), context: context, workers: workers)
            },
            operation("combine") {
                _ = try shared.combine(verified, of: one)
            },
            operation("partialDecryptBatch", elements: 100) {
                _ = try shares[0].decrypt(hundred, under: shared, context: context, workers: workers)
            },
            operation("verifyPartialBatch", elements: 100) {
                try shared.verify(many, of: hundred, context: context)
            },
            operation("dealRefreshing") { _ = try shared.dealRefreshing() },
        ]
    }
}
