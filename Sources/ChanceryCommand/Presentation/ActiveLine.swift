import Foundation
import Synchronization

/// The line of standard error that a progress bar draws over and over.
///
/// Whoever writes anything else clears it first, so that nothing is printed behind half a bar. Any thread may call.
enum ActiveLine {
    private static let isDrawn = Mutex(false)

    /// Puts `text` in place of what the line shows.
    static func draw(_ text: String) {
        isDrawn.withLock { isDrawn in
            StandardError.write("\r\(text)\u{1B}[K")
            isDrawn = true
        }
    }

    /// Empties the line, if anything is drawn.
    static func clear() {
        isDrawn.withLock { isDrawn in
            if isDrawn { StandardError.write("\r\u{1B}[K") }
            isDrawn = false
        }
    }
}
