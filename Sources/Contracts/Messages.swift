import SharingModel

// Every sentence of this module that a person reads. Each ends with the way on.

extension Refusal: CustomStringConvertible {
    package var description: String {
        func about(_ name: String) -> String { details[name] ?? "?" }
        let token = "token \(short(details["token"]))"
        let dataset = "dataset \(about("dataset"))"
        switch code {
        case .wrongLedger:
            return "the transaction is for section \(about("section")), not for this ledger; submit it there"
        case .transactionExpired:
            return "the transaction was valid until \(about("notAfter")), and the block is later; sign it anew"
        case .validityTooLong:
            return "the transaction is valid until \(about("notAfter")), more than \(about("longestSeconds")) seconds"
                + " after the block; sign it anew with an earlier notAfter"
        case .unknownParty:
            return "\(about("party")) is no party of this consortium; see the founding record for the names"
        case .roleNotAllowed:
            return "\(about("party")) is a \(about("role")) and may not do this; ask a party whose role allows it"
        case .alreadyExists:
            let (kind, name) = details.sorted { $0.key.precedesBytewise($1.key) }.first ?? ("name", "?")
            return "\(kind) \(short(name)) exists already; choose another name, or look at what is there"
        case .ledgerAlreadyOpen: return "this ledger is open already; nothing needs to be done"
        case .statementInvalid: return "the statement of \(about("party")) \(statementFault(about("reason")))"
        case .changeInvalid:
            return "with this change \(changeFault(about("reason"), about("party"))); propose one that keeps the rules"
        case .keyRetired:
            return "the \(about("key")) of \(about("party")) was in use before and is retired; make a new one"
        case .changeUnknown:
            return "there is no proposal \(short(about("proposal"))); see `chancery registry list`"
        case .changeDecided:
            return "proposal \(short(about("proposal"))) is decided, and takes effect at height \(about("effective"));"
                + " nothing needs to be done"
        case .changeExpired:
            return "proposal \(short(about("proposal"))) was open until \(about("until")); propose the change again"
        case .changePending:
            return "another change is decided and takes effect at height \(about("effective")); approve this one then"
        case .heightTooFar:
            return "the change is to take effect at height \(about("asked")), and at most \(about("latest")) can be"
                + " decided now; approve later, or propose an earlier height"

        case .equivocationUnproven:
            return "these are not two valid cosignatures of \(about("party")) for different trees of one size"
        case .voteGivenUp:
            return "\(about("party")) gave up one of these cosignatures when all departments settled height"
                + " \(about("height")); this is no equivocation"
        case .settlementInvalid:
            return "the settlement of height \(about("height")) \(settlementFault(about("reason")))"

        case .unknownPool: return "there is no pool \(about("pool")); see `chancery catalog` for what there is"
        case .notAMember:
            return "\(about("party")) is no member of pool \(about("pool")); publish into a pool that lists it"
        case .notCustodian:
            return "\(about("party")) does not hold the key of pool \(about("pool")); ask \(about("custodian"))"
        case .keyInvalid:
            let whose = details["pool"].map { "pool \($0)" } ?? about("party")
            return "the key of \(whose) \(keyFault(about("reason")))"

        case .notAHolder:
            return "\(about("party")) \(about("holds")) \(sharedKey); ask who \(sharedKeyShown) names"
        case .poolNotInForce:
            return "the key of pool \(about("pool")) is not in force: not all holders have acknowledged their shares;"
                + " `chancery pool show \(about("pool"))` says who is missing"
        case .keyIsShared:
            return "the key of pool \(about("pool")) is in shares, and nobody opens alone; its holders give their parts"
                + " with `chancery open`"
        case .ceremonyUnknown:
            return "\(sharedKey) has no ceremony \(short(about("ceremony"))) that waits for this; see \(sharedKeyShown)"
        case .ceremonyPending:
            return "\(sharedKey) is at a ceremony of \(about("party")) already; only \(about("party")) or the"
                + " \(details["pool"] == nil ? "owner" : "custodian") can begin it anew"
        case .ceremonyEnded:
            return "the ceremony \(short(about("ceremony"))) of \(sharedKey) ended with a complaint of"
                + " \(about("party")); begin another one"
        case .dealingInvalid:
            return "the dealing for \(sharedKey) \(dealingFault(about("reason"))); deal again"
        case .dealersInsufficient:
            return "those who are to deal for \(sharedKey) \(dealersFault(about("reason"))); name others"
        case .epochOver:
            if let request = details["request"] {
                return
                    "request \(short(request)) was granted in full with shares of epoch \(about("found")), before those of"
                    + " epoch \(about("expected")); what was given then opens it"
            }
            return "this is of epoch \(about("found")), and the shares of \(sharedKey) are of epoch"
                + " \(about("expected")); give it anew with the share of today"
        case .partUnknown:
            return "\(about("party")) has given no part for result \(short(about("result"))) in this epoch; see"
                + " `chancery result show`"
        case .tooFewParts:
            return "the holders named do not suffice to open a result of pool \(about("pool")); wait for more parts"

        case .unknownDataset:
            return "there is no \(dataset)\(manifestNote); see `chancery catalog` for what there is"
        case .notAnOwner:
            return "\(about("party")) owns nothing of \(subject); only an owner can do this"
        case .manifestAlreadyPublished:
            return "manifest \(about("manifest")) was published as \(dataset) before, and is published once only;"
                + " seal the table again to publish it anew"
        case .keyMismatch:
            return "the dataset is sealed under key \(short(about("fingerprint"))), which is not that of pool"
                + " \(about("pool")); seal it under the pool's key"
        case .proposalUnknown:
            return "\(dataset) has no proposal \(short(about("proposal"))) that waits; look at it again with"
                + " `chancery dataset show`, and approve what stands there"
        case .alreadyDecided:
            return "\(about("party")) has spoken on \(subject) already; an approval is taken back by revoking"
        case .datasetWithdrawn:
            return "\(dataset) was withdrawn by an owner; leave it out with --without \(about("dataset")), or ask the"
                + " owners to publish it again"
        case .datasetStale:
            return "\(dataset) was valid until \(about("validUntil")); ask its owners for"
                + " `chancery dataset renew \(about("dataset"))`"
        case .datasetReplaced:
            return "\(dataset) has a newer version than manifest \(about("manifest")); ask for a new token, or"
                + " register the plan again, for the version that is in use"
        case .alreadyPast: return "\(about("time")) is past in block time; name a later time"

        case .unknownToken: return "there is no \(token); see `chancery token list`"
        case .notTheGrantee: return "\(about("party")) is not who \(token) was granted to; only the grantee may use it"
        case .purposeMissing: return "the request names no purpose; say with --purpose what the data is for"
        case .nothingToGrant:
            return "pool \(about("pool")) has no dataset in use; wait until a member has published or renewed one"
        case .severalPools:
            return "the datasets are of several pools (\(about("pools"))) with different keys; take one pool at a time"
        case .unknownPack:
            return "\(dataset) has no pack \(about("pack")); see `chancery catalog` for its packs, or"
                + " leave it out with --without \(about("dataset"))"
        case .tokenNotApproved: return "\(token) still waits for its owners; see `chancery token list` for whom"
        case .tokenDenied: return "\(token) was denied; read the owners' reasons and ask for another"
        case .tokenRevoked: return "\(token) was revoked; ask for another"
        case .tokenExpired: return "\(token) expired at \(about("until")); ask for another"
        case .usesExhausted: return "all \(about("uses")) uses of \(token) are taken; ask for another"
        case .datasetNotGranted:
            return "\(token) is not for \(dataset); leave it out, or ask for a token that covers it"
        case .datasetNotApproved:
            return "the owners of \(dataset) have not approved \(token); leave the dataset out with"
                + " --without \(about("dataset")), or wait for them"
        case .datasetRevoked:
            return "an owner took \(dataset) out of \(token); leave it out with --without"
                + " \(about("dataset")), or ask for another token"
        case .packNotGranted: return "\(token) is not for pack \(about("pack")); ask for a token that covers it"

        case .planNotRegistered:
            return "no plan \(about("contract")) is registered; see `chancery contract list`"
        case .planNotApproved:
            return "the owners of \(dataset) have not approved plan \(about("contract")); ask them to"
        case .planNotGranted:
            return "\(token) is not for plan \(about("contract")); run one of those that it lists"
        case .planRequired:
            return "the token is only for the registered plans \(about("contracts")); run one with --contract"
        case .planMismatch: return planFault(about)
        case .parameterInvalid:
            return "parameter \(about("parameter")) \(parameterFault(about("reason")))"
        case .notTheAuthor:
            return "plan \(about("contract")) is registered by \(about("author")), who alone adds versions;"
                + " choose another name"

        case .fieldKeyMissing, .escrowNotAsked, .escrowMissing, .depositInvalid, .depositUnknown, .notAnEscrowHolder,
            .shareMissing, .cellUnknown, .reasonMissing, .escrowUnreachable, .requestUnknown, .requestExpired,
            .requestDenied,
            .requestUsed, .requestNotGranted, .notTheRequester, .ownRequest, .tooEarly, .overLimit:
            return escrowDescription

        case .noPseudonymCustodian, .notKeyCustodian, .pseudonymKeyMissing, .pseudonymKeyReplaced, .otherPseudonyms,
            .evaluationUnknown, .evaluationAnswered, .countDiffers, .evaluationsExhausted:
            return pseudonymDescription

        case .statusUnchanged: return "\(about("department")) is \(about("status")) already; nothing needs to be done"
        case .notYetHappened:
            return "the incident is dated \(about("occurred")), which is still to come; correct the time"
        case .alreadyReported:
            return "\(about("party")) has reported the batch of \(about("department")) for height"
                + " \(about("height")) already; one report of each department counts"

        case .redemptionUnknown:
            return "there is no redemption \(short(details["redemption"])); redeem the token first"
        case .inputsMismatch:
            return "the inputs are not those of redemption \(short(details["redemption"])); compute on the manifests"
                + " that it names"
        case .resultUnknown: return "there is no result \(short(details["result"])); see `chancery result list`"
        case .resultDiffers:
            return "what was computed is \(about("computed")), but recorded is \(about("recorded")); record a dispute"
        case .resultDisputed:
            return "\(about("party")), an owner of the data, disputes result \(short(details["result"])); settle it:"
                + " its endorsement takes the dispute back"
        case .ownResult:
            return "\(about("party")) computed result \(short(details["result"])) itself; another department must judge"
        case .alreadyOpened:
            return "result \(short(details["result"])) is opened already; read it with `chancery result show`"
        case .historyMoved:
            return "pool \(about("pool")) has \(about("openings")) openings, but the disclosure guard saw"
                + " \(about("seen")); apply it again and resubmit"
        }
    }

