import ArgumentParser
import Foundation
import Gateway

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "The main job on real data, told step by step and checked against the plain table.",
        discussion: """
            Six health departments encrypt their patients' spending and publish it; a statistics office asks for a \
            token, computes on the ciphertext and gets its tables opened; an outsider checks them offline. In a second \
            act nobody holds the pool's key alone, and a sealed identity is opened by two superiors together. Nothing \
            is simulated: keys, ciphertext, ledger and files are those that the other commands make and use.

            EXAMPLE:
              chancery demo --keep ./consortium
            """)

    @Option(help: ArgumentHelp("The table, with the columns of the RAND data.", valueName: "csv"), completion: .file())
    var data: String?

    @Option(help: ArgumentHelp("Keep the consortium, its homes and passphrases here.", valueName: "dir"))
    var keep: String?

    @Option(help: ArgumentHelp("Folder of consortium.yaml and health.schema.json.", valueName: "dir"))
    var policies = "Policies/demo"

    @Option(help: ArgumentHelp("Folder of the second act's policies and schema.", valueName: "dir"))
    var supervised = "Policies/supervised"

    @Option(help: ArgumentHelp("Bits of the keys.", valueName: "bits"))
    var bits = 3_072

    @Option(help: ArgumentHelp("One act alone, 1 or 2.", valueName: "number"))
    var act: Int?

    func validate() throws {
        guard act.map((1...2).contains) ?? true else { throw ValidationError("--act must be 1 or 2") }
        guard bits >= 2_048, bits <= 4_096, bits.isMultiple(of: 2) else {
            throw ValidationError("--bits must be even, 2048 to 4096")
        }
    }

    func run() async throws {
        let policies = HomeOptions.folder(policies)
        let table = data.map { URL(filePath: $0) } ?? policies.appending(path: "rand-hie/randhie.csv")
        let folder = try DemoFolder(keeping: keep.map { HomeOptions.folder($0) })
        defer { folder.cleanUp() }
        let stage = DemoStage(folder: folder, policies: policies, table: table, bits: bits)
        let supervised = HomeOptions.folder(supervised)
        try await Demonstration(stage: stage, act: act) {
            // Not earlier: a folder that is kept is founded in, and has to be empty until then.
            let folder = try DemoFolder("supervised", in: folder)
            return SupervisedAct(stage: DemoStage(folder: folder, policies: supervised, table: table, bits: bits))
        }.run()
    }
}
