// swift-tools-version: 6.2
import PackageDescription

// Layers, bottom to top. `Scripts/check-layering` reads the dependencies back from
// `swift package dump-package` and refuses an import that points up or sideways:
//
//   0  CGMP, CSQLite, CLanes             system libraries and the vector kernel, each imported by one target
//   1  Multiprecision, CanonicalJSON, SharingModel, DurableFiles
//   2  Paillier, ObliviousPRF, TransparencyLog, SignedEnvelopes, BlobStore, KeyVault
//   3  SealedTables, Contracts
//   4  QueryPlans, Ledger
//   5  LedgerSQLite, LedgerEtcd, LedgerHTTP, Evidence
//   6  Gateway
//   7  ChanceryCommand
//   8  chancery, chancery-node

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioFoundation = Target.Dependency.product(name: "NIOFoundationCompat", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

// Scripts/fuzz alone sets it: every target is then built with libFuzzer's coverage, and FuzzDriver is there.
let isFuzzed = Context.environment["CHANCERY_LIBFUZZER"] != nil

let strict: [SwiftSetting] =
    [
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("ExistentialAny"),
    ] + (isFuzzed ? [.unsafeFlags(["-sanitize=fuzzer", "-parse-as-library"])] : [])

// Tests are compiled for the first run, not for speed: what they test is optimised, and their own code is most of the
// build otherwise.
let unoptimised: [SwiftSetting] = isFuzzed ? [] : [.unsafeFlags(["-Onone"])]

func layer(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [], resources: [Resource]? = nil
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude, resources: resources,
        swiftSettings: strict + unoptimised)
}

