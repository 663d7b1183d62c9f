import Foundation

/// Where an etcd cluster answers: `etcd://host:port,host:port`, or `etcds://…` over TLS.
package struct EtcdEndpoints: Hashable, Sendable {
    /// Base URLs without a path, at least one.
    let urls: [String]

    /// - Throws: ``EtcdError/malformedAddress(_:)``.
    package init(parsing text: String) throws(EtcdError) {
        let scheme: String
        let rest: Substring
        if text.hasPrefix("etcd://") {
            (scheme, rest) = ("http://", text.dropFirst("etcd://".count))
        } else if text.hasPrefix("etcds://") {
            (scheme, rest) = ("https://", text.dropFirst("etcds://".count))
        } else {
            throw .malformedAddress(text)
        }
        let hosts = rest.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        for host in hosts {
            guard let url = URLComponents(string: scheme + host), url.host?.isEmpty == false,
                url.port != nil, url.path.isEmpty, url.query == nil, url.user == nil
            else { throw .malformedAddress(text) }
        }
        guard !hosts.isEmpty else { throw .malformedAddress(text) }
        urls = hosts.map { scheme + $0 }
    }
}
