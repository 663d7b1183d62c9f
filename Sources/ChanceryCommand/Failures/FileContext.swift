/// An error together with the file that it is about.
struct FileContext: Failure, CustomStringConvertible {
    let name: String
    let cause: any Error

    var exitStatus: ExitStatus { ErrorReport.status(of: cause) }
    var description: String { "\(name): \(cause)" }

    /// The same with a line of the file, counted from 1.
    static func of<Result>(_ file: InputFile, line: Int, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw FileContext(name: "\(file.name), line \(line)", cause: error)
        }
    }

    /// Runs `body`, and names `file` in what it throws, unless it says so itself.
    static func of<Result>(_ file: InputFile, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let problem as FileProblem {
            throw problem
        } catch {
            throw FileContext(name: file.name, cause: error)
        }
    }
}
