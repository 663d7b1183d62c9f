import BlobStore
import CanonicalJSON
import Contracts
import Evidence
import Foundation
import FuzzDecoders
import KeyVault
import Ledger
import Multiprecision
import ObliviousPRF
import Paillier
import QueryPlans
import SealedTables
import SharingModel
import SignedEnvelopes
import TestSupport
import Testing
import TransparencyLog

/// Writes the valid items of the corpora with the program's own writers: after a format has changed,
/// `CHANCERY_FUZZ_WRITE=1 swift test --filter CorpusWriter`. With `CHANCERY_FUZZ_EVIDENCE` naming an evidence file, what
/// a ledger holds is taken out of that.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["CHANCERY_FUZZ_WRITE"] != nil), .serialized)
struct CorpusWriter {
    private static let corpora = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpora")

    private func write(_ data: some DataProtocol, _ decoder: String, _ name: String) throws {
        let folder = Self.corpora.appending(path: decoder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(data).write(to: folder.appending(path: name))
    }

    private func write(_ text: String, _ decoder: String, _ name: String) throws {
        try write(Data(text.utf8), decoder, name)
    }

    @Test("Keys, ciphertexts, proofs")
    func paillier() throws {
        var generator = CaseGenerator(seed: 256)
        let key = try PrivateKey.generate(insecureBitCountForTesting: 256, using: &generator)
        try write(key.publicKey.modulusBytes, "paillier-public-key", "256-bits")
        try key.withSerialized { try write(Data($0), "paillier-private-key", "256-bits") }
        let encryptor = try Encryptor(key: key.publicKey, randomness: .textbook, expectedCount: 8)
        let ciphertexts = try (0..<8).map { try encryptor.encrypt(BigInteger($0)) }
        try write(ciphertexts.flatMap(\.littleEndianBytes), "ciphertexts", "eight")
        try write(CanonicalJSON.encode(key.proveModulus()), "nth-root-proof", "proof.json")
        try write(
            CanonicalJSON.encode(key.open(Ciphertext(checking: 7, under: key.publicKey))), "opening", "opening.json")
        let layout = try SlotLayout(
            entries: [("cost", 100_000), ("cost²", 10_000_000_000)], weightCapacityBits: 32, modulusBitCount: 1_024)
        try write(CanonicalJSON.encode(layout), "slot-layout", "layout.json")
        for (name, text) in [("integer", "42"), ("fraction", "-12.5"), ("zeros", "0.1000000000")] {
            try write(text, "fixed-point", name)
        }
        let number = try PythonPaillier.EncodedNumber(double: -2.5, key: key.publicKey)
        try write(number.json(), "python-encoded-number", "double.json")
        try write(
            PythonPaillier.EncryptedNumber(number, using: encryptor).json(), "python-encrypted-number", "double.json")
        let whole = try PythonPaillier.EncryptedNumber(
            .init(integer: -7, key: key.publicKey), using: encryptor)
        try write(whole.json(), "python-encrypted-number", "integer.json")
    }

    @Test("Blocks and their names")
    func blobs() throws {
        let raw = try Block(Data("raw".utf8), codec: .raw)
        let node = try DAGJSON.encode(["link": Link(raw.cid)])
        try write(raw.cid.text, "cid-text", "raw")
        try write(node.cid.text, "cid-text", "dag-json")
        try write(raw.cid.bytes, "cid-binary", "raw")
        try write(node.cid.bytes, "cid-binary", "dag-json")
        try write(node.data, "dag-json", "link.json")
        let store = MemoryBlobStore()
        for block in [raw, node] { try store.put(block) }
        var car = Data()
        try store.exportDAG(roots: [node.cid], to: &car)
        try write(car, "car", "two-blocks.car")
        let value: JSONValue = ["a": [1, -1, .number(0.5), .number(1e21), "é\n\u{1F600}", nil, true], "b": ["c": [:]]]
        try write(CanonicalJSON.serialize(value), "canonical-json", "every-type.json")
    }

    @Test("What departments and the custodian of pseudonyms give each other")
    func pseudonyms() throws {
        let key = PRFKey()
        let inputs = try ["ann", "bob", "cid"].map { try BlindedInput(Data($0.utf8)) }
        let blinded = BlindedBatch(key: key.publicKey.id, elements: try inputs.map { try $0.element() })
        try write(blinded.bytes, "blinded-batch", "three")
        let evaluated = EvaluatedBatch(
            request: .sha256(Data("request".utf8)), evaluations: try blinded.elements.map { try key.evaluate($0) })
        try write(evaluated.bytes, "evaluated-batch", "three")
        try write(blinded.bytes.prefix(40) + Data(count: 49), "blinded-batch", "refused-infinity-filled-up")
        let places = try ["health:" + String(repeating: "1", count: 32), "tax:" + String(repeating: "2", count: 64)]
            .map { try #require(SectionPlace($0)) }
        let link = try SectionLink(places[0], places[1], in: .sha256(Data("founding record".utf8)))
        let file = try ReferenceFile(
            link, salt: SectionReference.drawSalt(), by: #require(PartyName.init("site1")), signing: .generate())
        try write(file.bytes(), "section-reference", "link.json")
        try write(
            "sections:\n  - {section: health, custodian: ministry, evaluations: 1000, days: 30}\n", "pseudonym-policy",
            "pseudonyms.yaml")
    }

    @Test("What departments' nodes give each other")
    func cluster() throws {
        let (department, time) = (try FuzzedDepartment(), Timestamp(seconds: 1_795_000_000))
        let (key, name, ledger) = (department.key, department.name, department.ledger)
        let root = Digest.sha256(Data("root".utf8))
        let cosigning = try CosigningKey(name: "fuzz", secret: Data(repeating: 8, count: 32))
        let signature = try cosigning.cosign(
            Checkpoint(origin: ledger.origin, size: 3, root: root), at: time
        ).noteSignature.signature
        let cosignature = PartyCosignature(party: name, signature: signature)
        let envelope = try Envelope.sign(payload: Data("{}".utf8), payloadType: "application/json", with: [key])
        let batch = try Batch.sign(
            by: name, height: 4, ledger: ledger, parent: root, previous: [cosignature],
            envelopes: [envelope.canonicalBytes()], key: key)
        try write(batch, "batch", "one-envelope")
        let message = CosignatureMessage(cosignature: cosignature, height: 3, root: root, size: 3)
        try write(message.canonicalBytes(), "cosignature-message", "site1.json")
        let prepared = try AgreementMessage(
            AgreementStatement(by: name, height: 4, ledger: ledger, parent: root, root: root, round: 1, word: .prepare),
            key: key)
        let messages: [NodeMessage] = [.cosignature(message), .agreement(prepared), .transaction(envelope)]
        try write(messages.map { try $0.frame() }.reduce(Data(), +), "node-messages", "three")
        let settlement = Settlement(
            batch: .sha256(batch), by: name, givesUp: Settlement.Tree(root: root, size: 3), height: 4, ledger: ledger)
        let settled = SettledHeight(
            batch: batch, department: name, height: 4, statements: [try settlement.signed(with: key)])
        try write(CanonicalJSON.encode(settled), "settlement", "site1.json")
        let party = Party(
            name: name, role: .department, section: ledger.section, area: nil, superior: nil,
            signingKey: key.verificationKey.rawRepresentation, cosigningKey: cosigning.noteKey.publicKey,
            sealingKey: Data(repeating: 9, count: 32))
        let named = try CosigningKey(
            name: Cosigner.keyName(of: name, ledger.consortium), secret: Data(repeating: 8, count: 32))
        let statement = try PartyStatement.sign(party, for: ledger, signing: key, cosigning: named, at: time)
        try write(statement.canonicalBytes(), "party-statement", "site1.json")
    }

    @Test("A table, its shards, a plan over it, its result")
    func tables() async throws {
        let key = try FuzzFixture.tableKey()
        let store = MemoryBlobStore()
        let schema = try TableSchema(json: Data(Self.schema.utf8))
        try write(Self.schema, "table-schema", "table.json")
        var limits = TableSealer.Limits(workers: 1)
        let text = "health"
        let name = try #require(DatasetName(text))
        func sealed(_ limits: TableSealer.Limits) async throws -> SealedDataset {
            let encryptor = try Encryptor(key: key.publicKey, randomness: .textbook, expectedCount: 16)
            let sealer = try TableSealer(
                name: name, schema: schema, encryptor: encryptor, weightCapacityBits: 32,
                pseudonymKey: PseudonymKey(bytes: Data(repeating: 1, count: 32)), store: store, limits: limits)
            return try await sealer.seal(MemoryByteSource(Self.csv.utf8, name: "table.csv")).dataset
        }
        try write(Self.csv, "csv", "table.csv")
        let dataset = try await sealed(limits)
        try write(dataset.manifest.block().data, "manifest", "table.json")
        try write(store.get(dataset.shards[0].cid).data, "shard", "table")
        limits.rowsPerShard = 2
        limits.entriesPerBlock = 3
        let indexed = try await sealed(limits)
        try write(indexed.manifest.block().data, "manifest", "indexed.json")
        guard case .indexed(let indexes) = indexed.manifest.shards else { return }
        try write(store.get(indexes[0].cid).data, "shard-index", "index.json")
        try write(store.get(indexes[1].cid).data, "shard-index", "refused-as-it-is-the-second.json")

        let statement = "SELECT region, SUM(cost), AVG(visits), VARIANCE(cost), COUNT(*) FROM health GROUP BY region"
        try write(statement, "select", "sums.sql")
        try write(
            "SELECT year / 10 AS decade, WSUM(visits, CASE WHEN year > 2000 THEN 2 ELSE -1 END) FROM health "
                + "WHERE region IN ('north', 'so''uth') AND NOT insured IS NULL GROUP BY decade", "select",
            "weights.sql")
        try write("coalesce(year, 0) % 10 + length(region || 'x')", "expression", "functions.sql")
        let plan = try SelectStatement.parse(statement).bind(
            source: .dataset(name), datasets: [dataset.cid], scope: ColumnScope([dataset.manifest])
        ).instantiate()
        try write(plan.block.data, "plan", "table.json")
        let result = try PlanExecutor(store: store, minimumSubjects: 2, workers: 1).run(
            plan, key: key.publicKey, history: [])
        try write(result.block.data, "result", "table.json")
        try write(result.ciphertextBlocks[0].data, "result-ciphertexts", "table")
        let openings = try result.ciphertexts.map { try key.open($0) }
        let document = OpeningDocument(result: .sha256(Data("result".utf8)), computed: result.cid, openings: openings)
        try write(CanonicalJSON.encode(document), "opening-document", "table.json")
    }

    /// The decoder knows no cell's key: boxes stay closed.
    @Test("A table with sealed columns")
    func sealedCells() async throws {
        let key = try FuzzFixture.tableKey()
        let store = MemoryBlobStore()
        let schema = """
            {"fields": [{"name": "id", "type": "integer", "protection": "public"},
            {"name": "name", "type": "string", "protection": "sealed"},
            {"name": "born", "type": "date", "protection": "sealed"}], "packs": {}, "subject": "id"}
            """
        let text = "patients"
        let name = try #require(DatasetName(text))
        let sealer = try TableSealer(
            name: name, schema: TableSchema(json: Data(schema.utf8)),
            encryptor: Encryptor(key: key.publicKey, randomness: .textbook, expectedCount: 4), weightCapacityBits: 32,
            pseudonymKey: nil,
            fieldEncryptor: Encryptor(key: key.publicKey, randomness: .textbook, expectedCount: 4), store: store,
            limits: TableSealer.Limits(workers: 1))
        let csv = MemoryByteSource("id,name,born\n1,Ann,1980-02-29\n2,,1999-12-31\n".utf8, name: "patients.csv")
        let dataset = try await sealer.seal(csv).dataset
        try write(dataset.manifest.block().data, "manifest", "sealed.json")
        try write(store.get(dataset.shards[0].cid).data, "sealed-cells", "refused-without-its-keys")
        try write(
            "rules:\n  - for: [site1]\n    holders: {threshold: 2, of: [superior, audit]}\n    waitingHours: 1\n"
                + "    told: [audit]\n    grants: 3\n    days: 30\n", "escrow-policy", "escrow.yaml")
    }

    @Test("Transactions that renew shares in escrow")
    func renewals() throws {
        var generator = CaseGenerator(seed: 512)
        let key = try PrivateKey.generate(insecureBitCountForTesting: 256, using: &generator)
        let parties = try ["ministry", "audit", "site2"].map { try #require(PartyName.init($0)) }
        let owner = try #require(PartyName.init("site1"))
        let rule = EscrowRule(
            owner: owner, holders: .gate(threshold: 2, of: parties.map { .party($0) }), waitSeconds: 3_600,
            told: [parties[1]], mostGrants: 3, periodSeconds: 86_400)
        let shared = try ThresholdKey.deal(key, over: rule.structure(), using: &generator).key
        let (ceremony, share) = (Digest.sha256(Data("ceremony".utf8)), try Block(Data("share".utf8), codec: .raw).cid)
        let dealt = try shared.dealRefreshing(using: &generator).commitments
        let values = PublishedValues(of: .fields(owner), holders: parties, key: shared.record)
        try write(payloadOf: ProposeChange(change: .escrow(rule)))
        try write(payloadOf: RenewDeposit(owner: owner, dealers: parties))
        try write(
            payloadOf: DealDeposit(
                owner: owner, ceremony: ceremony, commitments: dealt, shares: [share, share, share]))
        try write(payloadOf: AcknowledgeDeposit(owner: owner, deposit: ceremony, key: values.digest()))
        try write(
            payloadOf: GrantOpening(request: ceremony, grant: .init(part: ceremony, sealed: share), epoch: 2))
    }

    private func write<Body: TransactionBody>(payloadOf body: Body) throws {
        var nonces = CaseGenerator(seed: 1)
        let section = try #require(SectionName.init("health"))
        let header = TransactionHeader(
            by: try #require(PartyName.init("site1")),
            ledger: LedgerIdentity(consortium: .sha256(Data("fuzz".utf8)), section: section),
            nonce: .random(using: &nonces), notAfter: Timestamp(seconds: 1_800_000_000))
        let payload = TransactionPayload(header: header, body: body)
        try write(
            Data((payload.payloadType + "\n").utf8) + payload.encoded(), "payload", Body.kind.rawValue)
    }

    @Test("Notes, proofs, keys, sealed messages, vaults")
    func ledger() throws {
        let checkpoint = try Checkpoint(origin: "chancery/fuzz", size: 7, root: .sha256(Data("root".utf8)))
        let line = try NoteSignature(name: "site1", keyID: 7, signature: Data(repeating: 5, count: 72))
        let note = try SignedNote(text: checkpoint.text, signatures: [line])
        try write(note.bytes, "signed-note", "checkpoint")
        try write(note.bytes, "checkpoint", "checkpoint")
        try write(Data(TilePath(level: 1, index: 1_234, width: 5).text.utf8), "tile-path", "partial")
        if let bundle = EntryBundle.encode([Data("leaf".utf8), Data()]) { try write(bundle, "entry-bundle", "two") }
        let key = try NoteKey(name: "site1", algorithm: .cosignature, publicKey: Data(repeating: 3, count: 32))
        try write(key.verifierKey, "verifier-key", "cosigner")
        let hashes = (0..<3).map { Digest.sha256(Data([$0])) }
        try write(
            CanonicalJSON.encode(InclusionProof(index: 2, treeSize: 7, hashes: hashes)), "inclusion-proof", "proof.json"
        )
        try write(
            CanonicalJSON.encode(ConsistencyProof(firstSize: 3, secondSize: 7, hashes: hashes)), "consistency-proof",
            "proof.json")
        try write((0..<96).map { UInt8($0) }, "keys", "bytes")
        let recipient = try UnsealingKey(x25519Secret: (1...32).map { UInt8($0) }).sealingKey
        let message = try SealedMessage.seal(
            Data("message".utf8), to: recipient, info: Data("fuzz".utf8), authenticating: Data())
        try write(CanonicalJSON.encode(message), "sealed-message", "message.json")

        let folder = TestFolder()
        let vault = try KeyVault(
            creatingIn: folder.url("vault"), passphrase: passphrase(), cost: .insecureForTesting)
        try vault.store("signing", passphrase())
        try write(folder.content("vault/vault.json"), "vault-header", "vault.json")
        try write(folder.content("vault/signing.sealed"), "sealed-secret", "signing.sealed")
        let box = try PassphraseBox(
            sealing: passphrase(), passphrase: passphrase(), associated: Data("fuzz".utf8), cost: .insecureForTesting)
        try write(CanonicalJSON.encode(box), "passphrase-box", "box.json")
    }

    @Test(
        "What a ledger holds, out of an evidence file",
        .enabled(if: ProcessInfo.processInfo.environment["CHANCERY_FUZZ_EVIDENCE"] != nil))
    func evidence() throws {
        let path = ProcessInfo.processInfo.environment["CHANCERY_FUZZ_EVIDENCE"] ?? ""
        let file = try EvidenceFile(reading: URL(filePath: path))
        try write(Data(contentsOf: URL(filePath: path)), "evidence", "result.evidence")
        try write(CanonicalJSON.encode(file.founding), "founding-record", "consortium.json")
        var kinds = Set<String>()
        for proof in file.transactions where kinds.insert(proof.envelope.payloadType).inserted {
            let envelope = proof.envelope
            let kind = envelope.payloadType.dropFirst("application/vnd.chancery.".count).dropLast(".v1+json".count)
            try write(Data((envelope.payloadType + "\n").utf8) + envelope.payload, "payload", String(kind))
            guard kinds.count <= 3 else { continue }
            try write(envelope.canonicalBytes(), "envelope", "\(kind).json")
            try write(CanonicalJSON.encode(proof), "transaction-proof", "\(kind).json")
        }
    }

    private func passphrase() -> SecretBytes {
        var bytes = Array("fuzz".utf8)
        return SecretBytes(wiping: &bytes)
    }

    private static let schema = """
        {"fields": [
          {"name": "id", "type": "string", "protection": "pseudonym"},
          {"name": "region", "type": "string", "protection": "public"},
          {"name": "year", "type": "integer", "protection": "public"},
          {"name": "insured", "type": "boolean", "protection": "public"},
          {"name": "day", "type": "date", "protection": "public"},
          {"name": "cost", "type": "number", "protection": "computable", "decimals": 2, "squares": true,
           "constraints": {"minimum": -10.5, "maximum": 1000}},
          {"name": "visits", "type": "integer", "protection": "computable",
           "constraints": {"minimum": 0, "maximum": 400}}],
         "packs": {"use": ["cost", "visits"]}, "subject": "id", "missingValues": ["", "NA"]}
        """

    private static let csv = """
        id,region,year,insured,day,cost,visits,note
        ann,north,2020,true,2020-02-29,12.25,3,x
        bob,"so""uth, ü",,false,,-10.5,NA,y
        ann,north,-7,,1999-12-31,,0,z
        cem,north,2021,1,2021-01-01,1000,400,
        dan,"so""uth, ü",1999,0,2000-01-01,0.5,7,
        eva,"so""uth, ü",2001,True,2001-12-31,5.25,1,
        fay,north,2003,False,2003-06-15,7,2,"two
        lines"

        """
}