    private var subject: String {
        if let dataset = details["dataset"], !dataset.isEmpty { return "dataset \(dataset)" }
        if let contract = details["contract"] { return "plan \(contract)" }
        if let proposal = details["proposal"] { return "proposal \(short(proposal))" }
        if let request = details["request"] { return "request \(short(request))" }
        if let deposit = details["deposit"] { return "deposit \(short(deposit))" }
        if let result = details["result"] { return "result \(short(result))" }
        if details["pool"] != nil || details["owner"] != nil { return sharedKey }
        return "token \(short(details["token"]))"
    }

    /// A key in shares: a pool's, or a department's for fields.
    private var sharedKey: String {
        details["pool"].map { "pool \($0)" } ?? "the key for fields of \(details["owner"] ?? "?")"
    }

    private var sharedKeyShown: String {
        details["pool"].map { "`chancery pool show \($0)`" } ?? "`chancery escrow list`"
    }

    private var manifestNote: String { details["manifest"].map { " with manifest \($0)" } ?? "" }
}

private func short(_ id: String?) -> String {
    guard let id else { return "?" }
    return id.utf8.count == 64 ? String(id.prefix(16)) : id
}

private func keyFault(_ reason: String) -> String {
    switch reason {
    case "size": "is under 2048 bits; make one with `chancery pool create`, which takes 3072"
    case "shared": "is registered already, for this or another use; make a new key"
    case "proof": "comes with a proof that does not hold; make a new key"
    case "point": "is no point of the curve; make it with `chancery pseudonym key`"
    default: "is not a sound modulus; make a new key"
    }
}