let package = Package(
    name: "Chancery",
    products: [
        .library(name: "Multiprecision", targets: ["Multiprecision"]),
        .library(name: "Paillier", targets: ["Paillier"]),
        .executable(name: "chancery", targets: ["chancery"]),
        // The same verbs with the network in it: a product of its own, so that trying the command builds no HTTP stack.
        .executable(name: "chancery-node", targets: ["chancery-node"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.19.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    ],
    targets: [
        .systemLibrary(name: "CGMP", pkgConfig: "gmp", providers: [.apt(["libgmp-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),

        .target(name: "CLanes"),

        layer("Multiprecision", ["CGMP", "CLanes"]),
        layer("CanonicalJSON", []),
        layer("SharingModel", [crypto]),
        layer("DurableFiles", []),

        layer("Paillier", ["Multiprecision", crypto]),
        layer("ObliviousPRF", ["SharingModel", crypto, cryptoExtras]),
        layer("TransparencyLog", ["SharingModel", crypto]),
        layer("SignedEnvelopes", ["CanonicalJSON", "SharingModel", crypto]),
        layer("BlobStore", ["CanonicalJSON", "SharingModel", "DurableFiles", crypto]),
        layer("KeyVault", ["SharingModel", "DurableFiles", crypto, cryptoExtras]),

        layer("SealedTables", ["Paillier", "Multiprecision", "BlobStore", "CanonicalJSON", "SharingModel", crypto]),
        layer(
            "Contracts",
            [
                "Paillier", "ObliviousPRF", "Multiprecision", "TransparencyLog", "SignedEnvelopes", "BlobStore",
                "CanonicalJSON",
                "SharingModel",
            ]),

        layer(
            "QueryPlans",
            [
                "SealedTables", "Paillier", "Multiprecision", "BlobStore", "CanonicalJSON", "SharingModel", "CSQLite",
            ]),
        layer("Ledger", ["Contracts", "SignedEnvelopes", "TransparencyLog", "CanonicalJSON", "SharingModel"]),

        layer(
            "LedgerSQLite",
            [
                "Ledger", "Contracts", "SignedEnvelopes", "TransparencyLog", "BlobStore", "CanonicalJSON",
                "SharingModel", grdb,
            ]),
        layer(
            "LedgerEtcd",
            ["Ledger", "SharingModel", "CanonicalJSON", httpClient, nio, nioHTTP1, nioSSL, nioFoundation]),
        layer(
            "LedgerHTTP",
            [
                "Ledger", "Contracts", "SignedEnvelopes", "TransparencyLog", "BlobStore", "CanonicalJSON",
                "SharingModel", httpClient, hummingbird, hummingbirdCore, hummingbirdTLS, httpTypes, lifecycle, logging,
                nio, nioHTTP1, nioSSL, nioFoundation, x509, asn1, crypto,
            ]),
        layer(
            "Evidence",
            [
                "Ledger", "QueryPlans", "SealedTables", "Contracts", "Paillier", "Multiprecision", "SignedEnvelopes",
                "TransparencyLog", "BlobStore", "CanonicalJSON", "SharingModel",
            ]),

        layer(
            "Gateway",
            [
                "Evidence", "LedgerSQLite", "Ledger", "QueryPlans", "SealedTables", "Contracts",
                "Paillier", "ObliviousPRF", "Multiprecision", "SignedEnvelopes", "TransparencyLog", "BlobStore",
                "KeyVault",
                "CanonicalJSON", "SharingModel", "DurableFiles", yams, crypto,
            ]),

        layer(
            "ChanceryCommand",
            [
                "Gateway", "Evidence", "LedgerSQLite", "Ledger", "QueryPlans", "SealedTables", "Contracts", "Paillier",
                "ObliviousPRF", "Multiprecision", "SignedEnvelopes", "TransparencyLog", "BlobStore", "KeyVault",
                "CanonicalJSON",
                "SharingModel", "DurableFiles", arguments,
            ]),
        .executableTarget(name: "chancery", dependencies: ["ChanceryCommand"], swiftSettings: strict),
        .executableTarget(
            name: "chancery-node",
            dependencies: [
                "ChanceryCommand", "LedgerEtcd", "LedgerHTTP", "Gateway", "Ledger", "SignedEnvelopes", "SharingModel",
                httpClient, hummingbird, hummingbirdCore, lifecycle, unixSignals, logging, nio,
            ],
            swiftSettings: strict),

        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
        // Scripts/check-constant-time.
        .systemLibrary(name: "CMemcheck", path: "Tests/ConstantTime/CMemcheck"),
        .executableTarget(
            name: "ConstantTimeCheck", dependencies: ["Paillier", "Multiprecision", "CMemcheck"],
            path: "Tests/ConstantTime/Check", swiftSettings: strict),
        .target(
            name: "FuzzDecoders",
            dependencies: [
                "LedgerEtcd", "Gateway", "Evidence", "Ledger", "QueryPlans", "SealedTables", "Contracts", "Paillier",
                "ObliviousPRF", "Multiprecision", "SignedEnvelopes", "TransparencyLog", "BlobStore", "KeyVault",
                "CanonicalJSON",
                "SharingModel", "DurableFiles",
            ],
            path: "Tests/FuzzDecoders", swiftSettings: strict),
        tests(
            "FuzzTests",
            [
                "FuzzDecoders", "Evidence", "Ledger", "QueryPlans", "SealedTables", "Contracts", "Paillier",
                "ObliviousPRF", "Multiprecision", "SignedEnvelopes", "TransparencyLog", "BlobStore", "KeyVault",
                "CanonicalJSON",
                "SharingModel",
            ], exclude: ["Corpora"]),
        tests("MultiprecisionTests", ["Multiprecision"]),
        tests("CanonicalJSONTests", ["CanonicalJSON"]),
        tests("SharingModelTests", ["SharingModel"]),
        tests("PaillierTests", ["Paillier", "Multiprecision"]),
        tests("ObliviousPRFTests", ["ObliviousPRF", "SharingModel", crypto, cryptoExtras]),
        tests("TransparencyLogTests", ["TransparencyLog", "SharingModel", crypto]),
        tests("SignedEnvelopesTests", ["SignedEnvelopes", "CanonicalJSON", "SharingModel", crypto]),
        tests("DurableFilesTests", ["DurableFiles"]),
        tests("BlobStoreTests", ["BlobStore", "DurableFiles", "CanonicalJSON", "SharingModel"]),
        tests("KeyVaultTests", ["KeyVault", "DurableFiles", "SharingModel"]),
        tests(
            "SealedTablesTests",
            ["SealedTables", "Paillier", "Multiprecision", "BlobStore", "CanonicalJSON", "SharingModel"]),
        tests(
            "ContractsTests",
            [
                "Contracts", "Paillier", "ObliviousPRF", "Multiprecision", "SignedEnvelopes", "BlobStore",
                "CanonicalJSON",
                "SharingModel",
            ]
        ),
        tests(
            "QueryPlansTests",
            [
                "QueryPlans", "SealedTables", "Paillier", "Multiprecision", "BlobStore", "CanonicalJSON",
                "SharingModel",
            ]),
        tests(
            "LedgerTests",
            [
                "LedgerSQLite", "LedgerEtcd", "Ledger", "Contracts", "Paillier", "Multiprecision", "SignedEnvelopes",
                "TransparencyLog", "BlobStore", "CanonicalJSON", "SharingModel", crypto, grdb, httpClient, nio,
                nioHTTP1,
            ]),
        tests(
            "GatewayTests",
            [
                "Gateway", "Evidence", "LedgerSQLite", "Ledger", "QueryPlans", "SealedTables", "Contracts", "Paillier",
                "ObliviousPRF", "Multiprecision", "SignedEnvelopes", "TransparencyLog", "BlobStore", "KeyVault",
                "CanonicalJSON",
                "SharingModel",
            ]),
        tests(
            "EndToEndTests",
            [
                "chancery", "chancery-node", "Gateway", "Evidence", "Ledger", "QueryPlans", "Contracts", "Paillier",
                "Multiprecision", "SignedEnvelopes", "TransparencyLog", "BlobStore", "KeyVault", "CanonicalJSON",
                "SharingModel", "LedgerEtcd", "LedgerHTTP", httpClient, nio, nioHTTP1, nioFoundation,
            ],
            resources: [.copy("CrashPoints"), .copy("Snapshots")]),
    ]
        + (isFuzzed
            ? [
                .executableTarget(
                    name: "FuzzDriver", dependencies: ["FuzzDecoders"], path: "Tests/FuzzDriver",
                    swiftSettings: strict, linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])])
            ] : [])
)
