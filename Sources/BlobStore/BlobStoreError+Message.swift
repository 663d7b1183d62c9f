extension BlobStoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedCID(let text, let fault): "'\(text)' is not a CID that can be used here: \(fault)"
        case .blockTooLarge(let byteCount, let limit):
            "a block may have \(limit) bytes, and this one has \(byteCount); split it and link the parts"
        case .hashMismatch(let cid): "the bytes given for \(cid) have another hash; fetch the block again"
        case .blockMissing(let cid):
            "the blob store does not have \(cid); import it, with a CAR file or from whoever published it"
        case .blockDamaged(let cid, let path):
            "the stored block \(cid) is damaged (\(path)); put or import it again, which repairs the file"
        case .malformedDAGJSON(let cid, let fault): "block \(cid) is not usable dag-json: \(fault)"
        case .malformedCAR(let offset, let fault): "the CAR file is not usable, at byte \(offset): \(fault)"
        case .roots(let count, let limit): "a CAR file has 1 to \(limit) roots, not \(count)"
        case .tooManyBlocks(let limit): "the roots lead to more than \(limit) blocks; take the parts one by one"
        }
    }
}

extension CIDFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unsupportedVersion(let version):
            "its version is \(version), and only version 1 is read; convert it, for example with 'ipfs cid base32'"
        case .unsupportedCodec(let code): "its codec 0x\(hex(code)) is neither raw (0x55) nor dag-json (0x129)"
        case .unsupportedHash(let code): "its hash function 0x\(hex(code)) is not sha2-256 (0x12)"
        case .digestByteCount(let count): "its digest has \(count) bytes, not 32"
        case .unsupportedBase: "it does not begin with 'b', for lower-case base32"
        case .notBase32(let byte): "byte value \(byte) is no digit of lower-case base32 (a-z, 2-7)"
        case .notCanonicalBase32: "its last base32 digit has stray bits; was it cut off?"
        case .malformedVarint: "it has a number that is longer than needed"
        case .truncated: "it ends too early; was it cut off?"
        case .trailingBytes(let count): "\(count) bytes follow it"
        case .tooLong(let count): "it has \(count) characters; a CID has 59 or 61"
        }
    }
}

extension DAGJSONFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .json(let error): "\(error)"
        case .reservedMember:
            "the member name '/' is reserved for links {\"/\": CID} and bytes {\"/\": {\"bytes\": …}}; name it otherwise"
        case .link(let text, let fault): "it links to '\(text)': \(fault)"
        case .bytes: "its bytes are not base64 without padding"
        }
    }
}

extension CARFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "the file is empty"
        case .truncated(let count): "the file ends here, at least \(count) bytes too early; fetch it again"
        case .malformedVarint: "a length is not a minimal varint; is this a CAR file?"
        case .unsupportedVersion(let version): "it is a CARv\(version), and only CARv1 is read"
        case .malformedHeader: "the header is not dag-cbor of roots and version 1; is this a CAR file?"
        case .headerTooLarge(let byteCount, let limit):
            "the header has \(byteCount) bytes, more than the \(limit) that are read; is this a CAR file?"
        case .noRoots: "it names no roots"
        case .emptySection: "a section is empty; is something padded or appended to the file?"
        case .sectionTooLarge(let byteCount, let limit):
            "a section has \(byteCount) bytes, more than the \(limit) of the largest block"
        case .malformedCID(let fault): "a CID cannot be used: \(fault)"
        case .hashMismatch(let cid): "the block does not have the hash of its CID \(cid); fetch the file again"
        case .missingBlock(let cid): "the roots lead to \(cid), which is neither in the file nor in the store"
        }
    }
}

private func hex(_ number: UInt64) -> String { String(number, radix: 16) }
