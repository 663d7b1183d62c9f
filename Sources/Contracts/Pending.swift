package struct NthRootProof: Codable, Hashable, Sendable { package let roots: [String] }
