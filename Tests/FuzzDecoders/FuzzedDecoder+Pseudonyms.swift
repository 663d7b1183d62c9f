import Contracts
import Foundation
import Gateway
import ObliviousPRF

extension FuzzedDecoder {
    /// What departments and the custodian of a section's pseudonyms give each other.
    static let pseudonyms: [FuzzedDecoder] = [
        FuzzedDecoder("blinded-batch", .binary, throws: [BatchError.self]) { input in
            let batch = try BlindedBatch(bytes: input)
            try require(batch.bytes == input, "the batch")
            _ = try PRFKey().evaluate(batch.elements[0])
        },
        FuzzedDecoder("evaluated-batch", .binary, throws: [BatchError.self]) { input in
            let batch = try EvaluatedBatch(bytes: input)
            try require(batch.bytes == input, "the batch")
            // Nobody has made a proof for this key and this element.
            let element = try BlindedInput(Data("fuzz".utf8)).element()
            let key = PRFKey().publicKey
            for evaluation in batch.evaluations {
                let isProven = (try? evaluation.verify(of: element, under: key)) != nil
                try require(!isProven, "a proof that fails")
            }
        },
        FuzzedDecoder("section-reference", .json, throws: [ReferenceFault.self]) { input in
            let file = try ReferenceFile(bytes: input)
            try require(file.bytes() == input, "the file")
            // No department is there who could have signed it.
            let isVerified = (try? file.verify(for: file.link.consortium) { _ in nil }) != nil
            try require(!isVerified, "a file that nobody vouches for")
        },
        FuzzedDecoder("pseudonym-policy", .text, share: 0.2, throws: [GatewayError.self]) { input in
            try FuzzFolder.with("pseudonyms.yaml", input) { folder in
                let consortium = FuzzFixture.corpora.appending(path: "policy/consortium.yaml")
                try FileManager.default.copyItem(at: consortium, to: folder.appending(path: "consortium.yaml"))
                _ = try ConsortiumPolicy(directory: folder)
            }
        },
    ]
}
