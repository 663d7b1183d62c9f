import ArgumentParser
import CanonicalJSON
import Gateway
import Ledger
import SharingModel
import TransparencyLog

struct CosignLedger: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cosign",
        abstract: "Execute what is new on the ledger, and cosign it, as a department.",
        discussion: """
            EXAMPLE:
              chancery ledger cosign --as site1
            """)

    @OptionGroup var options: SessionOptions
    @OptionGroup var json: JSONOptions

    func run() throws {
        let cosigned = try options.session().cosign()
        try json.print(
            JSONValue.object([
                "height": .integer(Int64(cosigned.height)), "size": .integer(Int64(cosigned.checkpoint.size)),
                "root": .string(cosigned.checkpoint.root.hex),
            ])
        ) { "executed and cosigned up to height \(cosigned.height), root \(cosigned.checkpoint.root)" }
    }
}
