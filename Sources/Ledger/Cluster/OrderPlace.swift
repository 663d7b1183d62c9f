/// A place in an order of batches. Places of different orders have nothing to do with each other.
package struct OrderPlace: Hashable, Sendable {
    /// What the order calls itself: the number of etcd's cluster. A cluster that is set up anew at the same addresses may
    /// have the same.
    package let order: String
    /// What this department wrote there when it joined, which is never the same twice; `nil` where it has not.
    package let mark: String?
    package let position: Int64

    package init(order: String, mark: String?, position: Int64) {
        (self.order, self.mark, self.position) = (order, mark, position)
    }
}

/// The order that a department follows, as its journal knows it.
package struct FollowedOrder: Codable, Hashable, Sendable {
    /// As ``OrderPlace/order``.
    package let name: String
    /// As ``OrderPlace/mark``.
    package let mark: String?
    /// The department went on with this order in the place of another. What stands in it up to here may lack what the
    /// other had; 0 where it is the first.
    package let begins: Int64

    package init(_ place: OrderPlace, begins: Int64 = 0) {
        (name, mark, self.begins) = (place.order, place.mark, begins)
    }
}

/// What a department finds wrong with an order as a whole: it reads no further, until somebody says that it shall.
package enum OrderFault: Error, Hashable, Sendable {
    /// Places that this department has seen are of another one.
    case another(known: String, shown: OrderPlace)
    /// It is the same, and has lost what it had.
    case wentBack(seen: Int64, shown: OrderPlace)
}

extension OrderFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .another(let known, let shown):
            "this is etcd cluster \(shown.order), and this node has followed cluster \(known). If that one is lost for "
                + "good, \(OrderFault.wayOn(shown))"
        case .wentBack(let seen, let shown):
            "the newest revision of etcd cluster \(shown.order) is \(shown.position), and this node has seen revision "
                + "\(seen): it has lost what it had. If that is so for good, \(OrderFault.wayOn(shown))"
        }
    }

    private static func wayOn(_ shown: OrderPlace) -> String {
        "start every department's node once with --accept-etcd \(shown.order)"
    }
}
