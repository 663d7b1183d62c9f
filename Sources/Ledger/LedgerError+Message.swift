import Contracts
import SharingModel
import TransparencyLog

extension LedgerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .busy(let seconds):
            "another process has held the ledger for \(seconds) s; nothing was done, try again"
        case .overloaded(let waiting):
            "\(waiting) transactions are waiting already; nothing was done, try again later"
        case .notFinalWithin(let seconds): "no quorum within \(seconds) s; submitting the same envelope again is safe"
        case .notALedger(let path): "\(path) is not a ledger of this version; look whether the path is right"
        case .storage(let path, let detail): "the ledger \(path) cannot be used: \(detail)"
        case .malformedRow(let table, let key):
            "row \(key) of table \(table) is damaged; restore a backup or fetch the ledger from another department"
        case .anotherLedger(let stored, let expected): "this is the ledger \(stored), not \(expected)"
        case .empty: "the ledger has no block yet; found the consortium or open the section first"
        case .blockDiffers(let height, let part):
            "block \(height) is not what executing it gives: its \(part.rawValue) differs; "
                + "run `chancery ledger fsck` and restore the ledger from another department"
        case .leafMissing(let height, let index):
            "block \(height) lacks its leaf \(index); restore the ledger from another department"
        case .unknownHeight(let height): "the ledger has no block \(height)"
        case .notFinal: "no block is final yet; let the other departments cosign (any command of theirs does)"
        case .changeNotFinal(let height):
            "other members take over at height \(height), and those of now have not cosigned that decision yet; "
                + "let a quorum of them run `chancery ledger cosign`, and submit again"
        case .unknownTransaction(let id): "the ledger has no transaction \(id)"
        case .notYetIn(let size, let index):
            "entry \(index) is not in the tree of \(size) leaves; take a later checkpoint"
        case .wrongCosignature(let height, let party):
            "the stored cosignature of \(party) for block \(height) is not valid; remove it and let \(party) cosign again"
        case .notACosigner(let party): "\(party) does not cosign this ledger; use the key of one of its departments"
        case .fork(let seen, let shown):
            "the ledger shows another history: seen was size \(seen.size) with root \(seen.root), which the tree of size "
                + "\(shown.size) with root \(shown.root) does not continue; keep both checkpoints and tell the others"
        case .rollback(let seen, let shown):
            "the ledger has lost entries: seen was size \(seen.size), shown is size \(shown.size); keep both checkpoints "
                + "and tell the others"
        case .proof(let fault): "the proof does not hold: \(fault)"
        }
    }
}

extension LedgerError.ProofFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let detail): "it is malformed: \(detail)"
        case .checkpointOfAnotherLedger(let origin, let expected):
            "the checkpoint is of \(origin), not of \(expected)"
        case .tooFewCosignatures(let valid, let needed):
            "the checkpoint has \(valid) valid cosignatures of departments and needs \(needed)"
        case .entryNotIncluded: "the envelope is not in the checkpoint's tree at the place given"
        case .recordNotIncluded: "the block's record is not in the checkpoint's tree at the place given"
        case .outsideBlock: "the envelope is not one of the block whose record is given"
        case .outcomeNotIncluded: "the outcome is not the one in the block's record"
        case .outcomeOfAnotherTransaction: "the outcome is of another transaction"
        case .membersDiffer: "the block was made under other members than those pinned, or proven since"
        case .changeNotProven(let height):
            "the transaction at height \(height) does not decide the change of members that it is given for"
        case .stepsDiffer: "the checkpoints of the changes of members are not of one history"
        }
    }
}

extension AdmissionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedEnvelope(let error): "\(error)"
        case .malformedTransaction(let error): "\(error)"
        case .anotherLedger(let named, let this):
            "the transaction is for \(named.origin), and this is \(this.origin); submit it there"
        case .unknownParty(let party): "\(party) is no party of this consortium"
        case .signatureMissing(let party): "the signature of \(party) is missing; have \(party) sign and submit again"
        case .signatureNotAsked(let key): "key \(key) has signed and was not asked to; remove its signature"
        case .signatureWrong(let party):
            "the signature of \(party) does not fit the transaction; have \(party) sign again"
        case .signersChanged: "a signer's key has changed meanwhile; sign again with the new key"
        case .expired(let notAfter, let time):
            "the transaction was valid until \(notAfter), and it is \(time); make a new one"
        case .validTooLong(let notAfter, let time, let limit):
            "the transaction is valid until \(notAfter), more than \(limit) s after \(time); "
                + "make a new one with a nearer notAfter, and compare this machine's clock"
        }
    }
}
