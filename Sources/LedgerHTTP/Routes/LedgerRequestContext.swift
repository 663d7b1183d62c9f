package import Hummingbird
import NIOCore
import SharingModel

/// A request with the connection that it came on.
package struct LedgerRequestContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// The party whose certificate the connection has; `nil` without one, and over plain HTTP.
    func peer(_ transport: PartyTransport?) async -> Party? {
        guard let transport else { return nil }
        return await transport.peer(of: channel)
    }
}
