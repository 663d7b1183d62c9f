import ArgumentParser

/// `--json`: one document on standard output, for programs.
struct JSONOptions: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print one JSON document, with sorted members, on standard output.")
    var isRequested = false

    /// Prints `document` where JSON was asked for, else what `text` gives; nothing for empty text.
    func print(_ document: some Encodable, text: () -> String) throws {
        if isRequested {
            try StandardOutput.print(json: document)
        } else {
            let text = text()
            if !text.isEmpty { try StandardOutput.print(text) }
        }
    }
}
