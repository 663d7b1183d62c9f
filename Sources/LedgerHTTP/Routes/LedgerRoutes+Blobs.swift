import BlobStore
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOFoundationCompat
import SharingModel

/// The trustless gateway of IPFS (https://specs.ipfs.tech/http-gateways/trustless-gateway/): blocks raw, and graphs
/// as CARv1, by `?format=` or `Accept`. dag-json blocks are for everybody, raw ones for whom ``BlobAccess`` lets.
extension LedgerRoutes {
    func addBlobs(to router: Router<LedgerRequestContext>) {
        router.get("/ipfs/{cid}") { request, context in
            guard let cid = try? CID(parsing: context.parameters.get("cid") ?? "") else { throw Problem.notFound }
            let form = try BlockForm(request)
            let reader = BlockReader(
                party: await context.peer(transport), access: access, blobs: blobs,
                others: request.headers[.cacheControl] == "only-if-cached" ? nil : others)
            try await reader.check(cid)
            let headers = form.headers(of: cid)
            if let known = request.headers[.ifNoneMatch], let tag = headers[.eTag], known.contains(tag) {
                _ = try await reader.block(cid)
                return Response(status: .notModified, headers: headers)
            }
            switch form {
            case .raw:
                let block = try await reader.block(cid)
                return Response(
                    status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: block.data)))
            case .car(let isWhole):
                // All that may keep the file from being whole is found before its first byte goes out.
                let blocks = try await reader.graph(cid, isWhole: isWhole)
                return Response(status: .ok, headers: headers, body: reader.car(of: cid, blocks))
            }
        }
    }

    /// `PUT /ipfs/CID`: a party gives a block that others are to have: a shard, a plan, a result, an opening.
    func addUploads(to router: Router<LedgerRequestContext>) {
        router.put("/ipfs/{cid}") { request, context in
            guard let cid = try? CID(parsing: context.parameters.get("cid") ?? "") else { throw Problem.notFound }
            guard let party = await context.peer(transport), party.role != .enterprise else {
                throw Problem.partiesOnly
            }
            let body = try await request.body.collect(upTo: Block.maximumByteCount)
            let block = try Block(Data(buffer: body), expecting: cid)
            guard uploads.take(block.data.count, of: party) else { throw Problem.overQuota }
            try blobs.put(block)
            return HTTPResponse.Status.noContent
        }
    }
}

/// How a block is asked for.
private enum BlockForm {
    case raw
    case car(isWhole: Bool)

    init(_ request: Request) throws {
        let parameters = request.uri.queryParameters
        let accepted = request.headers[.accept] ?? ""
        let format = parameters["format"].map(String.init) ?? (accepted.contains(BlockForm.carType) ? "car" : "raw")
        switch (format, parameters["dag-scope"] ?? "all") {
        case ("raw", _): self = .raw
        // These blocks are no files of UnixFS: an entity is its one block.
        case ("car", "block"), ("car", "entity"): self = .car(isWhole: false)
        case ("car", "all"): self = .car(isWhole: true)
        default: throw Problem.unknownFormat
        }
    }

    private static let carType = "application/vnd.ipld.car"

    func headers(of cid: CID) -> HTTPFields {
        let (type, suffix, name) =
            switch self {
            case .raw: ("application/vnd.ipld.raw", "", "bin")
            case .car(false): ("\(BlockForm.carType); version=1; order=dfs; dups=n", ".car.block", "car")
            case .car(true): ("\(BlockForm.carType); version=1; order=dfs; dups=n", ".car", "car")
            }
        let isPublic = cid.codec == .dagJSON && suffix != ".car"
        var headers: HTTPFields = [
            .contentType: type, .eTag: "\"\(cid.text)\(suffix)\"", .vary: "Accept",
            .cacheControl: isPublic ? "public, max-age=29030400, immutable" : "private, no-store",
            .xContentTypeOptions: "nosniff",
        ]
        headers[.contentDisposition] = "attachment; filename=\"\(cid.text).\(name)\""
        return headers
    }
}

/// Reads blocks for one requester.
private struct BlockReader: Sendable {
    let party: Party?
    let access: BlobAccess
    let blobs: any BlobStore
    let others: (any BlockSource)?

    func check(_ cid: CID) async throws {
        guard cid.codec == .raw else { return }
        guard let party, try await access.mayRead(cid, party) else { throw Problem.membersOnly }
    }

    /// A block that the requester may have, from here or, for a party, from another department.
    func block(_ cid: CID) async throws -> Block {
        try await check(cid)
        do {
            return try blobs.get(cid)
        } catch let error as BlobStoreError {
            guard party != nil, let block = await others?.block(cid) else { throw error }
            try blobs.put(block)
            return block
        }
    }

    /// The CIDs of a graph, depth first, each once; all are here when this returns.
    func graph(_ root: CID, isWhole: Bool) async throws -> [CID] {
        var (found, seen, waiting) = ([CID](), Set<CID>(), [root])
        while let cid = waiting.popLast() {
            guard seen.insert(cid).inserted else { continue }
            let links = try DAGJSON.links(in: await block(cid))
            found.append(cid)
            if isWhole { waiting.append(contentsOf: links.reversed()) }
            guard seen.count + waiting.count <= DAGLimits.standard.blockCount else {
                throw BlobStoreError.tooManyBlocks(limit: DAGLimits.standard.blockCount)
            }
        }
        return found
    }

    /// One block in memory at a time.
    func car(of root: CID, _ blocks: [CID]) -> ResponseBody {
        let blobs = blobs
        return ResponseBody { output in
            var bytes = Data()
            var writer = try CARWriter(roots: [root], to: &bytes)
            for cid in blocks {
                try writer.append(blobs.get(cid), to: &bytes)
                try await output.write(ByteBuffer(bytes: bytes))
                bytes.removeAll(keepingCapacity: true)
            }
            try await output.finish(nil)
        }
    }
}
