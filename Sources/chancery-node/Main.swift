import ChanceryCommand

/// The command with the network in it. `chancery` runs it where it is needed; the verbs are the same.
@main
enum Main {
    static func main() async {
        await CommandLineTool.run(network: NodeNetwork())
    }
}
