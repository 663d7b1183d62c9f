extension FuzzedDecoder {
    /// Every decoder of bytes from outside. Who adds one, adds it here, and a folder with its name to the corpora.
    package static let all: [FuzzedDecoder] =
        paillier + pythonPaillier + blobs + tables + log + statements + cluster + etcd + plans + [evidence] + homes
        + pseudonyms

    package static func named(_ name: String) -> FuzzedDecoder? { all.first { $0.name == name } }
}
