import ChanceryCommand

/// The command without the network in it, so that trying it takes one short build. What goes over the network is
/// passed on to `chancery-node` beside it.
@main
enum Main {
    static func main() async {
        await CommandLineTool.run(network: nil)
    }
}
