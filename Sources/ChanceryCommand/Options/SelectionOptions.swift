import ArgumentParser
import Gateway
import SharingModel

/// Which of a pool's datasets a statement is about.
struct SelectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Of the pool that FROM names, only these datasets.", valueName: "a,b,…"))
    var datasets: NameList<NameKind.Dataset>?

    @Option(help: ArgumentHelp("Of the pool that FROM names, all but these datasets.", valueName: "a,b,…"))
    var without: NameList<NameKind.Dataset>?

    func validate() throws {
        guard datasets == nil || without == nil else { throw ValidationError("give --datasets or --without, not both") }
    }

    var selection: DatasetSelection {
        if let datasets { return .only(datasets.names) }
        return without.map { .without($0.names) } ?? .all
    }
}