private func dealingFault(_ reason: String) -> String {
    switch reason {
    case "key": "is of another key than the pool's"
    case "epoch": "is of another epoch than the next"
    case "number": "shares something else than the key"
    case "one": "would let one holder open alone: let two be needed at the least"
    default: "has published values that are none"
    }
}

private func dealersFault(_ reason: String) -> String {
    switch reason {
    case "holders": "do not all hold a share"
    case "surplus": "are more than are needed to reshare: exactly a set that can open deals"
    default: "could not open anything together"
    }
}

private func statementFault(_ reason: String) -> String {
    switch reason {
    case "ledger": "is for another ledger; have it made for this one"
    case "signature": "is not signed by the signing key that it states; have it made again"
    case "cosignature": "does not prove the cosigning key that it states; have it made again"
    case "same": "states what is on the ledger already; nothing needs to be done"
    case "place": "changes more than keys; use `chancery registry propose place` for area and superior"
    default: "cannot be read; have it made again with `chancery join` or `chancery registry rotate`"
    }
}

private func changeFault(_ reason: String, _ party: String) -> String {
    switch reason {
    case "departments": "the section would have no department left"
    case "superior": "\(party) would have a superior that is none"
    case "section": "\(party) would be of no section of this consortium"
    case "escrow": "the escrow of \(party), or one in which it takes part, could not be kept"
    case "key-shared": "one key would stand in two places, one of them with \(party)"
    case "key": "\(party) would have a key that cannot be used, one too few, or one that its role must not have"
    default: "the record of \(party) would not be sound"
    }
}

