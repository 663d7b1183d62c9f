import CanonicalJSON
import Foundation

/// Measures operations one at a time as a script asks for them, so that the script can alternate with other programs
/// while tables and ciphertexts are made once.
///
/// A line of canonical JSON each: first `{"operations": [{"id", "name", "parameters", "count", "unit"}]}`. Then, for each
/// line `ID SECONDS` that comes in, the operation is run again and again until that much time has gone by (once at the
/// least), and `{"id", "count", "wall", "cpu"}` goes out: items done, seconds of the clock, and seconds of all threads
/// of this process. A line that is not understood is answered by `{"error"}`. The end of the input ends the process.
struct OperationServer {
    let operations: [PaillierOperation]

    func serve() throws {
        try StandardOutput.print(json: JSONValue.object(["operations": .array(operations.map(\.document))]))
        // Nobody is to wait for what the first run alone does, such as a table that is made when it is needed.
        for operation in operations { try operation.body() }
        while let line = readLine() {
            try StandardOutput.print(json: answer(to: line))
        }
    }

    private func answer(to line: String) throws -> JSONValue {
        let words = line.split(separator: " ")
        guard words.count == 2, let operation = operations.first(where: { $0.id == words[0] }),
            let seconds = Double(words[1]), (0...3_600).contains(seconds)
        else {
            return .object(["error": .string("a line is an operation's id and a number of seconds")])
        }
        let (clock, cpu) = (ContinuousClock(), ResourceUsage.now.processorSeconds)
        let start = clock.now
        var count = 0
        repeat {
            try operation.body()
            count += operation.count
        } while start.duration(to: clock.now) / .seconds(1) < seconds
        let wall = start.duration(to: clock.now) / .seconds(1)
        return .object([
            "id": .string(operation.id), "count": .integer(Int64(count)), "wall": .number(wall),
            "cpu": .number(ResourceUsage.now.processorSeconds - cpu),
        ])
    }
}

extension PaillierOperation {
    fileprivate var document: JSONValue {
        .object([
            "id": .string(id), "name": .string(name), "parameters": .object(parameters),
            "count": .integer(Int64(count)), "unit": .string(unit),
        ])
    }
}
