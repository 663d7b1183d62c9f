import ArgumentParser

struct PaillierCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "paillier")
}