private func settlementFault(_ reason: String) -> String {
    switch reason {
    case "height": "is of a height that has no block yet; submit it when the height is final"
    case "missing": "lacks the statement of a department; all have to make one"
    case "differs": "has statements that do not agree; all have to name one batch of one height"
    default: "has a statement that does not read or is not rightly signed; have it made again"
    }
}

private func parameterFault(_ reason: String) -> String {
    switch reason {
    case "missing": "has no value; give it with --set"
    case "unknown": "is not one of the plan's; see `chancery contract list` for its parameters"
    default: "has a value that the plan does not allow; see `chancery contract list` for what it allows"
    }
}

private func planFault(_ about: (String) -> String) -> String {
    switch about("reason") {
    case "redemption": "the result is of another plan than the redemption's, \(about("expected")); redeem again for it"
    case "datasets-or-packs":
        "plan \(about("contract")) reads other datasets or packs than the redemption names; name exactly the plan's"
    default:
        "the redeemed plan is not \(about("contract")) with these parameters, which is \(about("expected"));"
            + " build it from the registered template"
    }
}

extension ContractsError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownKind(let type): "payload type \(type) is of no known transaction; update one of the two programs"
        case .malformedPayload(let kind, let detail): "the payload is no \(kind.rawValue): \(detail)"
        case .kindOfAnotherLedger(let kind, let section):
            "\(kind.rawValue) does not stand on the ledger of \(section); submit it to the ledger it belongs to"
        case .tooLong(let member, let count, let limit):
            "\(member) has a length of \(count), and at most \(limit) is accepted; shorten it"
        case .tooShort(let member, let count, let least):
            "\(member) has a length of \(count), and at least \(least) is needed; fill it in"
        case .outOfRange(let member, let value): "\(member) cannot be \(value); choose a number within its range"
        case .notSorted(let member): "\(member) is not in ascending order, or names something twice; sort it"
        case .unprintable(let member): "\(member) has characters that cannot be shown; remove them"
        case .contradictory(let members):
            "\(members.joined(separator: " and ")): these values exclude each other; correct one"
        case .foundingDigestMismatch:
            "the founding record is not the one that names this ledger; take the consortium's own record"
        case .foundingRecordInvalid(let problem): "the founding record cannot be used: \(problem)"
        case .notTheSubmitter(let party, let expected):
            "\(party) cannot submit this; \(expected), the first department by name, does, with all signatures"
        case .unknownParty(let party):
            "\(party) is no party of this ledger, or the ledger is not open; see the founding record for the names"
        case .corruptState(let key): "the stored state is damaged at \(key); run `chancery ledger fsck`"
        }
    }
}

extension FoundingProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .version(let version): "its version is \(version), and this program knows 1"
        case .consortiumName: "the consortium's name is empty, too long or unprintable"
        case .noSections: "it lists no section"
        case .reservedSection: "no section can be called registry"
        case .sectionsNotSorted: "its sections are not in ascending order, each once"
        case .partiesNotSorted: "its parties are not in ascending order, each once"
        case .noDepartments(let section): "section \(section) has no department"
        case .unknownSection(let party, let section): "\(party) is of section \(section), which it does not list"
        case .departmentWithoutSection(let party): "\(party) is a department of no section"
        case .unknownSuperior(let party, let superior): "\(superior), superior of \(party), is no superior in it"
        case .keyInvalid(let party, let key): "the \(key) of \(party) is no usable public key of 32 bytes"
        case .cosigningKeyMissing(let party): "\(party) is a department without a cosigning key"
        case .cosigningKeyNotAllowed(let party): "\(party) has a cosigning key, but is no department"
        case .keyShared(let one, let other): "\(one) and \(other) hold the same key, or one key in two places"
        case .escrow(let owner, let fault): "escrow\(owner.map { " of \($0)" } ?? ""): \(fault.sentence)"
        case .pseudonyms(let section, let fault):
            "pseudonyms\(section.map { " of section \($0)" } ?? ""): \(fault.sentence)"
        case .area(let party): "the area of \(party) is empty, too long or unprintable"
        case .minimumSubjects(let number): "minimumSubjects is \(number), and must be from 2 to 1 000 000"
        case .transactionValidity(let seconds):
            "longestTransactionValidity is \(seconds) seconds, and must be from 1 to 86 400"
        case .accountingMechanism:
            "its accounting mechanism is none of turns, rotation (which has clusters) and contest (which has none)"
        case .accountingTerm(let term): "the accounting term is \(term) heights, and must be from 1 to 1 000 000"
        case .accountingServing(let count): "\(count) departments of a cluster serve, and must be from 1 to 1 000"
        case .accountingClusters: "its accounting clusters are none, empty or not in ascending order, each once"
        case .accountingCluster(let cluster, let party):
            "accounting cluster \(cluster) lists \(party), which is no department or stands in a cluster already"
        }
    }
}
